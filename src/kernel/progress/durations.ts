/** Stage durations as this process measured them: the basis of `eta_seconds`, which is null until all were measured. */
import { everyStage, STAGE_DEPENDENCIES, STAGES, type Stage, type StageState, type StageStates } from '../model/stages.ts';

/** Samples per stage: enough for a stable median, few enough to follow a change of model or machine. */
const SAMPLES = 50;

export interface StageDurations {
  /** Records the stage's duration if `state` is completed and has both times. */
  observe(stage: Stage, state: StageState): void;
  /**
   * Seconds until all stages are completed, at Unix ms `now`: the longest path through the remaining stages. A stage
   * counts by the median of its last completions here or, once it reports a percentage, by its own pace. 0 when all are
   * completed; null if a needed stage was never measured or a stage has failed.
   */
  estimate(states: StageStates, now: number): number | null;
}

export function createStageDurations(): StageDurations {
  const measured = everyStage((): number[] => []);

  function median(stage: Stage): number | undefined {
    const sorted = measured[stage].toSorted((a, b) => a - b);
    return sorted[Math.floor(sorted.length / 2)];
  }

  /** Milliseconds left in the stage itself; undefined if unknown. */
  function remaining(stage: Stage, { status, percent, startedAt }: StageState, now: number): number | undefined {
    if (status === 'completed') return 0;
    if (status === 'failed') return undefined;
    const elapsed = status === 'processing' && startedAt !== null ? Math.max(0, now - startedAt) : 0;
    if (elapsed > 0 && percent > 0) return (elapsed * (100 - percent)) / percent;
    const expected = median(stage);
    return expected === undefined ? undefined : Math.max(0, expected - elapsed);
  }

  return {
    observe: (stage, { status, startedAt, finishedAt }) => {
      if (status !== 'completed' || startedAt === null || finishedAt === null) return;
      const durations = measured[stage];
      durations.push(Math.max(0, finishedAt - startedAt));
      if (durations.length > SAMPLES) durations.shift();
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
