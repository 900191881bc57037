/**
 * The client's address. `X-Forwarded-For` is read from the right, one entry per trusted proxy: entries further left were
 * written by the client and can be forged.
 */
import { createMiddleware } from 'hono/factory';
import { createBoundedMap } from '../../kernel/core/bounded-map.ts';
import type { Log } from '../../kernel/core/log.ts';
import { addressOf, normaliseAddress } from '../../kernel/rate-limits/address.ts';
import type { AppEnv } from '../env.ts';
import type { Runtime } from '../runtime.ts';

export interface ClientAddressOptions {
  /** Number of trusted proxies in front of this server; 0 ignores the header. */
  readonly trustedHops: number;
  readonly log: Log;
  readonly runtime: Pick<Runtime, 'clientAddress'>;
}

export function clientAddress({ trustedHops, log, runtime }: ClientAddressOptions) {
  let warned = false;
  // A connection sends many requests, a load balancer all of them: its address is parsed once.
  const normalised = createBoundedMap<string, string | null>({ capacity: 1000, evict: 'oldest' });

  function normalisePeer(peer: string | null): string | null {
    if (peer === null) return null;
    const known = normalised.get(peer);
    if (known !== undefined) return known;
    const address = normaliseAddress(peer);
    normalised.set(peer, address);
    return address;
  }

  return createMiddleware<AppEnv>(function clientAddress(c, next) {
    const forwarded = c.req.header('x-forwarded-for');
    const peer = runtime.clientAddress(c);
    if (forwarded !== undefined && trustedHops === 0 && !warned) {
      warned = true;
      log.warning(
        'X-Forwarded-For was ignored because TRUSTED_PROXY_HOPS is 0, so all clients behind a proxy share one address. ' +
          'Set TRUSTED_PROXY_HOPS to the number of proxies in front of this server.',
      );
    }
    c.set('address', addressOf(trustedHops > 0 ? forwarded : undefined, trustedHops) ?? normalisePeer(peer));
    return next();
  });
}
