/**
 * Version of a stage's state: later states have greater versions. A write replaces only a smaller version, so late and
 * repeated reports are dropped in whatever order they arrive.
 *
 * version = run * 10^9 + attempt * 10^4 + rank, with rank 0 for pending, 1 + 10 * percent (1 to 1001) for processing
 * and 9999 for completed and failed. Attempts count to 99,999 and runs to 9,000,000, which keeps the greatest version,
 * 9,000,000,999,999,999, below 2^53 (9,007,199,254,740,992).
 */
import type { StageState } from './stages.ts';

const RUN = 1e9;
const ATTEMPT = 1e4;
const FINISHED = 9999;
const MAX_RUN = 9_000_000;
const MAX_ATTEMPT = 99_999;

export function versionOf(state: Pick<StageState, 'status' | 'percent' | 'run' | 'attempt'>): number {
  return Math.min(state.run, MAX_RUN) * RUN + Math.min(state.attempt, MAX_ATTEMPT) * ATTEMPT + rank(state);
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
