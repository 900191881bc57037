import { eq } from 'drizzle-orm';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { apiKeys, securityEvents, users } from '../../src/kernel/db/schema.sqlite.ts';
import { SCOPES } from '../../src/kernel/model/actor.ts';
import { createTestApp, type TestApp } from '../support/kits/app.ts';

const PASSWORD = 'a long enough phrase';
const ada = { username: 'ada', email: 'ada@example.org', password: PASSWORD };

let app: TestApp;
beforeEach(async () => {
  app = await createTestApp();
});
afterEach(() => app.close());

type Json = Record<string, never>;
const post = async (path: string, body: unknown, headers: Record<string, string> = {}) => {
  const form = body instanceof URLSearchParams;
  const response = await app.request(path, {
    method: 'POST',
    headers: { ...(form ? {} : { 'Content-Type': 'application/json' }), ...headers },
    body: form ? body : JSON.stringify(body),
  });
  const text = await response.text();
  return {
    status: response.status,
    headers: response.headers,
    body: (text ? JSON.parse(text) : undefined) as Json & Record<string, unknown>,
  };
};
const login = (fields: Record<string, string> = {}) =>
  post('/auth/login', new URLSearchParams({ username: 'ada', password: PASSWORD, ...fields }));
const get = (path: string, headers: Record<string, string>) => app.request(path, { headers });
const bearer = (token: unknown) => ({ Authorization: `Bearer ${token}` });

describe('POST /auth/register', () => {
  test('register: 201 with the account, without the password hash', async () => {
    const { status, body } = await post('/auth/register', ada);
    expect(status).toBe(201);
    expect(body).toEqual({
      id: expect.any(String),
      username: 'ada',
      email: 'ada@example.org',
      tier: 'free',
      active: true,
      email_verified: false,
      created_at: expect.any(String),
    });
  });

  test.each([
    [{ ...ada, password: 'short' }, 'password'],
    [{ ...ada, password: 'password123' }, 'password'],
    [{ ...ada, email: 'nowhere' }, 'email'],
    [{ ...ada, username: 'a' }, 'username'],
    [{ ...ada, username: 'ada\u0000' }, 'username'],
    [{ ...ada, username: '⑴⑴⑴' }, 'username'],
    [{ username: 'ada', email: 'a@example.org' }, 'password'],
  ])('register: an invalid field is 422 and named (case %#)', async (body, path) => {
    const result = await post('/auth/register', body);
    expect(result.status).toBe(422);
    expect(result.body.errors).toEqual(expect.arrayContaining([expect.objectContaining({ path })]));
    expect(JSON.stringify(result.body)).not.toContain('password123');
  });

  test('register: a taken name is 409, and a request for the admin tier is refused', async () => {
    await post('/auth/register', ada);
    expect((await post('/auth/register', { ...ada, email: 'b@example.org' })).status).toBe(409);
    expect((await post('/auth/register', { ...ada, username: 'eve', email: 'e@example.org', tier: 'admin' })).status).toBe(422);
  });
});

describe('POST /auth/login', () => {
  beforeEach(async () => {
    await post('/auth/register', ada);
  });

  test('login: responds with a token pair and its account, which must not be cached', async () => {
    const { status, headers, body } = await login();
    expect(status).toBe(200);
    expect(headers.get('cache-control')).toBe('no-store');
    expect(body).toEqual({
      access_token: expect.any(String),
      refresh_token: expect.any(String),
      token_type: 'bearer',
      expires_in: 1800,
      scope: 'resources:read resources:write resources:delete search',
      user: expect.objectContaining({ username: 'ada', tier: 'free' }),
    });
  });

  test('login: an unknown user and a wrong password get the same response', async () => {
    const [unknown, wrong] = [await login({ username: 'nobody' }), await login({ password: 'not this one' })];
    expect([unknown.status, wrong.status]).toEqual([401, 401]);
    expect(wrong.headers.get('www-authenticate')).toBe('Bearer');
    const strip = ({ request_id: _, ...rest }: Record<string, unknown>) => rest;
    expect(strip(unknown.body)).toEqual(strip(wrong.body));
  });

  test('login: grants the requested scopes that the tier allows', async () => {
    expect((await login({ scope: 'search admin nonsense' })).body.scope).toBe('search');
  });

  test('login: two logins in the same second get different tokens', async () => {
    expect((await login()).body.access_token).not.toBe((await login()).body.access_token);
  });

  test.each([
    [new URLSearchParams({ username: 'ada' }), 422],
    [new URLSearchParams({ username: 'ada', password: PASSWORD, grant_type: 'client_credentials' }), 422],
    [new URLSearchParams('username=ada&username=eve&password=x'), 422],
  ])('login: an invalid form is 422 (case %#)', async (form, status) => {
    expect((await post('/auth/login', form)).status).toBe(status);
  });
});

describe('sessions', () => {
  let tokens: Record<string, unknown>;
  beforeEach(async () => {
    await post('/auth/register', ada);
    tokens = (await login()).body;
  });

  test('GET /auth/me: responds with the account', async () => {
    const response = await get('/auth/me', bearer(tokens.access_token));
    expect(await response.json()).toMatchObject({ username: 'ada', tier: 'free' });
  });

  test.each(['json', 'form'])('refresh: takes %s and rotates the refresh token', async (kind) => {
    const fields = { refresh_token: String(tokens.refresh_token) };
    const { status, body } = await post('/auth/refresh', kind === 'form' ? new URLSearchParams(fields) : fields);
    expect(status).toBe(200);
    expect(body.refresh_token).not.toBe(tokens.refresh_token);
    expect((await get('/auth/me', bearer(body.access_token))).status).toBe(200);
  });

  test('refresh: a token in the query is ignored', async () => {
    const response = await app.request(`/auth/refresh?refresh_token=${tokens.refresh_token}`, { method: 'POST' });
    expect(response.status).toBeGreaterThanOrEqual(400);
    expect(response.status).toBeLessThan(500);
  });

  test('logout: ends the access token and the refresh token at once', async () => {
    expect((await post('/auth/logout', {}, bearer(tokens.access_token))).status).toBe(204);
    expect((await get('/auth/me', bearer(tokens.access_token))).status).toBe(401);
    expect((await post('/auth/refresh', { refresh_token: tokens.refresh_token })).status).toBe(401);
  });

  test('refresh: reuse of a rotated token revokes the session, including its newest access token', async () => {
    const second = (await post('/auth/refresh', { refresh_token: tokens.refresh_token })).body;
    app.clock.advance(31_000);
    expect((await post('/auth/refresh', { refresh_token: tokens.refresh_token })).status).toBe(401);
    expect((await get('/auth/me', bearer(second.access_token))).status).toBe(401);
  });

  test('sessions: the list marks the current one; one session or all can be ended', async () => {
    const other = (await login()).body;
    const list = (await (await get('/auth/sessions', bearer(tokens.access_token))).json()) as {
      sessions: { id: string; current: boolean }[];
    };
    expect(list.sessions.map(({ current }) => current).sort()).toEqual([false, true]);
    const foreign = list.sessions.find(({ current }) => !current)!;
    const end = (id: string) => app.request(`/auth/sessions/${id}`, { method: 'DELETE', headers: bearer(tokens.access_token) });
    expect((await end(foreign.id)).status).toBe(204);
    expect((await end(foreign.id)).status).toBe(404);
    expect((await get('/auth/me', bearer(other.access_token))).status).toBe(401);
    expect((await app.request('/auth/sessions', { method: 'DELETE', headers: bearer(tokens.access_token) })).status).toBe(204);
    expect((await get('/auth/me', bearer(tokens.access_token))).status).toBe(401);
  });

  test("DELETE /auth/sessions/{id}: another user's session is 404", async () => {
    const eve = await app.login();
    const list = (await (await get('/auth/sessions', bearer(tokens.access_token))).json()) as { sessions: { id: string }[] };
    expect((await app.request(`/auth/sessions/${list.sessions[0]!.id}`, { method: 'DELETE', headers: eve })).status).toBe(404);
  });

  test('deactivated user: refresh and GET /auth/me are 401', async () => {
    await app.services.db.update(users).set({ active: false }).where(eq(users.usernameKey, 'ada'));
    expect((await get('/auth/me', bearer(tokens.access_token))).status).toBe(401);
    expect((await post('/auth/refresh', { refresh_token: tokens.refresh_token })).status).toBe(401);
  });

  test('security events: registration, login and failed login are stored without secrets', async () => {
    await login({ password: 'wrong one' });
    await app.background.settled();
    const events = await app.services.db.select().from(securityEvents);
    expect(events.map(({ event }) => event).sort()).toEqual(['login', 'login_failed', 'registered']);
    expect(events.find(({ event }) => event === 'login_failed')).toMatchObject({
      reason: 'wrong password',
      address: '192.0.2.7',
    });
  });

  test("log: contains no token, key or password of a session's requests", async () => {
    const { body: key } = await post('/auth/api-keys', { name: 'k' }, bearer(tokens.access_token));
    const refreshed = (await post('/auth/refresh', { refresh_token: tokens.refresh_token })).body;
    await get('/auth/me', bearer(refreshed.access_token));
    await get('/auth/me', { 'X-API-Key': String(key.key) });
    await get('/auth/me', bearer(`${refreshed.access_token}x`));
    await post('/auth/logout', {}, bearer(refreshed.access_token));
    const written = JSON.stringify(app.log.lines);
    for (const secret of [
      PASSWORD,
      key.key,
      tokens.access_token,
      tokens.refresh_token,
      refreshed.access_token,
      refreshed.refresh_token,
    ]) {
      expect(String(secret).length).toBeGreaterThan(10);
      expect(written).not.toContain(secret);
    }
  });
});

describe('authentication', () => {
  const MASTER = 'm'.repeat(32);

  test('authentication: an unknown path is 401 without credentials and 404 with them', async () => {
    expect((await get('/nowhere', {})).status).toBe(401);
    expect((await get('/nowhere', await app.login())).status).toBe(404);
  });

  test.each([
    ['Basic YTpi'],
    ['Bearer'],
    ['Bearer  '],
    ['Bearer a b'],
    ['Bearer a, Bearer b'],
    [`Bearer ${'a'.repeat(100_000)}`],
    ['Bearer ünïcode'],
    ['Token abc'],
  ])('authentication: an Authorization header without a Bearer token is 401 (case %#)', async (Authorization) => {
    const headers = new Headers();
    try {
      headers.set('Authorization', Authorization);
    } catch {
      headers.set('Authorization', encodeURI(Authorization));
    }
    const response = await app.request('/auth/me', { headers });
    expect(response.status).toBe(401);
    expect(response.headers.get('www-authenticate')).toBe('Bearer');
  });

  test('authentication: a wrong X-API-Key is 403, even with a valid bearer token', async () => {
    const headers = { ...(await app.login()), 'X-API-Key': 'wrong' };
    const response = await get('/auth/me', headers);
    expect(response.status).toBe(403);
    expect(await response.json()).toMatchObject({ detail: 'Could not validate credentials' });
    expect((await get('/auth/me', { 'X-API-Key': 'x'.repeat(10_000) })).status).toBe(403);
  });

  test('master key: the current and the previous key authenticate the service user in either header', async () => {
    const keyed = await createTestApp({ env: { MASTER_API_KEY: MASTER, MASTER_API_KEY_PREVIOUS: 'n'.repeat(32) } });
    const headers: Record<string, string>[] = [
      { 'X-API-Key': MASTER },
      { Authorization: `Bearer ${MASTER}` },
      { 'X-API-Key': 'n'.repeat(32) },
    ];
    for (const header of headers) {
      const response = await keyed.request('/auth/me', { headers: header });
      expect(await response.json()).toMatchObject({ username: 'service', tier: 'admin' });
    }
    await keyed.close();
  });

  test('master key: a key with any characters is accepted as a Bearer token', async () => {
    const odd = '!a master: key, of "any" characters!';
    const keyed = await createTestApp({ env: { MASTER_API_KEY: odd } });
    const response = await keyed.request('/auth/me', { headers: { Authorization: `Bearer ${odd}` } });
    expect(await response.json()).toMatchObject({ username: 'service' });
    expect((await keyed.request('/auth/me', { headers: { Authorization: `Bearer ${odd.slice(1)}` } })).status).toBe(401);
    await keyed.close();
  });

  test('master key: the service user is inserted once, not with every request', async () => {
    const keyed = await createTestApp({ env: { MASTER_API_KEY: MASTER } });
    const insert = vi.spyOn(keyed.services.db, 'insert');
    for (let i = 0; i < 3; i++) expect((await keyed.request('/auth/me', { headers: { 'X-API-Key': MASTER } })).status).toBe(200);
    expect(insert).toHaveBeenCalledTimes(1);
    await keyed.close();
  });

  test("TEST_MODE: a request without credentials is the admin test user's", async () => {
    const open = await createTestApp({ env: { TEST_MODE: 'true' } });
    expect(await (await open.request('/auth/me')).json()).toMatchObject({ username: 'test_user', tier: 'admin' });
    await open.close();
  });
});

describe('API keys', () => {
  let headers: Record<string, string>;
  beforeEach(async () => {
    headers = await app.login('grace');
  });

  test("API keys: grant their owner's scopes in either header and show their last use", async () => {
    const { status, body } = await post('/auth/api-keys', { name: 'laptop' }, headers);
    expect(status).toBe(201);
    expect(body).toMatchObject({
      name: 'laptop',
      prefix: String(body.key).slice(0, 12),
      scopes: ['resources:read', 'resources:write', 'resources:delete', 'search'],
    });
    for (const header of [{ 'X-API-Key': String(body.key) }, bearer(body.key)]) {
      expect(await (await get('/auth/me', header)).json()).toMatchObject({ username: 'grace' });
    }
    await app.background.settled();
    const list = await (await get('/auth/api-keys', headers)).json();
    expect(list).toMatchObject({ api_keys: [{ id: body.id, last_used_at: expect.any(String) }] });
    expect(JSON.stringify(list)).not.toContain(body.key);
  });

  test('API keys: cannot have more scopes than their creator, and make no others', async () => {
    expect((await post('/auth/api-keys', { name: 'k', scopes: ['admin'] }, headers)).status).toBe(403);
    const narrow = (await post('/auth/api-keys', { name: 'k', scopes: ['search'] }, headers)).body;
    expect((await post('/auth/api-keys', { name: 'wider' }, bearer(narrow.key))).status).toBe(403);
  });

  test('API keys: any list of scopes is stored as a set in one order, in which writing includes deleting', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.constantFrom('search', 'resources:write', 'resources:delete', 'resources:read'), {
          minLength: 1,
          maxLength: 4,
        }),
        async (scopes) => {
          const { body } = await post('/auth/api-keys', { name: 'k', scopes }, headers);
          const named = (scope: string) => (scopes as string[]).includes(scope);
          const expected = SCOPES.filter((scope) => named(scope) || (scope === 'resources:delete' && named('resources:write')));
          expect(body.scopes).toEqual(expected);
          const stored = await app.services.db
            .select()
            .from(apiKeys)
            .where(eq(apiKeys.id, String(body.id)));
          expect(stored.map((key) => key.scopes)).toEqual([expected]);
        },
      ),
      { numRuns: 20 },
    );
  });

  test('API keys: a key that an earlier version stored with a scope twice is listed with it once', async () => {
    const { body } = await post('/auth/api-keys', { name: 'k' }, headers);
    await app.services.db
      .update(apiKeys)
      .set({ scopes: ['search', 'resources:read', 'search'] })
      .where(eq(apiKeys.id, String(body.id)));
    const list = await (await get('/auth/api-keys', headers)).json();
    expect(list).toMatchObject({ api_keys: [{ scopes: ['resources:read', 'search'] }] });
  });

  test('API keys: are refused once expired, deleted, or their owner is deactivated', async () => {
    const expires_at = new Date(app.clock.now() + 60_000).toISOString();
    const [short, deleted, orphaned] = [
      (await post('/auth/api-keys', { name: 'short', expires_at }, headers)).body,
      (await post('/auth/api-keys', { name: 'deleted' }, headers)).body,
      (await post('/auth/api-keys', { name: 'orphaned' }, headers)).body,
    ];
    const status = async (key: unknown) => [
      (await get('/auth/me', { 'X-API-Key': String(key) })).status,
      (await get('/auth/me', bearer(key))).status,
    ];
    expect(await status(short.key)).toEqual([200, 200]);
    app.clock.advance(60_000);
    expect(await status(short.key)).toEqual([403, 401]);
    const remove = () => app.request(`/auth/api-keys/${deleted.id}`, { method: 'DELETE', headers });
    expect([(await remove()).status, (await remove()).status]).toEqual([204, 404]);
    expect(await status(deleted.key)).toEqual([403, 401]);
    await app.services.db.update(users).set({ active: false }).where(eq(users.usernameKey, 'grace'));
    expect(await status(orphaned.key)).toEqual([403, 401]);
  });

  test.each([
    [{ name: '' }, 'name'],
    [{ name: 'k', scopes: ['root'] }, 'scopes.0'],
    [{ name: 'k', expires_at: 'tomorrow' }, 'expires_at'],
    [{ name: 'k', expires_at: '2020-01-01T00:00:00Z' }, 'expires_at'],
    [{ name: 'k', admin: true }, 'admin'],
  ])('API keys: an invalid field is 422 and named (case %#)', async (body, path) => {
    const result = await post('/auth/api-keys', body, headers);
    expect(result.status).toBe(422);
    expect(JSON.stringify(result.body.errors)).toContain(path);
  });

  test('API keys: the 101st key of a user is 409', async () => {
    for (let i = 0; i < 100; i++) expect((await post('/auth/api-keys', { name: `k${i}` }, headers)).status).toBe(201);
    expect((await post('/auth/api-keys', { name: 'one more' }, headers)).status).toBe(409);
  });
});

describe('scopes of a refresh, and reserved names', () => {
  const post = (path: string, body: unknown) =>
    app.request(path, { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(body) });

  test('refresh: scope narrows the access token alone, and adds nothing that the session lacks', async () => {
    await app.login('ada');
    const login = await app.request('/auth/login', {
      method: 'POST',
      body: new URLSearchParams({ username: 'ada', password: 'a long enough phrase', scope: 'search resources:read' }),
    });
    let { refresh_token } = (await login.json()) as { refresh_token: string };
    const refreshed = async (scope?: string) => {
      const response = await post('/auth/refresh', { refresh_token, ...(scope === undefined ? {} : { scope }) });
      const body = (await response.json()) as { refresh_token: string; access_token: string; scope: string };
      refresh_token = body.refresh_token;
      expect((await app.services.accessTokens.verify(body.access_token)).scopes.join(' ')).toBe(body.scope);
      return body.scope;
    };
    expect(await refreshed('search')).toBe('search');
    expect(await refreshed('search admin resources:write unknown')).toBe('search');
    expect(await refreshed()).toBe('resources:read search');
    expect(await refreshed(' ')).toBe('resources:read search');
    const form = await app.request('/auth/refresh', {
      method: 'POST',
      body: new URLSearchParams({ refresh_token, scope: 'search' }),
    });
    expect(((await form.json()) as { scope: string }).scope).toBe('search');
  });

  test.each(['root', 'аdmin', 'service'])('register: the name %s is 422 and names the field', async (username) => {
    const response = await post('/auth/register', { username, email: 'x@example.org', password: 'a long enough phrase' });
    expect(response.status).toBe(422);
    expect(await response.json()).toMatchObject({ errors: [{ path: 'username' }] });
  });
});
