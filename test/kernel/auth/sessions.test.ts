import { eq } from 'drizzle-orm';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createRefreshTokens } from '../../../src/kernel/auth/refresh-tokens.ts';
import { createSessions, GRACE_MS } from '../../../src/kernel/auth/sessions.ts';
import { users } from '../../../src/kernel/db/schema.sqlite.ts';
import { CLIENT, createAuthKit, somebody } from '../../support/kits/auth.ts';
import { testConfig } from '../../support/kits/config.ts';

type Kit = Awaited<ReturnType<typeof createAuthKit>>;
let kit: Kit;
beforeEach(async () => {
  kit = await createAuthKit();
});
afterEach(() => kit.close());

const refusal = { code: 'unauthenticated', detail: 'The refresh token is invalid, expired or revoked' };
const events = () => kit.log.lines.map(({ fields }) => fields.event);
const start = (scopes: Parameters<Kit['sessions']['start']>[1] = ['search']) => kit.sessions.start(somebody, scopes, CLIENT);
const sidOf = async (accessToken: string) => (await kit.accessTokens.verify(accessToken)).sid;

describe('a session', () => {
  test('starts with a pair whose scopes are what was asked for, cut to what the user may have', async () => {
    const pair = await start(['search', 'admin']);
    expect(pair.scopes).toEqual(['search']);
    expect(await kit.accessTokens.verify(pair.accessToken)).toMatchObject({ sub: somebody.id, tier: 'free', scopes: ['search'] });
    expect(await kit.sessions.list(somebody.id)).toMatchObject([{ userAgent: 'test', address: '192.0.2.1', generation: 0 }]);
  });

  test('goes on for as long as it is refreshed, and no longer', async () => {
    let pair = await start();
    for (let day = 0; day < 10; day++) {
      kit.clock.advance(6 * 86_400_000);
      pair = await kit.sessions.refresh(pair.refreshToken, CLIENT);
    }
    kit.clock.advance(7 * 86_400_000);
    await expect(kit.sessions.refresh(pair.refreshToken, CLIENT)).rejects.toMatchObject(refusal);
    expect(await kit.sessions.list(somebody.id)).toEqual([]);
  });

  test('takes tier from the database at each refresh: a downgrade bites, an upgrade grants what was asked for at login', async () => {
    const { db } = kit;
    const first = await kit.sessions.start({ ...somebody, tier: 'admin' }, ['search', 'admin'], CLIENT);
    expect(first.scopes).toEqual(['search', 'admin']);
    const second = await kit.sessions.refresh(first.refreshToken, CLIENT);
    expect(second.scopes).toEqual(['search']);
    await db.update(users).set({ tier: 'admin' }).where(eq(users.id, somebody.id));
    const third = await kit.sessions.refresh(second.refreshToken, CLIENT);
    expect(await kit.accessTokens.verify(third.accessToken)).toMatchObject({ tier: 'admin', scopes: ['search', 'admin'] });
  });

  test('ends when its user is deactivated or deleted', async () => {
    const [one, other] = [await start(), await start()];
    await kit.db.update(users).set({ active: false }).where(eq(users.id, somebody.id));
    await expect(kit.sessions.refresh(one.refreshToken, CLIENT)).rejects.toMatchObject(refusal);
    expect(await kit.revocations.isRevoked([`sid:${await sidOf(one.accessToken)}`])).toBe(true);
    await kit.db.delete(users).where(eq(users.id, somebody.id));
    await expect(kit.sessions.refresh(other.refreshToken, CLIENT)).rejects.toMatchObject(refusal);
  });

  test('once ended, its refresh and access tokens are dead, and ending it again says so', async () => {
    const pair = await start();
    const sid = await sidOf(pair.accessToken);
    expect(await kit.sessions.end(sid, 'logout')).toBe(true);
    expect(await kit.sessions.end(sid, 'logout')).toBe(false);
    expect(await kit.revocations.isRevoked([`sid:${sid}`])).toBe(true);
    await expect(kit.sessions.refresh(pair.refreshToken, CLIENT)).rejects.toMatchObject(refusal);
  });

  test('whose end failed half way is ended, its access tokens included, when that is tried again', async () => {
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

  test('is found by its live refresh token alone, and looking changes nothing', async () => {
    const first = await start();
    const second = await kit.sessions.refresh(first.refreshToken, CLIENT);
    const forge = createRefreshTokens([kit.config.auth.secret.reveal()]);
    expect(await kit.sessions.inspect(second.refreshToken)).toMatchObject({ userId: somebody.id, generation: 1 });
    for (const token of [first.refreshToken, 'nonsense', await forge.encode({ sessionId: somebody.id, generation: 0 })])
      expect(await kit.sessions.inspect(token)).toBeUndefined();
    const third = await kit.sessions.refresh(second.refreshToken, CLIENT);
    kit.clock.advance(7 * 86_400_000);
    expect(await kit.sessions.inspect(third.refreshToken)).toBeUndefined();
    const ended = await start();
    await kit.sessions.end(await sidOf(ended.accessToken), 'logout');
    expect(await kit.sessions.inspect(ended.refreshToken)).toBeUndefined();
  });

  test('survives a rotation of the secret', async () => {
    const old = await createAuthKit({ JWT_SECRET_KEY: 'o'.repeat(40) });
    const pair = await old.sessions.start(somebody, [], CLIENT);
    const rotated = createSessions({
      ...old,
      config: testConfig({ JWT_SECRET_KEY: 'n'.repeat(40), JWT_SECRET_KEY_PREVIOUS: 'o'.repeat(40) }),
    });
    expect((await rotated.refresh(pair.refreshToken, CLIENT)).refreshToken).toMatch(/^pr1\./);
    await old.close();
  });
});

describe('a refresh token', () => {
  test('used twice within the grace gets the same successor, as two tabs do', async () => {
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

  test('used again after the grace ends the whole session, its access tokens included', async () => {
    const first = await start();
    const second = await kit.sessions.refresh(first.refreshToken, CLIENT);
    kit.clock.advance(GRACE_MS + 1);
    await expect(kit.sessions.refresh(first.refreshToken, CLIENT)).rejects.toMatchObject(refusal);
    await expect(kit.sessions.refresh(second.refreshToken, CLIENT)).rejects.toMatchObject(refusal);
    expect(await kit.revocations.isRevoked([`sid:${await sidOf(second.accessToken)}`])).toBe(true);
    expect(events()).toContain('refresh_reused');
  });

  test('of a grandparent ends the session at once', async () => {
    const first = await start();
    const second = await kit.sessions.refresh(first.refreshToken, CLIENT);
    const third = await kit.sessions.refresh(second.refreshToken, CLIENT);
    await expect(kit.sessions.refresh(first.refreshToken, CLIENT)).rejects.toMatchObject(refusal);
    await expect(kit.sessions.refresh(third.refreshToken, CLIENT)).rejects.toMatchObject(refusal);
  });

  test('that we never issued is refused and harms no session, even if it was signed with our key', async () => {
    const pair = await start();
    const { sid } = await kit.accessTokens.verify(pair.accessToken);
    const forge = createRefreshTokens([kit.config.auth.secret.reveal()]);
    await expect(kit.sessions.refresh('nonsense', CLIENT)).rejects.toMatchObject(refusal);
    await expect(kit.sessions.refresh(await forge.encode({ sessionId: sid, generation: 7 }), CLIENT)).rejects.toMatchObject(
      refusal,
    );
    await expect(
      kit.sessions.refresh(await forge.encode({ sessionId: somebody.id, generation: 0 }), CLIENT),
    ).rejects.toMatchObject(refusal);
    await kit.sessions.refresh(pair.refreshToken, CLIENT);
  });

  test('is in no log line, nor is any part of it', async () => {
    const pair = await start();
    await kit.sessions.refresh(pair.refreshToken, CLIENT);
    await kit.sessions.refresh(`${pair.refreshToken}x`, CLIENT).catch(() => {});
    const written = JSON.stringify(kit.log.lines);
    expect(written).toContain('refresh_failed');
    expect(written).not.toContain(pair.refreshToken.split('.')[3]);
  });
});

describe('any interleaving of refreshes of one session by several clients', () => {
  /** Each step: a client uses one of the tokens it has seen, after a pause. */
  const step = fc.record({ client: fc.nat(2), age: fc.nat(3), pause: fc.constantFrom(0, 1000, GRACE_MS, GRACE_MS + 1, 120_000) });

  test('leaves at most one live lineage', async () => {
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
        // Newest first: trying an older one would end the session, as it should.
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

  test('never logs out a pair of tabs that share what the other got within the grace', async () => {
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
