/** Lets a ticket in where an event stream is asked for; every other request goes to the lock. */
import type { MiddlewareHandler } from 'hono';
import type { Actor } from '../kernel/auth/actor.ts';
import { AppError } from '../kernel/errors.ts';
import { createTickets } from '../kernel/progress/tickets.ts';
import type { Services } from '../kernel/services.ts';
import type { AppEnv } from './env.ts';

const EVENT_PATH = /^\/(?:resources\/[^/]+\/)?progress\/events$/;

/** `lock` is the middleware that asks for credentials; those win where a request carries both. */
export function allowTickets(
  services: Pick<Services, 'kv' | 'revocations'>,
  lock: MiddlewareHandler<AppEnv>,
): MiddlewareHandler<AppEnv> {
  const tickets = createTickets(services);
  return async function allowTickets(c, next) {
    const ticket = c.req.query('ticket');
    const hasCredentials = c.req.header('authorization') !== undefined || c.req.header('x-api-key') !== undefined;
    if (ticket === undefined || hasCredentials || !EVENT_PATH.test(c.req.path)) return lock(c, next);
    const actor = await tickets.redeem(ticket);
    if (await isRevoked(services, actor)) throw new AppError('unauthenticated', 'The login behind this ticket has ended');
    c.set('actor', actor);
    await next();
  };
}

/** Whether the token or the session that `actor` came with has been revoked since. */
export async function isRevoked({ revocations }: Pick<Services, 'revocations'>, actor: Actor): Promise<boolean> {
  const keys = [actor.tokenId && `jti:${actor.tokenId}`, actor.sessionId && `sid:${actor.sessionId}`].filter(
    (key) => key !== null,
  );
  return keys.length > 0 && (await revocations.isRevoked(keys));
}
