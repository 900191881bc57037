/** Five tracks in a fixed order, each with its state in words under it. */

import { Icon } from '../../parts/icon.tsx';
import type { Track } from '../../queue/entry.ts';
import { add as texts } from '../../texts.ts';

export function Stages({ tracks }: { tracks: readonly Track[] }) {
  return (
    <ol class="stages" aria-label={texts.queue.stagesLabel}>
      {tracks.map(({ stage, state, filled }) => (
        <li key={stage} class="stage" data-state={state}>
          <span class="stage__track">
            <i style={{ '--v': filled }} />
          </span>
          <span class="stage__name" aria-hidden="true">
            {texts.queue.stages[stage]}
          </span>
          <span class="stage__sign">
            <span class="sr">{texts.queue.stages[stage]}: </span>
            <Sign state={state} percent={Math.floor(filled * 100)} />
          </span>
        </li>
      ))}
    </ol>
  );
}

function Sign({ state, percent }: { state: Track['state']; percent: number }) {
  const { row } = texts;
  switch (state) {
    case 'done':
      return (
        <>
          <Icon name="check" />
          <span class="sr">{row.done}</span>
        </>
      );
    case 'failed':
      return (
        <>
          <Icon name="x" />
          {row.failed}
        </>
      );
    case 'active':
      return <>{row.percent(percent)}</>;
    case 'stale':
      return (
        <>
          <span class="sr">{row.lastSeen}</span>
          {row.percent(percent)}
        </>
      );
    case 'pending':
      return <>{row.waits}</>;
  }
}
