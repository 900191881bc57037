/**
 * Asks the API to count a user's request at the worker, by a signed POST to `/jobs/limits`: for a worker without a store
 * that it shares with the API. While the API does not reply, `insurance` counts in this process.
 */
import { z } from 'zod';
import type { Config } from '../config/config.ts';
import type { Log } from '../core/log.ts';
import type { Decision } from '../model/sliding-window.ts';
import { TIERS } from '../model/tiers.ts';
import { createCircuitBreaker, STORE_DEADLINE_MS } from '../rate-limits/circuit-breaker.ts';
import type { CountRequest } from '../rate-limits/user-limits.ts';
import { createSignedPost, type SignedPostDependencies } from './signed-post.ts';

export const LIMITS_PATH = '/jobs/limits';

/** The user of a request that the worker serves. */
export const limitRequestSchema = z.object({ user_id: z.string().min(1).max(64), tier: z.enum(TIERS) });

const policySchema = z.object({ name: z.string().max(40), window_ms: z.int().min(1), limit: z.int().min(1) });

/** What the API decided; without `decision` the tier has no limits. */
export const limitDecisionSchema = z.object({
  decision: z
    .object({
      admitted: z.boolean(),
      retry_after_ms: z.number().min(0),
      states: z.array(z.object({ policy: policySchema, remaining: z.number(), reset_at: z.number() })).max(10),
    })
    .optional(),
});

export function toLimitDecision(decision: Decision | undefined): z.infer<typeof limitDecisionSchema> {
  if (!decision) return {};
  const { admitted, retryAfterMs, states } = decision;
  return {
    decision: {
      admitted,
      retry_after_ms: retryAfterMs,
      states: states.map(({ policy: { name, windowMs, limit }, remaining, resetAt }) => ({
        policy: { name, window_ms: windowMs, limit },
        remaining,
        reset_at: resetAt,
      })),
    },
  };
}

function toDecision({ decision }: z.infer<typeof limitDecisionSchema>): Decision | undefined {
  if (!decision) return undefined;
  return {
    admitted: decision.admitted,
    retryAfterMs: decision.retry_after_ms,
    states: decision.states.map(({ policy: { name, window_ms: windowMs, limit }, remaining, reset_at: resetAt }) => ({
      policy: { name, windowMs, limit },
      remaining,
      resetAt,
    })),
  };
}

export interface LimitsClientDependencies extends SignedPostDependencies {
  readonly config: Pick<Config, 'publicUrl'> & { readonly worker: Pick<Config['worker'], 'signingKeys'> };
  readonly log: Log;
  /** The API's address as the worker reaches it, without a trailing slash. `publicUrl` is always signed. */
  readonly apiUrl: string;
  readonly insurance: CountRequest;
}

export function createLimitsClient({ insurance, apiUrl, ...dependencies }: LimitsClientDependencies): CountRequest {
  const { config, clock, log } = dependencies;
  const signedPost = createSignedPost(dependencies);
  const breaker = createCircuitBreaker({ name: 'limits of the API', clock, log });

  async function ask({ userId, tier }: Parameters<CountRequest>[0]) {
    const response = await signedPost({
      url: `${apiUrl}${LIMITS_PATH}`,
      signedUrl: `${config.publicUrl}${LIMITS_PATH}`,
      body: { user_id: userId, tier },
      deadlineMs: STORE_DEADLINE_MS,
    });
    if (response.ok) return { decision: toDecision(limitDecisionSchema.parse(await response.json())) };
    await response.body?.cancel();
    throw new Error(`the API responded with status ${response.status}`);
  }

  return async function countRequest(user) {
    const reply = await breaker.call(() => ask(user));
    return reply ? reply.decision : insurance(user);
  };
}
