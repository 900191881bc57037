/**
 * The limiter's one algorithm: a sliding window of 60 sub-windows. A sub-window keeps its count and the time of its
 * last admission, and counts in full until that admission is a whole window old. Counting a sub-window whole can only
 * overcount, so in any rolling window no more than the limit is admitted; it overcounts by less than one sub-window's
 * admissions, so a client that stays under the limit by that share is never refused.
 *
 * This is the in-memory form; `script.ts` holds the same decisions in Lua, and one contract suite compares them.
 */

export const SUB_WINDOWS = 60;

export interface Policy {
  /** Token in the `RateLimit` headers, e.g. `minute`. */
  readonly name: string;
  /** Milliseconds; a multiple of 60. */
  readonly windowMs: number;
  /** Units admitted in any rolling window; at least 1. */
  readonly limit: number;
}

export interface PolicyState {
  readonly policy: Policy;
  /** Units left after this decision. */
  readonly remaining: number;
  /** Unix ms at which all that counts now will have left the window; now where nothing counts. */
  readonly resetAt: number;
}

export interface Decision {
  readonly admitted: boolean;
  /** Milliseconds from now after which the same request would pass if nothing else came in between; 0 where admitted. */
  readonly retryAfterMs: number;
  readonly states: readonly PolicyState[];
}

/** One sub-window: `slot` is floor(time / (windowMs / 60)). Kept oldest first; `last` never falls along the list. */
interface SubWindow {
  readonly slot: number;
  count: number;
  last: number;
}

/** A policy's memory for one key. */
export interface Window {
  total: number;
  readonly subWindows: SubWindow[];
}

export const emptyWindow = (): Window => ({ total: 0, subWindows: [] });

/** Forgets what has left the window. Live sub-windows stay a suffix because `last` never falls. */
function expire(window: Window, policy: Policy, now: number): void {
  let gone = 0;
  for (const { last, count } of window.subWindows) {
    if (last > now - policy.windowMs) break;
    window.total -= count;
    gone += 1;
  }
  if (gone > 0) window.subWindows.splice(0, gone);
}

/** How long until `cost` more units fit, in ms; 0 where they fit now. `cost` is at most the policy's limit. */
function waitFor(window: Window, policy: Policy, cost: number, now: number): number {
  let excess = window.total + cost - policy.limit;
  for (const { last, count } of window.subWindows) {
    if (excess <= 0) return 0;
    excess -= count;
    if (excess <= 0) return last + policy.windowMs - now;
  }
  return 0;
}

function charge(window: Window, policy: Policy, cost: number, now: number): void {
  const newest = window.subWindows.at(-1);
  // A clock that steps back must not put an admission before one that is already there.
  const at = Math.max(now, newest?.last ?? 0);
  const slot = Math.floor(at / (policy.windowMs / SUB_WINDOWS));
  window.total += cost;
  if (newest?.slot === slot) {
    newest.count += cost;
    newest.last = at;
  } else {
    window.subWindows.push({ slot, count: cost, last: at });
  }
}

/**
 * Decides `cost` units (1 to the smallest limit) under all policies at once at `now` (Unix ms): all are charged or none is.
 * `cost` 0 only looks, and `peek` decides without charging. `windows` are the key's memory, one per policy, changed in place.
 */
export function decide(
  policies: readonly Policy[],
  windows: readonly Window[],
  cost: number,
  now: number,
  peek = false,
): Decision {
  const pairs = policies.map((policy, i) => ({ policy, window: windows[i] ?? emptyWindow() }));
  for (const { policy, window } of pairs) expire(window, policy, now);
  const retryAfterMs = Math.max(0, ...pairs.map(({ policy, window }) => waitFor(window, policy, cost, now)));
  const admitted = retryAfterMs === 0;
  if (admitted && cost > 0 && !peek) for (const { policy, window } of pairs) charge(window, policy, cost, now);
  return {
    admitted,
    retryAfterMs,
    states: pairs.map(({ policy, window }) => ({
      policy,
      remaining: Math.max(0, policy.limit - window.total),
      resetAt: (window.subWindows.at(-1)?.last ?? now - policy.windowMs) + policy.windowMs,
    })),
  };
}
