/** The checks before every handler: revocation and rate limits, read in one trip to the store. */
import type { Revocations } from '../../kernel/auth/revocations.ts';
import type { Log } from '../../kernel/core/log.ts';
import type { Clock } from '../../kernel/core/ports.ts';
import type { Actor } from '../../kernel/model/actor.ts';
import type { Decision, Policy } from '../../kernel/model/sliding-window.ts';
import { addressLimitKey, createAddressLimits } from '../../kernel/rate-limits/address-limits.ts';
import type { Limiter } from '../../kernel/rate-limits/limiter.ts';
import type { RateLimitPolicies } from '../../kernel/rate-limits/tiers.ts';
import { typingLimitKey, userLimitKey } from '../../kernel/rate-limits/user-limits.ts';
import { createThrottledLog } from '../system/throttled-log.ts';

export interface RequestCost {
  readonly cost: number;
  /** Without a query string. */
  readonly path: string;
  readonly write: boolean;
  /** Whether the request is one of many that a person who types makes. */
  readonly typing?: boolean;
  /** Units that the same request was charged before. */
  readonly paid?: number;
  /** Of a write: the units that count as writes, where that is not the cost. */
  readonly writes?: number;
}

export interface RequestLimits {
  /**
   * Counts a request at `cost` units under the limits of the actor's tier, of which writes may use half. `revoked`: the actor's token or session has been
   * revoked. `decision` is undefined for a tier without limits.
   */
  consumeForActor(
    actor: Actor,
    request: RequestCost,
  ): Promise<{ readonly revoked: boolean; readonly decision: Decision | undefined }>;
  /** Counts a request that has no actor, by the client's address; null: the address is unknown. */
  consumeForAddress(address: string | null, request: { readonly path: string }): Promise<Decision | undefined>;
  /** Whether the actor's token or session has been revoked; counts nothing. */
  isRevoked(actor: Actor): Promise<boolean>;
}

interface Dependencies {
  readonly limiter: Limiter;
  readonly rateLimits: RateLimitPolicies;
  readonly revocations: Revocations;
  readonly clock: Clock;
  readonly log: Log;
}

export function createRequestLimits({ limiter, rateLimits, revocations, clock, log }: Dependencies): RequestLimits {
  const refusals = createThrottledLog({ clock, log });
  const countAddress = createAddressLimits({ limiter, rateLimits });

  /** Logs a refusal; `path` has no query string. */
  function logged(decision: Decision | undefined, key: string, path: string): Decision | undefined {
    if (decision && !decision.admitted) refusals.warning('rate limit reached', { key, path });
    return decision;
  }

  return {
    consumeForActor: async (actor, { cost, path, write, typing = false, paid = 0, writes }) => {
      const policies = (typing ? rateLimits.typing : write ? rateLimits.writes : rateLimits.tier)[actor.tier];
      const key = typing ? typingLimitKey(actor.userId) : userLimitKey(actor.userId);
      const tokenKeys = tokenKeysOf(actor);
      const { values, decision } = await limiter.consume({
        read: tokenKeys.length > 0 ? revocations.cacheKeys(tokenKeys) : [],
        // A request that costs more than a whole window would never be admitted.
        ...(policies.length > 0
          ? {
              limit:
                writes === undefined
                  ? { key, policies, cost: Math.min(cost, ...policies.map(({ limit }) => limit - paid)) }
                  : { key, ...apart(policies, rateLimits.tier[actor.tier].length, { cost, paid, writes }) },
            }
          : {}),
      });
      const revoked = tokenKeys.length > 0 && (await revocations.isRevokedGiven(tokenKeys, values));
      return { revoked, decision: revoked ? undefined : logged(decision, key, path) };
    },
    consumeForAddress: async (address, { path }) => logged(await countAddress(address), addressLimitKey(address), path),
    isRevoked: async (actor) => {
      const tokenKeys = tokenKeysOf(actor);
      return tokenKeys.length > 0 && (await revocations.isRevoked(tokenKeys));
    },
  };
}

/** A charge whose units differ for the first `shared` policies, which reads share, and for those of writes alone. */
function apart(
  policies: readonly Policy[],
  shared: number,
  { cost, paid, writes }: Required<Pick<RequestCost, 'cost' | 'paid' | 'writes'>>,
): { policies: readonly Policy[]; cost: number } {
  const due = policies.map(({ limit }, i) => (i < shared ? Math.min(cost, limit - paid) : Math.min(writes, limit)));
  const units = Math.max(...due);
  return { policies: policies.map((policy, i) => ({ ...policy, paid: units - (due[i] ?? 0) })), cost: units };
}

/** The keys under which a revocation of the actor's token or session is recorded; an API key has neither. */
function tokenKeysOf({ tokenId, sessionId }: Actor): string[] {
  return [tokenId && `jti:${tokenId}`, sessionId && `sid:${sessionId}`].filter((key) => key !== null);
}
