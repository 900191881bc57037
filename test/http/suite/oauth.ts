import { randomUUID } from 'node:crypto';
import { expect, test } from 'vitest';
import type { Cell } from '../../support/kits/deployment.ts';
import { noteSecrets } from '../../support/kits/secrets.ts';
import { bearer, nobody, person, type Tokens } from './people.ts';

export function oauth(cell: () => Cell): void {
  const cookieOf = (headers: Headers) => headers.get('set-cookie')?.split(';')[0] ?? '';
  const browser = { Accept: 'text/html' };

  /** Somebody new at the provider. */
  function somebody() {
    const name = `p-${randomUUID().slice(0, 8)}`;
    const claims = { sub: name, email: `${name}@example.org`, email_verified: true, name };
    cell().provider.says(claims);
    return claims;
  }
  async function begin(path = '/auth/oidc', headers: Record<string, string> = {}) {
    const answer = await nobody(cell()).call<{ authorization_url: string; state: string }>(
      path.startsWith('/auth/link/') ? 'POST' : 'GET',
      path,
      undefined,
      headers,
    );
    return { ...answer, cookie: cookieOf(answer.headers) };
  }
  const callback = (query: Record<string, string>, cookie: string, headers: Record<string, string> = {}) =>
    nobody(cell()).call<Tokens>('GET', `/auth/oidc/callback?${new URLSearchParams(query)}`, undefined, {
      Cookie: cookie,
      ...headers,
    });
  async function logIn() {
    const started = await begin();
    return callback(await cell().provider.authorize(started.body.authorization_url), started.cookie);
  }
  const whoami = async ({ access_token }: Tokens) =>
    (await nobody(cell()).call<{ id: string }>('GET', '/auth/me', undefined, bearer(access_token))).body;

  test('a login begins with an address that has state, PKCE and nonce, and with one cookie', async () => {
    const { body, headers } = await begin();
    expect(Object.fromEntries(new URL(body.authorization_url).searchParams)).toMatchObject({
      response_type: 'code',
      client_id: 'pharos',
      redirect_uri: `${cell().url}/auth/oidc/callback`,
      code_challenge_method: 'S256',
      code_challenge: expect.stringMatching(/^.{43}$/),
      nonce: expect.any(String),
      state: body.state,
    });
    expect(headers.get('set-cookie')).toMatch(/^pharos_oauth=.+; Max-Age=600; Path=\/; HttpOnly; SameSite=Lax$/);
  });

  test('a callback with its code and its cookie answers tokens: a new account the first time, the same the second', async () => {
    const { email } = somebody();
    const [first, second] = [await logIn(), await logIn()];
    expect([first.status, second.status]).toEqual([200, 200]);
    expect(first.headers.get('set-cookie')).toMatch(/pharos_oauth=;.*Max-Age=0/);
    const one = await whoami(first.body);
    expect(one).toMatchObject({ email, email_verified: true, tier: 'free' });
    expect((await whoami(second.body)).id).toBe(one.id);
  });

  test('a callback without its cookie, with another state, altered, or a second time is 400', async () => {
    somebody();
    const started = await begin();
    const answer = await cell().provider.authorize(started.body.authorization_url);
    const foreign = await begin();
    const refused = [
      await callback(answer, ''),
      await callback({ ...answer, state: foreign.body.state }, started.cookie),
      await callback({ code: answer.code }, started.cookie),
      await callback(answer, foreign.cookie),
      await callback(answer, `${started.cookie.slice(0, -3)}abc`),
    ];
    expect(refused.map(({ status }) => status)).toEqual([400, 400, 400, 400, 400]);
    expect((await callback(answer, started.cookie)).status).toBe(200);
    expect((await callback(answer, started.cookie)).status).toBe(400);
  });

  test('a user who says no, and a code that the provider does not know, are 400', async () => {
    for (const query of [{ error: 'access_denied' }, {}, { code: 'made up' }] as Record<string, string>[]) {
      const started = await begin();
      expect((await callback({ state: started.body.state, ...query }, started.cookie)).status).toBe(400);
    }
  });

  test('a browser is sent to the provider and back with a code that is exchanged once', async () => {
    somebody();
    const started = await begin('/auth/oidc?return_to=%2Fdocs%3Fa%3D1', browser);
    expect(started.status).toBe(302);
    const answer = await cell().provider.authorize(started.headers.get('location') ?? '');
    const back = await callback(answer, started.cookie, browser);
    expect(back.status).toBe(302);
    const target = new URL(back.headers.get('location') ?? '');
    expect(target.href).toContain(`${cell().url}/docs?a=1&code=`);
    const code = target.searchParams.get('code') ?? '';
    noteSecrets(code, answer.code, answer.state);
    const exchange = () => nobody(cell()).call<Tokens>('POST', '/auth/exchange', { code });
    expect((await exchange()).body).toMatchObject({ access_token: expect.any(String), token_type: 'bearer' });
    expect((await exchange()).status).toBe(400);
  });

  test('nobody is sent back to a foreign page', async () => {
    for (const target of ['https://evil.example/', '//evil.example', `${cell().url}.evil.example`]) {
      const answer = await begin(`/auth/oidc?return_to=${encodeURIComponent(target)}`);
      expect([answer.status, answer.body]).toMatchObject([422, { errors: [{ path: 'return_to' }] }]);
    }
  });

  test('an e-mail that somebody else registered here is a conflict; who is logged in links the provider', async () => {
    const ada = await person(cell());
    const { sub } = somebody();
    cell().provider.says({ sub, email: `${ada.username}@example.org`, email_verified: true });
    expect((await logIn()).status).toBe(409);
    const started = await begin('/auth/link/oidc', bearer(ada.access_token));
    const linked = await callback(await cell().provider.authorize(started.body.authorization_url), started.cookie);
    expect(await whoami(linked.body)).toMatchObject({ username: ada.username });
    expect(await whoami((await logIn()).body)).toMatchObject({ username: ada.username });
  });

  test('a provider that is not configured is 501', async () => {
    expect((await begin('/auth/google')).status).toBe(501);
    expect((await begin('/auth/github')).status).toBe(501);
  });
}
