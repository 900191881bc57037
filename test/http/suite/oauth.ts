import { randomUUID } from 'node:crypto';
import { expect, test } from 'vitest';
import type { Deployment } from '../../support/kits/deployment.ts';
import { noteSecrets } from '../../support/kits/secrets.ts';
import { anonymous, bearer, registered, type Tokens } from './people.ts';

export function oauth(deployment: () => Deployment): void {
  const cookieOf = (headers: Headers) => headers.get('set-cookie')?.split(';')[0] ?? '';
  const browser = { Accept: 'text/html' };

  /** A new user of the provider. */
  function newProviderUser() {
    const name = `p-${randomUUID().slice(0, 8)}`;
    const claims = { sub: name, email: `${name}@example.org`, email_verified: true, name };
    deployment().provider.says(claims);
    return claims;
  }
  async function begin(path = '/auth/oidc', headers: Record<string, string> = {}) {
    const result = await anonymous(deployment()).call<{ authorization_url: string; state: string }>(
      path.startsWith('/auth/link/') ? 'POST' : 'GET',
      path,
      undefined,
      headers,
    );
    return { ...result, cookie: cookieOf(result.headers) };
  }
  const callback = (query: Record<string, string>, cookie: string, headers: Record<string, string> = {}) =>
    anonymous(deployment()).call<Tokens>('GET', `/auth/oidc/callback?${new URLSearchParams(query)}`, undefined, {
      Cookie: cookie,
      ...headers,
    });
  async function logIn() {
    const started = await begin();
    return callback(await deployment().provider.authorize(started.body.authorization_url), started.cookie);
  }
  const whoami = async ({ access_token }: Tokens) =>
    (await anonymous(deployment()).call<{ id: string }>('GET', '/auth/me', undefined, bearer(access_token))).body;

  test('OAuth start: the address has state, PKCE and nonce, and the response sets one cookie', async () => {
    const { body, headers } = await begin();
    expect(Object.fromEntries(new URL(body.authorization_url).searchParams)).toMatchObject({
      response_type: 'code',
      client_id: 'pharos',
      redirect_uri: `${deployment().url}/auth/oidc/callback`,
      code_challenge_method: 'S256',
      code_challenge: expect.stringMatching(/^.{43}$/),
      nonce: expect.any(String),
      state: body.state,
    });
    expect(headers.get('set-cookie')).toMatch(/^pharos_oauth_[\w-]{16}=.+; Max-Age=600; Path=\/; HttpOnly; SameSite=Lax$/);
  });

  test('OAuth callback: responds with tokens, of a new account the first time and of the same account the second time', async () => {
    const { email } = newProviderUser();
    const [first, second] = [await logIn(), await logIn()];
    expect([first.status, second.status]).toEqual([200, 200]);
    expect(first.headers.get('set-cookie')).toMatch(/^pharos_oauth_[\w-]{16}=;.*Max-Age=0/);
    const one = await whoami(first.body);
    expect(one).toMatchObject({ email, email_verified: true, tier: 'free' });
    expect((await whoami(second.body)).id).toBe(one.id);
  });

  test('OAuth callback: 400 without its cookie, with another state, with an altered cookie, or a second time', async () => {
    newProviderUser();
    const started = await begin();
    const result = await deployment().provider.authorize(started.body.authorization_url);
    const foreign = await begin();
    const refused = [
      await callback(result, ''),
      await callback({ ...result, state: foreign.body.state }, started.cookie),
      await callback({ code: result.code }, started.cookie),
      await callback(result, foreign.cookie),
      await callback(result, `${started.cookie.slice(0, -3)}abc`),
    ];
    expect(refused.map(({ status }) => status)).toEqual([400, 400, 400, 400, 400]);
    expect((await callback(result, started.cookie)).status).toBe(200);
    expect((await callback(result, started.cookie)).status).toBe(400);
  });

  test('OAuth callback: 400 when the user refused, or for a code that the provider does not know', async () => {
    for (const query of [{ error: 'access_denied' }, {}, { code: 'made up' }] as Record<string, string>[]) {
      const started = await begin();
      expect((await callback({ state: started.body.state, ...query }, started.cookie)).status).toBe(400);
    }
  });

  test('OAuth login: a browser is redirected to the provider and back with a code that can be exchanged once', async () => {
    newProviderUser();
    const started = await begin('/auth/oidc?return_to=%2Fdocs%3Fa%3D1', browser);
    expect(started.status).toBe(302);
    const result = await deployment().provider.authorize(started.headers.get('location') ?? '');
    const cookies = started.headers.getSetCookie().map((cookie) => cookie.split(';')[0]);
    const back = await callback(result, started.cookie, browser);
    expect(back.status).toBe(302);
    const target = new URL(back.headers.get('location') ?? '');
    expect(target.href).toContain(`${deployment().url}/docs?a=1&code=`);
    const code = target.searchParams.get('code') ?? '';
    noteSecrets(code, result.code, result.state);
    const exchange = (Cookie = cookies.join('; ')) =>
      anonymous(deployment()).call<Tokens>('POST', '/auth/exchange', { code }, { Cookie });
    expect((await exchange(started.cookie)).status).toBe(400);
    expect((await exchange()).body).toMatchObject({ access_token: expect.any(String), token_type: 'bearer' });
    expect((await exchange()).status).toBe(400);
  });

  test('OAuth start: return_to another site is refused', async () => {
    for (const target of ['https://evil.example/', '//evil.example', `${deployment().url}.evil.example`]) {
      const result = await begin(`/auth/oidc?return_to=${encodeURIComponent(target)}`);
      expect([result.status, result.body]).toMatchObject([422, { errors: [{ path: 'return_to' }] }]);
    }
  });

  test('account linking: an e-mail address of another account is 409; a logged-in user links the provider', async () => {
    const ada = await registered(deployment());
    const { sub } = newProviderUser();
    deployment().provider.says({ sub, email: `${ada.username}@example.org`, email_verified: true });
    expect((await logIn()).status).toBe(409);
    const started = await begin('/auth/link/oidc', bearer(ada.access_token));
    const linked = await callback(await deployment().provider.authorize(started.body.authorization_url), started.cookie);
    expect(await whoami(linked.body)).toMatchObject({ username: ada.username });
    expect(await whoami((await logIn()).body)).toMatchObject({ username: ada.username });
  });

  test('OAuth start: 501 for a provider that is not configured', async () => {
    expect((await begin('/auth/google')).status).toBe(501);
    expect((await begin('/auth/github')).status).toBe(501);
  });
}
