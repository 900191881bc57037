/** Every operation on an account itself, tried with every kind of credential. */
import { eq } from 'drizzle-orm';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { users } from '../../src/kernel/db/schema.sqlite.ts';
import { ACCOUNT_OPERATIONS } from '../../src/routes/table.ts';
import { createTestApp, type TestApp } from '../support/kits/app.ts';
import { bearer, connectApp } from '../support/kits/oauth-client.ts';

const MASTER = 'a master key of more than 32 characters';
const PASSWORD = 'a long enough phrase';
const UNLIMITED = {
  JWT_ACCESS_TOKEN_EXPIRE_MINUTES: '60',
  RATE_LIMIT_LOGIN_FAILURES: '10',
  RATE_LIMIT_FREE_TIER: '100000',
  RATE_LIMIT_ANONYMOUS_TIER: '100000',
  RATE_LIMIT_REGISTRATIONS: '1000',
};
const CHALLENGE = 'Bearer error="insufficient_user_authentication", max_age=900';
const FIFTEEN_MINUTES = 900_000;

/** Operations below /auth that keys may do: they change nothing, or need the scope `admin`. */
const NOT_OF_THE_ACCOUNT = ['GET /auth/me', 'GET /auth/rate-limit', 'POST /auth/introspect'];

type Headers = Record<string, string>;

let app: TestApp;
let people = 0;
beforeAll(async () => {
  app = await createTestApp({ env: { MASTER_API_KEY: MASTER, ...UNLIMITED } });
});
afterAll(() => app.close());

async function register(): Promise<string> {
  people += 1;
  const username = `person-${people}`;
  await app.login(username, PASSWORD);
  return username;
}

async function login(username: string, scope?: string): Promise<Headers> {
  const body = new URLSearchParams({ username, password: PASSWORD, ...(scope ? { scope } : {}) });
  const response = await app.request('/auth/login', { method: 'POST', body });
  const { access_token } = (await response.json()) as { access_token: string };
  return { Authorization: `Bearer ${access_token}` };
}

const json = (headers: Headers, body: unknown): RequestInit => ({
  method: 'POST',
  headers: { ...headers, 'Content-Type': 'application/json' },
  body: JSON.stringify(body),
});

async function keyOf(headers: Headers, scopes?: string[]): Promise<string> {
  const response = await app.request('/auth/api-keys', json(headers, { name: 'a program', ...(scopes ? { scopes } : {}) }));
  expect(response.status).toBe(201);
  return ((await response.json()) as { key: string }).key;
}

async function attempt(operation: string, headers: Headers, { query = '', on = app } = {}): Promise<Response> {
  const [method = '', path = ''] = operation.split(' ');
  const target = path.replace('{id}', '01900000-0000-7000-8000-00000000dead').replace('{provider}', 'github');
  const init = method === 'POST' ? json(headers, {}) : { method, headers };
  return on.request(target + query, init);
}

describe('account operations', () => {
  test('account operations: every route that needs credentials below /auth, of webhooks and of secrets is in the table', async () => {
    const { paths } = (await (await app.request('/openapi.json')).json()) as {
      paths: Record<string, Record<string, { security?: unknown[] }>>;
    };
    const isOpen = (method: string, path: string) => paths[path]?.[method.toLowerCase()]?.security?.length === 0;
    const found = app.app.routes
      .filter(({ method, path }) => method !== 'ALL' && /^\/(?:auth|oauth|webhooks|callbacks\/secret)\b/.test(path))
      .map(({ method, path }) => ({ method, path: path.replaceAll(/:(\w+)/g, '{$1}') }))
      .filter(({ method, path }) => !isOpen(method, path))
      .map(({ method, path }) => `${method} ${path}`)
      .filter((operation) => !NOT_OF_THE_ACCOUNT.includes(operation));
    expect([...new Set(found)].toSorted()).toEqual(Object.keys(ACCOUNT_OPERATIONS).toSorted());
  });

  test('account operations: the OpenAPI document names an access token as the only credential, with 401 and 403', async () => {
    const { paths } = (await (await app.request('/openapi.json')).json()) as {
      paths: Record<string, Record<string, { security?: object[]; responses: Record<string, { headers?: object }> }>>;
    };
    for (const [operation, level] of Object.entries(ACCOUNT_OPERATIONS)) {
      const [method = '', path = ''] = operation.split(' ');
      const described = paths[path]?.[method.toLowerCase()];
      expect(
        described?.security?.map((scheme) => Object.keys(scheme)),
        operation,
      ).toEqual([['oauth2'], ['bearer']]);
      expect(Object.keys(described?.responses ?? {}), operation).toEqual(expect.arrayContaining(['401', '403']));
      expect(described?.responses['401']?.headers !== undefined, operation).toBe(level === 'fresh');
    }
  });

  test('account operations: a session of a moment ago with full scopes may do every one', async () => {
    for (const operation of Object.keys(ACCOUNT_OPERATIONS)) {
      const { status } = await attempt(operation, await login(await register()));
      expect([401, 403].includes(status), `${operation}: ${status}`).toBe(false);
    }
  });

  test('account operations: a session older than 15 minutes may read, and is asked to confirm before it changes anything', async () => {
    const username = await register();
    for (const [operation, level] of Object.entries(ACCOUNT_OPERATIONS)) {
      const headers = await login(username);
      app.clock.advance(FIFTEEN_MINUTES + 1);
      const response = await attempt(operation, headers);
      if (level === 'interactive') expect([401, 403].includes(response.status), operation).toBe(false);
      else {
        expect(`${operation}: ${response.status}`).toBe(`${operation}: 401`);
        expect(response.headers.get('WWW-Authenticate')).toBe(CHALLENGE);
        expect(await response.json()).toMatchObject({ type: 'urn:pharos:error:insufficient_user_authentication' });
      }
    }
  });

  test('account operations: tokens narrowed in any way, keys, the master key and tickets may do none', async () => {
    const username = await register();
    const full = await login(username);
    const admin = await register();
    const [adminRow] = (await app.services.db.select().from(users)).filter((row) => row.username === admin);
    await app.services.sessions.updateAccount(adminRow?.id ?? '', async () => ({ set: { tier: 'admin' }, ends: null }));
    const asAdmin = await login(admin);
    const [fullKey, narrowKey, adminKey] = [await keyOf(full), await keyOf(full, ['search']), await keyOf(asAdmin)];
    const { ticket } = (await (await app.request('/progress/tickets', json(full, {}))).json()) as { ticket: string };
    const upload = await app.request('/resources/upload-url', json(full, { filename: 'a.txt' }));
    const uploadTicket = new URL(((await upload.json()) as { upload_url: string }).upload_url).searchParams.get('ticket');
    const every = ['resources:read', 'resources:write', 'resources:delete', 'search'];
    const grant = await connectApp(app.request, full, { approved: every });
    const assistant = await connectApp(app.request, full, { request: { resource: 'http://localhost:8000/mcp' } });
    const adminGrant = await connectApp(app.request, asAdmin, { approved: every });
    const refused: readonly [string, Headers, number, string?][] = [
      ['a token of one scope', await login(username, 'search'), 403],
      ['a token of two scopes', await login(username, 'search resources:write'), 403],
      ['an admin’s token without admin', await login(admin, 'search resources:read resources:write'), 403],
      ['a key with every scope', { 'X-API-Key': fullKey }, 403],
      ['a key as Bearer', { Authorization: `Bearer ${fullKey}` }, 403],
      ['a key of one scope', { 'X-API-Key': narrowKey }, 403],
      ['a key with admin', { 'X-API-Key': adminKey }, 403],
      ['a key beside a token', { ...full, 'X-API-Key': fullKey }, 403],
      ['the master key', { 'X-API-Key': MASTER }, 403],
      ['the master key as Bearer', { Authorization: `Bearer ${MASTER}` }, 403],
      ['the grant of an app with every scope', bearer(grant.tokens.access_token), 403],
      ['the grant of an app for an admin', bearer(adminGrant.tokens.access_token), 403],
      ['the refresh token of an app', bearer(grant.tokens.refresh_token), 401],
      ['the grant of an assistant', bearer(assistant.tokens.access_token), 401],
      ['a stream ticket', {}, 401, `?ticket=${ticket}`],
      ['a stream ticket as Bearer', { Authorization: `Bearer ${ticket}` }, 401],
      ['an upload ticket', {}, 401, `?ticket=${uploadTicket}`],
      ['an upload ticket as Bearer', { Authorization: `Bearer ${uploadTicket}` }, 401],
      ['no credentials', {}, 401],
    ];
    const before = await app.services.sessions.list(adminRow?.id ?? '');
    for (const operation of Object.keys(ACCOUNT_OPERATIONS)) {
      for (const [what, headers, status, query = ''] of refused) {
        const response = await attempt(operation, headers, { query });
        expect(`${operation} with ${what}: ${response.status}`).toBe(`${operation} with ${what}: ${status}`);
      }
    }
    expect(await app.services.sessions.list(adminRow?.id ?? '')).toEqual(before);
    expect((await app.request('/auth/me', { headers: { 'X-API-Key': narrowKey } })).status).toBe(200);
    expect((await app.request('/auth/rate-limit', { headers: { 'X-API-Key': narrowKey } })).status).toBe(200);
  });

  test('account operations: the test user of TEST_MODE may do none', async () => {
    const open = await createTestApp({ env: { TEST_MODE: 'true', ...UNLIMITED } });
    for (const operation of Object.keys(ACCOUNT_OPERATIONS)) {
      const { status } = await attempt(operation, {}, { on: open });
      expect(`${operation}: ${status}`).toBe(`${operation}: 403`);
    }
    await open.close();
  });

  test('system users: a key or a session of one, made by an earlier version, is refused when TEST_MODE is off', async () => {
    const username = await register();
    const headers = await login(username);
    const key = await keyOf(headers);
    const body = new URLSearchParams({ username, password: PASSWORD });
    const pair = (await (await app.request('/auth/login', { method: 'POST', body })).json()) as { refresh_token: string };
    const [row] = (await app.services.db.select().from(users)).filter((user) => user.username === username);
    const test_user = { ...(row as NonNullable<typeof row>), usernameKey: 'pharos:test_user' };
    expect((await app.request('/auth/me', { headers: { 'X-API-Key': key } })).status).toBe(200);
    await app.services.db.update(users).set({ usernameKey: test_user.usernameKey }).where(eq(users.id, test_user.id));
    expect((await app.request('/auth/me', { headers: { 'X-API-Key': key } })).status).toBe(403);
    expect((await app.request('/auth/refresh', json({}, { refresh_token: pair.refresh_token }))).status).toBe(401);
    const start = app.services.sessions.start(test_user, ['search'], { address: null, userAgent: null });
    await expect(start).rejects.toMatchObject({ code: 'unauthenticated' });
  });

  test('account operations: a session that ended, or is of an earlier epoch, is 401 although its token was not revoked', async () => {
    const username = await register();
    const headers = await login(username);
    await app.services.db.update(users).set({ credentialsEpoch: 7 });
    const response = await attempt('GET /auth/sessions', headers);
    expect(response.status).toBe(401);
    await app.services.db.update(users).set({ credentialsEpoch: 0 });
    expect((await attempt('GET /auth/sessions', headers)).status).toBe(200);
  });

  test('account operations: HEAD is refused as GET is', async () => {
    const key = await keyOf(await login(await register()));
    const response = await app.request('/auth/api-keys', { method: 'HEAD', headers: { 'X-API-Key': key } });
    expect(response.status).toBe(403);
    expect(ACCOUNT_OPERATIONS['GET /auth/api-keys']).toBe('interactive');
  });
});

describe('confirmation of a password', () => {
  const confirm = (headers: Headers, password: string) => app.request('/auth/confirm', json(headers, { password }));

  test('confirm: the right password makes the session fresh, and no other session', async () => {
    const username = await register();
    const [here, elsewhere] = [await login(username), await login(username)];
    app.clock.advance(FIFTEEN_MINUTES + 1);
    expect((await attempt('POST /auth/api-keys', here)).status).toBe(401);
    expect((await confirm(here, PASSWORD)).status).toBe(204);
    expect((await attempt('POST /auth/api-keys', here)).status).toBe(422);
    expect((await attempt('POST /auth/api-keys', elsewhere)).status).toBe(401);
    app.clock.advance(FIFTEEN_MINUTES);
    expect((await attempt('POST /auth/api-keys', here)).status).toBe(422);
    app.clock.advance(1);
    expect((await attempt('POST /auth/api-keys', here)).status).toBe(401);
  });

  test('confirm: wrong passwords are 403, count as failed logins, and are limited', async () => {
    const username = await register();
    const headers = await login(username);
    const statuses: number[] = [];
    for (let guess = 0; guess < 60; guess++) statuses.push((await confirm(headers, `guess ${guess}`)).status);
    expect(statuses.slice(0, 10)).toEqual(Array(10).fill(403));
    expect(new Set(statuses.slice(10))).toEqual(new Set([429]));
    app.clock.advance(3 * FIFTEEN_MINUTES);
  });

  test('confirm: an account without a password is a conflict', async () => {
    const username = await register();
    const headers = await login(username);
    await app.services.db.update(users).set({ passwordHash: null });
    expect((await confirm(headers, PASSWORD)).status).toBe(409);
  });
});
