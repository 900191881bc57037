import { describe, expect, test } from 'vitest';
import { users } from '../../src/kernel/db/schema.sqlite.ts';
import { app, appWith, github, logIn, openid, type Tokens, useOAuthApp, whoami } from '../support/kits/oauth-login.ts';

useOAuthApp();

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
