import { randomUUID } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import type { Cell } from '../../support/kits/deployment.ts';
import { noteSecrets } from '../../support/kits/secrets.ts';
import { ADMIN, bearer, logIn, nobody, person, type Tokens } from './people.ts';

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

export function accounts(cell: () => Cell): void {
  const anybody = () => nobody(cell());
  const status = async (path: string, headers: Record<string, string>) =>
    (await anybody().call('GET', path, undefined, headers)).status;
  const me = (token: string) => status('/auth/me', bearer(token));
  const refresh = (refresh_token: string) => anybody().call<Tokens>('POST', '/auth/refresh', { refresh_token });

  describe('registration', () => {
    test('answers 201 with the account and never the hash; a taken name or e-mail is 409', async () => {
      const ada = newcomer();
      const made = await anybody().call('POST', '/auth/register', ada);
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
        expect((await anybody().call('POST', '/auth/register', taken)).status).toBe(409);
    });

    test('names every field that is wrong', async () => {
      const wrong = { username: 'a', email: 'nowhere', password: 'short', tier: 'admin' };
      const answer = await anybody().call<Problem>('POST', '/auth/register', wrong);
      expect(answer.status).toBe(422);
      expect(answer.body.errors?.map(({ path }) => path).sort()).toEqual(['email', 'password', 'tier', 'username']);
    });
  });

  describe('login', () => {
    test('answers a bearer pair that is not to be cached, with no scope beyond the tier', async () => {
      const ada = newcomer();
      await anybody().call('POST', '/auth/register', ada);
      const form = (scope: Record<string, string>) =>
        anybody().call<Tokens>('POST', '/auth/login', new URLSearchParams({ username: ada.email, password: PASSWORD, ...scope }));
      const { status, headers, body } = await form({});
      expect([status, headers.get('cache-control')]).toEqual([200, 'no-store']);
      expect(body).toEqual({
        access_token: expect.any(String),
        refresh_token: expect.any(String),
        token_type: 'bearer',
        expires_in: 1800,
        scope: 'resources:read resources:write search',
      });
      expect((await form({ scope: 'search admin' })).body).toMatchObject({ scope: 'search' });
      expect((await anybody().call('POST', '/auth/login', new URLSearchParams({ username: ada.username }))).status).toBe(422);
    });

    test('answers an unknown user and a wrong password alike', async () => {
      const { username } = await person(cell());
      const [unknown, wrong] = [await logIn(cell(), 'nobody-at-all', PASSWORD), await logIn(cell(), username, 'not this one')];
      expect([unknown.status, wrong.status]).toEqual([401, 401]);
      expect(wrong.headers.get('www-authenticate')).toBe('Bearer');
      expect({ ...unknown.body, request_id: '' }).toEqual({ ...wrong.body, request_id: '' });
    });

    test.each(['Basic YTpi', 'Bearer', 'Bearer a b', 'Token abc'])('%s is no credential', async (Authorization) => {
      const answer = await anybody().call('GET', '/auth/me', undefined, { Authorization });
      expect([answer.status, answer.headers.get('www-authenticate')]).toEqual([401, 'Bearer']);
    });
  });

  describe('a session', () => {
    test('is refreshed by JSON or form, and every time with another token', async () => {
      const ada = await person(cell());
      expect(await me(ada.access_token)).toBe(200);
      const second = await refresh(ada.refresh_token);
      const form = new URLSearchParams({ refresh_token: second.body.refresh_token });
      const third = await anybody().call<Tokens>('POST', '/auth/refresh', form);
      expect([second.status, third.status]).toEqual([200, 200]);
      expect(new Set([ada.refresh_token, second.body.refresh_token, third.body.refresh_token]).size).toBe(3);
      expect(await me(third.body.access_token)).toBe(200);
      const inQuery = await anybody().call('POST', `/auth/refresh?refresh_token=${third.body.refresh_token}`);
      expect(inQuery.status).toBeGreaterThanOrEqual(400);
    });

    test('refreshed in two tabs at once lives on in both; by an older token it ends', async () => {
      const ada = await person(cell());
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

    test('is ended by its logout, access and refresh at once', async () => {
      const ada = await person(cell());
      expect((await ada.call('POST', '/auth/logout')).status).toBe(204);
      expect(await me(ada.access_token)).toBe(401);
      expect((await refresh(ada.refresh_token)).status).toBe(401);
    });

    test('is listed with the others of its user, and ends any of them; somebody else’s is 404', async () => {
      const ada = await person(cell());
      const other = (await logIn(cell(), ada.username, ada.password)).body;
      const { body } = await ada.call<{ sessions: { id: string; current: boolean }[] }>('GET', '/auth/sessions');
      expect(body.sessions.map(({ current }) => current).sort()).toEqual([false, true]);
      const id = body.sessions.find(({ current }) => !current)?.id;
      expect((await (await person(cell())).call('DELETE', `/auth/sessions/${id}`)).status).toBe(404);
      expect((await ada.call('DELETE', `/auth/sessions/${id}`)).status).toBe(204);
      expect((await ada.call('DELETE', `/auth/sessions/${id}`)).status).toBe(404);
      expect([await me(other.access_token), await me(ada.access_token)]).toEqual([401, 200]);
      expect((await ada.call('DELETE', '/auth/sessions')).status).toBe(204);
      expect(await me(ada.access_token)).toBe(401);
    });

    test('outlives a change of password where it was made, and no other does', async () => {
      const ada = await person(cell());
      const other = (await logIn(cell(), ada.username, ada.password)).body;
      const change = (current_password: string) =>
        ada.call('POST', '/auth/password', { current_password, new_password: 'another long enough phrase' });
      expect((await change('wrong')).status).toBe(403);
      expect((await change(ada.password)).status).toBe(204);
      expect([await me(ada.access_token), await me(other.access_token)]).toEqual([200, 401]);
      expect((await logIn(cell(), ada.username, ada.password)).status).toBe(401);
      expect((await logIn(cell(), ada.username, 'another long enough phrase')).status).toBe(200);
    });

    test('has its user’s new tier from the next refresh on, and is over when the user is deactivated', async () => {
      const ada = await person(cell());
      const { body: user } = await ada.call<{ id: string }>('GET', '/auth/me');
      const set = (changes: object, headers: Record<string, string> = ADMIN) =>
        anybody().call('PATCH', `/admin/users/${user.id}`, changes, headers);
      expect((await set({ tier: 'premium' }, bearer(ada.access_token))).status).toBe(403);
      expect((await set({ tier: 'premium' })).status).toBe(200);
      const { body: refreshed } = await refresh(ada.refresh_token);
      const limits = await anybody().call('GET', '/auth/rate-limit', undefined, bearer(refreshed.access_token));
      expect(limits.body).toMatchObject({ tier: 'premium', limit: 1000 });
      expect((await set({ active: false })).status).toBe(200);
      expect(await me(refreshed.access_token)).toBe(401);
      expect((await refresh(refreshed.refresh_token)).status).toBe(401);
      expect((await logIn(cell(), ada.username, ada.password)).status).toBe(401);
    });
  });

  describe('a token', () => {
    const revoke = (token: string) => anybody().call('POST', '/auth/revoke', new URLSearchParams({ token }));
    const introspect = async (token: string, headers: Record<string, string> = ADMIN) =>
      anybody().call('POST', '/auth/introspect', new URLSearchParams({ token }), headers);

    test('is revoked alone where it is for access, with its session where it is for refresh', async () => {
      const ada = await person(cell());
      expect((await revoke(ada.access_token)).status).toBe(200);
      expect(await me(ada.access_token)).toBe(401);
      const { status, body } = await refresh(ada.refresh_token);
      expect(status).toBe(200);
      expect((await revoke(body.refresh_token)).status).toBe(200);
      expect(await me(body.access_token)).toBe(401);
      expect((await revoke('nonsense')).status).toBe(200);
    });

    test('is looked into by admins and API keys alone', async () => {
      const ada = await person(cell());
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

  describe('an API key', () => {
    interface Key {
      readonly id: string;
      readonly key: string;
      readonly prefix: string;
      readonly scopes: readonly string[];
    }
    const make = async (headers: Record<string, string>, fields: object = {}) => {
      const answer = await anybody().call<Key>('POST', '/auth/api-keys', { name: 'laptop', ...fields }, headers);
      if (answer.status === 201) noteSecrets(answer.body.key);
      return answer;
    };
    const both = async (key: string) => [await status('/auth/me', { 'X-API-Key': key }), await me(key)];

    test('opens what its maker may do in either header, is shown once, and nothing opens it when it is gone', async () => {
      const ada = await person(cell());
      const { status: made, body } = await make(bearer(ada.access_token));
      expect(made).toBe(201);
      expect(body).toMatchObject({ prefix: body.key.slice(0, 12), scopes: ['resources:read', 'resources:write', 'search'] });
      expect(await both(body.key)).toEqual([200, 200]);
      const listed = await ada.call<{ api_keys: Key[] }>('GET', '/auth/api-keys');
      expect(listed.body.api_keys.map(({ id }) => id)).toEqual([body.id]);
      expect(JSON.stringify(listed.body)).not.toContain(body.key);
      expect((await ada.call('DELETE', `/auth/api-keys/${body.id}`)).status).toBe(204);
      expect(await both(body.key)).toEqual([403, 401]);
    });

    test('does what its scopes say and no more', async () => {
      const ada = await person(cell());
      expect((await make(bearer(ada.access_token), { scopes: ['admin'] })).status).toBe(403);
      const { key } = (await make(bearer(ada.access_token), { scopes: ['resources:read'] })).body;
      expect(await status('/resources', { 'X-API-Key': key })).toBe(200);
      expect(await status('/search?q=ice', { 'X-API-Key': key })).toBe(403);
      expect((await anybody().call('POST', '/resources', { content: 'x' }, { 'X-API-Key': key })).status).toBe(403);
      expect((await make({ 'X-API-Key': key })).body.scopes).toEqual(['resources:read']);
    });

    test('that is wrong is 403 whatever the bearer token says; the master key is an admin in either header', async () => {
      const ada = await person(cell());
      const wrong = await anybody().call<Problem>('GET', '/auth/me', undefined, {
        ...bearer(ada.access_token),
        'X-API-Key': 'wrong',
      });
      expect([wrong.status, wrong.body.detail]).toEqual([403, 'Could not validate credentials']);
      for (const headers of [ADMIN, bearer(ADMIN['X-API-Key'])])
        expect((await anybody().call('GET', '/auth/me', undefined, headers)).body).toMatchObject({
          username: 'service',
          tier: 'admin',
        });
    });
  });

  test('what the server says of itself is at the well-known places', async () => {
    const { url } = cell();
    const metadata = await anybody().call<Record<string, string>>('GET', '/.well-known/oauth-authorization-server');
    expect(metadata.body).toMatchObject({ token_endpoint: `${url}/auth/login`, jwks_uri: `${url}/.well-known/jwks.json` });
    expect((await anybody().call('GET', '/.well-known/jwks.json')).body).toEqual({ keys: [] });
  });
}
