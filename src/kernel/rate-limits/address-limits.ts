/** Counts requests without valid credentials by the client's address, under one key in the API and in the worker. */
import type { Decision } from '../model/sliding-window.ts';
import { addressKey } from './address.ts';
import type { Limiter } from './limiter.ts';
import type { RateLimitPolicies } from './tiers.ts';

export const addressLimitKey = (address: string | null) => `limit:address:${addressKey(address)}`;

/** Counts one request; null: the address is unknown. Undefined where addresses have no limits. Never rejects. */
export type CountAddress = (address: string | null) => Promise<Decision | undefined>;

export function createAddressLimits({
  limiter,
  rateLimits,
}: {
  limiter: Pick<Limiter, 'consume'>;
  rateLimits: Pick<RateLimitPolicies, 'anonymous'>;
}): CountAddress {
  return async function countAddress(address) {
    const limit = { key: addressLimitKey(address), policies: rateLimits.anonymous, cost: 1 };
    return (await limiter.consume({ read: [], limit })).decision;
  };
}
