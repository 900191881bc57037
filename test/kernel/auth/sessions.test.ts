import { eq } from 'drizzle-orm';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createRefreshTokens } from '../../../src/kernel/auth/refresh-tokens.ts';
import { createRevocations } from '../../../src/kernel/auth/revocations.ts';
import { createSessions, GRACE_MS } from '../../../src/kernel/auth/sessions.ts';
import { users } from '../../../src/kernel/db/schema.sqlite.ts';
import type { Database, User } from '../../../src/kernel/db/types.ts';
import { CLIENT, createAuthKit, testUser } from '../../support/kits/auth.ts';
import { testConfig } from '../../support/kits/config.ts';

type Kit = Awaited<ReturnType<typeof createAuthKit>>;
let kit: Kit;
beforeEach(async () => {
  kit = await createAuthKit();
});
afterEach(() => kit.close());

const refusal = { code: 'unauthenticated', detail: 'The refresh token is invalid, expired or revoked' };
const events = () => kit.log.lines.map(({ fields }) => fields.event);
const start = (scopes: Parameters<Kit['sessions']['start']>[1] = ['search']) => kit.sessions.start(testUser, scopes, CLIENT);
const sidOf = async (accessToken: string) => (await kit.accessTokens.verify(accessToken)).sid;

describe('sessions', () => {
  test('session: starts with the requested scopes that the user is entitled to', async () => {
    const pair = await start(['search', 'admin']);
    expect(pair.scopes).toEqual(['search']);
    expect(await kit.accessTokens.verify(pair.accessToken)).toMatchObject({ sub: testUser.id, tier: 'free', scopes: ['search'] });
    expect(await kit.sessions.list(testUser.id)).toMatchObject([{ userAgent: 'test', address: '192.0.2.1', generation: 0 }]);
  });

  test('session: each refresh extends it, and it expires without one', async () => {
    let pair = await start();
    for (let day = 0; day < 10; day++) {
      kit.clock.advance(6 * 86_400_000);
      pair = await kit.sessions.refresh(pair.refreshToken, CLIENT);
    }
    kit.clock.advance(7 * 86_400_000);
    await expect(kit.sessions.refresh(pair.refreshToken, CLIENT)).rejects.toMatchObject(refusal);
    expect(await kit.sessions.list(testUser.id)).toEqual([]);
  });

  test('session: each refresh reads the tier, so a downgrade removes scopes and an upgrade grants those requested at login', async () => {
    const { db } = kit;
    const first = await kit.sessions.start({ ...testUser, tier: 'admin' }, ['search', 'admin'], CLIENT);
    expect(first.scopes).toEqual(['search', 'admin']);
    const second = await kit.sessions.refresh(first.refreshToken, CLIENT);
    expect(second.scopes).toEqual(['search']);
    await db.update(users).set({ tier: 'admin' }).where(eq(users.id, testUser.id));
    const third = await kit.sessions.refresh(second.refreshToken, CLIENT);
    expect(await kit.accessTokens.verify(third.accessToken)).toMatchObject({ tier: 'admin', scopes: ['search', 'admin'] });
  });

  test('session: ends when its user is deactivated or deleted', async () => {
    const [one, other] = [await start(), await start()];
    await kit.db.update(users).set({ active: false }).where(eq(users.id, testUser.id));
    await expect(kit.sessions.refresh(one.refreshToken, CLIENT)).rejects.toMatchObject(refusal);
    expect(await kit.revocations.isRevoked([`sid:${await sidOf(one.accessToken)}`])).toBe(true);
    await kit.db.delete(users).where(eq(users.id, testUser.id));
    await expect(kit.sessions.refresh(other.refreshToken, CLIENT)).rejects.toMatchObject(refusal);
  });

  test('session: ending it revokes its refresh and access tokens, and ending it again returns false', async () => {
    const pair = await start();
    const sid = await sidOf(pair.accessToken);
    expect(await kit.sessions.end(sid, 'logout')).toBe(true);
    expect(await kit.sessions.end(sid, 'logout')).toBe(false);
    expect(await kit.revocations.isRevoked([`sid:${sid}`])).toBe(true);
    await expect(kit.sessions.refresh(pair.refreshToken, CLIENT)).rejects.toMatchObject(refusal);
  });

  test('session: ending it again after a partial failure revokes its access tokens as well', async () => {
    const { accessToken, refreshToken } = await start();
    const sid = await sidOf(accessToken);
    let failing = true;
    const { revoke, isRevoked } = kit.revocations;
    const flaky = async (...input: Parameters<typeof revoke>) => {
      if (failing) throw new Error('the database went away');
      await revoke(...input);
    };
    const sessions = createSessions({ ...kit, revocations: { ...kit.revocations, revoke: flaky } });
    await expect(sessions.end(sid, 'logout')).rejects.toThrow('went away');
    failing = false;
    expect(await sessions.end(sid, 'logout')).toBe(true);
    expect(await isRevoked([`sid:${sid}`])).toBe(true);
    await expect(sessions.refresh(refreshToken, CLIENT)).rejects.toMatchObject(refusal);
  });

  test('session: inspect finds it by its current refresh token only and changes nothing', async () => {
    const first = await start();
    const second = await kit.sessions.refresh(first.refreshToken, CLIENT);
    const forge = createRefreshTokens([kit.config.auth.secret.reveal()]);
    expect(await kit.sessions.inspect(second.refreshToken)).toMatchObject({ userId: testUser.id, generation: 1 });
    for (const token of [first.refreshToken, 'nonsense', await forge.encode({ sessionId: testUser.id, generation: 0 })])
      expect(await kit.sessions.inspect(token)).toBeUndefined();
    const third = await kit.sessions.refresh(second.refreshToken, CLIENT);
    kit.clock.advance(7 * 86_400_000);
    expect(await kit.sessions.inspect(third.refreshToken)).toBeUndefined();
    const ended = await start();
    await kit.sessions.end(await sidOf(ended.accessToken), 'logout');
    expect(await kit.sessions.inspect(ended.refreshToken)).toBeUndefined();
  });

  test('session: survives a rotation of the secret', async () => {
    const old = await createAuthKit({ JWT_SECRET_KEY: 'o'.repeat(40) });
    const pair = await old.sessions.start(testUser, [], CLIENT);
    const rotated = createSessions({
      ...old,
      config: testConfig({ JWT_SECRET_KEY: 'n'.repeat(40), JWT_SECRET_KEY_PREVIOUS: 'o'.repeat(40) }),
    });
    expect((await rotated.refresh(pair.refreshToken, CLIENT)).refreshToken).toMatch(/^pr1\./);
    await old.close();
  });
});

describe('refresh', () => {
  test('refresh: the parent token used within 30 s gets the same successor', async () => {
    const { refreshToken } = await start();
    const [tab, other] = await Promise.all([
      kit.sessions.refresh(refreshToken, CLIENT),
      kit.sessions.refresh(refreshToken, CLIENT),
    ]);
    expect(tab.refreshToken).toBe(other.refreshToken);
    expect(tab.accessToken).not.toBe(other.accessToken);
    kit.clock.advance(GRACE_MS);
    expect((await kit.sessions.refresh(refreshToken, CLIENT)).refreshToken).toBe(tab.refreshToken);
    await kit.sessions.refresh(tab.refreshToken, CLIENT);
  });

  test('refresh: the parent token used after 30 s revokes the session and its access tokens', async () => {
    const first = await start();
    const second = await kit.sessions.refresh(first.refreshToken, CLIENT);
    kit.clock.advance(GRACE_MS + 1);
    await expect(kit.sessions.refresh(first.refreshToken, CLIENT)).rejects.toMatchObject(refusal);
    await expect(kit.sessions.refresh(second.refreshToken, CLIENT)).rejects.toMatchObject(refusal);
    expect(await kit.revocations.isRevoked([`sid:${await sidOf(second.accessToken)}`])).toBe(true);
    expect(events()).toContain('refresh_reused');
  });

  test('refresh: a token older than the parent revokes the session at once', async () => {
    const first = await start();
    const second = await kit.sessions.refresh(first.refreshToken, CLIENT);
    const third = await kit.sessions.refresh(second.refreshToken, CLIENT);
    await expect(kit.sessions.refresh(first.refreshToken, CLIENT)).rejects.toMatchObject(refusal);
    await expect(kit.sessions.refresh(third.refreshToken, CLIENT)).rejects.toMatchObject(refusal);
  });

  test('refresh: a token that was never issued is refused without ending a session, even if correctly signed', async () => {
    const pair = await start();
    const { sid } = await kit.accessTokens.verify(pair.accessToken);
    const forge = createRefreshTokens([kit.config.auth.secret.reveal()]);
    await expect(kit.sessions.refresh('nonsense', CLIENT)).rejects.toMatchObject(refusal);
    await expect(kit.sessions.refresh(await forge.encode({ sessionId: sid, generation: 7 }), CLIENT)).rejects.toMatchObject(
      refusal,
    );
    await expect(
      kit.sessions.refresh(await forge.encode({ sessionId: testUser.id, generation: 0 }), CLIENT),
    ).rejects.toMatchObject(refusal);
    await kit.sessions.refresh(pair.refreshToken, CLIENT);
  });

  test('refresh: no log line contains the token or its MAC', async () => {
    const pair = await start();
    await kit.sessions.refresh(pair.refreshToken, CLIENT);
    await kit.sessions.refresh(`${pair.refreshToken}x`, CLIENT).catch(() => {});
    const written = JSON.stringify(kit.log.lines);
    expect(written).toContain('refresh_failed');
    expect(written).not.toContain(pair.refreshToken.split('.')[3]);
  });
});

describe('refresh by several clients', () => {
  /** A step: after a pause, a client refreshes with one of the tokens it has seen. */
  const step = fc.record({ client: fc.nat(2), age: fc.nat(3), pause: fc.constantFrom(0, 1000, GRACE_MS, GRACE_MS + 1, 120_000) });

  test('refresh: any interleaving by three clients leaves at most one live token', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 15 }), async (steps) => {
        const first = await start();
        const seen: string[][] = [[first.refreshToken], [first.refreshToken], [first.refreshToken]];
        const all = new Set([first.refreshToken]);
        for (const { client, age, pause } of steps) {
          kit.clock.advance(pause);
          const tokens = seen[client]!;
          const token = tokens.at(-1 - Math.min(age, tokens.length - 1))!;
          const pair = await kit.sessions.refresh(token, CLIENT).catch(() => undefined);
          if (!pair) continue;
          tokens.push(pair.refreshToken);
          all.add(pair.refreshToken);
        }
        kit.clock.advance(GRACE_MS + 1);
        const live: string[] = [];
        // Newest first, because trying an older token revokes the session.
        const byGeneration = [...all].sort((a, b) => Number(b.split('.')[2]) - Number(a.split('.')[2]));
        for (const token of byGeneration) {
          await kit.sessions.refresh(token, CLIENT).then(
            () => live.push(token),
            () => undefined,
          );
        }
        expect(live.length).toBeLessThanOrEqual(1);
      }),
      { numRuns: 40 },
    );
  });

  test('refresh: two tabs that share tokens within the grace period are never logged out', async () => {
    const turn = fc.record({ pause: fc.nat(20 * 60_000), lag: fc.nat(GRACE_MS), both: fc.boolean() });
    await fc.assert(
      fc.asyncProperty(fc.array(turn, { minLength: 1, maxLength: 15 }), async (turns) => {
        let token = (await start()).refreshToken;
        for (const { pause, lag, both } of turns) {
          kit.clock.advance(pause);
          const mine = await kit.sessions.refresh(token, CLIENT);
          if (both) {
            kit.clock.advance(lag);
            expect((await kit.sessions.refresh(token, CLIENT)).refreshToken).toBe(mine.refreshToken);
          }
          token = mine.refreshToken;
        }
      }),
      { numRuns: 30 },
    );
  });
});

/** Runs `before` with the number of the statement that follows it, before each statement outside of a transaction. */
function observed(db: Database, before: (statement: number) => Promise<unknown>): Database {
  let statements = 0;
  const built = (builder: object): object =>
    new Proxy(builder, {
      get(target, key) {
        const value: unknown = Reflect.get(target, key, target);
        if (typeof value !== 'function') return value;
        if (key !== 'then') return (...input: unknown[]) => built(value.apply(target, input) as object);
        const run = async () => {
          await before(statements++);
          return await (target as PromiseLike<unknown>);
        };
        return (...callbacks: Parameters<Promise<unknown>['then']>) => run().then(...callbacks);
      },
    });
  return new Proxy(db, {
    get(target, key) {
      const value: unknown = Reflect.get(target, key, target);
      if (typeof value !== 'function') return value;
      const isStatement = ['select', 'insert', 'update', 'delete'].includes(String(key));
      return (...input: unknown[]) => (isStatement ? built(value.apply(target, input) as object) : value.apply(target, input));
    },
  });
}

describe('refresh while the account changes', () => {
  /** A refresh of `pair`, during which `change` happens before the statement with the number `at`; whether it happened. */
  async function refreshDuring(refreshToken: string, at: number, change: () => Promise<unknown>) {
    let happened = false;
    const db = observed(kit.db, async (statement) => {
      if (statement !== at) return;
      happened = true;
      await change();
    });
    const pair = await createSessions({ ...kit, db })
      .refresh(refreshToken, CLIENT)
      .catch(() => undefined);
    return { happened, pair };
  }
  const changePassword = (keep: string | null) =>
    kit.sessions.updateAccount(testUser.id, async () => ({ set: { passwordHash: 'new' }, ends: 'password changed' }), { keep });
  const current = async () => (await kit.db.select().from(users).where(eq(users.id, testUser.id)))[0] as User;

  test('refresh: a change of the own password before any of its statements keeps the session and its new token', async () => {
    for (let at = 0; ; at++) {
      const own = await kit.sessions.start(await current(), ['search'], CLIENT);
      const sid = await sidOf(own.accessToken);
      const { happened, pair } = await refreshDuring(own.refreshToken, at, () => changePassword(sid));
      if (!happened) {
        expect(at).toBeGreaterThan(1);
        break;
      }
      expect(pair, `before statement ${at}`).toBeDefined();
      expect(await kit.revocations.isRevoked([`sid:${sid}`]), `before statement ${at}`).toBe(false);
      await expect(kit.sessions.refresh(pair?.refreshToken ?? '', CLIENT)).resolves.toBeDefined();
    }
  });

  test.each<[string, (sid: string) => Promise<unknown>]>([
    ['a change of the password in another session', () => changePassword(null)],
    ['a logout', (sid) => kit.sessions.end(sid, 'logout')],
    ['a deactivation', () => kit.db.update(users).set({ active: false }).where(eq(users.id, testUser.id))],
    ['a deletion of the account', () => kit.db.delete(users).where(eq(users.id, testUser.id))],
  ])('refresh: %s before any of its statements refuses it', async (_, change) => {
    for (let at = 0; ; at++) {
      await kit.db
        .insert(users)
        .values(testUser)
        .onConflictDoUpdate({ target: users.id, set: { active: true } });
      const pair = await kit.sessions.start(await current(), ['search'], CLIENT);
      const sid = await sidOf(pair.accessToken);
      const refreshed = await refreshDuring(pair.refreshToken, at, () => change(sid));
      if (!refreshed.happened) break;
      expect(refreshed.pair, `before statement ${at}`).toBeUndefined();
    }
  });
});

describe('sessions while the database has no room', () => {
  /** The kit's parts on its database, which accepts no write while `full` is true. */
  function onDisk() {
    const disk = { full: false };
    const db = new Proxy(kit.db, {
      get: (target, name) => {
        const isWrite = name === 'insert' || name === 'update' || name === 'transaction';
        if (disk.full && isWrite)
          return () => {
            throw new Error('SQLITE_FULL');
          };
        return Reflect.get(target, name);
      },
    });
    const revocations = createRevocations({ ...kit, db });
    return { disk, revocations, sessions: createSessions({ ...kit, db, revocations }) };
  }
  const HOUR = 3_600_000;

  test('session: one that was ended while the disk was full cannot be refreshed, then or once there is room, and its row ends', async () => {
    const { disk, sessions } = onDisk();
    const pair = await sessions.start(testUser, ['search'], CLIENT);
    disk.full = true;
    await expect(sessions.end(await sidOf(pair.accessToken), 'logout')).rejects.toThrow('SQLITE_FULL');
    await expect(sessions.refresh(pair.refreshToken, CLIENT)).rejects.toMatchObject(refusal);
    expect(await sessions.inspect(pair.refreshToken)).toBeUndefined();
    expect(await sessions.list(testUser.id)).toHaveLength(1);
    disk.full = false;
    // Far longer than an access token lives.
    kit.clock.advance(6 * 24 * HOUR);
    await expect(sessions.refresh(pair.refreshToken, CLIENT)).rejects.toMatchObject(refusal);
    expect(await sessions.list(testUser.id)).toEqual([]);
    const reasons = kit.log.lines.flatMap(({ fields }) => (fields.event === 'refresh_failed' ? [fields.reason] : []));
    expect(reasons).toEqual(['ended in the store', 'revoked: ended before the database could be written']);
  });

  test('session: of one that was ended while the disk was full, an inspected token is not live and ends the row', async () => {
    const { disk, sessions } = onDisk();
    const pair = await sessions.start(testUser, ['search'], CLIENT);
    disk.full = true;
    await expect(sessions.end(await sidOf(pair.accessToken), 'logout')).rejects.toThrow('SQLITE_FULL');
    disk.full = false;
    expect(await sessions.inspect(pair.refreshToken)).toBeUndefined();
    expect(await sessions.list(testUser.id)).toEqual([]);
  });

  test('session: a token of one that does not exist is refused although its id was ended in the store', async () => {
    const { sessions, revocations } = onDisk();
    const pair = await sessions.start(testUser, ['search'], CLIENT);
    const sid = await sidOf(pair.accessToken);
    await kit.db.delete(users).where(eq(users.id, testUser.id));
    await revocations.publish([`sid:${sid}`], kit.clock.now() + HOUR);
    await expect(sessions.refresh(pair.refreshToken, CLIENT)).rejects.toMatchObject(refusal);
  });
});
