import fc from 'fast-check';
import { Hono } from 'hono';
import { expect, test } from 'vitest';
import { addressOf } from '../../src/kernel/rate-limits/address.ts';
import type { AppEnv } from '../../src/routes/env.ts';
import { clientAddress } from '../../src/routes/middleware/client-address.ts';
import { memoryLog } from '../support/fakes/doubles.ts';

function app(trustedHops: number, peer: string | null = '10.0.0.1') {
  const log = memoryLog();
  const hono = new Hono<AppEnv>();
  hono.use(clientAddress({ trustedHops, log, runtime: { clientAddress: () => peer } }));
  hono.get('/', (c) => c.json(c.get('address')));
  const ask = async (forwarded?: string) =>
    (await hono.request('/', forwarded === undefined ? {} : { headers: { 'X-Forwarded-For': forwarded } })).json();
  return { log, ask };
}

test('client address: without trusted proxies the peer counts, and an ignored X-Forwarded-For is warned of once', async () => {
  const { ask, log } = app(0);
  expect(await ask()).toBe('10.0.0.1');
  expect(log.lines).toHaveLength(0);
  expect(await ask('203.0.113.9')).toBe('10.0.0.1');
  expect(await ask('203.0.113.9')).toBe('10.0.0.1');
  expect(log.lines.map(({ level }) => level)).toEqual(['warning']);
});

test('client address: with trusted proxies X-Forwarded-For is read from the right', async () => {
  expect(await app(1).ask('6.6.6.6, 203.0.113.9')).toBe('203.0.113.9');
  expect(await app(2).ask('6.6.6.6, 203.0.113.9, 198.51.100.1')).toBe('203.0.113.9');
  expect(await app(1).ask()).toBe('10.0.0.1');
});

test('client address: a header with fewer entries than trusted proxies is the client’s own, and the peer counts', async () => {
  expect(await app(2).ask('203.0.113.9')).toBe('10.0.0.1');
  expect(await app(3).ask('203.0.113.9, 198.51.100.1')).toBe('10.0.0.1');
});

test('client address: an invalid entry falls back to the peer, and an unknown peer to null', async () => {
  expect(await app(1).ask('unknown')).toBe('10.0.0.1');
  expect(await app(1, null).ask('_hidden')).toBeNull();
});

test.each([
  ['192.0.2.1:443', '192.0.2.1'],
  ['[2001:db8::1]:443', '2001:db8::1'],
  ['2001:DB8:0::1', '2001:db8::1'],
  ['::ffff:192.0.2.1', '192.0.2.1'],
])('client address: %s is normalised to %s', (written, address) => {
  expect(addressOf(written, 1)).toBe(address);
});

test('client address: entries forged by a client do not change what trusted proxies report', () => {
  fc.assert(
    fc.property(fc.array(fc.string({ minLength: 1 })), fc.ipV4(), fc.integer({ min: 1, max: 4 }), (forged, address, hops) => {
      const proxies = Array.from({ length: hops - 1 }, (_, i) => `10.0.0.${i}`);
      expect(addressOf([...forged, address, ...proxies].join(','), hops)).toBe(address);
    }),
  );
});
