import { eq } from 'drizzle-orm';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { systemClock } from '../../src/adapters/system-clock.ts';
import { createOAuthFlow } from '../../src/kernel/auth/oauth/flow.ts';
import { createOAuthProviders } from '../../src/kernel/auth/oauth/providers.ts';
import type { Fetch } from '../../src/kernel/core/ports.ts';
import { oauthAccounts, users } from '../../src/kernel/db/schema.sqlite.ts';
import { createMemoryKeyValue } from '../../src/kernel/kv/memory.ts';
import { startGitHub, startOpenIdServer } from '../support/fakes/identity-providers.ts';
import { createTestApp, type TestApp } from '../support/kits/app.ts';
import { testConfig } from '../support/kits/config.ts';

type OpenId = Awaited<ReturnType<typeof startOpenIdServer>>;
type GitHub = Awaited<ReturnType<typeof startGitHub>>;
let openid: OpenId;
let github: GitHub;
let app: TestApp;

const CLIENT = { CLIENT_ID: 'pharos', CLIENT_SECRET: 'client-secret-of-pharos' };
const providerEnv = (issuer: string, more: Record<string, string> = {}) => ({
  ...Object.fromEntries(
    ['GOOGLE', 'GITHUB', 'OIDC'].flatMap((name) => Object.entries(CLIENT).map(([key, value]) => [`${name}_${key}`, value])),
  ),
  OIDC_ISSUER: issuer,
  ...more,
});

/** The app with local providers; `fetch` can intercept its requests to them. */
async function appWith(more: Record<string, string> = {}, fetchImpl: Fetch = (input, init) => fetch(input, init)) {
  const env = providerEnv(openid.issuer, more);
  const clock = systemClock;
  const config = testConfig(env);
  const providers = createOAuthProviders(
    { config, fetch: fetchImpl, clock },
    { googleIssuer: openid.issuer, github: github.endpoints },
  );
  const kv = createMemoryKeyValue({ clock });
  return createTestApp({ env, overrides: { kv, oauth: createOAuthFlow({ config, kv, clock, providers }) } });
}

beforeEach(async () => {
  [openid, github] = await Promise.all([startOpenIdServer(), startGitHub()]);
  openid.says({ sub: 'g-1', email: 'ada@example.org', email_verified: true, name: 'Ada Lovelace' });
  app = await appWith();
});
afterEach(async () => {
  await app.close();
  await Promise.all([openid.stop(), github.stop()]);
});

type Tokens = { access_token: string; refresh_token: string };
const cookieOf = (response: Response) => response.headers.get('set-cookie')?.split(';')[0] ?? '';

async function begin(
  provider: string,
  { query = '', headers = {}, target = app }: { query?: string; headers?: Record<string, string>; target?: TestApp } = {},
) {
  const response = await target.request(`/auth/${provider}${query}`, { headers });
  const body = (await response.json()) as { authorization_url: string; state: string };
  return { response, url: body.authorization_url, state: body.state, cookie: cookieOf(response) };
}

const callback = (
  provider: string,
  query: Record<string, string>,
  cookie: string,
  headers: Record<string, string> = {},
  target = app,
) => target.request(`/auth/${provider}/callback?${new URLSearchParams(query)}`, { headers: { Cookie: cookie, ...headers } });

/** Runs the whole flow as a program would. */
async function logIn(provider: 'google' | 'oidc' | 'github', target = app) {
  const started = await begin(provider, { target });
  const result = provider === 'github' ? { code: 'c', state: started.state } : await openid.authorize(started.url);
  return callback(provider, result, started.cookie, {}, target);
}

const whoami = async (access_token: string) =>
  (await (await app.request('/auth/me', { headers: { Authorization: `Bearer ${access_token}` } })).json()) as Record<
    string,
    unknown
  >;

describe('GET /auth/{provider}', () => {
  test('OAuth start: the address has state, PKCE and nonce, and one cookie holds the attempt', async () => {
    const { url, state, response } = await begin('google');
    const parameters = Object.fromEntries(new URL(url).searchParams);
    expect(parameters).toMatchObject({
      response_type: 'code',
      client_id: 'pharos',
      redirect_uri: 'http://localhost:8000/auth/google/callback',
      scope: 'openid email profile',
      code_challenge_method: 'S256',
      state,
    });
    expect(parameters.code_challenge).toHaveLength(43);
    expect(parameters.nonce).toBeTruthy();
    const cookie = response.headers.get('set-cookie') ?? '';
    expect(cookie).toMatch(/^pharos_oauth=.+; Max-Age=600; Path=\/; HttpOnly; SameSite=Lax$/);
  });

  test('OAuth start: the cookie has the __Host- prefix on https', async () => {
    const secure = await appWith({ PUBLIC_URL: 'https://pharos.example' });
    const { response } = await begin('google', { target: secure });
    expect(response.headers.get('set-cookie')).toMatch(/^__Host-pharos_oauth=.+; Path=\/; HttpOnly; Secure; SameSite=Lax$/);
    await secure.close();
  });

  test('OAuth start: redirects a browser', async () => {
    const response = await app.request('/auth/github', { headers: { Accept: 'text/html' } });
    expect(response.status).toBe(302);
    expect(response.headers.get('location')).toMatch(/\/authorize\?.*scope=read%3Auser\+user%3Aemail/);
  });

  test.each([
    'https://evil.example/',
    '//evil.example',
    'javascript:alert(1)',
    'http://localhost:8000.evil.example',
  ])('OAuth start: return_to %s is refused', async (target) => {
    const response = await app.request(`/auth/google?return_to=${encodeURIComponent(target)}`);
    expect(response.status).toBe(422);
    expect(await response.json()).toMatchObject({ errors: [{ path: 'return_to' }] });
  });

  test('OAuth start: 501 for a provider that is not configured, 502 for one that does not respond', async () => {
    const bare = await createTestApp();
    expect((await bare.request('/auth/google')).status).toBe(501);
    expect((await bare.request('/auth/github/callback?code=x&state=y')).status).toBe(501);
    await bare.close();
    const deaf = await appWith({}, async () => Promise.reject(new TypeError('connect ECONNREFUSED 10.1.2.3')));
    const response = await deaf.request('/auth/google');
    expect(response.status).toBe(502);
    expect(await response.text()).not.toContain('10.1.2.3');
    await deaf.close();
  });
});

describe('OAuth login', () => {
  test.each([
    'google',
    'oidc',
    'github',
  ] as const)('OAuth login: %s creates an account the first time and finds it the second time', async (provider) => {
    const first = await logIn(provider);
    expect(first.status).toBe(200);
    expect(first.headers.get('set-cookie')).toMatch(/pharos_oauth=;.*Max-Age=0/);
    const second = await logIn(provider);
    const [one, two] = [
      await whoami(((await first.json()) as Tokens).access_token),
      await whoami(((await second.json()) as Tokens).access_token),
    ];
    expect(one).toMatchObject({ email_verified: true, tier: 'free', active: true });
    expect(two.id).toBe(one.id);
    expect(await app.services.db.select().from(oauthAccounts)).toHaveLength(1);
  });

  test("OAuth login: the account stays the same when the provider's e-mail changes", async () => {
    const { access_token } = (await (await logIn('google')).json()) as Tokens;
    openid.says({ sub: 'g-1', email: 'new@example.org', email_verified: true });
    const again = (await (await logIn('google')).json()) as Tokens;
    expect((await whoami(again.access_token)).id).toBe((await whoami(access_token)).id);
  });

  test('OAuth login: a browser returns with a code that can be exchanged once, within a minute', async () => {
    const browser = { Accept: 'text/html' };
    const started = await app.request('/auth/google?return_to=%2Fdocs%3Fa%3D1', { headers: browser });
    const result = await openid.authorize(started.headers.get('location') ?? '');
    const back = await callback('google', result, cookieOf(started), browser);
    expect(back.status).toBe(302);
    const url = new URL(back.headers.get('location') ?? '');
    expect(url.href).toMatch(/^http:\/\/localhost:8000\/docs\?a=1&code=/);
    const exchange = () =>
      app.request('/auth/exchange', {
        method: 'POST',
        headers: { 'Content-Type': 'application/json' },
        body: JSON.stringify({ code: url.searchParams.get('code') }),
      });
    expect(((await (await exchange()).json()) as Tokens).access_token).toBeTruthy();
    expect((await exchange()).status).toBe(400);
  });

  test('OAuth login: requests to GitHub carry a User-Agent, and the log has no code, state, secret or token', async () => {
    const started = await begin('github');
    const response = await callback('github', { code: 'the-oauth-code-itself', state: started.state }, started.cookie);
    const tokens = (await response.json()) as Tokens;
    expect(github.requests.map(({ path, userAgent }) => `${path} ${userAgent}`)).toEqual([
      '/token Pharos',
      '/user Pharos',
      '/user/emails Pharos',
    ]);
    const written = JSON.stringify(app.log.lines);
    for (const secret of [
      'the-oauth-code-itself',
      started.state,
      'gho_secret',
      CLIENT.CLIENT_SECRET,
      tokens.access_token,
      tokens.refresh_token,
    ]) {
      expect(written).not.toContain(secret);
    }
    expect(written).toContain('oauth_login');
  });
});

describe('OAuth callback', () => {
  test("OAuth callback: 400 without its cookie, with another state, another provider's cookie or an altered one", async () => {
    const started = await begin('google');
    const result = await openid.authorize(started.url);
    expect((await callback('google', result, '')).status).toBe(400);
    expect((await callback('google', { ...result, state: 'other' }, started.cookie)).status).toBe(400);
    expect((await callback('google', { code: result.code }, started.cookie)).status).toBe(400);
    expect((await callback('oidc', result, started.cookie)).status).toBe(400);
    expect((await callback('google', result, `${started.cookie.slice(0, -3)}abc`)).status).toBe(400);
    expect((await callback('google', result, started.cookie)).status).toBe(200);
  });

  test('OAuth callback: 400 the second time', async () => {
    const started = await begin('google');
    const result = await openid.authorize(started.url);
    expect((await callback('google', result, started.cookie)).status).toBe(200);
    expect((await callback('google', result, started.cookie)).status).toBe(400);
  });

  test('OAuth callback: 400 when the user refused, and without a code', async () => {
    for (const query of [{ error: 'access_denied' }, {}] as Record<string, string>[]) {
      const started = await begin('google');
      expect((await callback('google', { state: started.state, ...query }, started.cookie)).status).toBe(400);
    }
  });

  test('OAuth callback: 400 for a code that the provider refuses, with an error status or with 200', async () => {
    for (const status of [400, 200]) {
      github.answers.token = { status, body: { error: 'bad_verification_code', error_description: 'expired' } };
      expect((await logIn('github')).status).toBe(400);
    }
  });
});

describe('provider errors', () => {
  test.each([
    ['a status 500', { status: 500, body: {} }],
    ['not JSON', { body: '<html>' }],
    ['an empty object', { body: {} }],
  ])('OAuth callback: 502 if the token response is %s', async (_, token) => {
    github.answers.token = token;
    expect((await logIn('github')).status).toBe(502);
  });

  test('OAuth callback: 502 for a user without an id, or e-mails of another shape', async () => {
    github.answers.user = { login: 'octocat' };
    expect((await logIn('github')).status).toBe(502);
    github.answers.user = { id: 1, login: 'octocat' };
    github.answers.emails = { message: 'no' };
    expect((await logIn('github')).status).toBe(502);
  });

  test.each([
    ['another audience', { aud: 'somebody-else' }],
    ['another issuer', { iss: 'https://evil.example' }],
    ['the nonce of another login', { nonce: 'replayed' }],
    ['an expiry in the past', { exp: 1000 }],
  ])('OAuth callback: 502 for an id_token with %s', async (_, claims) => {
    openid.says({ sub: 'g-1', ...claims });
    const response = await logIn('google');
    expect(response.status).toBe(502);
    expect(JSON.stringify(await response.json())).not.toContain('evil');
  });

  test('OAuth start: 502 for an issuer whose metadata name another issuer', async () => {
    const lying = await appWith({}, async (input, init) => {
      if (!String(input).includes('openid-configuration')) return fetch(input, init);
      const found = (await (await fetch(input, init)).json()) as Record<string, unknown>;
      return Response.json({ ...found, issuer: 'https://evil.example' });
    });
    expect((await lying.request('/auth/oidc')).status).toBe(502);
    await lying.close();
  });

  test('OAuth start: a slow provider is 502, and the next login requests it again', async () => {
    let slow = true;
    const patient = await appWith({}, (input, init) => {
      if (slow) return Promise.reject(new DOMException('The operation timed out', 'TimeoutError'));
      return fetch(input, init);
    });
    expect((await patient.request('/auth/oidc')).status).toBe(502);
    slow = false;
    expect((await patient.request('/auth/oidc')).status).toBe(200);
    await patient.close();
  });

  test('OAuth callback: keys that the provider has just rotated are fetched', async () => {
    expect((await logIn('google')).status).toBe(200);
    const { keys } = openid.server.issuer;
    const { kid } = await keys.generate('RS256');
    openid.server.service.once('beforeTokenSigning', (token) => {
      token.header.kid = kid;
    });
    expect((await logIn('google')).status).toBe(200);
  });
});

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
