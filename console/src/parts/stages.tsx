/** Progress of the five stages: five tracks in a fixed order. The sign under each says its state without colour. */
import { parts as texts } from '../texts/parts.ts';
import { Icon } from './icon.tsx';

/** `stale`: the last known progress, while the connection is lost. `omitted`: an earlier stage failed, so that this one does not run. */
export type StageState = 'pending' | 'active' | 'done' | 'failed' | 'stale' | 'omitted';

export interface Stage {
  readonly name: string;
  readonly state: StageState;
  /** From 0 to 1. */
  readonly progress: number;
}

/** `named`: each track has its name, where no row of names stands above. */
export function Stages({ stages, named = false }: { stages: readonly Stage[]; named?: boolean }) {
  return (
    <ol class={named ? 'stages stages--named' : 'stages'} aria-label={texts.stages.label}>
      {stages.map(({ name, state, progress }) => (
        <li key={name} class="stage" data-state={state}>
          <span class="stage__track">
            <i style={{ '--v': String(state === 'failed' ? 0 : state === 'done' ? 1 : progress) }} />
          </span>
          <span class="stage__name" aria-hidden="true">
            {name}
          </span>
          <span class="stage__sign">
            <span class="sr">{name}: </span>
            <Sign state={state} progress={progress} />
          </span>
        </li>
      ))}
    </ol>
  );
}

function Sign({ state, progress }: Pick<Stage, 'state' | 'progress'>) {
  const percent = texts.stages.percent(Math.floor(progress * 100));
  if (state === 'done')
    return (
      <>
        <Icon name="check" />
        <span class="sr">{texts.stages.done}</span>
      </>
    );
  if (state === 'failed')
    return (
      <>
        <Icon name="x" />
        {texts.stages.failed}
      </>
    );
  if (state === 'active') return <>{percent}</>;
  if (state === 'stale')
    return (
      <>
        <span class="sr">{texts.stages.lastSeen} </span>
        {percent}
      </>
    );
  return <>{state === 'omitted' ? texts.stages.omitted : texts.stages.waits}</>;
}
