import { eq } from 'drizzle-orm';
import { describe, expect, test } from 'vitest';
import { oauthAccounts, users } from '../../src/kernel/db/schema.sqlite.ts';
import {
  app,
  appWith,
  begin,
  callback,
  cookieOf,
  github,
  logIn,
  openid,
  type Tokens,
  useOAuthApp,
  whoami,
} from '../support/kits/oauth-login.ts';

useOAuthApp();

describe('account linking', () => {
  const register = (email: string) =>
    app.request('/auth/register', {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify({ username: 'ada', email, password: 'a long enough phrase' }),
    });

  test('account linking: an e-mail verified on both sides links the provider to the account', async () => {
    await register('ada@example.org');
    await app.services.db.update(users).set({ emailVerifiedAt: 1 }).where(eq(users.usernameKey, 'ada'));
    const { access_token } = (await (await logIn('google')).json()) as Tokens;
    expect(await whoami(access_token)).toMatchObject({ username: 'ada' });
  });

  test.each([
    ['full-width letters', '\uff41da@example.org'],
    ['a circled letter', 'ada@\u24d4xample.org'],
    ['a Kelvin sign', 'ada@example.or\u212a'],
  ])('account linking: a verified address with %s is another one than it becomes in NFKC', async (_, email) => {
    await register('ada@example.org');
    await app.services.db.update(users).set({ emailVerifiedAt: 1 });
    openid.says({ sub: 'g-1', email, email_verified: true, name: 'stranger' });
    const { access_token } = (await (await logIn('google')).json()) as Tokens;
    expect(await whoami(access_token)).toMatchObject({ username: 'stranger', email });
  });

  test('account linking: only the case of ASCII letters is ignored', async () => {
    await register('ada@example.org');
    await app.services.db.update(users).set({ emailVerifiedAt: 1 });
    openid.says({ sub: 'g-1', email: 'ADA@Example.ORG', email_verified: true });
    const { access_token } = (await (await logIn('google')).json()) as Tokens;
    expect(await whoami(access_token)).toMatchObject({ username: 'ada' });
  });

  test('account linking: 409 if an earlier version stored the key of another address that is the same in NFKC', async () => {
    await register('ada@example.org');
    await app.services.db.update(users).set({ emailVerifiedAt: 1, email: '\uff41da@example.org' });
    expect((await logIn('google')).status).toBe(409);
    expect(await app.services.db.select().from(oauthAccounts)).toEqual([]);
  });

  test.each([
    'ada@example.org\0',
    'ada@example.org ',
    ' ada@example.org',
    'a da@example.org',
    'ada\u200b@example.org',
    'ada@example.org\u00a0',
    '\ud800@example.org',
    'ada',
    '@',
    `a@${'b'.repeat(260)}`,
  ])('account linking: the address %j of a provider is refused, and no account is made', async (email) => {
    openid.says({ sub: 'g-1', email, email_verified: true });
    expect((await logIn('google')).status).toBe(502);
    expect(await app.services.db.select().from(users)).toEqual([]);
  });

  test.each<[string, unknown]>([
    ['256 characters', 'x'.repeat(256)],
    ['3,000 characters', 'x'.repeat(3000)],
    ['a letter beyond ASCII', 'g-\u00fc'],
    ['a NUL', 'g-\0'],
    ['half of a surrogate pair', 'g-\ud800'],
    ['no characters', ''],
  ])('OAuth login: a subject of %s is refused with the reason, and no account is made', async (_, sub) => {
    openid.says({ sub, email: 'ada@example.org', email_verified: true });
    const refused = await logIn('google');
    expect([refused.status, ((await refused.json()) as { detail: string }).detail]).toEqual([
      502,
      'The login provider sent a subject (sub) that is not 1 to 255 ASCII characters long',
    ]);
    expect(await app.services.db.select().from(users)).toEqual([]);
  });

  test('OAuth login: a subject that is a number is refused, one of 255 characters makes an account and finds it again', async () => {
    openid.says({ sub: 7, email: 'ada@example.org', email_verified: true });
    expect((await logIn('google')).status).toBe(502);
    openid.says({ sub: 'x'.repeat(255), email: 'ada@example.org', email_verified: true });
    expect([(await logIn('google')).status, (await logIn('google')).status]).toEqual([200, 200]);
    expect(await app.services.db.select().from(users)).toHaveLength(1);
  });

  test.each(['admin', 'p\u0430ypal', 'R00T'])('OAuth login: the suggested name %s is not taken over', async (name) => {
    openid.says({ sub: 'g-1', email: null, name });
    const { access_token } = (await (await logIn('google')).json()) as Tokens;
    expect((await whoami(access_token)).username).toBe('google-user');
  });

  test.each([
    ['the account’s is not verified', null, true],
    ['the provider’s is not verified', 1, false],
    ['the provider sends email_verified as a text', 1, 'yes'],
  ])('account linking: a shared e-mail is 409 if %s', async (_, emailVerifiedAt, email_verified) => {
    await register('ada@example.org');
    await app.services.db.update(users).set({ emailVerifiedAt }).where(eq(users.usernameKey, 'ada'));
    openid.says({ sub: 'g-1', email: 'ada@example.org', email_verified });
    expect((await logIn('google')).status).toBe(409);
    expect(await app.services.db.select().from(oauthAccounts)).toEqual([]);
  });

  test('account linking: a logged-in user links a provider with any e-mail, and no other user can link it then', async () => {
    const ada = await app.login('ada');
    const link = async (headers: Record<string, string>) => {
      const response = await app.request('/auth/link/github', { method: 'POST', headers });
      const { state } = (await response.json()) as { state: string };
      return callback('github', { code: 'c', state }, cookieOf(response));
    };
    const linked = await link(ada);
    expect(await whoami(((await linked.json()) as Tokens).access_token)).toMatchObject({ username: 'ada' });
    expect(await whoami(((await (await logIn('github')).json()) as Tokens).access_token)).toMatchObject({ username: 'ada' });
    expect((await link(await app.login('eve'))).status).toBe(409);
    expect((await app.request('/auth/link/github', { method: 'POST' })).status).toBe(401);
    expect((await app.request('/auth/link/myspace', { method: 'POST', headers: ada })).status).toBe(422);
  });

  test('OAuth login: GitHub without a public, a verified or any e-mail creates an account with an unverified address', async () => {
    github.answers.emails = [{ email: 'x@example.org', primary: true, verified: false }];
    const { access_token } = (await (await logIn('github')).json()) as Tokens;
    expect(await whoami(access_token)).toMatchObject({
      username: 'octocat',
      email_verified: false,
      email: expect.stringMatching(/@pharos\.invalid$/),
    });
  });

  test('OAuth login: a taken name gets a suffix of its id, and an invalid name is made valid', async () => {
    await app.login('octocat');
    const { access_token } = (await (await logIn('github')).json()) as Tokens;
    expect((await whoami(access_token)).username).toMatch(/^octocat-\w{12}$/);
    openid.says({ sub: 'g-2', email: null, name: '!!' });
    const other = (await (await logIn('oidc')).json()) as Tokens;
    expect((await whoami(other.access_token)).username).toBe('oidc-user');
  });

  test('OAuth login: two concurrent callbacks create one account', async () => {
    const [one, two] = [await begin('github'), await begin('github')];
    const both = await Promise.all([one, two].map(({ state, cookie }) => callback('github', { code: 'c', state }, cookie)));
    expect(both.map(({ status }) => status)).toEqual([200, 200]);
    expect(await app.services.db.select().from(users)).toHaveLength(1);
  });

  test('OAuth login: closed registration creates no account, and a deactivated user gets no token', async () => {
    const closed = await appWith({ REGISTRATION: 'closed' });
    expect((await logIn('github', closed)).status).toBe(403);
    await closed.close();
    await logIn('github');
    await app.services.db.update(users).set({ active: false });
    expect((await logIn('github')).status).toBe(403);
  });
});
