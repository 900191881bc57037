/** A document of the queue: its name, its five stages, the time left or what to do. */
import { useState } from 'preact/hooks';
import type { ResourceProgress } from '../../../../clients/typescript/src/index.ts';
import { Button } from '../../parts/button.tsx';
import { Icon } from '../../parts/icon.tsx';
import { Stages } from '../../parts/stages.tsx';
import { remove, retry } from '../../queue/actions.ts';
import { type Entry, idOf, kindOf, setbackOf, tracksOf } from '../../queue/entry.ts';
import { cancelEntry } from '../../queue/sender.ts';
import { sentence } from '../../texts/sentence.ts';
import { add as texts } from '../../texts.ts';
import { timeLeft } from './time-left.ts';

interface Props {
  readonly entry: Entry;
  readonly isStale: boolean;
  /** Until the server takes more, for an entry that is to be sent. */
  readonly pausedSeconds: number;
}

export function QueueRow({ entry, isStale, pausedSeconds }: Props) {
  const { title, facts, phase, language } = entry;
  const kind = kindOf(entry);
  const id = idOf(entry);
  const progress = phase.name === 'stored' ? phase.progress : undefined;
  const setback = setbackOf(progress);
  return (
    <li class="job">
      <div>
        <p class="job__title clip" title={title} lang={language}>
          {kind === 'ready' && id !== undefined ? <a href={addressOf(id)}>{title}</a> : title}
        </p>
        <p class="job__meta clip" title={setback}>
          {(setback === undefined ? facts : [setback]).join(' · ')}
        </p>
      </div>
      <Stages stages={stagesOf(progress, isStale, kind === 'needs')} />
      <div class="job__end">
        {kind === 'needs' && (
          <span class="state" data-state="failed">
            <Icon name="alert" />
            {texts.row.needsYou}
          </span>
        )}
        {kind === 'ready' && id !== undefined && (
          <a class="btn btn--sm" href={addressOf(id)}>
            {texts.row.open}
            <span class="sr"> {title}</span>
          </a>
        )}
        {kind === 'work' && <AtWork entry={entry} isStale={isStale} pausedSeconds={pausedSeconds} />}
      </div>
      {kind === 'needs' && <Fault entry={entry} />}
    </li>
  );
}

const stagesOf = (progress: ResourceProgress | undefined, isStale: boolean, isOver: boolean) =>
  tracksOf(progress, isStale, isOver).map(({ stage, state, filled }) => ({
    name: texts.queue.stages[stage],
    state,
    progress: filled,
  }));

const addressOf = (id: string) => `/app/documents/${encodeURIComponent(id)}`;

function AtWork({ entry, isStale, pausedSeconds }: Props) {
  const { phase, title, key } = entry;
  if (phase.name === 'stored') return <span class="soft">{timeLeft(phase.progress, isStale)}</span>;
  const percent = phase.name === 'sending' && phase.total > 0 ? Math.floor((phase.loaded / phase.total) * 100) : 0;
  const { held, queued, sending, cancel } = texts.row;
  return (
    <>
      <span class="soft">{phase.name === 'sending' ? sending(percent) : pausedSeconds > 0 ? held(pausedSeconds) : queued}</span>
      <Button kind="plain" small icon="x" aria-label={`${cancel} ${title}`} onClick={() => cancelEntry(key)} />
    </>
  );
}

function Fault({ entry }: { entry: Entry }) {
  const [isBusy, setBusy] = useState(false);
  const [what, then] = sentencesOf(reasonOf(entry));
  const onRetry = async () => {
    setBusy(true);
    await retry(entry).finally(() => setBusy(false));
  };
  return (
    <div class="job__fault">
      <p>
        <strong>{what}</strong> {then}
      </p>
      <div class="row">
        {(idOf(entry) !== undefined || entry.source) && (
          <Button small icon="retry" busy={isBusy} onClick={onRetry}>
            {texts.row.retry}
            <span class="sr"> {entry.title}</span>
          </Button>
        )}
        <Button kind="plain" small onClick={() => remove(entry)}>
          {texts.row.remove}
          <span class="sr"> {entry.title}</span>
        </Button>
      </div>
    </div>
  );
}

function reasonOf({ phase }: Entry): string {
  if (phase.name === 'refused') return phase.reason;
  const reason = phase.name === 'stored' ? phase.progress?.error_message : undefined;
  return reason ?? texts.refused.unknown;
}

/** What happened stands out; what to do follows. */
function sentencesOf(reason: string): readonly [string, string] {
  const whole = sentence(reason);
  const end = whole.search(/[.!?] /);
  return end < 0 ? [whole, ''] : [whole.slice(0, end + 1), whole.slice(end + 2)];
}
