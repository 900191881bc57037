/** Rate limits, after authentication and before handlers: by user, or by address for public paths. */
import type { Context, MiddlewareHandler } from 'hono';
import type { Config } from '../../kernel/config/config.ts';
import type { Decision } from '../../kernel/model/sliding-window.ts';
import { requireAdmitted } from '../../services/accounts/charge-write.ts';
import type { AppContext } from '../../services/context.ts';
import type { AppEnv } from '../env.ts';
import { ROUTES } from '../routes.ts';
import { OPERATIONS } from '../table.ts';
import { noteLimit } from './limit-headers.ts';
import type { Operations } from './operations.ts';

type Cost = (c: Context<AppEnv>) => number;

/** Requests that cost other than 1, by method and path. The rest of a batch is charged when its items have been counted. */
const costsOf = (config: Pick<Config, 'limits'>): Readonly<Record<string, Cost>> =>
  Object.fromEntries([
    ...OPERATIONS.flatMap(({ method, path, cost }) =>
      cost ? [[`${method.toUpperCase()} ${path}`, () => cost(config)] as const] : [],
    ),
    ...Object.entries(ROUTES).flatMap(([route, { cost }]) => (cost ? [[route, cost] as const] : [])),
  ]);

/** Whether a request, by its query, is one of many that a person who types makes; by path. */
const TYPING = new Map(OPERATIONS.flatMap(({ path, isTyping }) => (isTyping ? [[path, isTyping] as const] : [])));

const isRead = ({ method }: Context<AppEnv>['req']) => method === 'GET' || method === 'HEAD';

export interface RateLimitOptions {
  /** Whether a request without an identity, to `path`, counts against its address. */
  readonly isLimited: (path: string) => boolean;
  readonly operations: Operations;
}

/** Counts the request and checks, in the same trip to the store, whether its credentials are revoked. */
export function rateLimit(
  context: Pick<AppContext, 'config' | 'requestLimits' | 'clock'>,
  { isLimited, operations }: RateLimitOptions,
): MiddlewareHandler<AppEnv> {
  const { config, requestLimits } = context;
  const costs = costsOf(config);
  return async function rateLimit(c, next) {
    const identity = c.get('identity');
    if (identity) {
      const { path } = c.req;
      const reads = isRead(c.req);
      const cost = costs[`${reads ? 'GET' : c.req.method} ${path}`]?.(c) ?? 1;
      const typing = reads && (TYPING.get(path)?.((name) => c.req.query(name)) ?? false);
      const write = !reads && operations.scopesOf(c).some((scope) => scope === 'resources:write' || scope === 'resources:delete');
      const { revoked, decision } = await requestLimits.consumeForActor(identity.actor, {
        cost: typing ? 1 : cost,
        path,
        write,
        typing,
      });
      if (decision) applyDecision(c, decision, context);
      identity.confirm(revoked);
    } else if (isLimited(c.req.path)) await countAddress(c, context);
    await next();
  };
}

/**
 * Charges what the messages in a body cost beside their request, which was charged one unit as a read. Each costs what it would
 * cost by itself; those that write also count in the half of the limit that writes may use. Throws `rate_limited`.
 */
export async function chargeMessages(
  c: Context<AppEnv>,
  context: Pick<AppContext, 'requestLimits' | 'clock'>,
  messages: readonly { readonly cost: number; readonly writes: boolean }[],
): Promise<void> {
  const sum = (some: typeof messages) => some.reduce((total, { cost }) => total + cost, 0);
  const cost = Math.max(0, sum(messages) - 1);
  const writes = sum(messages.filter((message) => message.writes));
  if (cost + writes < 1) return;
  const request = { cost, paid: 1, path: c.req.path, ...(writes > 0 ? { write: true, writes } : { write: false }) };
  const { decision } = await context.requestLimits.consumeForActor(c.get('actor'), request);
  if (decision) applyDecision(c, decision, context);
}

/** Counts a request that has no actor against its address. Throws `rate_limited`. */
export async function countAddress(c: Context<AppEnv>, context: Pick<AppContext, 'requestLimits' | 'clock'>): Promise<void> {
  const decision = await context.requestLimits.consumeForAddress(c.get('address') ?? null, { path: c.req.path });
  if (decision) applyDecision(c, decision, context);
}

/** Sets the limit headers. Throws `rate_limited` for a request that was not admitted. */
function applyDecision(c: Context<AppEnv>, decision: Decision, context: Pick<AppContext, 'clock'>): void {
  noteLimit(c, decision, context);
  requireAdmitted(decision);
}
