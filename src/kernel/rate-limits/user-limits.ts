/** Counts a user's requests under the limits of the user's tier. Every process that serves the user counts under one key. */
import type { Decision } from '../model/sliding-window.ts';
import type { Tier } from '../model/tiers.ts';
import type { Limiter } from './limiter.ts';
import type { RateLimitPolicies } from './tiers.ts';

export interface LimitedUser {
  readonly userId: string;
  readonly tier: Tier;
}

/** Counts one request. Undefined for a tier without limits. Never rejects. */
export type CountRequest = (user: LimitedUser) => Promise<Decision | undefined>;

/** Requests that a person who types makes are counted apart. */
export const typingLimitKey = (userId: string) => `limit:typing:${userId}`;

export const userLimitKey = (userId: string) => `limit:user:${userId}`;

export function createUserLimits({
  limiter,
  rateLimits,
}: {
  limiter: Pick<Limiter, 'consume'>;
  rateLimits: Pick<RateLimitPolicies, 'tier'>;
}): CountRequest {
  return async function countRequest({ userId, tier }) {
    const policies = rateLimits.tier[tier];
    if (policies.length === 0) return undefined;
    return (await limiter.consume({ read: [], limit: { key: userLimitKey(userId), policies, cost: 1 } })).decision;
  };
}
