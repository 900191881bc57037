import { eq } from 'drizzle-orm';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { AppError } from '../../src/kernel/core/errors.ts';
import type { PasswordHasher } from '../../src/kernel/core/ports.ts';
import { deleteExpired } from '../../src/kernel/db/expired.ts';
import { emailTokens, users } from '../../src/kernel/db/schema.sqlite.ts';
import type { User } from '../../src/kernel/db/types.ts';
import { createTestApp, type TestApp } from '../support/kits/app.ts';
import { cheapHasher } from '../support/kits/services.ts';

const PASSWORD = 'a long enough phrase';
const NEXT = 'another long enough phrase';

let app: TestApp;
beforeEach(async () => {
  app = await createTestApp();
});
afterEach(() => app.close());

const send = async (method: string, path: string, body?: unknown, headers: Record<string, string> = {}) => {
  const response = await app.request(path, {
    method,
    headers: { ...(body === undefined ? {} : { 'Content-Type': 'application/json' }), ...headers },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const text = await response.text();
  // biome-ignore lint/suspicious/noExplicitAny: a test reads what it expects
  return { status: response.status, headers: response.headers, body: (text ? JSON.parse(text) : undefined) as any };
};
const logIn = (username: string, password: string) =>
  app.request('/auth/login', { method: 'POST', body: new URLSearchParams({ username, password }) });
const setTier = (username: string, tier: 'free' | 'premium' | 'admin') =>
  app.services.db.update(users).set({ tier }).where(eq(users.usernameKey, username));

async function loginAdmin() {
  await app.login('boss');
  await setTier('boss', 'admin');
  const result = (await (await logIn('boss', PASSWORD)).json()) as { access_token: string };
  return { Authorization: `Bearer ${result.access_token}` };
}

/** The token in the link of the newest mail. */
async function mailedToken() {
  await app.background.settled();
  const mail = app.mails.at(-1);
  return { to: mail?.to, token: /#([\w-]{43})/.exec(mail?.text ?? '')?.[1] };
}

describe('POST /auth/password', () => {
  test('change password: requires the current password, ends the other sessions and keeps the current one', async () => {
    const mine = await app.login('ada');
    const other = {
      Authorization: `Bearer ${((await (await logIn('ada', PASSWORD)).json()) as { access_token: string }).access_token}`,
    };
    expect((await send('POST', '/auth/password', { current_password: 'wrong', new_password: NEXT }, mine)).status).toBe(403);
    expect((await send('POST', '/auth/password', { current_password: PASSWORD, new_password: 'short' }, mine)).status).toBe(422);
    expect((await send('POST', '/auth/password', { current_password: PASSWORD, new_password: NEXT }, mine)).status).toBe(204);
    expect((await send('GET', '/auth/me', undefined, mine)).status).toBe(200);
    expect((await send('GET', '/auth/me', undefined, other)).status).toBe(401);
    expect((await logIn('ada', PASSWORD)).status).toBe(401);
    expect((await logIn('ada', NEXT)).status).toBe(200);
  });
});

describe('password reset', () => {
  test('password reset: the mailed link works once, sets the password and ends all sessions', async () => {
    const mine = await app.login('ada');
    expect((await send('POST', '/auth/password/forgot', { email: 'ADA@example.org' })).status).toBe(202);
    const { to, token } = await mailedToken();
    expect(to).toBe('ada@example.org');
    expect((await send('POST', '/auth/password/reset', { token, password: NEXT })).status).toBe(204);
    expect((await send('GET', '/auth/me', undefined, mine)).status).toBe(401);
    expect((await logIn('ada', NEXT)).status).toBe(200);
    expect((await send('POST', '/auth/password/reset', { token, password: PASSWORD })).status).toBe(410);
    expect(JSON.stringify(app.log.lines)).not.toContain(token);
  });

  test('password reset: an unknown address gets the same response and no mail is sent', async () => {
    await app.login('ada');
    expect((await send('POST', '/auth/password/forgot', { email: 'nobody@example.org' })).status).toBe(202);
    await app.background.settled();
    expect(app.mails).toEqual([]);
  });

  test('password reset: asking again leaves the first link valid, a used link ends the other, a link expires after half an hour', async () => {
    await app.login('ada');
    const ask = () => send('POST', '/auth/password/forgot', { email: 'ada@example.org' });
    await ask();
    const first = await mailedToken();
    await ask();
    const second = await mailedToken();
    expect(second.token).not.toBe(first.token);
    expect((await send('POST', '/auth/password/reset', { token: first.token, password: NEXT })).status).toBe(204);
    expect((await send('POST', '/auth/password/reset', { token: second.token, password: PASSWORD })).status).toBe(410);
    await ask();
    const third = await mailedToken();
    app.clock.advance(30 * 60_000);
    expect((await send('POST', '/auth/password/reset', { token: third.token, password: NEXT })).status).toBe(410);
    await deleteExpired(app.services.db, app.clock.now() + 1);
    expect(await app.services.db.select().from(emailTokens)).toEqual([]);
  });

  test('password reset: 100 requests of strangers send an account three mails, and its owner’s link works all the while', async () => {
    let address = 0;
    const crowd = await createTestApp({ runtime: { clientAddress: () => `192.0.2.${address++ % 250}` } });
    await crowd.login('ada');
    const post = (path: string, body: unknown) =>
      crowd.request(path, { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(body) });
    const ask = async (email = 'ada@example.org') => (await post('/auth/password/forgot', { email })).status;
    await ask();
    await crowd.background.settled();
    const token = /#([\w-]{43})/.exec(crowd.mails[0]?.text ?? '')?.[1];
    for (let i = 0; i < 100; i++) expect([await ask(), await ask('nobody@example.org')]).toEqual([202, 202]);
    await crowd.background.settled();
    expect(crowd.mails).toHaveLength(3);
    expect((await post('/auth/password/reset', { token, password: NEXT })).status).toBe(204);
    crowd.clock.advance(31 * 60_000);
    await ask();
    await crowd.background.settled();
    expect(crowd.mails.filter(({ subject }) => subject.startsWith('Set a new password'))).toHaveLength(4);
    await crowd.close();
  });

  test('password reset: a client that asked for 20 mails in an hour is 429, for known and unknown addresses alike', async () => {
    await app.login('ada');
    for (let i = 0; i < 20; i++) {
      expect((await send('POST', '/auth/password/forgot', { email: `nobody${i}@example.org` })).status).toBe(202);
    }
    for (const email of ['ada@example.org', 'nobody@example.org']) {
      const refused = await send('POST', '/auth/password/forgot', { email });
      expect([refused.status, refused.headers.get('retry-after')]).toEqual([429, '3600']);
    }
    await app.background.settled();
    expect(app.mails).toEqual([]);
  });

  test('password reset: of two concurrent uses of one link, exactly one succeeds', async () => {
    await app.login('ada');
    await send('POST', '/auth/password/forgot', { email: 'ada@example.org' });
    const { token } = await mailedToken();
    const both = await Promise.all([1, 2].map(() => send('POST', '/auth/password/reset', { token, password: NEXT })));
    expect(both.map(({ status }) => status).sort()).toEqual([204, 410]);
  });

  test('password reset: 410 if the account was deactivated while the new password was hashed', async () => {
    let whileHashing = async () => {};
    const passwords: PasswordHasher = {
      ...cheapHasher,
      hash: async (password, turn) => {
        await whileHashing();
        return cheapHasher.hash(password, turn);
      },
    };
    const slow = await createTestApp({ overrides: { passwords } });
    await slow.login('ada');
    const post = (path: string, body: unknown) =>
      slow.request(path, { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(body) });
    await post('/auth/password/forgot', { email: 'ada@example.org' });
    await slow.background.settled();
    const token = /#([\w-]{43})/.exec(slow.mails.at(-1)?.text ?? '')?.[1];
    whileHashing = async () => {
      await slow.services.db.update(users).set({ active: false }).where(eq(users.usernameKey, 'ada'));
    };
    expect((await post('/auth/password/reset', { token, password: NEXT })).status).toBe(410);
    await slow.close();
  });

  test('password reset: 501 if no mailer is configured', async () => {
    const mute = await createTestApp({ overrides: { mailer: null } });
    const result = await mute.request('/auth/password/forgot', {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify({ email: 'a@example.org' }),
    });
    expect(result.status).toBe(501);
    const headers = await mute.login();
    expect((await mute.request('/auth/email/verification', { method: 'POST', headers })).status).toBe(501);
    await mute.close();
  });
});

/** A member with a mailed verification link. */
async function invited(name = 'ada') {
  const mine = await app.login(name);
  expect((await send('POST', '/auth/email/verification', undefined, mine)).status).toBe(202);
  const { token } = await mailedToken();
  const verify = (body: object = {}, headers: Record<string, string> = {}) =>
    send('POST', '/auth/email/verify', { token, ...body }, headers);
  const isVerified = async () => (await send('GET', '/auth/me', undefined, mine)).body.email_verified as boolean;
  return { mine, token: token ?? '', verify, isVerified };
}

const requestMail = (headers: Record<string, string>) => send('POST', '/auth/email/verification', undefined, headers);

describe('e-mail verification', () => {
  test('e-mail verification: the mailed link and the password mark the address as verified, and no further mail is sent', async () => {
    const { mine, verify, isVerified } = await invited();
    expect((await verify({ password: PASSWORD })).status).toBe(204);
    expect(await isVerified()).toBe(true);
    await requestMail(mine);
    await app.background.settled();
    expect(app.mails).toHaveLength(1);
  });

  test('e-mail verification: the mailed link and a session of the account mark the address as verified and end nothing', async () => {
    const { mine, verify, isVerified } = await invited();
    const key = (await send('POST', '/auth/api-keys', { name: 'k' }, mine)).body.key as string;
    expect((await verify({}, mine)).status).toBe(204);
    expect(await isVerified()).toBe(true);
    expect((await send('GET', '/auth/me', undefined, { 'X-API-Key': key })).status).toBe(200);
  });

  test('e-mail verification: the link alone is 422 and names the password, and stays valid', async () => {
    const { verify, isVerified } = await invited();
    const refused = await verify();
    expect([refused.status, refused.body.errors]).toEqual([
      422,
      [{ path: 'password', message: 'is required, unless the request carries an access token of the account' }],
    ]);
    expect(await isVerified()).toBe(false);
    expect((await verify({ password: PASSWORD })).status).toBe(204);
  });

  test('e-mail verification: neither a key, a narrow token, another account’s session nor an ended one proves the account', async () => {
    const { mine, verify, isVerified } = await invited();
    const key = (await send('POST', '/auth/api-keys', { name: 'k' }, mine)).body.key as string;
    const narrow = await app.request('/auth/login', {
      method: 'POST',
      body: new URLSearchParams({ username: 'ada', password: PASSWORD, scope: 'search' }),
    });
    const tokenOf = async (response: Response) => ((await response.json()) as { access_token: string }).access_token;
    const [ended, revoked] = [await tokenOf(await logIn('ada', PASSWORD)), await tokenOf(await logIn('ada', PASSWORD))];
    await send('POST', '/auth/logout', undefined, { Authorization: `Bearer ${ended}` });
    await app.request('/auth/revoke', { method: 'POST', body: new URLSearchParams({ token: revoked }) });
    const eve = await app.login('eve');
    const refused: readonly [string, Record<string, string>, number][] = [
      ['a key as X-API-Key', { 'X-API-Key': key }, 422],
      ['a key as Bearer', { Authorization: `Bearer ${key}` }, 403],
      ['a narrow token', { Authorization: `Bearer ${await tokenOf(narrow)}` }, 403],
      ['another account’s session', eve, 403],
      ['an ended session', { Authorization: `Bearer ${ended}` }, 401],
      ['a revoked token', { Authorization: `Bearer ${revoked}` }, 401],
      ['no token', { Authorization: 'Bearer nonsense' }, 401],
      ['Basic', { Authorization: 'Basic YWRhOg==' }, 401],
    ];
    for (const [what, headers, status] of refused) expect([what, (await verify({}, headers)).status]).toEqual([what, status]);
    expect(await isVerified()).toBe(false);
    expect((await verify({ password: PASSWORD }, eve)).status).toBe(204);
  });

  test('e-mail verification: an account without a password is verified by its session, and told so without one', async () => {
    const { mine, verify } = await invited();
    await app.services.db.update(users).set({ passwordHash: null }).where(eq(users.usernameKey, 'ada'));
    expect((await verify({ password: PASSWORD })).status).toBe(409);
    expect((await verify({}, mine)).status).toBe(204);
  });

  test('e-mail verification: of 60 requests three send a mail, the others are 429, and every mailed link is valid', async () => {
    const mine = await app.login('ada');
    const statuses: number[] = [];
    for (let i = 0; i < 60; i++) statuses.push((await requestMail(mine)).status);
    expect(statuses).toEqual([202, 202, 202, ...Array(57).fill(429)]);
    await app.background.settled();
    expect(app.mails).toHaveLength(3);
    const [first, second] = app.mails.map(({ text }) => /#([\w-]{43})/.exec(text)?.[1]);
    expect((await send('POST', '/auth/email/verify', { token: first }, mine)).status).toBe(204);
    expect((await send('POST', '/auth/email/verify', { token: second }, mine)).status).toBe(410);
  });

  const client = { address: null, userAgent: null };

  test('e-mail verification: of two concurrent uses of one link, exactly one succeeds', async () => {
    const { token } = await invited();
    const proof = async ({ id, credentialsEpoch }: User) => ({ userId: id, credentialsEpoch });
    const both = await Promise.allSettled([1, 2].map(() => app.services.emailLinks.verify(token, proof, client)));
    expect(both.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
    expect(both.find(({ status }) => status === 'rejected')).toMatchObject({ reason: { code: 'gone' } });
  });

  test.each([
    ['conflict', 'its credentials change', { credentialsEpoch: 7 }],
    ['gone', 'its address changes', { email: 'new@example.org', emailKey: 'new@example.org' }],
  ])('e-mail verification: %s if %s while the holder proves the account, and nothing is verified', async (code, _, change) => {
    const { token } = await invited();
    const prove = async ({ id, credentialsEpoch }: User) => {
      await app.services.db.update(users).set(change).where(eq(users.id, id));
      return { userId: id, credentialsEpoch };
    };
    await expect(app.services.emailLinks.verify(token, prove, client)).rejects.toMatchObject({ code });
    const [row] = await app.services.db.select().from(users).where(eq(users.usernameKey, 'ada'));
    expect(row?.emailVerifiedAt).toBeNull();
    expect(await app.services.db.select().from(emailTokens)).toHaveLength(1);
  });

  test.each([
    ['a former address', { email: 'new@example.org', emailKey: 'new@example.org' }],
    ['a deactivated account', { active: false }],
  ])('e-mail verification: a link for %s is 410', async (_, change) => {
    const { verify } = await invited();
    await app.services.db.update(users).set(change).where(eq(users.usernameKey, 'ada'));
    expect((await verify({ password: PASSWORD })).status).toBe(410);
  });

  test('e-mail verification: an expired and an unknown link are 410, whatever proof comes with them', async () => {
    const { verify } = await invited();
    app.clock.advance(3 * 86_400_000);
    expect((await verify({ password: PASSWORD })).status).toBe(410);
    expect((await send('POST', '/auth/email/verify', { token: 'x', password: PASSWORD })).status).toBe(410);
    expect((await send('POST', '/auth/email/verify', { token: 'x' })).status).toBe(410);
  });

  test.each([
    ['/account/reset', '/app/reset'],
    ['/account/verify', '/app/verify'],
  ])('account pages: %s, to which mails of earlier versions link, leads to %s', async (path, page) => {
    const response = await app.request(path);
    expect([response.status, response.headers.get('location')]).toEqual([302, page]);
  });
});

describe('/admin/users', () => {
  test('admin paths: 403 without the admin scope, for existing and missing paths, and 401 without credentials', async () => {
    const mine = await app.login();
    for (const path of ['/admin/users', '/admin/nowhere', '/admin/users/x/events']) {
      expect((await send('GET', path, undefined, mine)).status).toBe(403);
      expect((await send('GET', path)).status).toBe(401);
    }
    expect((await send('GET', '/admin/nowhere', undefined, await loginAdmin())).status).toBe(404);
  });

  test('GET /admin/users: lists accounts in pages and filters by part of the name', async () => {
    const admin = await loginAdmin();
    for (const name of ['one', 'two', 'three']) await app.login(`user-${name}`);
    const first = (await send('GET', '/admin/users?limit=3', undefined, admin)).body;
    const rest = (await send('GET', `/admin/users?limit=3&cursor=${first.next_cursor}`, undefined, admin)).body;
    const names = [...first.users, ...rest.users].map(({ username }: { username: string }) => username);
    expect(names.sort()).toEqual(['boss', 'user-one', 'user-three', 'user-two']);
    expect(rest.next_cursor).toBeUndefined();
    expect((await send('GET', '/admin/users?q=THREE', undefined, admin)).body.users).toHaveLength(1);
    expect((await send('GET', '/admin/users?q=%25', undefined, admin)).status).toBe(200);
    expect((await send('GET', '/admin/users?cursor=nonsense', undefined, admin)).status).toBe(422);
    expect(JSON.stringify(first)).not.toContain('hash');
  });

  test('PATCH /admin/users: a new tier applies from the next refresh, deactivation ends access at once', async () => {
    const admin = await loginAdmin();
    await app.login('ada');
    const tokens = (await (await logIn('ada', PASSWORD)).json()) as { access_token: string; refresh_token: string };
    const { id } = (await send('GET', '/admin/users?q=ada', undefined, admin)).body.users[0];
    expect((await send('PATCH', `/admin/users/${id}`, { tier: 'premium' }, admin)).body.tier).toBe('premium');
    const refreshed = (await send('POST', '/auth/refresh', { refresh_token: tokens.refresh_token })).body;
    const { tier } = await app.services.accessTokens.verify(refreshed.access_token);
    expect(tier).toBe('premium');
    const bearer = { Authorization: `Bearer ${refreshed.access_token}` };
    expect((await send('PATCH', `/admin/users/${id}`, { active: false }, admin)).body.active).toBe(false);
    expect((await send('GET', '/auth/sessions', undefined, bearer)).status).toBe(401);
    expect((await logIn('ada', PASSWORD)).status).toBe(401);
    expect((await send('PATCH', `/admin/users/${id}`, { active: true }, admin)).body.active).toBe(true);
    expect((await logIn('ada', PASSWORD)).status).toBe(200);
  });

  test('PATCH /admin/users: an admin needs a recent login, an API key may not, and nobody changes their own account', async () => {
    await app.login('ada');
    const admin = await loginAdmin();
    const idOf = async (name: string) =>
      (await send('GET', `/admin/users?q=${name}`, undefined, admin)).body.users[0].id as string;
    const [ada, boss] = [await idOf('ada'), await idOf('boss')];
    const { key } = (await send('POST', '/auth/api-keys', { name: 'k', scopes: ['admin'] }, admin)).body;
    const patch = async (id: string, headers: Record<string, string>, change: unknown = { tier: 'admin' }) =>
      (await send('PATCH', `/admin/users/${id}`, change, headers)).status;
    expect(await patch(ada, { 'X-API-Key': key })).toBe(403);
    expect(await patch(boss, admin, { active: false })).toBe(403);
    app.clock.advance(16 * 60_000);
    expect(await patch(ada, admin)).toBe(401);
    expect((await send('POST', '/auth/confirm', { password: PASSWORD }, admin)).status).toBeLessThan(300);
    expect(await patch(ada, admin)).toBe(200);
  });

  test('GET /admin/users/{id}/events: lists security events newest first, in pages', async () => {
    const admin = await loginAdmin();
    await app.login('ada');
    await logIn('ada', 'wrong one');
    const { id } = (await send('GET', '/admin/users?q=ada', undefined, admin)).body.users[0];
    await send('PATCH', `/admin/users/${id}`, { tier: 'premium' }, admin);
    await app.background.settled();
    const seen: string[] = [];
    let cursor = '';
    do {
      const page = (await send('GET', `/admin/users/${id}/events?limit=2${cursor && `&cursor=${cursor}`}`, undefined, admin))
        .body;
      seen.push(...page.events.map(({ event }: { event: string }) => event));
      cursor = page.next_cursor ?? '';
    } while (cursor);
    expect(seen.sort()).toEqual(['login', 'login_failed', 'registered', 'tier_changed']);
    expect((await send('GET', '/admin/users/nobody/events', undefined, admin)).status).toBe(404);
    expect((await send('PATCH', '/admin/users/nobody', { active: false }, admin)).status).toBe(404);
    expect((await send('PATCH', `/admin/users/${id}`, { tier: 'owner' }, admin)).status).toBe(422);
  });
});

describe('limits on wrong passwords', () => {
  beforeEach(async () => {
    await app.close();
    app = await createTestApp({ env: { RATE_LIMIT_LOGIN_FAILURES: '10' } });
  });

  test('login failures: by username and by e-mail, in any case, they count together', async () => {
    await app.login('ada');
    for (const login of ['ada', 'ADA', 'ada@example.org', 'Ada@Example.org', 'ada']) {
      expect([(await logIn(login, 'wrong')).status, (await logIn(login, 'wrong')).status]).toEqual([401, 401]);
    }
    const refused = await logIn('ada@example.org', PASSWORD);
    expect(refused.status).toBe(429);
    expect(Number(refused.headers.get('retry-after'))).toBe(15 * 60);
    app.clock.advance(15 * 60_000);
    expect((await logIn('ada', PASSWORD)).status).toBe(200);
  });

  test('change password: of 60 wrong guesses ten are checked, and logins are limited with them', async () => {
    const mine = await app.login('ada');
    const guesses: number[] = [];
    for (let i = 0; i < 60; i++) {
      const guess = { current_password: `guess ${i}`, new_password: NEXT };
      guesses.push((await send('POST', '/auth/password', guess, mine)).status);
    }
    expect(guesses).toEqual([...Array(10).fill(403), ...Array(50).fill(429)]);
    const right = await send('POST', '/auth/password', { current_password: PASSWORD, new_password: NEXT }, mine);
    expect(right.status).toBe(429);
    expect(right.headers.get('retry-after')).toBe(String(15 * 60));
    expect((await logIn('ada', PASSWORD)).status).toBe(429);
    expect((await logIn('eve', PASSWORD)).status).toBe(401);
  });

  test('e-mail verification: a wrong password is 403, counts as a failed login, and the link stays valid', async () => {
    const { verify, isVerified } = await invited();
    for (let i = 0; i < 10; i++) expect((await verify({ password: 'the password of somebody else' })).status).toBe(403);
    expect((await verify({ password: PASSWORD })).status).toBe(429);
    expect((await logIn('ada', PASSWORD)).status).toBe(429);
    expect(await isVerified()).toBe(false);
    app.clock.advance(3_600_000);
    expect((await verify({ password: PASSWORD })).status).toBe(204);
    const events = app.log.lines.filter((line) => JSON.stringify(line).includes('e-mail verification: wrong password'));
    expect(events).toHaveLength(10);
  });

  test('login: too many passwords waiting is 503 with Retry-After, and is no failed login', async () => {
    await app.login('ada');
    let busy = true;
    const passwords: PasswordHasher = {
      ...cheapHasher,
      verify: async (...parts) => {
        if (busy) throw new AppError('unavailable', 'Too many passwords are being checked; try again', { retryAfter: 3 });
        return cheapHasher.verify(...parts);
      },
    };
    const crowded = await createTestApp({ overrides: { passwords } });
    const attempt = () =>
      crowded.request('/auth/login', { method: 'POST', body: new URLSearchParams({ username: 'ada', password: PASSWORD }) });
    for (let i = 0; i < 15; i++) {
      const response = await attempt();
      expect([response.status, response.headers.get('retry-after')]).toEqual([503, '3']);
    }
    busy = false;
    expect((await attempt()).status).toBe(401);
    await crowded.close();
  });
});
