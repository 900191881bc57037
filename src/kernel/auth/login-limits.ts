/** Limits on failed logins: per pair of account and address, per account, and per address. Successful logins cost nothing. */
import { AppError } from '../core/errors.ts';
import { addressKey } from '../rate-limits/address.ts';
import type { Limiter } from '../rate-limits/limiter.ts';
import type { RateLimitPolicies } from '../rate-limits/tiers.ts';

export interface LoginLimits {
  /**
   * Runs `check` unless too many attempts failed, and charges the limits if `succeeded` denies its result. An attempt counts
   * as failed while it runs, so that concurrent guesses cannot exceed the limit. `account` is the same however the account is
   * named: its id, or the compared form of a name that no account has. Throws `rate_limited` with the seconds after which the
   * same attempt passes.
   */
  guard<T>(account: string, address: string | null, check: () => Promise<T>, succeeded: (result: T) => boolean): Promise<T>;
}

/** Retry-After of an attempt that only attempts still running have blocked: they end within seconds. */
const RUNNING_RETRY_S = 1;

/** One store call for a successful login, two for a failed one. */
export function createLoginLimits({ limiter, limits }: { limiter: Limiter; limits: RateLimitPolicies }): LoginLimits {
  const running = new Map<string, number>();
  const runningAttempts = (key: string) => running.get(key) ?? 0;
  const addRunning = (key: string, count: number) => {
    const next = runningAttempts(key) + count;
    if (next > 0) running.set(key, next);
    else running.delete(key);
  };

  return {
    guard: async (account, address, check, succeeded) => {
      const from = addressKey(address);
      const limited = [
        { key: `login:pair:${account}:${from}`, policies: limits.loginPair },
        { key: `login:account:${account}`, policies: limits.loginEither },
        { key: `login:address:${from}`, policies: limits.loginEither },
      ];
      for (const { key } of limited) addRunning(key, 1);
      try {
        const decisions = await limiter.peekAll(limited);
        const blocked = decisions.some(({ key, states }) => states.some(({ remaining }) => remaining < runningAttempts(key)));
        if (blocked) {
          const retryAfterMs = Math.max(...decisions.map((decision) => decision.retryAfterMs));
          throw new AppError('rate_limited', 'Too many failed logins; try again later', {
            retryAfter: Math.max(retryAfterMs / 1000, RUNNING_RETRY_S),
          });
        }
        const result = await check();
        if (!succeeded(result)) await limiter.consumeAll(limited);
        return result;
      } finally {
        for (const { key } of limited) addRunning(key, -1);
      }
    },
  };
}
