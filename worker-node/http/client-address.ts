/** The client's address, as the API finds it: of the outermost trusted proxy's entry, or of the connection. */
import type { HttpBindings } from '@hono/node-server';
import type { Context } from 'hono';
import { createMiddleware } from 'hono/factory';
import { addressOf, normaliseAddress } from '../../src/kernel/rate-limits/address.ts';

/** Set by `clientAddress`; null: unknown. */
export interface AddressEnv {
  Variables: { address: string | null };
}

export function clientAddress(trustedHops: number) {
  return createMiddleware<AddressEnv>(function clientAddress(c, next) {
    const forwarded = trustedHops > 0 ? c.req.header('x-forwarded-for') : undefined;
    c.set('address', addressOf(forwarded, trustedHops) ?? peerOf(c));
    return next();
  });
}

function peerOf(c: Context): string | null {
  // A test has no socket.
  const { incoming } = (c.env ?? {}) as Partial<HttpBindings>;
  return normaliseAddress(incoming?.socket.remoteAddress ?? '');
}
