/** Retry schedule of callbacks, after the Standard Webhooks specification: ten attempts over about three days. */
import { HOUR_MS as HOUR, MINUTE_MS as MINUTE, SECOND_MS as SECOND } from '../core/time.ts';

/** Milliseconds to wait after the first, second, ... failed attempt. */
const PAUSES_MS = [5 * SECOND, 5 * MINUTE, 30 * MINUTE, 2 * HOUR, 5 * HOUR, 10 * HOUR, 14 * HOUR, 20 * HOUR, 24 * HOUR];

export const CALLBACK_ATTEMPTS = PAUSES_MS.length + 1;
const MAX_PAUSE_MS = 24 * HOUR;

/**
 * Milliseconds to wait after the `attempt`-th failure, counted from 1. `random()` (0 to 1) adds up to a fifth as jitter, so
 * that deliveries that failed together are not retried together. The pause is at least the receiver's Retry-After
 * (`retryAfter`, seconds) and at most a day. Undefined after the last attempt.
 */
export function callbackPauseMs(attempt: number, random: () => number, retryAfter = 0): number | undefined {
  const pause = PAUSES_MS[attempt - 1];
  if (pause === undefined) return undefined;
  return Math.round(Math.min(MAX_PAUSE_MS, Math.max(pause * (1 + random() / 5), retryAfter * SECOND)));
}
