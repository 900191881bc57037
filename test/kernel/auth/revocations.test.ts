import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createRevocations } from '../../../src/kernel/auth/revocations.ts';
import { createMemoryKeyValue } from '../../../src/kernel/kv/memory.ts';
import { createAuthKit } from '../../support/auth.ts';

let kit: Awaited<ReturnType<typeof createAuthKit>>;
beforeEach(async () => {
  kit = await createAuthKit();
});
afterEach(() => kit.close());

const LIFE_MS = 1_800_000;

/** A store that can be taken away and brought back. */
function flapping() {
  const store = createMemoryKeyValue({ clock: kit.clock });
  let down = false;
  const kv = new Proxy(store, {
    get: (target, name) => {
      const method = Reflect.get(target, name);
      return down && typeof method === 'function' ? () => Promise.reject(new Error('connection refused')) : method;
    },
  });
  return {
    kv,
    setDown: (value: boolean) => {
      down = value;
    },
  };
}

describe('a revocation', () => {
  test('holds until the last token it concerns has expired, and no other is touched', async () => {
    await kit.revocations.revoke('jti:a', kit.clock.now() + LIFE_MS);
    kit.clock.advance(LIFE_MS - 1);
    expect(await kit.revocations.isRevoked(['jti:b', 'jti:a'])).toBe(true);
    expect(await kit.revocations.isRevoked(['jti:b'])).toBe(false);
    kit.clock.advance(1);
    expect(await kit.revocations.isRevoked(['jti:a'])).toBe(false);
  });

  test('of what is over already writes nothing', async () => {
    await kit.revocations.revoke('jti:a', kit.clock.now());
    expect(await kit.revocations.isRevoked(['jti:a'])).toBe(false);
  });

  test('can be repeated', async () => {
    await kit.revocations.revoke('sid:a', kit.clock.now() + 1000);
    await kit.revocations.revoke('sid:a', kit.clock.now() + 5000);
    kit.clock.advance(4000);
    expect(await kit.revocations.isRevoked(['sid:a'])).toBe(true);
  });
});

describe('with the store down', () => {
  test('the database decides: revoked stays revoked, the rest passes, and the outage is logged once', async () => {
    const { kv, setDown } = flapping();
    const revocations = createRevocations({ ...kit, kv });
    await revocations.revoke('jti:before', kit.clock.now() + LIFE_MS);
    setDown(true);
    await revocations.revoke('jti:during', kit.clock.now() + LIFE_MS);
    expect(await revocations.isRevoked(['jti:before'])).toBe(true);
    expect(await revocations.isRevoked(['jti:during'])).toBe(true);
    expect(await revocations.isRevoked(['jti:other'])).toBe(false);
    setDown(false);
    expect(await revocations.isRevoked(['jti:during'])).toBe(true);
    const messages = kit.log.lines.map(({ message }) => message);
    expect(messages.filter((message) => message.includes('is down'))).toHaveLength(1);
    expect(messages.filter((message) => message.includes('is back'))).toHaveLength(1);
  });

  test('a store that comes back empty revives nothing, and is trusted again after one token life', async () => {
    await kit.revocations.isRevoked(['jti:x']);
    kit.clock.advance(LIFE_MS);
    await kit.revocations.revoke('jti:a', kit.clock.now() + LIFE_MS);
    const restarted = createRevocations({ ...kit, kv: createMemoryKeyValue({ clock: kit.clock }) });
    expect(await restarted.isRevoked(['jti:a'])).toBe(true);
    kit.clock.advance(LIFE_MS - 1);
    expect(await restarted.isRevoked(['jti:a'])).toBe(true);
    kit.clock.advance(1);
    await kit.db.transaction(async () => {});
    expect(await restarted.isRevoked(['jti:a'])).toBe(false);
  });
});
