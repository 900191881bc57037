/** What every request passes between its credentials and its handler: revocation and limits, in one trip to the store. */
import type { Context } from 'hono';
import { AppError } from '../../kernel/core/errors.ts';
import type { Actor } from '../../kernel/model/actor.ts';
import type { Decision, Policy } from '../../kernel/model/sliding-window.ts';
import { addressKey } from '../../kernel/rate-limits/address.ts';
import { rateLimitPolicies } from '../../kernel/rate-limits/tiers.ts';
import type { AppContext } from '../../services/context.ts';
import type { AppEnv } from '../env.ts';
import { setResponseHeader } from './response-headers.ts';
import { createThrottledLog } from '../../services/system/throttled-log.ts';

export interface RateLimiter {
  /** Throws `rate_limited`; resolves to whether one of the actor's tokens is revoked. */
  actor(c: Context<AppEnv>, actor: Actor, tokenKeys: readonly string[]): Promise<{ revoked: boolean }>;
  /** Counts a request that nobody stands for, by its address. Throws `rate_limited`. */
  anonymous(c: Context<AppEnv>): Promise<void>;
}

export function createRateLimiter(
  services: Pick<AppContext, 'config' | 'limiter' | 'revocations' | 'clock' | 'log'>,
): RateLimiter {
  const { config, limiter, revocations, clock, log } = services;
  const limits = rateLimitPolicies(config);
  /** Operations that do not count as one request: a batch is many documents, and looking at one's limits is free. */
  const costs: Readonly<Record<string, number>> = {
    'GET /search': config.limits.searchCost,
    'POST /resources/batch': 10,
    'GET /auth/rate-limit': 0,
  };
  const refusals = createThrottledLog({ clock, log });

  function answer(c: Context<AppEnv>, key: string, decision: Decision): void {
    const now = clock.now();
    const headers = limitHeaders(decision, now);
    for (const name in headers) setResponseHeader(c, name, headers[name] as string);
    if (decision.admitted) return;
    refusals.warning('rate limit reached', { key, path: c.req.path });
    const seconds = Math.ceil(decision.retryAfterMs / 1000);
    throw new AppError('rate_limited', `Too many requests; try again in ${seconds} s`, { retryAfter: seconds });
  }

  return {
    actor: async (c, { userId, tier }, tokenKeys) => {
      const policies = limits.tier[tier];
      const key = `limit:user:${userId}`;
      const cost = Math.min(costs[`${c.req.method} ${c.req.path}`] ?? 1, ...policies.map(({ limit }) => limit));
      const { values, decision } = await limiter.consume({
        read: tokenKeys.length > 0 ? revocations.cacheKeys(tokenKeys) : [],
        ...(policies.length > 0 ? { limit: { key, policies, cost } } : {}),
      });
      const revoked = tokenKeys.length > 0 && (await revocations.isRevokedGiven(tokenKeys, values));
      if (!revoked && decision) answer(c, key, decision);
      return { revoked };
    },
    anonymous: async (c) => {
      const key = `limit:address:${addressKey(c.get('address') ?? null)}`;
      const { decision } = await limiter.consume({ read: [], limit: { key, policies: limits.anonymous, cost: 1 } });
      if (decision) answer(c, key, decision);
    },
  };
}

const seconds = (ms: number) => Math.max(0, Math.ceil(ms / 1000));
const token = ({ name }: Policy) => `"${name}"`;

/** The tightest policy in the X- headers (reset in Unix seconds); all of them in the IETF draft's (`t` in seconds from now). */
export function limitHeaders({ states }: Decision, now: number): Record<string, string> {
  const [tightest] = [...states].sort((a, b) => a.remaining / a.policy.limit - b.remaining / b.policy.limit);
  if (!tightest) return {};
  return {
    'X-RateLimit-Limit': String(tightest.policy.limit),
    'X-RateLimit-Remaining': String(tightest.remaining),
    'X-RateLimit-Reset': String(Math.ceil(tightest.resetAt / 1000)),
    'RateLimit-Policy': states.map(({ policy }) => `${token(policy)};q=${policy.limit};w=${policy.windowMs / 1000}`).join(', '),
    RateLimit: states
      .map(({ policy, remaining, resetAt }) => `${token(policy)};r=${remaining};t=${seconds(resetAt - now)}`)
      .join(', '),
  };
}
