/** How a stage moves from one state to the next. The attempt grows whenever it begins anew, so that late reports lose. */
import type { StageState } from '../../src/kernel/model/stages.ts';

/** One that was left processing by a worker that died has used up its attempt. */
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

/** Back in line for the next attempt; `message` says why, null where it was only interrupted. */
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
