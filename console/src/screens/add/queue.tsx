/** The queue: documents of this page and those found in work, by kind. */
import { signal } from '@preact/signals';
import { connection } from '../../api/connection.ts';
import { Button } from '../../parts/button.tsx';
import { clearReady } from '../../queue/actions.ts';
import { counts, entries } from '../../queue/entries.ts';
import { type Kind, kindOf, STAGES } from '../../queue/entry.ts';
import { pausedSeconds } from '../../queue/sender.ts';
import { add as texts } from '../../texts.ts';
import { QueueRow } from './queue-row.tsx';

const KINDS = ['all', 'work', 'needs', 'ready'] as const satisfies readonly (Kind | 'all')[];

/** Rows that are shown at once, and more of them at a time. */
const ROWS = 100;

const shownKind = signal<Kind | 'all'>('all');
const mostRows = signal(ROWS);

export function Queue() {
  const kind = shownKind.value;
  const listed = kind === 'all' ? entries.value : entries.value.filter((entry) => kindOf(entry) === kind);
  const hidden = listed.length - mostRows.value;
  return (
    <>
      <div class="head">
        <h2 id="queue-title">{texts.queue.title}</h2>
        <fieldset class="chips" aria-label={texts.queue.show} id="queue-filter">
          {KINDS.map((each) => (
            <button
              key={each}
              class="chip"
              type="button"
              aria-pressed={each === kind}
              onClick={() => {
                shownKind.value = each;
                mostRows.value = ROWS;
              }}
            >
              {texts.queue.kinds[each]} <span class="num">{counts.value[each]}</span>
            </button>
          ))}
        </fieldset>
        <span class="head__actions hide-sm">
          <Button kind="plain" small disabled={counts.value.ready === 0} onClick={clearReady}>
            {texts.queue.clear}
          </Button>
        </span>
      </div>
      <div class="queue">
        <div class="queue__head" aria-hidden="true">
          <span>{texts.queue.document}</span>
          <div class="stages">
            {STAGES.map((stage) => (
              <span key={stage}>{texts.queue.stages[stage]}</span>
            ))}
          </div>
          <span class="end">{texts.queue.timeLeft}</span>
        </div>
        <ul aria-labelledby="queue-title">
          {listed.slice(0, mostRows.value).map((entry) => (
            <QueueRow
              key={entry.key}
              entry={entry}
              isStale={connection.value !== 'connected'}
              pausedSeconds={entry.phase.name === 'queued' ? pausedSeconds.value : 0}
            />
          ))}
          {listed.length === 0 && (
            <li class="empty">
              <h3>{texts.queue.empty.title}</h3>
              <p>{texts.queue.empty.text}</p>
            </li>
          )}
        </ul>
        {hidden > 0 && (
          <Button
            kind="plain"
            onClick={() => {
              mostRows.value += ROWS;
            }}
          >
            {texts.queue.more(Math.min(hidden, ROWS))}
          </Button>
        )}
      </div>
    </>
  );
}
