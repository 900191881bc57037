import { eq } from 'drizzle-orm';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { passwordFault } from '../../../src/kernel/auth/password-rules.ts';
import { isReservedUsername, normaliseUsername, usernameFault } from '../../../src/kernel/auth/username-rules.ts';
import { AppError } from '../../../src/kernel/core/errors.ts';
import type { PasswordHasher } from '../../../src/kernel/core/ports.ts';
import { users } from '../../../src/kernel/db/schema.sqlite.ts';
import { createAccounts, ensureSystemUser, register } from '../../../src/services/accounts/accounts.ts';
import { createAuthKit } from '../../support/kits/auth.ts';
import { testConfig } from '../../support/kits/config.ts';

const grace = { username: 'Grace', email: 'grace@example.org', password: 'a long enough phrase' };

/** Counts its calls: equal counts mean equal cost, independent of the machine's load. */
function countingHasher() {
  const calls = { hash: 0, verify: 0 };
  const hasher: PasswordHasher = {
    hash: async (password) => {
      calls.hash += 1;
      return `v2$${password}`;
    },
    verify: async (password, stored) => {
      calls.verify += 1;
      return stored.slice(3) === password;
    },
    needsRehash: (stored) => stored.startsWith('v1$'),
  };
  return { calls, hasher };
}

let kit: Awaited<ReturnType<typeof createAuthKit>>;
let counted: ReturnType<typeof countingHasher>;
const deps = () => ({ ...kit, passwords: counted.hasher });
const passwordCheck = (passwords: PasswordHasher = counted.hasher) => {
  const accounts = createAccounts({ ...kit, passwords });
  return async (login: string, password: string) => accounts.checkPassword(await accounts.find(login), password);
};
beforeEach(async () => {
  kit = await createAuthKit();
  counted = countingHasher();
});
afterEach(() => kit.close());

describe('registration', () => {
  test('registration: creates a free, active account that stores a hash instead of the password', async () => {
    const user = await register(deps(), grace);
    expect(user).toMatchObject({
      username: 'Grace',
      usernameKey: 'grace',
      tier: 'free',
      active: true,
      passwordHash: 'v2$a long enough phrase',
    });
  });

  test.each([
    [{ ...grace, email: 'x@example.org', username: 'GRACE' }, 'username'],
    [{ ...grace, username: 'other', email: 'Grace@Example.org' }, 'email'],
  ])('registration: %j conflicts in %s, regardless of case', async (again, path) => {
    await register(deps(), grace);
    await expect(register(deps(), again)).rejects.toMatchObject({ code: 'conflict', errors: [{ path }] });
  });

  test('registration: two concurrent ones of one name create one account and one conflict', async () => {
    const results = await Promise.allSettled([register(deps(), grace), register(deps(), grace)]);
    expect(results.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
    expect(results.find(({ status }) => status === 'rejected')).toMatchObject({ reason: { code: 'conflict' } });
  });

  test('registration: a conflict whose other account vanished is still a conflict, and other errors pass through', async () => {
    await register(deps(), grace);
    const blind = { select: () => ({ from: () => ({ where: async () => [] }) }), insert: kit.db.insert.bind(kit.db) };
    await expect(register({ ...deps(), db: blind as never }, grace)).rejects.toMatchObject({
      code: 'conflict',
      detail: expect.stringContaining('or e-mail'),
    });
    const broken = { ...blind, insert: () => ({ values: async () => Promise.reject(new Error('disk full')) }) };
    await expect(register({ ...deps(), db: broken as never }, grace)).rejects.toThrow('disk full');
  });

  test('registration: forbidden when REGISTRATION is closed', async () => {
    await expect(register({ ...deps(), config: testConfig({ REGISTRATION: 'closed' }) }, grace)).rejects.toMatchObject({
      code: 'forbidden',
    });
  });
});

describe('passwords', () => {
  test('password login: by username or e-mail, regardless of case', async () => {
    await register(deps(), grace);
    const check = passwordCheck();
    for (const login of ['grace', 'GRACE', 'Grace@example.org', 'ｇrace']) {
      expect((await check(login, grace.password)).user?.username).toBe('Grace');
    }
  });

  test('password login: Unicode forms of one password are equal', async () => {
    await register(deps(), { ...grace, password: 'ﬁve plain wörds' });
    const check = passwordCheck();
    expect((await check('grace', 'five plain wo\u0308rds')).user).toBeDefined();
  });

  test('password login: one hash is verified for an unknown user, a wrong password, no password and an inactive account', async () => {
    await register(deps(), grace);
    await kit.db.update(users).set({ active: false }).where(eq(users.usernameKey, 'grace'));
    const check = passwordCheck();
    await check('warm-up', 'x');
    const costs: unknown[] = [];
    const reasons: unknown[] = [];
    for (const [login, password] of [
      ['nobody', 'x'],
      ['grace', 'x'],
      ['ada', 'x'],
      ['grace', grace.password],
    ] as const) {
      const before = { ...counted.calls };
      const result = await check(login, password);
      reasons.push('reason' in result && result.reason);
      costs.push({ hash: counted.calls.hash - before.hash, verify: counted.calls.verify - before.verify });
    }
    expect(new Set(costs.map((cost) => JSON.stringify(cost)))).toEqual(new Set(['{"hash":0,"verify":1}']));
    expect(reasons).toEqual(['unknown user', 'wrong password', 'account without a password', 'user inactive']);
  });

  test('password login: a hash with weaker parameters is replaced', async () => {
    const { id } = await register(deps(), grace);
    await kit.db
      .update(users)
      .set({ passwordHash: `v1$${grace.password}` })
      .where(eq(users.id, id));
    const check = passwordCheck();
    expect((await check('grace', grace.password)).user).toBeDefined();
    const [row] = await kit.db.select().from(users).where(eq(users.id, id));
    expect(row?.passwordHash).toBe(`v2$${grace.password}`);
  });

  test('password login: a password changed while its old hash is replaced stays changed', async () => {
    const { id } = await register(deps(), grace);
    const old = `v1$${grace.password}`;
    await kit.db.update(users).set({ passwordHash: old }).where(eq(users.id, id));
    const check = passwordCheck({
      ...counted.hasher,
      hash: async (password) => {
        if (password === grace.password) await kit.db.update(users).set({ passwordHash: 'v2$changed' }).where(eq(users.id, id));
        return counted.hasher.hash(password);
      },
    });
    expect((await check('grace', grace.password)).user).toBeDefined();
    const [row] = await kit.db.select().from(users).where(eq(users.id, id));
    expect(row?.passwordHash).toBe('v2$changed');
  });

  test('password login: succeeds when the hasher is too busy to replace the weak hash, and fails when the hasher fails otherwise', async () => {
    const { id } = await register(deps(), grace);
    const old = `v1$${grace.password}`;
    await kit.db.update(users).set({ passwordHash: old }).where(eq(users.id, id));
    let failure: Error = new AppError('unavailable', 'busy');
    const check = passwordCheck({
      ...counted.hasher,
      hash: async (password) => (password === grace.password ? Promise.reject(failure) : counted.hasher.hash(password)),
    });
    expect((await check('grace', grace.password)).user).toBeDefined();
    failure = new Error('out of memory');
    await expect(check('grace', grace.password)).rejects.toThrow('out of memory');
    const [row] = await kit.db.select().from(users).where(eq(users.id, id));
    expect(row?.passwordHash).toBe(old);
  });

  test('password login: after a first login that found no turn, the next one is answered', async () => {
    await register(deps(), grace);
    let turns = 0;
    const check = passwordCheck({
      ...counted.hasher,
      hash: async (password) => {
        turns += 1;
        if (turns === 1) throw new AppError('unavailable', 'busy');
        return counted.hasher.hash(password);
      },
    });
    await expect(check('nobody', 'x')).rejects.toMatchObject({ code: 'unavailable' });
    expect(await check('nobody', 'x')).toEqual({ reason: 'unknown user' });
  });

  test('password rules: 8 to 128 characters outside the list of common passwords are accepted', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme-ascii', minLength: 13, maxLength: 128 }), (password) => {
        expect(passwordFault(password)).toBeUndefined();
      }),
    );
    expect(passwordFault('seven77')).toContain('at least 8');
    expect(passwordFault('x'.repeat(129))).toContain('at most 128');
    expect(passwordFault('Password123')).toContain('most common');
    expect(passwordFault('🦔🦔🦔🦔')).toContain('at least 8');
  });
});

describe('usernames', () => {
  test('username rules: any accepted text is stored as letters, digits, dots, underscores and hyphens', async () => {
    await fc.assert(
      fc.asyncProperty(fc.string({ unit: 'binary', maxLength: 80 }), async (typed) => {
        if (usernameFault(typed) !== undefined) return;
        expect(normaliseUsername(typed)).toMatch(/^[\p{L}\p{N}._-]{3,64}$/u);
      }),
      { numRuns: 500 },
    );
  });

  test.each([
    ['(1) in one character each', '⑴⑴⑴', 'letters'],
    ['words in one character', '\uFDFA\uFDFA', 'letters'],
    ['a space in one letter', 'a\u037Ab', 'letters'],
    ['a colon', 'pharos:service', 'letters'],
    ['an e-mail', 'ada@example.org', 'letters'],
    ['a leading dot', '.ada', 'letters'],
    ['two letters', 'ab', 'at least 3'],
    ['65 letters', 'a'.repeat(65), 'at most 64'],
  ])('username rules: a name with %s is refused', (_, typed, fault) => {
    expect(usernameFault(typed)).toContain(fault);
  });

  test('username rules: Unicode forms of one name are equal', () => {
    expect(usernameFault('e\u0301mile')).toBeUndefined();
    expect(normaliseUsername('e\u0301mile')).toBe('émile');
  });
});

describe('system users', () => {
  test('system user: has one row with tier admin, however often it is ensured', async () => {
    const [first, again] = await Promise.all([ensureSystemUser(kit, 'service'), ensureSystemUser(kit, 'service')]);
    expect(again).toEqual(first);
    expect((await ensureSystemUser(kit, 'test_user')).username).toBe('test_user');
    expect(await kit.db.select().from(users).where(eq(users.id, first.id))).toMatchObject([
      { tier: 'admin', passwordHash: null },
    ]);
  });
});

describe('lookalike usernames', () => {
  test.each([
    ['\u0430lice', 'Cyrillic and Latin'],
    ['\u03bfmega', 'Greek and Latin'],
    ['bob\u0663', 'Latin and an Arabic digit'],
    ['\u13a0da', 'Cherokee and Latin'],
  ])('usernames: %s is refused, because it mixes %s', (name) => {
    expect(usernameFault(name)).toBe('must not mix the letters of several scripts');
  });

  test.each([
    'алиса',
    'αλίκη',
    '花子さん',
    'カタカナtaro',
    '김철수kim',
    'יעל',
    'émile',
    'ışık',
    'ada.lovelace-1815',
    'สมชาย',
    '王小明2',
  ])('usernames: %s is written in one script, or in the scripts of one language', (name) => {
    expect(usernameFault(name)).toBeUndefined();
  });

  test.each([
    'root',
    'Pharos',
    'test_user',
    'testuser',
    'test.user',
    'service',
    'ADMIN',
    'adm1n',
    'admın',
    'r00t',
    'ｒｏｏｔ',
    'pharоs',
    'adrnin',
  ])('usernames: %s reads like a name of the service and is reserved', (name) => {
    expect(isReservedUsername(name)).toBe(true);
  });

  test('usernames: a name that looks like a taken one conflicts, in either order, and both log in to it', async () => {
    await register(deps(), { ...grace, username: 'alice' });
    const again = { ...grace, email: 'other@example.org' };
    await expect(register(deps(), { ...again, username: 'alıce' })).rejects.toMatchObject({ errors: [{ path: 'username' }] });
    await register(deps(), { ...again, username: 'сосо' });
    await expect(register(deps(), { ...again, email: 'x@example.org', username: 'coco' })).rejects.toMatchObject({
      errors: [{ path: 'username' }],
    });
    const accounts = createAccounts(deps());
    expect((await accounts.find('сосо'))?.username).toBe('сосо');
    expect((await accounts.find('alice'))?.username).toBe('alice');
  });

  test('usernames: an account whose key an earlier version stored is found before one that looks like it', async () => {
    await register(deps(), { ...grace, username: 'alice' });
    const old = await register(deps(), { ...grace, email: 'other@example.org', username: 'somebody' });
    await kit.db.update(users).set({ username: 'alıce', usernameKey: 'alıce' }).where(eq(users.id, old.id));
    const accounts = createAccounts(deps());
    expect((await accounts.find('alıce'))?.id).toBe(old.id);
    expect((await accounts.find('alice'))?.username).toBe('alice');
    await expect(register(deps(), { ...grace, email: 'x@example.org', username: 'alıce' })).rejects.toMatchObject({
      code: 'conflict',
    });
  });
});
