/** Failed logins are counted per account and address together, per account, and per address; successes cost nothing. */

import { AppError } from '../core/errors.ts';
import { nameKey } from '../db/users.ts';
import { addressKey } from '../rate-limits/address.ts';
import type { Limiter } from '../rate-limits/limiter.ts';
import type { RateLimitPolicies } from '../rate-limits/tiers.ts';

export interface LoginLimits {
  /**
   * Runs `check` unless too many attempts failed; `check` says whether this one succeeded. Attempts under way count as
   * failed until they end, so that a hundred at once are not a hundred free guesses. Throws `rate_limited`.
   */
  guard<T>(login: string, address: string | null, check: () => Promise<T>, succeeded: (result: T) => boolean): Promise<T>;
}

export function createLoginLimits({ limiter, limits }: { limiter: Limiter; limits: RateLimitPolicies }): LoginLimits {
  const underWay = new Map<string, number>();
  const attempts = (key: string) => underWay.get(key) ?? 0;
  const count = (key: string, by: number) => {
    const next = attempts(key) + by;
    if (next > 0) underWay.set(key, next);
    else underWay.delete(key);
  };

  return {
    guard: async (login, address, check, succeeded) => {
      const account = nameKey(login);
      const from = addressKey(address);
      const counted = [
        { key: `login:pair:${account}:${from}`, policies: limits.loginPair },
        { key: `login:account:${account}`, policies: limits.loginEither },
        { key: `login:address:${from}`, policies: limits.loginEither },
      ];
      for (const { key } of counted) count(key, 1);
      try {
        for (const { key, policies } of counted) {
          const { states } = await limiter.decide(key, policies, 0);
          if (states.every(({ remaining }) => remaining >= attempts(key))) continue;
          // What is under way ends within seconds; what failed, with its window.
          const { retryAfterMs } = await limiter.decide(key, policies, 0);
          throw new AppError('rate_limited', 'Too many failed logins; try again later', {
            retryAfter: Math.max(retryAfterMs / 1000, 60),
          });
        }
        const result = await check();
        if (!succeeded(result)) for (const { key, policies } of counted) await limiter.decide(key, policies, 1);
        return result;
      } finally {
        for (const { key } of counted) count(key, -1);
      }
    },
  };
}
