/**
 * Whose address a request counts against. `X-Forwarded-For` is read from the right, one entry per trusted proxy:
 * everything further left was written by whoever sent the request.
 */
import { createMiddleware } from 'hono/factory';
import ipaddr from 'ipaddr.js';
import type { Log } from '../../kernel/core/log.ts';
import type { AppEnv } from '../env.ts';
import type { Runtime } from '../runtime.ts';

export interface ClientAddressOptions {
  /** How many proxies of ours stand before this server; 0 trusts no header. */
  readonly trustedHops: number;
  readonly log: Log;
  readonly runtime: Pick<Runtime, 'clientAddress'>;
}

export function clientAddress({ trustedHops, log, runtime }: ClientAddressOptions) {
  let warned = false;
  const normalisePeer = rememberLast(normalise);
  return createMiddleware<AppEnv>(function clientAddress(c, next) {
    const forwarded = c.req.header('x-forwarded-for');
    const peer = runtime.clientAddress(c);
    if (forwarded !== undefined && trustedHops === 0 && !warned) {
      warned = true;
      log.warning(
        'X-Forwarded-For arrived but TRUSTED_PROXY_HOPS is 0: it is ignored, and all clients behind that proxy share one address. ' +
          'Set TRUSTED_PROXY_HOPS to the number of proxies in front of this server.',
      );
    }
    c.set('address', addressOf(trustedHops > 0 ? forwarded : undefined, trustedHops) ?? normalisePeer(peer));
    return next();
  });
}

/** The entry written by the outermost trusted proxy; undefined where there is none or it is no address. */
export function addressOf(forwarded: string | undefined, trustedHops: number): string | undefined {
  if (forwarded === undefined) return undefined;
  const entries = forwarded.split(',').map((entry) => entry.trim());
  return normalise(entries[Math.max(0, entries.length - trustedHops)] ?? '') ?? undefined;
}

/** `192.0.2.1:443`, `[2001:db8::1]:443` and `::ffff:192.0.2.1` without port and in one spelling; null for what is no address. */
function normalise(text: string): string | null {
  const bare = /^\[(.+)\](?::\d+)?$/.exec(text)?.[1] ?? /^([\d.]+):\d+$/.exec(text)?.[1] ?? text;
  return ipaddr.isValid(bare) ? ipaddr.process(bare).toString() : null;
}

/** A connection sends many requests, a load balancer all of them: the last few addresses need not be parsed again. */
function rememberLast(parse: (text: string) => string | null, most = 1000): (text: string | null) => string | null {
  const known = new Map<string, string | null>();
  return (text) => {
    if (text === null) return null;
    let parsed = known.get(text);
    if (parsed !== undefined) return parsed;
    parsed = parse(text);
    if (known.size >= most) known.clear();
    known.set(text, parsed);
    return parsed;
  };
}
