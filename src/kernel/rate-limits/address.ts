/** The key that an address is limited by. IPv6 addresses count by /64, because one customer holds a whole /64 (RFC 6177). */
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
