/**
 * Where a stage's state stands among all states it may ever have: a state is written over a smaller version only, so a
 * late or repeated delivery loses, whatever the order of arrival.
 *
 * version = run * 10^9 + attempt * 10^4 + rank, with rank 0 for pending, 1 + 10 * percent (1 to 1001) for processing
 * and 9999 for completed and failed. Attempts stop counting at 99,999 and runs at 9,000,000, which keeps the greatest
 * version, 9,000,000,999,999,999, below 2^53 (9,007,199,254,740,992).
 */
import type { StageState } from './stages.ts';

const RUN = 1e9;
const ATTEMPT = 1e4;
const FINISHED = 9999;
const MOST_RUNS = 9_000_000;
const MOST_ATTEMPTS = 99_999;

export function versionOf(state: Pick<StageState, 'status' | 'percent' | 'run' | 'attempt'>): number {
  return Math.min(state.run, MOST_RUNS) * RUN + Math.min(state.attempt, MOST_ATTEMPTS) * ATTEMPT + rank(state);
}

function rank({ status, percent }: Pick<StageState, 'status' | 'percent'>): number {
  switch (status) {
    case 'pending':
      return 0;
    case 'processing':
      return 1 + Math.round(10 * Math.min(100, Math.max(0, percent)));
    case 'completed':
    case 'failed':
      return FINISHED;
  }
}
