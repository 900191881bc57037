/** Lets a ticket in where an event stream is asked for; every other request goes to the lock. */
import type { MiddlewareHandler } from 'hono';
import { AppError } from '../../kernel/core/errors.ts';
import type { Actor } from '../../kernel/model/actor.ts';
import { createStreamTickets } from '../../kernel/progress/stream-tickets.ts';
import type { AppContext } from '../../services/context.ts';
import type { AppEnv } from '../env.ts';
import { createRateLimiter } from './rate-limit.ts';

const EVENT_PATH = /^\/(?:resources\/[^/]+\/)?progress\/events$/;

type Dependencies = Pick<AppContext, 'config' | 'kv' | 'limiter' | 'revocations' | 'clock' | 'log'>;

/** `lock` is the middleware that asks for credentials; those win where a request carries both. */
export function allowStreamTickets(services: Dependencies, lock: MiddlewareHandler<AppEnv>): MiddlewareHandler<AppEnv> {
  const tickets = createStreamTickets(services);
  const admission = createRateLimiter(services);
  return async function allowTickets(c, next) {
    const ticket = c.req.query('ticket');
    const hasCredentials = c.req.header('authorization') !== undefined || c.req.header('x-api-key') !== undefined;
    if (ticket === undefined || hasCredentials || !EVENT_PATH.test(c.req.path)) return lock(c, next);
    const actor = await tickets.redeem(ticket).catch(async (error: unknown) => {
      await admission.anonymous(c);
      throw error;
    });
    const { revoked } = await admission.actor(c, actor, tokenKeys(actor));
    if (revoked) throw new AppError('unauthenticated', 'The login behind this ticket has ended');
    c.set('actor', actor);
    await next();
  };
}

/** Whether the token or the session that `actor` came with has been revoked since. */
export async function isRevoked({ revocations }: Pick<AppContext, 'revocations'>, actor: Actor): Promise<boolean> {
  const keys = tokenKeys(actor);
  return keys.length > 0 && (await revocations.isRevoked(keys));
}

function tokenKeys({ tokenId, sessionId }: Actor): string[] {
  return [tokenId && `jti:${tokenId}`, sessionId && `sid:${sessionId}`].filter((key) => key !== null);
}
