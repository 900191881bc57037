import { z } from 'zod';
import { present } from '../../kernel/core/present.ts';
import { usageOf } from '../../kernel/db/usage.ts';
import { TIERS } from '../../kernel/model/tiers.ts';
import type { AppContext } from '../context.ts';
import { type Caller, operation } from '../operation.ts';
import { isLimited } from '../resources/quotas.ts';

const windowSchema = z.object({
  policy: z.string().meta({ example: 'minute' }),
  window_seconds: z.int(),
  limit: z.int(),
  remaining: z.int(),
  reset: z.int().meta({ description: 'Unix seconds at which every request counted now has left the window' }),
});

const quotaSchema = z.object({ limit: z.int(), used: z.int(), remaining: z.int() });

type LimitsContext = Pick<AppContext, 'config' | 'db' | 'limiter' | 'rateLimits'> & Caller;

/** What the account may store; undefined without a quota. */
async function quotasOf({ config, db, actor }: LimitsContext) {
  const quota = config.quotas[actor.tier];
  if (!isLimited(quota)) return undefined;
  const used = await usageOf(db, actor.userId);
  const shown = (['documents', 'bytes'] as const).flatMap((what) => {
    const limit = quota[what];
    if (limit === undefined) return [];
    return [[what, { limit, used: used[what], remaining: Math.max(0, limit - used[what]) }] as const];
  });
  return Object.fromEntries(shown);
}

export const getLimits = operation({
  name: 'account.limits',
  scope: null,
  summary: 'Read the own rate limits',
  description:
    'Costs nothing. `limit`, `remaining` and `reset` are those of the window with the smallest share remaining. Writes also count ' +
    'in the windows `…-writes`, of half the size. `quotas`: what the account may store, where there is such a limit.',
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
      quotas: z.object({ documents: quotaSchema.optional(), bytes: quotaSchema.optional() }).optional(),
    })
    .meta({ id: 'RateLimit' }),
  run: async (context: LimitsContext) => {
    const { limiter, rateLimits, actor } = context;
    const { userId, tier } = actor;
    const quotas = await quotasOf(context);
    const policies = rateLimits.tier[tier];
    if (policies.length === 0) return { tier, unlimited: true as const, ...present({ quotas }) };
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
    return { tier, limit, remaining, reset, windows, ...present({ quotas }) };
  },
});
