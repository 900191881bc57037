import { randomUUID } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import type { Deployment } from '../../support/kits/deployment.ts';
import { noteSecrets } from '../../support/kits/secrets.ts';
import { ADMIN, anonymous, bearer, logIn, person, registered, type Tokens } from './people.ts';

interface Problem {
  readonly detail: string;
  readonly errors?: readonly { path: string }[];
}

const PASSWORD = 'a long enough phrase';
const newcomer = (username = `new-${randomUUID().slice(0, 8)}`) => ({
  username,
  email: `${username}@example.org`,
  password: PASSWORD,
});

export function accounts(deployment: () => Deployment): void {
  const anyClient = () => anonymous(deployment());
  const status = async (path: string, headers: Record<string, string>) =>
    (await anyClient().call('GET', path, undefined, headers)).status;
  const me = (token: string) => status('/auth/me', bearer(token));
  const refresh = (refresh_token: string) => anyClient().call<Tokens>('POST', '/auth/refresh', { refresh_token });

  describe('POST /auth/register', () => {
    test('register: 201 with the account, without the hash; a taken name or e-mail address is 409', async () => {
      const ada = newcomer();
      const made = await anyClient().call('POST', '/auth/register', ada);
      expect(made.status).toBe(201);
      expect(made.body).toEqual({
        id: expect.any(String),
        username: ada.username,
        email: ada.email,
        tier: 'free',
        active: true,
        email_verified: false,
        created_at: expect.any(String),
      });
      for (const taken of [
        { ...newcomer(), username: ada.username.toUpperCase() },
        { ...newcomer(), email: ada.email },
      ])
        expect((await anyClient().call('POST', '/auth/register', taken)).status).toBe(409);
    });

    test('register: 422 naming every invalid field', async () => {
      const wrong = { username: 'a', email: 'nowhere', password: 'short', tier: 'admin' };
      const result = await anyClient().call<Problem>('POST', '/auth/register', wrong);
      expect(result.status).toBe(422);
      expect(result.body.errors?.map(({ path }) => path).sort()).toEqual(['email', 'password', 'tier', 'username']);
    });
  });

  describe('POST /auth/login', () => {
    test('login: responds with a token pair that must not be cached, without scopes beyond the tier', async () => {
      const ada = newcomer();
      await anyClient().call('POST', '/auth/register', ada);
      const form = (scope: Record<string, string>) =>
        anyClient().call<Tokens>(
          'POST',
          '/auth/login',
          new URLSearchParams({ username: ada.email, password: PASSWORD, ...scope }),
        );
      const { status, headers, body } = await form({});
      expect([status, headers.get('cache-control')]).toEqual([200, 'no-store']);
      expect(body).toEqual({
        access_token: expect.any(String),
        refresh_token: expect.any(String),
        token_type: 'bearer',
        expires_in: 1800,
        scope: 'resources:read resources:write resources:delete search',
        user: expect.objectContaining({ username: ada.username, tier: 'free' }),
      });
      expect((await form({ scope: 'search admin' })).body).toMatchObject({ scope: 'search' });
      expect((await anyClient().call('POST', '/auth/login', new URLSearchParams({ username: ada.username }))).status).toBe(422);
    });

    test('login: an unknown user and a wrong password get the same response', async () => {
      const { username } = await registered(deployment());
      const [unknown, wrong] = [
        await logIn(deployment(), 'nobody-at-all', PASSWORD),
        await logIn(deployment(), username, 'not this one'),
      ];
      expect([unknown.status, wrong.status]).toEqual([401, 401]);
      expect(wrong.headers.get('www-authenticate')).toBe('Bearer');
      expect({ ...unknown.body, request_id: '' }).toEqual({ ...wrong.body, request_id: '' });
    });

    test.each([
      'Basic YTpi',
      'Bearer',
      'Bearer a b',
      'Token abc',
    ])('authentication: the Authorization header "%s" is 401', async (Authorization) => {
      const result = await anyClient().call('GET', '/auth/me', undefined, { Authorization });
      expect([result.status, result.headers.get('www-authenticate')]).toEqual([401, 'Bearer']);
    });
  });

  describe('sessions', () => {
    test('refresh: takes JSON or a form, and returns another token each time', async () => {
      const ada = await person(deployment());
      expect(await me(ada.access_token)).toBe(200);
      const second = await refresh(ada.refresh_token);
      const form = new URLSearchParams({ refresh_token: second.body.refresh_token });
      const third = await anyClient().call<Tokens>('POST', '/auth/refresh', form);
      expect([second.status, third.status]).toEqual([200, 200]);
      expect(new Set([ada.refresh_token, second.body.refresh_token, third.body.refresh_token]).size).toBe(3);
      expect(await me(third.body.access_token)).toBe(200);
      const inQuery = await anyClient().call('POST', `/auth/refresh?refresh_token=${third.body.refresh_token}`);
      expect(inQuery.status).toBeGreaterThanOrEqual(400);
    });

    test('refresh: works in two tabs at once; a token older than the parent ends the session', async () => {
      const ada = await person(deployment());
      const [one, two] = await Promise.all([refresh(ada.refresh_token), refresh(ada.refresh_token)]);
      expect([one.status, two.status]).toEqual([200, 200]);
      expect(two.body.refresh_token).toBe(one.body.refresh_token);
      expect([await me(one.body.access_token), await me(two.body.access_token)]).toEqual([200, 200]);
      const newest = await refresh(one.body.refresh_token);
      expect(newest.status).toBe(200);
      expect((await refresh(ada.refresh_token)).status).toBe(401);
      expect(await me(newest.body.access_token)).toBe(401);
      expect((await refresh(newest.body.refresh_token)).status).toBe(401);
    });

    test('logout: ends the access token and the refresh token at once', async () => {
      const ada = await person(deployment());
      expect((await ada.call('POST', '/auth/logout')).status).toBe(204);
      expect(await me(ada.access_token)).toBe(401);
      expect((await refresh(ada.refresh_token)).status).toBe(401);
    });

    test("sessions: lists the user's sessions and ends any of them; another user's is 404", async () => {
      const ada = await registered(deployment());
      const other = (await logIn(deployment(), ada.username, ada.password)).body;
      const { body } = await ada.call<{ sessions: { id: string; current: boolean }[] }>('GET', '/auth/sessions');
      expect(body.sessions.map(({ current }) => current).sort()).toEqual([false, true]);
      const id = body.sessions.find(({ current }) => !current)?.id;
      expect((await (await person(deployment())).call('DELETE', `/auth/sessions/${id}`)).status).toBe(404);
      expect((await ada.call('DELETE', `/auth/sessions/${id}`)).status).toBe(204);
      expect((await ada.call('DELETE', `/auth/sessions/${id}`)).status).toBe(404);
      expect([await me(other.access_token), await me(ada.access_token)]).toEqual([401, 200]);
      expect((await ada.call('DELETE', '/auth/sessions')).status).toBe(204);
      expect(await me(ada.access_token)).toBe(401);
    });

    test('change password: keeps the current session and ends the others', async () => {
      const ada = await registered(deployment());
      const other = (await logIn(deployment(), ada.username, ada.password)).body;
      const change = (current_password: string) =>
        ada.call('POST', '/auth/password', { current_password, new_password: 'another long enough phrase' });
      expect((await change('wrong')).status).toBe(403);
      expect((await change(ada.password)).status).toBe(204);
      expect([await me(ada.access_token), await me(other.access_token)]).toEqual([200, 401]);
      expect((await logIn(deployment(), ada.username, ada.password)).status).toBe(401);
      expect((await logIn(deployment(), ada.username, 'another long enough phrase')).status).toBe(200);
    });

    test('PATCH /admin/users: a new tier applies from the next refresh, deactivation ends the session', async () => {
      const ada = await registered(deployment());
      const { body: user } = await ada.call<{ id: string }>('GET', '/auth/me');
      const set = (changes: object, headers: Record<string, string> = ADMIN) =>
        anyClient().call('PATCH', `/admin/users/${user.id}`, changes, headers);
      expect((await set({ tier: 'premium' }, bearer(ada.access_token))).status).toBe(403);
      expect((await set({ tier: 'premium' })).status).toBe(200);
      const { body: refreshed } = await refresh(ada.refresh_token);
      const limits = await anyClient().call('GET', '/auth/rate-limit', undefined, bearer(refreshed.access_token));
      expect(limits.body).toMatchObject({ tier: 'premium', limit: 1000 });
      expect((await set({ active: false })).status).toBe(200);
      expect(await me(refreshed.access_token)).toBe(401);
      expect((await refresh(refreshed.refresh_token)).status).toBe(401);
      expect((await logIn(deployment(), ada.username, ada.password)).status).toBe(401);
    });
  });

  describe('tokens', () => {
    const revoke = (token: string) => anyClient().call('POST', '/auth/revoke', new URLSearchParams({ token }));
    const introspect = async (token: string, headers: Record<string, string> = ADMIN) =>
      anyClient().call('POST', '/auth/introspect', new URLSearchParams({ token }), headers);

    test('revoke: an access token ends alone, a refresh token ends with its session', async () => {
      const ada = await person(deployment());
      expect((await revoke(ada.access_token)).status).toBe(200);
      expect(await me(ada.access_token)).toBe(401);
      const { status, body } = await refresh(ada.refresh_token);
      expect(status).toBe(200);
      expect((await revoke(body.refresh_token)).status).toBe(200);
      expect(await me(body.access_token)).toBe(401);
      expect((await revoke('nonsense')).status).toBe(200);
    });

    test('introspect: admins and API keys may, others may not', async () => {
      const ada = await registered(deployment());
      expect((await introspect(ada.access_token)).body).toMatchObject({
        active: true,
        token_type: 'access_token',
        username: ada.username,
        exp: expect.any(Number),
      });
      expect((await introspect(ada.refresh_token)).body).toMatchObject({ active: true, token_type: 'refresh_token' });
      expect((await introspect(ada.access_token, bearer(ada.access_token))).status).toBe(403);
      expect((await introspect(ada.access_token, {})).status).toBe(401);
      await revoke(ada.refresh_token);
      for (const token of [ada.access_token, ada.refresh_token, 'nonsense'])
        expect((await introspect(token)).body).toEqual({ active: false });
    });
  });

  describe('API keys', () => {
    interface Key {
      readonly id: string;
      readonly key: string;
      readonly prefix: string;
      readonly scopes: readonly string[];
    }
    const make = async (headers: Record<string, string>, fields: object = {}) => {
      const result = await anyClient().call<Key>('POST', '/auth/api-keys', { name: 'laptop', ...fields }, headers);
      if (result.status === 201) noteSecrets(result.body.key);
      return result;
    };
    const both = async (key: string) => [await status('/auth/me', { 'X-API-Key': key }), await me(key)];

    test('API key: works in either header, is shown once, and is refused after deletion', async () => {
      const ada = await person(deployment());
      const { status: made, body } = await make(bearer(ada.access_token));
      expect(made).toBe(201);
      expect(body).toMatchObject({
        prefix: body.key.slice(0, 12),
        scopes: ['resources:read', 'resources:write', 'resources:delete', 'search'],
      });
      expect(await both(body.key)).toEqual([200, 200]);
      const listed = await ada.call<{ api_keys: Key[] }>('GET', '/auth/api-keys');
      expect(listed.body.api_keys.map(({ id }) => id)).toEqual([body.id]);
      expect(JSON.stringify(listed.body)).not.toContain(body.key);
      expect((await ada.call('DELETE', `/auth/api-keys/${body.id}`)).status).toBe(204);
      expect(await both(body.key)).toEqual([403, 401]);
    });

    test('API key: grants its scopes, and neither others nor account operations', async () => {
      const ada = await person(deployment());
      expect((await make(bearer(ada.access_token), { scopes: ['admin'] })).status).toBe(403);
      const { key } = (await make(bearer(ada.access_token), { scopes: ['resources:read'] })).body;
      expect(await status('/resources', { 'X-API-Key': key })).toBe(200);
      expect(await status('/search?q=ice', { 'X-API-Key': key })).toBe(403);
      expect((await anyClient().call('POST', '/resources', { content: 'x' }, { 'X-API-Key': key })).status).toBe(403);
      expect((await make({ 'X-API-Key': key })).status).toBe(403);
    });

    test('API key: a wrong key is 403 even with a valid bearer token; the master key is an admin in either header', async () => {
      const ada = await person(deployment());
      const wrong = await anyClient().call<Problem>('GET', '/auth/me', undefined, {
        ...bearer(ada.access_token),
        'X-API-Key': 'wrong',
      });
      expect([wrong.status, wrong.body.detail]).toEqual([403, 'Could not validate credentials']);
      for (const headers of [ADMIN, bearer(ADMIN['X-API-Key'])])
        expect((await anyClient().call('GET', '/auth/me', undefined, headers)).body).toMatchObject({
          username: 'service',
          tier: 'admin',
        });
    });
  });

  test('/.well-known: serves authorization server metadata and public keys', async () => {
    const { url } = deployment();
    const metadata = await anyClient().call<Record<string, string>>('GET', '/.well-known/oauth-authorization-server');
    expect(metadata.body).toMatchObject({ token_endpoint: `${url}/oauth/token`, jwks_uri: `${url}/.well-known/jwks.json` });
    expect((await anyClient().call('GET', '/.well-known/jwks.json')).body).toEqual({ keys: [] });
  });
}
