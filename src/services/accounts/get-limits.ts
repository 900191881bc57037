import { z } from 'zod';
import { TIERS } from '../../kernel/model/tiers.ts';
import type { AppContext } from '../context.ts';
import { type Caller, operation } from '../operation.ts';

const windowSchema = z.object({
  policy: z.string().meta({ example: 'minute' }),
  window_seconds: z.int(),
  limit: z.int(),
  remaining: z.int(),
  reset: z.int().meta({ description: 'Unix seconds at which every request counted now has left the window' }),
});

export const getLimits = operation({
  name: 'account.limits',
  scope: null,
  summary: 'Read the own rate limits',
  description:
    'Costs nothing. `limit`, `remaining` and `reset` are those of the window with the smallest share remaining. Writes also count ' +
    'in the windows `…-writes`, of half the size.',
  destructive: false,
  input: z.object({}),
  output: z
    .object({
      tier: z.enum(TIERS),
      unlimited: z.literal(true).optional(),
      limit: z.int().optional(),
      remaining: z.int().optional(),
      reset: z.int().optional(),
      windows: z.array(windowSchema).optional(),
    })
    .meta({ id: 'RateLimit' }),
  run: async ({ limiter, rateLimits, actor: { userId, tier } }: Pick<AppContext, 'limiter' | 'rateLimits'> & Caller) => {
    const policies = rateLimits.tier[tier];
    if (policies.length === 0) return { tier, unlimited: true as const };
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
    return { tier, limit, remaining, reset, windows };
  },
});
