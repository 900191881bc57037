import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createAddressPolicy } from '../../worker-node/ingest/fetch/address-policy.ts';

const FORBIDDEN_V4: readonly [string, number][] = [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['161.26.0.0', 16],
  ['166.8.0.0', 14],
  ['168.63.129.16', 32],
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.0.0.0', 24],
  ['192.0.2.0', 24],
  ['192.168.0.0', 16],
  ['198.18.0.0', 15],
  ['198.51.100.0', 24],
  ['199.36.153.4', 30],
  ['199.36.153.8', 30],
  ['203.0.113.0', 24],
  ['224.0.0.0', 4],
  ['240.0.0.0', 4],
];
const FORBIDDEN_V6: readonly [string, number][] = [
  ['0000', 16],
  ['fc00', 7],
  ['fe80', 10],
  ['fec0', 10],
  ['ff00', 8],
  ['2002', 16],
  ['0100', 16],
  ['4000', 3],
];

const toNumber = (dotted: string) => dotted.split('.').reduce((sum, part) => sum * 256 + Number(part), 0);
const octets = (value: number) => [value >>> 24, (value >>> 16) & 255, (value >>> 8) & 255, value & 255];
const groups = (bytes: readonly number[]) =>
  Array.from({ length: bytes.length / 2 }, (_, i) => ((bytes[2 * i]! << 8) | bytes[2 * i + 1]!).toString(16));

/** Addresses of the forbidden IPv4 ranges. */
const forbiddenV4 = fc
  .tuple(fc.constantFrom(...FORBIDDEN_V4), fc.nat({ max: 0xffffffff }))
  .map(([[range, bits], random]) => (toNumber(range) + (random % 2 ** (32 - bits))) >>> 0);

/** Notations of one IPv4 address, as IPv4 and embedded in IPv6. */
const NOTATIONS: readonly ((value: number) => string)[] = [
  (v) => octets(v).join('.'),
  (v) => String(v),
  (v) => `0x${v.toString(16)}`,
  (v) => `0${v.toString(8)}`,
  (v) =>
    octets(v)
      .map((part) => `0x${part.toString(16)}`)
      .join('.'),
  (v) =>
    octets(v)
      .map((part) => `0${part.toString(8)}`)
      .join('.'),
  (v) => `::ffff:${octets(v).join('.')}`,
  (v) => `::ffff:${groups(octets(v)).join(':')}`,
  (v) => `0:0:0:0:0:FFFF:${groups(octets(v)).join(':').toUpperCase()}`,
  (v) => `::${octets(v).join('.')}`,
  (v) => `64:ff9b::${octets(v).join('.')}`,
  (v) => `64:ff9b:1::${groups(octets(v)).join(':')}`,
  (v) => `2002:${groups(octets(v)).join(':')}::1`,
  (v) => `2001:0:${groups(octets(v)).join(':')}::1`,
];

const forbiddenV6 = fc
  .tuple(fc.constantFrom(...FORBIDDEN_V6), fc.uint8Array({ minLength: 16, maxLength: 16 }))
  .map(([[prefix, bits], random]) => {
    const start = [Number.parseInt(prefix.slice(0, 2), 16), Number.parseInt(prefix.slice(2), 16)];
    return Array.from(random, (byte, i) => {
      const fixed = Math.min(8, Math.max(0, bits - i * 8));
      const mask = (0xff << (8 - fixed)) & 0xff;
      return ((start[i] ?? 0) & mask) | (byte & ~mask & 0xff);
    });
  });

const policy = createAddressPolicy();

describe('createAddressPolicy', () => {
  it('address policy: every address of a forbidden IPv4 range is refused in every notation', () => {
    fc.assert(
      fc.property(forbiddenV4, fc.constantFrom(...NOTATIONS), (value, write) => {
        expect(policy.permits(write(value))).toBe(false);
      }),
      { numRuns: 3000 },
    );
  });

  it('address policy: every address of a forbidden IPv6 range is refused, with and without brackets and zone', () => {
    fc.assert(
      fc.property(forbiddenV6, fc.constantFrom('', '%eth0'), fc.boolean(), (bytes, zone, brackets) => {
        // ::ffff:0:0/96 also contains public IPv4 addresses.
        fc.pre(bytes.slice(0, 12).join() !== '0,0,0,0,0,0,0,0,0,0,255,255');
        const text = groups(bytes).join(':') + zone;
        expect(policy.permits(brackets ? `[${text}]` : text)).toBe(false);
      }),
      { numRuns: 3000 },
    );
  });

  it.each([
    ['Azure', '168.63.129.16'],
    ['AWS', '169.254.169.254'],
    ['AWS over IPv6', 'fd00:ec2::254'],
    ['Google Cloud', '169.254.169.254'],
    ['Google Cloud over IPv6', 'fd20:ce::254'],
    ['Google APIs inside Google Cloud', '199.36.153.8'],
    ['Alibaba Cloud', '100.100.100.200'],
    ['Oracle Cloud', '192.0.0.192'],
    ['Oracle Cloud over IPv6', 'fd00:c1::a9fe:a9fe'],
    ['Tencent Cloud', '169.254.0.23'],
    ['IBM Cloud', '161.26.0.10'],
  ])('address policy: the address of the internal services of %s is refused', (_cloud, address) => {
    expect(policy.permits(address)).toBe(false);
  });

  it.each([
    '168.63.129.15',
    '168.63.129.17',
    '161.27.0.1',
    '166.12.0.1',
    '199.36.153.3',
    '199.36.153.12',
  ])('address policy: %s, a public neighbour of cloud-internal addresses, is permitted', (address) => {
    expect(policy.permits(address)).toBe(true);
  });

  it('address policy: an address of internal cloud services is permitted where the allow list names it', () => {
    expect(createAddressPolicy(['168.63.129.16']).permits('168.63.129.16')).toBe(true);
  });

  it('address policy: text that is not an address is refused', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        fc.pre(!/^[\d.:a-fx[\]]+$/i.test(text));
        expect(policy.permits(text)).toBe(false);
      }),
    );
    expect(policy.permits('')).toBe(false);
  });

  it.each([
    '93.184.216.34',
    '8.8.8.8',
    '2606:4700:4700::1111',
    '::ffff:8.8.8.8',
    '64:ff9b::8.8.8.8',
  ])('address policy: the public address %s is permitted', (address) => {
    expect(policy.permits(address)).toBe(true);
  });

  it('address policy: addresses in the allow list are permitted in every notation, their neighbours are not', () => {
    const allowing = createAddressPolicy(['10.20.0.0/16', '127.0.0.1', 'fd00:1::/32']);
    for (const address of ['10.20.3.4', '::ffff:10.20.3.4', '127.0.0.1', 'fd00:1::7'])
      expect(allowing.permits(address)).toBe(true);
    for (const address of ['10.21.0.1', '127.0.0.2', 'fd00:2::7', '169.254.169.254'])
      expect(allowing.permits(address)).toBe(false);
  });

  it('address policy: an allow list entry that is not an address range throws RangeError', () => {
    expect(() => createAddressPolicy(['10.0.0.0/99'])).toThrow(RangeError);
    expect(() => createAddressPolicy(['intranet'])).toThrow(RangeError);
  });
});
