/** GET /auth/rate-limit: the caller's limits and what remains of them. Reading them costs nothing. */
import { z } from '@hono/zod-openapi';
import { TIERS } from '../../kernel/model/tiers.ts';
import type { AppContext } from '../../services/context.ts';
import { createRouter, defineRoute, json } from '../router.ts';

const windowSchema = z.object({
  policy: z.string().openapi({ example: 'minute' }),
  window_seconds: z.int(),
  limit: z.int(),
  remaining: z.int(),
  reset: z.int().openapi({ description: 'Unix seconds at which every request counted now has left the window' }),
});

const statusSchema = z
  .object({
    tier: z.enum(TIERS),
    unlimited: z.literal(true).optional(),
    limit: z.int().optional(),
    remaining: z.int().optional(),
    reset: z.int().optional(),
    windows: z.array(windowSchema).optional(),
  })
  .openapi('RateLimit');

const route = defineRoute({
  method: 'get',
  path: '/auth/rate-limit',
  description:
    'Costs nothing. `limit`, `remaining` and `reset` are those of the window with the smallest share remaining. Writes also count ' +
    'in the windows `…-writes`, of half the size.',
  responses: { 200: json("The limits of the caller's tier", statusSchema) },
});

export function createRateLimitStatusRoutes({ limiter, rateLimits }: Pick<AppContext, 'limiter' | 'rateLimits'>) {
  return createRouter().openapi(route, async (c) => {
    const { userId, tier } = c.get('actor');
    const policies = rateLimits.tier[tier];
    if (policies.length === 0) return c.json({ tier, unlimited: true as const }, 200);
    const { states } = await limiter.decide(`user:${userId}`, rateLimits.writes[tier], 0);
    const windows = states.map(({ policy, remaining, resetAt }) => ({
      policy: policy.name,
      window_seconds: policy.windowMs / 1000,
      limit: policy.limit,
      remaining,
      reset: Math.ceil(resetAt / 1000),
    }));
    const [tightest] = windows.slice(0, policies.length).sort((a, b) => a.remaining / a.limit - b.remaining / b.limit);
    const { limit, remaining, reset } = tightest ?? {};
    return c.json({ tier, limit, remaining, reset, windows }, 200);
  });
}
