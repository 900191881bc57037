/** Clients' addresses, and the keys that they are limited by: IPv6 by /64, because one customer holds a whole /64 (RFC 6177). */
import ipaddr from 'ipaddr.js';

/** One bucket for all requests without a valid address, so that they do not pass unlimited. */
const UNKNOWN = 'unknown';

/** The IPv4 address, the IPv6 network with `/64`, or `unknown`. Never throws. */
export function addressKey(address: string | null): string {
  if (address === null || !ipaddr.isValid(address)) return UNKNOWN;
  const parsed = ipaddr.process(address);
  if (parsed instanceof ipaddr.IPv4) return parsed.toString();
  const [network] = ipaddr.parseCIDR(`${parsed.toNormalizedString()}/64`);
  return `${ipaddr.IPv6.networkAddressFromCIDR(`${network.toNormalizedString()}/64`).toNormalizedString()}/64`;
}

/**
 * The entry of the outermost trusted proxy; undefined if it is missing or not an IP address. With fewer entries than proxies the
 * request has not passed them all, and its first entry may be the client's own.
 */
export function addressOf(forwarded: string | undefined, trustedHops: number): string | undefined {
  if (forwarded === undefined) return undefined;
  const entries = forwarded.split(',').map((entry) => entry.trim());
  return normaliseAddress(entries[entries.length - trustedHops] ?? '') ?? undefined;
}

/** An IP address without port and in one spelling: `192.0.2.1:443`, `[2001:db8::1]:443`, `::ffff:192.0.2.1`; else null. */
export function normaliseAddress(text: string): string | null {
  const bare = /^\[(.+)\](?::\d+)?$/.exec(text)?.[1] ?? /^([\d.]+):\d+$/.exec(text)?.[1] ?? text;
  return ipaddr.isValid(bare) ? ipaddr.process(bare).toString() : null;
}

/** Whether the text is an address of the machine itself: 127.0.0.0/8 or ::1. */
export const isLoopback = (text: string): boolean => ipaddr.isValid(text) && ipaddr.process(text).range() === 'loopback';
