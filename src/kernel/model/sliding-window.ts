/**
 * The rate-limiting algorithm: a sliding window of 60 sub-windows. Each sub-window stores its count and the time of its
 * last admission, and counts in full until that admission is one window old. Counting whole sub-windows can only
 * overcount, so no rolling window ever admits more than the limit. It overcounts by less than the admissions of one
 * sub-window, so a client that stays below the limit by that margin is never refused.
 *
 * This is the in-memory implementation. `rate-limits/script.ts` makes the same decisions in Lua; one contract suite compares both.
 */

export const SUB_WINDOWS = 60;

export interface Policy {
  /** Token in the `RateLimit` headers, e.g. `minute`. */
  readonly name: string;
  /** Milliseconds; a multiple of 60. */
  readonly windowMs: number;
  /** Units admitted in any rolling window; at least 1. */
  readonly limit: number;
  /** Units of a charge that do not count here, for example because they were charged before. Default: 0. */
  readonly paid?: number;
}

export interface PolicyState {
  readonly policy: Policy;
  /** Units left after this decision. */
  readonly remaining: number;
  /** Time, in ms of the same clock as `now`, at which everything counted now has left the window; the current time if nothing is counted. */
  readonly resetAt: number;
}

export interface Decision {
  readonly admitted: boolean;
  /** Milliseconds until the same request passes, provided no other request comes first; 0 when admitted. */
  readonly retryAfterMs: number;
  readonly states: readonly PolicyState[];
}

/** `slot` is floor(time / (windowMs / 60)). Sub-windows are kept oldest first, so `last` never decreases along the list. */
interface SubWindow {
  slot: number;
  count: number;
  last: number;
}

/** State of one policy for one key. */
export interface Window {
  total: number;
  subWindows: SubWindow[];
}

export const emptyWindow = (): Window => ({ total: 0, subWindows: [] });

/**
 * After the clock was set back, the admissions lie in the future, and would count until the clock has come there. They are moved
 * back with it, by whole sub-windows, so that the newest is ahead by less than one. None becomes older by that than it is.
 */
function followClock({ subWindows }: Window, policy: Policy, now: number): void {
  const subWindowMs = policy.windowMs / SUB_WINDOWS;
  const ahead = Math.floor(((subWindows.at(-1)?.last ?? now) - now) / subWindowMs);
  if (ahead <= 0) return;
  for (const subWindow of subWindows) {
    subWindow.slot -= ahead;
    subWindow.last -= ahead * subWindowMs;
  }
}

/** `window` without the sub-windows that have left it. The live ones are a suffix, because `last` never decreases. */
function liveAt(window: Window, policy: Policy, now: number): Window {
  let { total } = window;
  let gone = 0;
  for (const { last, count } of window.subWindows) {
    if (last > now - policy.windowMs) break;
    total -= count;
    gone += 1;
  }
  return { total, subWindows: gone === 0 ? window.subWindows : window.subWindows.slice(gone) };
}

/** Milliseconds until `cost` more units fit; 0 if they fit now. `cost` is at most the policy's limit. */
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
  // If the clock steps back a little, the admission counts at the time of the newest one, which keeps the order.
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

/** What a charge of `cost` units counts under a policy. */
const dueOf = ({ paid = 0 }: Policy, cost: number) => Math.max(0, cost - paid);

/**
 * Decides `cost` units (1 to the smallest limit) under all policies at `now` (ms), less what is paid under each. Either every policy is charged
 * or none is. `cost` 0 only reads, and `peek` decides without charging. `windows`, one per policy, are changed in place by a charge, and when the clock was set back.
 */
export function decide(
  policies: readonly Policy[],
  windows: readonly Window[],
  cost: number,
  now: number,
  peek = false,
): Decision {
  const pairs = policies.map((policy, i) => {
    const stored = windows[i] ?? emptyWindow();
    followClock(stored, policy, now);
    return { policy, stored, window: liveAt(stored, policy, now) };
  });
  const retryAfterMs = Math.max(0, ...pairs.map(({ policy, window }) => waitFor(window, policy, dueOf(policy, cost), now)));
  const admitted = retryAfterMs === 0;
  if (admitted && cost > 0 && !peek) {
    for (const { policy, stored, window } of pairs) {
      const due = dueOf(policy, cost);
      if (due === 0) continue;
      charge(window, policy, due, now);
      Object.assign(stored, window);
    }
  }
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
