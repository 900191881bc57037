import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { createRevocations } from '../../../src/kernel/auth/revocations.ts';
import type { KeyValue } from '../../../src/kernel/kv/key-value.ts';
import { createMemoryKeyValue } from '../../../src/kernel/kv/memory.ts';
import { createLimiter } from '../../../src/kernel/rate-limits/limiter.ts';
import { createMemoryRateLimitStore } from '../../../src/kernel/rate-limits/memory-store.ts';
import { createAuthKit } from '../../support/kits/auth.ts';

let kit: Awaited<ReturnType<typeof createAuthKit>>;
beforeEach(async () => {
  kit = await createAuthKit();
});
afterEach(() => kit.close());

const LIFE_MS = 1_800_000;

/** A store that can be switched off and on. */
function flapping(store: KeyValue = createMemoryKeyValue({ clock: kit.clock })) {
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

describe('revocations', () => {
  test('revocation: lasts until the last affected token has expired and affects no other', async () => {
    await kit.revocations.revoke('jti:a', kit.clock.now() + LIFE_MS);
    kit.clock.advance(LIFE_MS - 1);
    expect(await kit.revocations.isRevoked(['jti:b', 'jti:a'])).toBe(true);
    expect(await kit.revocations.isRevoked(['jti:b'])).toBe(false);
    kit.clock.advance(1);
    expect(await kit.revocations.isRevoked(['jti:a'])).toBe(false);
  });

  test('revocation: is in the store even if the database has no room for it, and the caller hears of that', async () => {
    const { db, clock, log, config } = kit;
    const kv = createMemoryKeyValue({ clock });
    const limiter = createLimiter({ rateLimitStore: createMemoryRateLimitStore({ clock, kv }), clock, log });
    const insert = () => {
      throw new Error('SQLITE_FULL');
    };
    const full = { ...db, insert } as unknown as typeof db;
    const revocations = createRevocations({ db: full, kv, limiter, clock, log, config });
    await expect(revocations.revoke('jti:a', clock.now() + LIFE_MS)).rejects.toThrow('SQLITE_FULL');
    expect(await kv.get('revoked:jti:a')).toBe('1');
  });

  test('revocation: of an expired token writes nothing', async () => {
    await kit.revocations.revoke('jti:a', kit.clock.now());
    expect(await kit.revocations.isRevoked(['jti:a'])).toBe(false);
  });

  test('revocation: a repeated one with a later expiry extends it', async () => {
    await kit.revocations.revoke('sid:a', kit.clock.now() + 1000);
    await kit.revocations.revoke('sid:a', kit.clock.now() + 5000);
    kit.clock.advance(4000);
    expect(await kit.revocations.isRevoked(['sid:a'])).toBe(true);
  });
});

/** Revocations over another store than the kit's, read through a limiter as in production. */
function over(kv: KeyValue, db = kit.db) {
  const rateLimitStore = createMemoryRateLimitStore({ clock: kit.clock, kv });
  return createRevocations({ ...kit, db, kv, limiter: createLimiter({ ...kit, rateLimitStore }) });
}

describe('revocations with a failing store', () => {
  test('revocation: with the store down the database decides, and the outage is logged once', async () => {
    const { kv, setDown } = flapping();
    const revocations = over(kv);
    await revocations.revoke('jti:before', kit.clock.now() + LIFE_MS);
    await revocations.isRevoked(['jti:warm-up']);
    kit.clock.advance(LIFE_MS - 2000);
    setDown(true);
    await revocations.revoke('jti:during', kit.clock.now() + LIFE_MS);
    expect(await revocations.isRevoked(['jti:before'])).toBe(true);
    expect(await revocations.isRevoked(['jti:during'])).toBe(true);
    expect(await revocations.isRevoked(['jti:other'])).toBe(false);
    setDown(false);
    kit.clock.advance(1000);
    expect(await revocations.isRevoked(['jti:during'])).toBe(true);
    kit.clock.advance(1000);
    // The epoch is old enough, but the store is known to lack the revocation made during the outage.
    expect(await revocations.isRevoked(['jti:during'])).toBe(true);
    const messages = kit.log.lines.map(({ message }) => message);
    expect(messages.filter((message) => message.includes('does not reply'))).toHaveLength(1);
    expect(messages.filter((message) => message.includes('replies again'))).toHaveLength(1);
  });

  test('revocation: a store that comes back empty revives no token and is trusted after one token lifetime', async () => {
    await kit.revocations.isRevoked(['jti:x']);
    kit.clock.advance(LIFE_MS);
    await kit.revocations.revoke('jti:a', kit.clock.now() + LIFE_MS);
    const restarted = over(createMemoryKeyValue({ clock: kit.clock }));
    expect(await restarted.isRevoked(['jti:a'])).toBe(true);
    kit.clock.advance(LIFE_MS - 1);
    expect(await restarted.isRevoked(['jti:a'])).toBe(true);
    kit.clock.advance(1);
    expect(await restarted.isRevoked(['jti:a'])).toBe(false);
  });

  test('revocation: with an empty store that rejects its epoch key the database decides', async () => {
    const store = createMemoryKeyValue({ clock: kit.clock });
    const revocations = over({ ...store, set: () => Promise.reject(new Error('OOM')) });
    await revocations.revoke('jti:a', kit.clock.now() + LIFE_MS);
    expect(await revocations.isRevoked(['jti:a'])).toBe(true);
    expect(await revocations.isRevoked(['jti:b'])).toBe(false);
  });

  test('revocation: one that the store missed holds for every process, although the store kept its epoch', async () => {
    const store = createMemoryKeyValue({ clock: kit.clock });
    const { kv, setDown } = flapping(store);
    const [one, other] = [over(kv), over(store)];
    await one.isRevoked(['jti:x']);
    kit.clock.advance(LIFE_MS);
    setDown(true);
    await one.revoke('jti:missed', kit.clock.now() + LIFE_MS);
    setDown(false);
    expect(await one.isRevoked(['jti:missed'])).toBe(true);
    expect(await other.isRevoked(['jti:missed'])).toBe(true);
    kit.clock.advance(LIFE_MS - 1);
    expect(await one.isRevoked(['jti:missed'])).toBe(true);
    expect(await other.isRevoked(['jti:missed'])).toBe(true);
  });

  test('revocation: a failed renewal of the epoch is repeated by the next check', async () => {
    const store = createMemoryKeyValue({ clock: kit.clock });
    let writable = true;
    const set: KeyValue['set'] = (...input) => (writable ? store.set(...input) : Promise.reject(new Error('read only')));
    const [one, other] = [over({ ...store, set }), over(store)];
    await one.isRevoked(['jti:x']);
    kit.clock.advance(LIFE_MS);
    writable = false;
    await one.revoke('jti:missed', kit.clock.now() + LIFE_MS);
    expect(await one.isRevoked(['jti:missed'])).toBe(true);
    writable = true;
    expect(await one.isRevoked(['jti:missed'])).toBe(true);
    expect(await other.isRevoked(['jti:missed'])).toBe(true);
  });
});

test('revocation: syncFromDatabase copies what another process wrote to the database only, whatever the order of commits', async () => {
  const mine = over(createMemoryKeyValue({ clock: kit.clock }));
  await mine.isRevoked(['jti:warm-up']);
  kit.clock.advance(LIFE_MS);
  await mine.syncFromDatabase();
  const commandLine = over(createMemoryKeyValue({ clock: kit.clock }));
  await commandLine.revoke('sid:a', kit.clock.now() + LIFE_MS);
  expect(await mine.isRevoked(['sid:a'])).toBe(false);
  kit.clock.advance(1000);
  await mine.syncFromDatabase();
  expect(await mine.isRevoked(['sid:a'])).toBe(true);
});

test('revocation: a store of this process that was filled from the database is trusted at once', async () => {
  const commandLine = over(createMemoryKeyValue({ clock: kit.clock }));
  await commandLine.revoke('sid:a', kit.clock.now() + LIFE_MS);
  await commandLine.revoke('sid:over', kit.clock.now() + 1);
  kit.clock.advance(1);
  const select = vi.fn(kit.db.select.bind(kit.db)) as unknown as typeof kit.db.select;
  const mine = over(createMemoryKeyValue({ clock: kit.clock }), { ...kit.db, select });
  await mine.fillFromDatabase();
  expect(select).toHaveBeenCalledTimes(1);
  expect(await mine.isRevoked(['sid:a'])).toBe(true);
  expect(await mine.isRevoked(['sid:b'])).toBe(false);
  expect(select).toHaveBeenCalledTimes(1);
  await commandLine.revoke('sid:b', kit.clock.now() + LIFE_MS);
  await mine.syncFromDatabase();
  expect(await mine.isRevoked(['sid:b'])).toBe(true);
});

test('revocation: of an access token lasts as long in a filled store as in the database', async () => {
  await over(createMemoryKeyValue({ clock: kit.clock })).revoke('jti:a', kit.clock.now() + LIFE_MS);
  const mine = over(createMemoryKeyValue({ clock: kit.clock }));
  await mine.fillFromDatabase();
  kit.clock.advance(LIFE_MS - 1);
  expect(await mine.isRevoked(['jti:a'])).toBe(true);
  kit.clock.advance(1);
  expect(await mine.isRevoked(['jti:a'])).toBe(false);
});

test('revocation: more of them than a store of this process holds leave the decision to the database', async () => {
  const many = Array.from({ length: 100_001 }, (_, n) => ({ key: `sid:${n}`, expiresAt: kit.clock.now() + LIFE_MS }));
  const select = () => ({ from: () => ({ where: () => ({ limit: async () => many }) }) });
  const kv = createMemoryKeyValue({ clock: kit.clock });
  await over(kv, { ...kit.db, select } as unknown as typeof kit.db).fillFromDatabase();
  expect(await kv.get('revoked:sid:0')).toBeUndefined();
  expect(await kv.get('revocations:epoch')).toBeUndefined();
});
