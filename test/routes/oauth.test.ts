import { eq } from 'drizzle-orm';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { systemClock } from '../../src/adapters/system-clock.ts';
import { createOAuthFlow } from '../../src/kernel/auth/oauth/flow.ts';
import type { OAuthProvider } from '../../src/kernel/auth/oauth/provider.ts';
import type { Fetch } from '../../src/kernel/core/ports.ts';
import { oauthAccounts, users } from '../../src/kernel/db/schema.sqlite.ts';
import { createMemoryKeyValue } from '../../src/kernel/kv/memory.ts';
import { startGitHub, startOpenIdServer } from '../support/fakes/identity-providers.ts';
import { createTestApp, type TestApp } from '../support/kits/app.ts';
import { testConfig } from '../support/kits/config.ts';
import { CLIENT, createOAuthApp, type FakeProviders } from '../support/kits/oauth.ts';

let openid: FakeProviders['openid'];
let github: FakeProviders['github'];
let app: TestApp;

/** The app with local providers; `fetch` can intercept its requests to them. */
const appWith = (more: Record<string, string> = {}, fetchImpl?: Fetch) => createOAuthApp({ openid, github }, more, fetchImpl);

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

/** A browser: it keeps cookies, and asks for pages. */
function browser(target = app) {
  const jar = new Map<string, string>();
  const cookieHeader = () => [...jar].map(([name, value]) => `${name}=${value}`).join('; ');
  async function request(path: string, init: RequestInit = {}) {
    const response = await target.request(path, { ...init, headers: { ...init.headers, Cookie: cookieHeader() } });
    for (const cookie of response.headers.getSetCookie()) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(cookie) ?? [];
      if (cookie.includes('Max-Age=0')) jar.delete(name);
      else jar.set(name, value);
    }
    return response;
  }
  return {
    jar,
    cookieHeader,
    get: (path: string) => request(path, { headers: { Accept: 'text/html' } }),
    exchange: (code: string) =>
      request('/auth/exchange', {
        method: 'POST',
        headers: { 'Content-Type': 'application/json' },
        body: JSON.stringify({ code }),
      }),
  };
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
    const cookies = response.headers.getSetCookie();
    expect(cookies).toEqual([expect.stringMatching(/^pharos_oauth_[\w-]{16}=.+; Max-Age=600; Path=\/; HttpOnly; SameSite=Lax$/)]);
  });

  test('OAuth start: the cookie has the __Host- prefix on https', async () => {
    const secure = await appWith({ PUBLIC_URL: 'https://pharos.example' });
    const { response } = await begin('google', { target: secure });
    expect(response.headers.get('set-cookie')).toMatch(
      /^__Host-pharos_oauth_[\w-]{16}=.+; Path=\/; HttpOnly; Secure; SameSite=Lax$/,
    );
    await secure.close();
  });

  test('OAuth start: redirects a browser', async () => {
    const response = await app.request('/auth/github', { headers: { Accept: 'text/html' } });
    expect(response.status).toBe(302);
    expect(response.headers.get('location')).toMatch(/\/authorize\?.*scope=read%3Auser\+user%3Aemail/);
  });

  test.each([
    'https://evil.example/',
    'http://[',
    '//evil.example',
    'javascript:alert(1)',
    'http://localhost:8000.evil.example',
    'http://user:pw@localhost:8000/',
    'https://user@app.example.org/',
    './/evil.example',
    '/.//evil.example',
    'http://localhost:8000//evil.example',
    '/x/..//evil.example',
    '/\\\\evil.example',
    'https://app.example.org//evil.example/',
  ])('OAuth start: return_to %s is refused', async (target) => {
    const open = await appWith({ CORS_ORIGINS: 'https://app.example.org' });
    const response = await open.request(`/auth/google?return_to=${encodeURIComponent(target)}`);
    expect(response.status).toBe(422);
    expect(await response.json()).toMatchObject({ errors: [{ path: 'return_to' }] });
    await open.close();
  });

  test('OAuth start: an accepted return_to has no credentials, is on an allowed origin, and its path names no host', async () => {
    const part = fc.constantFrom(
      '/',
      '//',
      '.',
      '..',
      '\\',
      '@',
      ':',
      'user',
      'evil.example',
      'http:',
      'localhost:8000',
      '?',
      '#',
      ' ',
    );
    const kv = createMemoryKeyValue({ clock: systemClock });
    const config = testConfig();
    const provider: OAuthProvider = {
      name: 'oidc',
      authorizationUrl: async () => new URL('http://127.0.0.1/'),
      identify: async () => Promise.reject(new Error('not asked')),
    };
    const flow = createOAuthFlow({ config, kv, clock: systemClock, providers: { oidc: provider } });
    await fc.assert(
      fc.asyncProperty(fc.array(part, { maxLength: 8 }), async (parts) => {
        const begun = await flow.begin('oidc', { returnTo: parts.join(''), linkTo: null }).catch((error: unknown) => {
          expect(error).toMatchObject({ code: 'invalid_input' });
          return undefined;
        });
        if (!begun) return;
        const { returnTo } = await flow.take('oidc', begun.state, begun.cookie);
        const url = new URL(returnTo ?? '');
        expect(url.origin).toBe('http://localhost:8000');
        expect(`${url.username}${url.password}`).toBe('');
        // What a page makes of it that goes on to the path alone.
        expect(new URL(`${url.pathname}${url.search}`, url).origin).toBe('http://localhost:8000');
      }),
    );
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
    expect(first.headers.get('set-cookie')).toMatch(/^pharos_oauth_[\w-]{16}=;.*Max-Age=0/);
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

  test('OAuth login: a browser returns with a code that it can exchange once', async () => {
    const ada = browser();
    const started = await ada.get('/auth/google?return_to=%2Fdocs%3Fa%3D1%26code%3Dold%26error%3Dold');
    const result = await openid.authorize(started.headers.get('location') ?? '');
    const back = await ada.get(`/auth/google/callback?${new URLSearchParams(result)}`);
    expect(back.status).toBe(302);
    const url = new URL(back.headers.get('location') ?? '');
    expect(url.href).toMatch(/^http:\/\/localhost:8000\/docs\?a=1&code=[^&]+$/);
    const code = url.searchParams.get('code') ?? '';
    expect(((await (await ada.exchange(code)).json()) as Tokens).access_token).toBeTruthy();
    expect((await ada.exchange(code)).status).toBe(400);
  });

  test('POST /auth/exchange: the code of a login is 400 in another browser, and still works in its own', async () => {
    const [eve, ada] = [browser(), browser()];
    const started = await eve.get('/auth/google?return_to=%2F');
    const back = await eve.get(
      `/auth/google/callback?${new URLSearchParams(await openid.authorize(started.headers.get('location') ?? ''))}`,
    );
    const code = new URL(back.headers.get('location') ?? '').searchParams.get('code') ?? '';
    expect((await ada.exchange(code)).status).toBe(400);
    await ada.get('/auth/google?return_to=%2F');
    expect((await ada.exchange(code)).status).toBe(400);
    const forged = [...ada.jar.entries()].map(([name, value]) => [name.replace(/_[^_]{16}$/, `_${code.slice(0, 16)}`), value]);
    for (const [name = '', value = ''] of forged) ada.jar.set(name, value);
    expect((await ada.exchange(code)).status).toBe(400);
    for (const other of ['', 'x', `${code}x`, code.slice(0, -1)])
      expect((await eve.exchange(other)).status).toBeGreaterThanOrEqual(400);
    expect((await eve.exchange(code)).status).toBe(200);
  });

  test('POST /auth/exchange: the cookie of a login that returns to another site is sent from there, on https', async () => {
    const more = { PUBLIC_URL: 'https://pharos.example', CORS_ORIGINS: 'https://app.example.org' };
    const secure = await appWith(more);
    const cookiesFor = async (returnTo: string) =>
      (await secure.request(`/auth/google?return_to=${encodeURIComponent(returnTo)}`)).headers.getSetCookie().at(-1);
    expect(await cookiesFor('https://app.example.org/in')).toMatch(
      /^__Host-pharos_oauth_browser_[\w-]{16}=.+; Max-Age=660; Path=\/; HttpOnly; Secure; SameSite=None$/,
    );
    expect(await cookiesFor('/in')).toMatch(/; Secure; SameSite=Lax$/);
    await secure.close();
  });

  test('OAuth login: two logins of one browser finish in any order, and a foreign callback ends neither', async () => {
    const ada = browser();
    const begun = [await ada.get('/auth/oidc?return_to=%2Fone'), await ada.get('/auth/google?return_to=%2Ftwo')];
    const [one, two] = await Promise.all(begun.map((response) => openid.authorize(response.headers.get('location') ?? '')));
    for (const stray of ['/auth/oidc/callback?code=x&state=y', '/auth/google/callback?code=x', '/auth/github/callback']) {
      expect((await ada.get(stray)).status).toBe(400);
    }
    expect((await ada.get(`/auth/google/callback?code=x&state=${one?.state}`)).status).toBe(400);
    const finished = [
      await ada.get(`/auth/oidc/callback?${new URLSearchParams(one)}`),
      await ada.get(`/auth/google/callback?${new URLSearchParams(two)}`),
    ];
    expect(finished.map(({ status }) => status)).toEqual([302, 302]);
    for (const response of finished) {
      const url = new URL(response.headers.get('location') ?? '');
      expect((await ada.exchange(url.searchParams.get('code') ?? '')).status).toBe(200);
    }
    expect([...ada.jar.keys()].filter((name) => !name.includes('browser'))).toEqual([]);
  });

  test('OAuth start: cookies of logins that were left do not fill the headers; the newest login still finishes', async () => {
    const ada = browser();
    const long = encodeURIComponent(`/?q=${'x'.repeat(1900)}`);
    for (let i = 0; i < 12; i++) await ada.get(`/auth/oidc?return_to=${long}`);
    for (let i = 0; i < 60; i++) await ada.get('/auth/oidc?return_to=%2F');
    expect(ada.cookieHeader().length).toBeLessThan(8 * 1024);
    const started = await ada.get('/auth/oidc?return_to=%2F');
    const result = await openid.authorize(started.headers.get('location') ?? '');
    expect((await ada.get(`/auth/oidc/callback?${new URLSearchParams(result)}`)).status).toBe(302);
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

describe('failed logins in a browser', () => {
  test('OAuth callback: a cancelled login returns to return_to with error=access_denied', async () => {
    const ada = browser();
    const started = await ada.get('/auth/oidc?return_to=%2Fdocs%3Fa%3D1');
    const { state } = await openid.authorize(started.headers.get('location') ?? '');
    const back = await ada.get(`/auth/oidc/callback?${new URLSearchParams({ state, error: 'access_denied' })}`);
    expect(back.status).toBe(302);
    const url = new URL(back.headers.get('location') ?? '');
    expect(`${url.origin}${url.pathname}`).toBe('http://localhost:8000/docs');
    expect(Object.fromEntries(url.searchParams)).toEqual({
      a: '1',
      error: 'access_denied',
      error_description: 'The login was cancelled or refused at the provider',
    });
  });

  test.each([
    ['temporarily_unavailable', 'temporarily_unavailable'],
    ['<script>', 'access_denied'],
  ])('OAuth callback: the provider error %s returns as %s', async (error, expected) => {
    const ada = browser();
    const started = await ada.get('/auth/oidc');
    const { state } = await openid.authorize(started.headers.get('location') ?? '');
    const back = await ada.get(`/auth/oidc/callback?${new URLSearchParams({ state, error })}`);
    expect(new URL(back.headers.get('location') ?? '').searchParams.get('error')).toBe(expected);
  });

  test('OAuth callback: a taken e-mail and a failing provider return to return_to with an error, and the cause is logged', async () => {
    await app.login('ada');
    const ada = browser();
    const finish = async () => {
      const started = await ada.get('/auth/oidc');
      const result = await openid.authorize(started.headers.get('location') ?? '');
      const back = await ada.get(`/auth/oidc/callback?${new URLSearchParams(result)}`);
      return new URL(back.headers.get('location') ?? '').searchParams;
    };
    expect((await finish()).get('error')).toBe('conflict');
    openid.says({ sub: 'g-1', aud: 'another client' });
    const failed = await finish();
    expect(failed.get('error')).toBe('upstream_failed');
    expect(failed.get('code')).toBeNull();
    expect(app.log.lines.filter(({ message }) => message === 'login through a provider failed')).toHaveLength(1);
  });

  test.each([
    ['/auth/oidc/callback?error=access_denied', 400],
    ['/auth/oidc/callback?code=x&state=unknown', 400],
    ['/auth/oidc?return_to=https%3A%2F%2Fevil.example', 422],
  ])('OAuth: %s is a page for a browser, never JSON', async (path, status) => {
    const response = await browser().get(path);
    expect(response.status).toBe(status);
    expect(response.headers.get('content-type')).toContain('text/html');
    expect(response.headers.get('content-security-policy')).toContain("frame-ancestors 'none'");
    expect(await response.text()).toContain('You are not logged in');
    const program = await app.request(path);
    expect([program.status, program.headers.get('content-type')]).toEqual([status, 'application/problem+json']);
  });

  test('OAuth start: 501 and 502 are pages for a browser, and an unexpected fault is a problem without details', async () => {
    const bare = await createTestApp();
    expect((await browser(bare).get('/auth/google')).headers.get('content-type')).toContain('text/html');
    await bare.close();
    const deaf = await appWith({}, async () => Promise.reject(new TypeError('connect ECONNREFUSED')));
    const response = await browser(deaf).get('/auth/google');
    expect([response.status, response.headers.get('content-type')]).toEqual([502, expect.stringContaining('text/html')]);
    await deaf.close();
    const begin = () => Promise.reject(new Error('a secret of the server'));
    const broken = await createTestApp({ overrides: { oauth: { begin } as never } });
    const fault = await browser(broken).get('/auth/google');
    expect(fault.status).toBe(500);
    expect(await fault.text()).not.toContain('secret');
    await broken.close();
  });
});

describe('what OpenID Connect providers differ in', () => {
  /** The app with a provider whose discovery document is changed; `tokenRequests` are those to its token endpoint. */
  async function providerWith(change: (discovery: Record<string, unknown>) => Record<string, unknown>, more = {}) {
    const tokenRequests: { authorization: string | null; body: URLSearchParams }[] = [];
    const target = await appWith(more, async (input, init) => {
      const url = String(input);
      if (url.endsWith('/token')) {
        const { headers, body } = init as { headers: Record<string, string>; body: URLSearchParams };
        tokenRequests.push({ authorization: headers.Authorization ?? null, body });
      }
      const response = await fetch(input, init);
      if (!url.includes('openid-configuration')) return response;
      return Response.json(change((await response.json()) as Record<string, unknown>));
    });
    return { target, tokenRequests };
  }
  const supporting = (...methods: string[]) =>
    providerWith((discovery) => ({ ...discovery, token_endpoint_auth_methods_supported: methods }), {
      OIDC_CLIENT_ID: 'pha:ros',
      OIDC_CLIENT_SECRET: 'se cr+et%&é-of-pharos',
    });

  test.each([
    ['names client_secret_basic', ['client_secret_basic']],
    ['names several', ['private_key_jwt', 'client_secret_post', 'client_secret_basic']],
  ])('OAuth callback: the client proves itself by HTTP Basic to a provider that %s', async (_, methods) => {
    const { target, tokenRequests } = await supporting(...methods);
    openid.says({ sub: 'g-1', email: 'a@example.org', email_verified: true, aud: 'pha:ros' });
    expect((await logIn('oidc', target)).status).toBe(200);
    const [{ authorization, body } = { authorization: '', body: new URLSearchParams() }] = tokenRequests;
    expect(atob(authorization?.replace('Basic ', '') ?? '')).toBe('pha%3Aros:se+cr%2Bet%25%26%C3%A9-of-pharos');
    expect([body.has('client_secret'), body.has('client_id')]).toEqual([false, false]);
    await target.close();
  });

  test('OAuth callback: the client proves itself by HTTP Basic to a provider that names no method', async () => {
    const silent = await providerWith(({ token_endpoint_auth_methods_supported: _, ...discovery }) => discovery);
    expect((await logIn('oidc', silent.target)).status).toBe(200);
    expect(silent.tokenRequests[0]?.authorization).toMatch(/^Basic /);
    await silent.target.close();
  });

  test('OAuth callback: the secret is in the form for a provider that takes only the form, and is not sent to one that takes no secret', async () => {
    openid.says({ sub: 'g-1', email: 'a@example.org', email_verified: true, aud: 'pha:ros' });
    const post = await supporting('client_secret_post');
    expect((await logIn('oidc', post.target)).status).toBe(200);
    expect(post.tokenRequests[0]?.authorization).toBeNull();
    expect(post.tokenRequests[0]?.body.get('client_secret')).toBe('se cr+et%&é-of-pharos');
    await post.target.close();
    const none = await supporting('none');
    expect((await logIn('oidc', none.target)).status).toBe(200);
    expect(none.tokenRequests[0]?.authorization).toBeNull();
    expect(none.tokenRequests[0]?.body.has('client_secret')).toBe(false);
    expect(none.tokenRequests[0]?.body.get('client_id')).toBe('pha:ros');
    await none.target.close();
  });

  test('OAuth callback: 502 if the provider takes no method that Pharos has, and if it refuses the client', async () => {
    const strict = await supporting('private_key_jwt');
    expect((await logIn('oidc', strict.target)).status).toBe(502);
    await strict.target.close();
    for (const error of ['invalid_client', 'incorrect_client_credentials']) {
      github.answers.token = { status: error === 'invalid_client' ? 401 : 200, body: { error } };
      const response = await logIn('github');
      expect(response.status).toBe(502);
      expect(await response.json()).toMatchObject({ detail: expect.stringContaining('client id and secret') });
    }
  });

  test('OAuth login: an e-mail that only the userinfo endpoint returns becomes the account’s', async () => {
    openid.says({ sub: 'u-1', userinfo: { email: 'u@example.org', email_verified: true, preferred_username: 'ursula' } });
    const { access_token } = (await (await logIn('oidc')).json()) as Tokens;
    expect(await whoami(access_token)).toMatchObject({ email: 'u@example.org', email_verified: true, username: 'ursula' });
  });

  test('OAuth login: userinfo verifies the address of the id_token, and no other address', async () => {
    openid.says({ sub: 'u-2', email: 'u@example.org', userinfo: { email: 'u@example.org', email_verified: true } });
    const same = (await (await logIn('oidc')).json()) as Tokens;
    expect(await whoami(same.access_token)).toMatchObject({ email: 'u@example.org', email_verified: true });
    openid.says({ sub: 'u-3', email: 'v@example.org', userinfo: { email: 'w@example.org', email_verified: true } });
    const other = (await (await logIn('oidc')).json()) as Tokens;
    expect(await whoami(other.access_token)).toMatchObject({ email: 'v@example.org', email_verified: false });
  });

  test('OAuth callback: 502 if userinfo is about another subject, and no account is made', async () => {
    openid.says({ sub: 'u-4', userinfo: { sub: 'u-5', email: 'u@example.org', email_verified: true } });
    expect((await logIn('oidc')).status).toBe(502);
    expect(await app.services.db.select().from(users)).toEqual([]);
  });

  test('OAuth login: a provider without an e-mail or a userinfo endpoint makes an account without an address', async () => {
    const { target } = await providerWith(({ userinfo_endpoint: _, ...discovery }) => discovery);
    openid.says({ sub: 'u-6' });
    expect((await logIn('oidc', target)).status).toBe(200);
    const [user] = await target.services.db.select().from(users);
    expect(user?.email).toMatch(/@pharos\.invalid$/);
    await target.close();
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
