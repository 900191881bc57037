/** How long stages take here, from what this process has seen finish: the ground of every estimate it gives. */
import { everyStage, STAGE_DEPENDENCIES, STAGES, type Stage, type StageState, type StageStates } from '../model/stages.ts';

/** Enough to be steady, few enough to follow a change of model or machine. */
const REMEMBERED = 50;

export interface StageDurations {
  /** Takes note of how long a stage took, if `state` says so and it completed. */
  observe(stage: Stage, state: StageState): void;
  /**
   * Seconds until all five stages could be completed: the longest path through what is left, each stage by the median of
   * its last completions here or, once it reports a percentage, by its own pace. 0 when completed; null where something
   * needed has never been measured, or where a stage has failed.
   */
  estimate(states: StageStates, now: number): number | null;
}

export function createStageDurations(): StageDurations {
  const measured = everyStage((): number[] => []);

  function typical(stage: Stage): number | undefined {
    const sorted = measured[stage].toSorted((a, b) => a - b);
    return sorted[Math.floor(sorted.length / 2)];
  }

  /** Milliseconds of work left in a stage itself. */
  function remaining(stage: Stage, { status, percent, startedAt }: StageState, now: number): number | undefined {
    if (status === 'completed') return 0;
    if (status === 'failed') return undefined;
    const elapsed = status === 'processing' && startedAt !== null ? Math.max(0, now - startedAt) : 0;
    if (elapsed > 0 && percent > 0) return (elapsed * (100 - percent)) / percent;
    const whole = typical(stage);
    return whole === undefined ? undefined : Math.max(0, whole - elapsed);
  }

  return {
    observe: (stage, { status, startedAt, finishedAt }) => {
      if (status !== 'completed' || startedAt === null || finishedAt === null) return;
      const durations = measured[stage];
      durations.push(Math.max(0, finishedAt - startedAt));
      if (durations.length > REMEMBERED) durations.shift();
    },

    estimate: (states, now) => {
      const until = (stage: Stage): number => {
        const own = remaining(stage, states[stage], now) ?? Number.POSITIVE_INFINITY;
        return own + Math.max(0, ...STAGE_DEPENDENCIES[stage].map(until));
      };
      const ms = Math.max(...STAGES.map(until));
      return Number.isFinite(ms) ? Math.ceil(ms / 1000) : null;
    },
  };
}
