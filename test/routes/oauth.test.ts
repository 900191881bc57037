import { describe, expect, test } from 'vitest';
import { oauthAccounts } from '../../src/kernel/db/schema.sqlite.ts';
import { createTestApp } from '../support/kits/app.ts';
import { CLIENT } from '../support/kits/oauth.ts';
import {
  app,
  appWith,
  begin,
  browser,
  callback,
  github,
  logIn,
  openid,
  type Tokens,
  useOAuthApp,
  whoami,
} from '../support/kits/oauth-login.ts';

useOAuthApp();

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
