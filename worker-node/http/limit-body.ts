/** Receives a request's body by the rules of all bodies (kernel/core/request-body.ts). */
import { createMiddleware } from 'hono/factory';
import { createByteBudget } from '../../src/kernel/core/byte-budget.ts';
import { receiveRequest } from '../../src/kernel/core/request-body.ts';
import { addressKey } from '../../src/kernel/rate-limits/address.ts';
import type { CallerEnv } from './authenticate.ts';
import type { AddressEnv } from './client-address.ts';

export interface BodyLimit {
  readonly maxBytes: number;
  readonly tooLarge: () => Error;
}

/** Bodies of the largest size that memory has room for. */
const PLACES = 4;

/**
 * Memory for bodies of users, and another for those of callers who are not known before their signature over the body is
 * verified: these are charged to their address.
 */
export function limitBody({ maxBytes, tooLarge }: BodyLimit) {
  const known = createByteBudget(PLACES * maxBytes);
  const strangers = createByteBudget(PLACES * maxBytes);
  return createMiddleware<{ Variables: Partial<CallerEnv['Variables'] & AddressEnv['Variables']> }>(
    async function limitBody(c, next) {
      const { request, release } = receiveRequest(c.req.raw, {
        maxBytes,
        tooLarge,
        hold: () => {
          const caller = c.get('caller');
          return caller?.kind === 'user' ? known.hold(caller.actor.userId) : strangers.hold(addressKey(c.get('address') ?? null));
        },
      });
      c.req.raw = request;
      try {
        await next();
      } finally {
        release();
      }
    },
  );
}
