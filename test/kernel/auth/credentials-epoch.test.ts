/** What was verified before the credentials of an account changed opens nothing afterwards. */
import { setImmediate } from 'node:timers/promises';
import { eq } from 'drizzle-orm';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createLoginLimits } from '../../../src/kernel/auth/login-limits.ts';
import type { TokenPair } from '../../../src/kernel/auth/sessions.ts';
import type { PasswordHasher } from '../../../src/kernel/core/ports.ts';
import { users } from '../../../src/kernel/db/schema.sqlite.ts';
import type { Session, User } from '../../../src/kernel/db/types.ts';
import { findUser } from '../../../src/kernel/db/users.ts';
import { entitledScopes } from '../../../src/kernel/model/actor.ts';
import { TIERS } from '../../../src/kernel/model/tiers.ts';
import { rateLimitPolicies } from '../../../src/kernel/rate-limits/tiers.ts';
import { createAccounts, register } from '../../../src/services/accounts/accounts.ts';
import { administerUser } from '../../../src/services/accounts/administer.ts';
import { changePassword } from '../../../src/services/accounts/change-password.ts';
import { CLIENT, createAuthKit } from '../../support/kits/auth.ts';
import { cheapHasher } from '../../support/kits/services.ts';

const [OLD, NEW] = ['the old long phrase', 'the new long phrase'];
const ADMIN = { ...CLIENT, by: 'root', session: null };

/** Lets `turns` turns of the event loop pass before a password is verified, as scrypt does. */
function slowHasher(turns: () => number): PasswordHasher {
  const pass = async () => {
    for (let left = turns(); left > 0; left--) await setImmediate();
  };
  return {
    ...cheapHasher,
    verify: async (password, stored) => {
      await pass();
      return cheapHasher.verify(password, stored);
    },
    hash: async (password) => {
      await pass();
      return cheapHasher.hash(password);
    },
  };
}

let kit: Awaited<ReturnType<typeof createAuthKit>>;
beforeEach(async () => {
  kit = await createAuthKit();
});
afterEach(() => kit.close());

async function member(name: string, turns = () => 0) {
  const loginLimits = createLoginLimits({ limiter: kit.limiter, limits: rateLimitPolicies(kit.config) });
  const deps = { ...kit, passwords: slowHasher(turns), loginLimits, notices: { send: () => {} } };
  const user = await register(deps, { username: name, email: `${name}@example.org`, password: OLD });
  const accounts = createAccounts(deps);
  const verify = async (password: string) => (await accounts.checkPassword(await accounts.find(name), password)).user;
  async function login(password: string): Promise<TokenPair | undefined> {
    const verified = await verify(password);
    if (!verified) return undefined;
    return kit.sessions.start(verified, entitledScopes(verified.tier), CLIENT).catch(() => undefined);
  }
  return { user, login, verify, deps: { ...deps, accounts } };
}

const sessionOf = (user: User, id: string) => ({ user, session: { id } as Session });

const isAlive = async ({ accessToken, refreshToken }: TokenPair) => {
  const { sid, jti } = await kit.accessTokens.verify(accessToken);
  const opens = !(await kit.revocations.isRevoked([`sid:${sid}`, `jti:${jti}`]));
  const refreshes = await kit.sessions.refresh(refreshToken, CLIENT).then(
    () => true,
    () => false,
  );
  return opens || refreshes;
};

describe('credentials epoch', () => {
  /** What ends the credentials of an account, with the session of its owner that goes on, if any. */
  const changes = {
    'the password changes': async ({ user, deps }: Awaited<ReturnType<typeof member>>, own: string) => {
      await changePassword(deps, sessionOf(user, own), { current: OLD, next: NEW }, CLIENT);
      return own;
    },
    'the account is deactivated': async ({ user }: Awaited<ReturnType<typeof member>>) => {
      await administerUser(kit, user.id, { active: false }, ADMIN);
      return null;
    },
    'the tier is lowered': async ({ user }: Awaited<ReturnType<typeof member>>) => {
      await administerUser(kit, user.id, { tier: 'free' }, ADMIN);
      return null;
    },
  };

  describe.each(Object.entries(changes))('%s', (what, change) => {
    test(`credentials epoch: a login that was verified before ${what} starts no session after it`, async () => {
      const grace = await member('grace');
      await kit.db.update(users).set({ tier: 'premium' }).where(eq(users.id, grace.user.id));
      const own = (await grace.login(OLD)) as TokenPair;
      const verified = await grace.verify(OLD);
      await change(grace, (await kit.accessTokens.verify(own.accessToken)).sid);
      const started = kit.sessions.start(verified as User, ['search'], CLIENT);
      await expect(started).rejects.toMatchObject({ code: 'unauthenticated' });
    });

    test(`credentials epoch: of logins in flight while ${what}, none leaves a session or a token alive`, async () => {
      let name = 0;
      await fc.assert(
        fc.asyncProperty(fc.array(fc.nat(6), { minLength: 4, maxLength: 12 }), async (turns) => {
          let next = 0;
          name += 1;
          const grace = await member(`grace-${name}`, () => turns[next++ % turns.length] ?? 0);
          await kit.db.update(users).set({ tier: 'premium' }).where(eq(users.id, grace.user.id));
          const own = (await grace.login(OLD)) as TokenPair;
          const ownId = (await kit.accessTokens.verify(own.accessToken)).sid;
          const started: (TokenPair | undefined)[] = [];
          let over = false;
          const attack = async () => {
            for (let tries = 0; tries < 3 && !over; tries++) started.push(await grace.login(OLD));
          };
          const attacks = [attack(), attack(), attack()];
          const kept = await change(grace, ownId);
          over = true;
          await Promise.all(attacks);
          const isLowered = what === 'the tier is lowered';
          // A login with the password that is still right may begin after the tier was lowered.
          const epoch = (await findUser(kit.db, grace.user.id))?.credentialsEpoch;
          const live = await kit.sessions.list(grace.user.id);
          expect(live.filter(({ id, credentialsEpoch }) => id !== kept && !(isLowered && credentialsEpoch === epoch))).toEqual(
            [],
          );
          for (const pair of started) {
            if (!pair) continue;
            const { tier, sid } = await kit.accessTokens.verify(pair.accessToken);
            if (isLowered && live.some(({ id }) => id === sid)) expect(tier).toBe('free');
            else expect(await isAlive(pair)).toBe(false);
          }
          expect(await isAlive(own)).toBe(kept === ownId);
        }),
        { numRuns: 12 },
      );
    });
  });

  test('credentials epoch: a session of an earlier epoch is refused at its refresh, and its access tokens end', async () => {
    const { user, login } = await member('grace');
    const pair = (await login(OLD)) as TokenPair;
    await kit.db.update(users).set({ credentialsEpoch: 1 }).where(eq(users.id, user.id));
    expect(await isAlive(pair)).toBe(true);
    expect(await isAlive(pair)).toBe(false);
  });

  test('credentials epoch: any new tier raises it if and only if it is lower', async () => {
    for (const from of TIERS) {
      for (const to of TIERS) {
        const { user, login } = await member(`${from}-${to}`);
        await kit.db.update(users).set({ tier: from }).where(eq(users.id, user.id));
        const pair = (await login(OLD)) as TokenPair;
        const after = await administerUser(kit, user.id, { tier: to }, ADMIN);
        const isLower = TIERS.indexOf(to) < TIERS.indexOf(from);
        expect(after.credentialsEpoch, `${from} to ${to}`).toBe(isLower ? 1 : 0);
        const { sid } = await kit.accessTokens.verify(pair.accessToken);
        expect(await kit.revocations.isRevoked([`sid:${sid}`]), `${from} to ${to}`).toBe(isLower);
        const refreshed = await kit.sessions.refresh(pair.refreshToken, CLIENT).catch(() => undefined);
        const claims = refreshed && (await kit.accessTokens.verify(refreshed.accessToken));
        expect(claims?.tier, `${from} to ${to}`).toBe(isLower ? undefined : to);
      }
    }
  });

  test('credentials epoch: a change of the password that another one overtakes is a conflict, and the other holds', async () => {
    const grace = await member('grace');
    const own = (await grace.login(OLD)) as TokenPair;
    const account = sessionOf(grace.user, (await kit.accessTokens.verify(own.accessToken)).sid);
    const overtaken: PasswordHasher = {
      ...cheapHasher,
      hash: async (password) => {
        await changePassword(grace.deps, account, { current: OLD, next: NEW }, CLIENT);
        return cheapHasher.hash(password);
      },
    };
    const late = changePassword(
      { ...grace.deps, passwords: overtaken },
      account,
      { current: OLD, next: 'a late phrase' },
      CLIENT,
    );
    await expect(late).rejects.toMatchObject({ code: 'conflict' });
    expect(await grace.login(NEW)).toBeDefined();
    expect(await grace.login('a late phrase')).toBeUndefined();
  });
});

test('credentials epoch: a change of the password whose session ends while it hashes is a conflict, and changes nothing', async () => {
  const grace = await member('grace');
  const own = await kit.accessTokens.verify(((await grace.login(OLD)) as TokenPair).accessToken);
  const passwords: PasswordHasher = {
    ...cheapHasher,
    hash: async (password) => {
      await kit.sessions.end(own.sid, 'logout');
      return cheapHasher.hash(password);
    },
  };
  const late = changePassword({ ...grace.deps, passwords }, sessionOf(grace.user, own.sid), { current: OLD, next: NEW }, CLIENT);
  await expect(late).rejects.toMatchObject({ code: 'conflict' });
  expect(await grace.login(OLD)).toBeDefined();
  expect(await grace.login(NEW)).toBeUndefined();
});

describe('administration of accounts', () => {
  test('administration: an admin cannot change their own account, which stays unchanged', async () => {
    const { user } = await member('grace');
    const change = administerUser(kit, user.id, { tier: 'admin' }, { ...ADMIN, session: { userId: user.id, sessionId: 's' } });
    await expect(change).rejects.toMatchObject({ code: 'forbidden', detail: 'You cannot change your own account here' });
    expect((await findUser(kit.db, user.id))?.tier).toBe('free');
  });

  test('administration: an admin whose session ended or whose tier was lowered meanwhile changes nothing', async () => {
    const { user } = await member('grace');
    const admin = await member('boss');
    const change = (session: { userId: string; sessionId: string }) =>
      administerUser(kit, user.id, { tier: 'admin' }, { ...ADMIN, session });
    const session = { userId: admin.user.id, sessionId: 'a session that ended' };
    await expect(change(session)).rejects.toMatchObject({ code: 'forbidden' });
    await administerUser(kit, admin.user.id, { tier: 'admin' }, ADMIN);
    await expect(change(session)).rejects.toMatchObject({ code: 'forbidden' });
    await expect(change({ userId: 'gone', sessionId: 's' })).rejects.toMatchObject({ code: 'forbidden' });
    expect((await findUser(kit.db, user.id))?.tier).toBe('free');
  });

  test('administration: an account that does not exist is not found', async () => {
    await expect(administerUser(kit, 'missing', { active: false }, ADMIN)).rejects.toMatchObject({ code: 'not_found' });
  });

  test('administration: ending all sessions of an account ends their tokens and no other account’s', async () => {
    const [grace, other] = [await member('grace'), await member('other')];
    const pairs = [await grace.login(OLD), await grace.login(OLD)] as TokenPair[];
    const foreign = (await other.login(OLD)) as TokenPair;
    await kit.sessions.endAll(grace.user.id, 'test');
    for (const pair of pairs) expect(await isAlive(pair)).toBe(false);
    expect(await isAlive(foreign)).toBe(true);
  });
});
