/**
 * The client's address. `X-Forwarded-For` is read from the right, one entry per trusted proxy: entries further left were
 * written by the client and can be forged.
 */
import { createMiddleware } from 'hono/factory';
import ipaddr from 'ipaddr.js';
import { createBoundedMap } from '../../kernel/core/bounded-map.ts';
import type { Log } from '../../kernel/core/log.ts';
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
    const address = normalise(peer);
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

/**
 * The entry of the outermost trusted proxy; undefined if it is missing or not an IP address. With fewer entries than proxies the
 * request has not passed them all, and its first entry may be the client's own.
 */
export function addressOf(forwarded: string | undefined, trustedHops: number): string | undefined {
  if (forwarded === undefined) return undefined;
  const entries = forwarded.split(',').map((entry) => entry.trim());
  return normalise(entries[entries.length - trustedHops] ?? '') ?? undefined;
}

/** An IP address without port and in one spelling: `192.0.2.1:443`, `[2001:db8::1]:443`, `::ffff:192.0.2.1`; else null. */
function normalise(text: string): string | null {
  const bare = /^\[(.+)\](?::\d+)?$/.exec(text)?.[1] ?? /^([\d.]+):\d+$/.exec(text)?.[1] ?? text;
  return ipaddr.isValid(bare) ? ipaddr.process(bare).toString() : null;
}
