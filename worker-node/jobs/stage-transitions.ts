/** State transitions of a stage. Each new start raises `attempt`, so that late reports of an earlier start are outdated. */
import type { StageState } from '../../src/kernel/model/stages.ts';

/** A stage still `processing` was left by a worker that died, which used up that attempt. */
export function started(state: StageState, now: number): StageState {
  return {
    ...state,
    status: 'processing',
    percent: 0,
    attempt: state.status === 'pending' ? Math.max(1, state.attempt) : state.attempt + 1,
    message: null,
    startedAt: now,
    finishedAt: null,
    updatedAt: now,
  };
}

export function completed(state: StageState, now: number): StageState {
  return { ...state, status: 'completed', percent: 100, message: null, finishedAt: now, updatedAt: now };
}

export function failed(state: StageState, message: string, now: number): StageState {
  return { ...state, status: 'failed', message, finishedAt: now, updatedAt: now };
}

/** Pending again for the next attempt. `message` is the reason of the failure; null after an interruption. */
export function requeued(state: StageState, message: string | null, now: number): StageState {
  return {
    ...state,
    status: 'pending',
    percent: 0,
    attempt: state.attempt + 1,
    message,
    startedAt: null,
    finishedAt: null,
    updatedAt: now,
  };
}
