/** Decides which network addresses may be connected to for URLs that users name (protection against SSRF). */
import ipaddr from 'ipaddr.js';

export interface AddressPolicy {
  /** Whether `address`, in any notation of a socket or resolver, is permitted. An unreadable one is not. */
  permits(address: string): boolean;
}

type Address = ReturnType<typeof ipaddr.parse>;

/** Global unicast IPv6 (RFC 4291 section 2.4). Everything outside is reserved, local or a transition address. */
const GLOBAL_UNICAST = ipaddr.parseCIDR('2000::/3');
/** The well-known prefix of NAT64 (RFC 6052), the only transition form in use that reaches public hosts. */
const NAT64 = ipaddr.parseCIDR('64:ff9b::/96');
/**
 * Addresses that are registered as public and reach a cloud's own services from inside that cloud. The metadata services
 * of other clouds (169.254.169.254, 100.100.100.200, 192.0.0.192, fd00:ec2::254) are in special-purpose ranges.
 */
const CLOUD_INTERNAL: readonly [Address, number][] = [
  ipaddr.parseCIDR('168.63.129.16/32'), // Azure: WireServer, the host's agent
  ipaddr.parseCIDR('161.26.0.0/16'), // IBM Cloud: infrastructure services
  ipaddr.parseCIDR('166.8.0.0/14'), // IBM Cloud: service endpoints
  ipaddr.parseCIDR('199.36.153.4/30'), // Google Cloud: restricted.googleapis.com
  ipaddr.parseCIDR('199.36.153.8/30'), // Google Cloud: private.googleapis.com
];

/**
 * Permits public addresses and those in `allow` (CIDR ranges or single addresses). IPv4 embedded in IPv6 (mapped, NAT64)
 * counts as the IPv4 address it reaches. Refused are 6to4, Teredo and all other special-purpose ranges (IANA registries),
 * and what reaches a cloud's own services. Throws RangeError for an entry of `allow` that is not an address or a range.
 */
export function createAddressPolicy(allow: readonly string[] = []): AddressPolicy {
  const allowed = allow.map(parseRange);

  function permits(address: string): boolean {
    const parsed = parseAddress(address);
    if (!parsed) return false;
    const target = embeddedIpv4(parsed) ?? parsed;
    return isPublic(target) || [parsed, target].some((candidate) => allowed.some((range) => matches(candidate, range)));
  }

  return { permits };
}

function parseAddress(address: string): Address | undefined {
  const bare = address.startsWith('[') && address.endsWith(']') ? address.slice(1, -1) : address;
  const zone = bare.indexOf('%');
  const unwrapped = zone < 0 ? bare : bare.slice(0, zone);
  return ipaddr.isValid(unwrapped) ? ipaddr.parse(unwrapped) : undefined;
}

function embeddedIpv4(address: Address): Address | undefined {
  if (address.kind() !== 'ipv6') return undefined;
  const bytes = address.toByteArray();
  const mapped = bytes.slice(0, 10).every((byte) => byte === 0) && bytes[10] === 0xff && bytes[11] === 0xff;
  return mapped || matches(address, NAT64) ? ipaddr.fromByteArray(bytes.slice(12)) : undefined;
}

function isPublic(address: Address): boolean {
  const isGlobal = address.range() === 'unicast' && (address.kind() === 'ipv4' || matches(address, GLOBAL_UNICAST));
  return isGlobal && !CLOUD_INTERNAL.some((range) => matches(address, range));
}

function matches(address: Address, [range, bits]: [Address, number]): boolean {
  return address.kind() === range.kind() && address.match(range, bits);
}

function parseRange(entry: string): [Address, number] {
  const text = entry.trim();
  if (ipaddr.isValidCIDR(text)) return ipaddr.parseCIDR(text);
  if (!ipaddr.isValid(text)) throw new RangeError(`${text} is not an address range such as 10.0.0.0/8`);
  const address = ipaddr.parse(text);
  return [address, address.kind() === 'ipv4' ? 32 : 128];
}
