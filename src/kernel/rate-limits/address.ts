/** What an address is limited by: one IPv6 customer holds a whole /64, so that is what counts (RFC 6177). */
import ipaddr from 'ipaddr.js';

/** Everybody whose address is unknown or no address shares one bucket, rather than passing unlimited. */
const UNKNOWN = 'unknown';

export function addressKey(address: string | null): string {
  if (address === null || !ipaddr.isValid(address)) return UNKNOWN;
  const parsed = ipaddr.process(address);
  if (parsed instanceof ipaddr.IPv4) return parsed.toString();
  const [network] = ipaddr.parseCIDR(`${parsed.toNormalizedString()}/64`);
  return `${ipaddr.IPv6.networkAddressFromCIDR(`${network.toNormalizedString()}/64`).toNormalizedString()}/64`;
}
