/** The session of a browser: a cookie that only pages of the server's own origin set, renew and delete. */
import fc from 'fast-check';
import { afterEach, expect, test } from 'vitest';
import { createTestApp, type TestApp } from '../support/kits/app.ts';
import { noteSecrets } from '../support/kits/secrets.ts';

const PASSWORD = 'a long enough phrase';
const PUBLIC_URL = 'https://pharos.example.org';

const apps: TestApp[] = [];
afterEach(async () => {
  for (const app of apps.splice(0)) await app.close();
});

type Body = Record<string, unknown> & { access_token?: string; detail?: string };

/** A browser with one account, on a page of `origin`. */
async function openBrowser({ env = {}, origin = PUBLIC_URL }: { env?: Record<string, string>; origin?: string } = {}) {
  const app = await createTestApp({ env: { PUBLIC_URL, ...env } });
  apps.push(app);
  await app.login('ada', PASSWORD);
  const jar = new Map<string, string>();
  async function post(path: string, { headers = {}, ...init }: { headers?: Record<string, string>; body?: BodyInit } = {}) {
    const response = await app.request(path, {
      method: 'POST',
      headers: {
        Origin: origin,
        ...(jar.size > 0 ? { Cookie: [...jar].map(([name, value]) => `${name}=${value}`).join('; ') } : {}),
        ...headers,
      },
      ...init,
    });
    for (const line of response.headers.getSetCookie()) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(line) ?? [];
      if (line.includes('Max-Age=0')) jar.delete(name);
      else jar.set(name, value);
      if (value) noteSecrets(value);
    }
    const text = await response.text();
    return { status: response.status, headers: response.headers, body: (text ? JSON.parse(text) : {}) as Body };
  }
  const logIn = (fields: Record<string, unknown> = { cookie: true }, headers: Record<string, string> = {}) =>
    post('/auth/login', {
      headers: { 'Content-Type': 'application/json', ...headers },
      body: JSON.stringify({ username: 'ada', password: PASSWORD, ...fields }),
    });
  const whoami = async (token: unknown) =>
    (await app.request('/auth/me', { headers: { Authorization: `Bearer ${token}` } })).status;
  return { app, jar, post, logIn, whoami, refresh: (headers = {}) => post('/auth/refresh', { headers }) };
}

const NAME = '__Host-pharos_session';

test('login in a browser: the refresh token is in a cookie that no script reads, and not in the response', async () => {
  const { logIn, whoami } = await openBrowser();
  const { status, headers, body } = await logIn();
  expect(status).toBe(200);
  expect(headers.getSetCookie()).toEqual([
    expect.stringMatching(/^__Host-pharos_session=pr1\.[^;]+; Max-Age=604800; Path=\/; HttpOnly; Secure; SameSite=Strict$/),
  ]);
  expect(Object.keys(body).toSorted()).toEqual(['access_token', 'expires_in', 'scope', 'token_type', 'user']);
  expect(headers.get('cache-control')).toBe('no-store');
  expect(await whoami(body.access_token)).toBe(200);
});

test('login in a browser: a form asks for the cookie by "true"', async () => {
  const { post, jar } = await openBrowser();
  const body = new URLSearchParams({ username: 'ada', password: PASSWORD, cookie: 'true' });
  expect((await post('/auth/login', { body })).body).not.toHaveProperty('refresh_token');
  expect([...jar.keys()]).toEqual([NAME]);
});

test('login in a browser: without TLS the cookie has no prefix and is not Secure', async () => {
  const { logIn } = await openBrowser({
    env: { PUBLIC_URL: 'http://localhost:8000' },
    origin: 'http://localhost:8000',
  });
  expect((await logIn()).headers.getSetCookie()).toEqual([
    expect.stringMatching(/^pharos_session=pr1\.[^;]+; Max-Age=604800; Path=\/; HttpOnly; SameSite=Strict$/),
  ]);
});

test('login and refresh: the response has the account, as GET /auth/me does', async () => {
  const { app, logIn, refresh, post } = await openBrowser();
  const { body } = await logIn({});
  const me = await app.request('/auth/me', { headers: { Authorization: `Bearer ${body.access_token}` } });
  const user = await me.json();
  expect(user).toMatchObject({ username: 'ada', tier: 'free' });
  const byProgram = await post('/auth/refresh', { body: new URLSearchParams({ refresh_token: String(body.refresh_token) }) });
  const responses = [body, byProgram.body, (await logIn()).body, (await refresh()).body];
  expect(responses.map((response) => response.user)).toEqual([user, user, user, user]);
});

test('refresh: the account in the response is that of now', async () => {
  const { app, logIn, refresh } = await openBrowser();
  const { body } = await logIn();
  const headers = { Authorization: `Bearer ${body.access_token}`, 'Content-Type': 'application/json' };
  const changed = await app.request('/auth/me', { method: 'PATCH', headers, body: JSON.stringify({ username: 'grace' }) });
  expect([changed.status, (await refresh()).body.user]).toEqual([200, expect.objectContaining({ username: 'grace' })]);
});

test.each([
  {},
  { cookie: false },
  { cookie: 'false' },
])('login: with %j the tokens are in the response, and no cookie is set', async (fields) => {
  const { logIn } = await openBrowser();
  const { headers, body } = await logIn(fields, { Origin: 'https://elsewhere.example' });
  expect(headers.getSetCookie()).toEqual([]);
  expect(body.refresh_token).toMatch(/^pr1\./);
});

test('login: "cookie" takes nothing but a boolean', async () => {
  const { logIn } = await openBrowser();
  const { status, body } = await logIn({ cookie: 'yes' });
  expect([status, body.errors]).toEqual([422, [expect.objectContaining({ path: 'cookie' })]]);
});

test('login in a browser: another login ends the session that the cookie held', async () => {
  const { logIn, post, jar, whoami } = await openBrowser();
  const { body } = await logIn();
  const old = { Cookie: `${NAME}=${jar.get(NAME)}` };
  const second = await logIn();
  expect([await whoami(body.access_token), await whoami(second.body.access_token)]).toEqual([401, 200]);
  expect((await post('/auth/refresh', { headers: old })).status).toBe(401);
  await logIn({ cookie: true, password: 'a wrong one' });
  expect(await whoami(second.body.access_token)).toBe(200);
});

test('refresh in a browser: without a body, the cookie is exchanged for its successor', async () => {
  const { logIn, refresh, jar, whoami } = await openBrowser();
  await logIn();
  const first = jar.get(NAME);
  const { status, body, headers } = await refresh();
  expect([status, headers.get('cache-control')]).toEqual([200, 'no-store']);
  expect(body).not.toHaveProperty('refresh_token');
  expect(jar.get(NAME)).toMatch(/^pr1\./);
  expect(jar.get(NAME)).not.toBe(first);
  expect(await whoami(body.access_token)).toBe(200);
});

test('refresh in a browser: two tabs that send one cookie within 30 s get the same successor', async () => {
  const { logIn, refresh, jar } = await openBrowser();
  await logIn();
  const cookie = { Cookie: `${NAME}=${jar.get(NAME)}` };
  const [one, two] = await Promise.all([refresh(cookie), refresh(cookie)]);
  expect([one.status, two.status]).toEqual([200, 200]);
  expect(one.headers.getSetCookie()).toEqual(two.headers.getSetCookie());
});

test('refresh in a browser: a cookie used again after 30 s ends the session and is deleted', async () => {
  const { app, logIn, refresh, jar, whoami } = await openBrowser();
  await logIn();
  const old = { Cookie: `${NAME}=${jar.get(NAME)}` };
  const { body } = await refresh();
  app.clock.advance(31_000);
  const reused = await refresh(old);
  expect(reused.status).toBe(401);
  expect(reused.headers.getSetCookie()).toEqual([`${NAME}=; Max-Age=0; Path=/; HttpOnly; Secure; SameSite=Strict`]);
  expect(await whoami(body.access_token)).toBe(401);
  expect((await refresh()).status).toBe(401);
});

test.each([
  ['no cookie', {}],
  ['an empty one', { Cookie: `${NAME}=` }],
  ['one that was not issued here', { Cookie: `${NAME}=pr1.forged` }],
  ['one that is too long', { Cookie: `${NAME}=${'p'.repeat(600)}` }],
])('refresh in a browser: %s is 401, and the cookie is deleted', async (_name, headers) => {
  const { refresh } = await openBrowser();
  const answer = await refresh(headers);
  expect(answer.status).toBe(401);
  expect(answer.headers.getSetCookie()).toEqual([expect.stringContaining(`${NAME}=; Max-Age=0`)]);
});

test('refresh: a token in a body is answered in the body, whatever cookie comes along', async () => {
  const { logIn, post, jar } = await openBrowser();
  const { body } = await logIn({});
  await logIn();
  const cookie = jar.get(NAME);
  const refreshed = await post('/auth/refresh', { body: new URLSearchParams({ refresh_token: String(body.refresh_token) }) });
  expect(refreshed.body.refresh_token).toMatch(/^pr1\./);
  expect(refreshed.headers.getSetCookie()).toEqual([]);
  expect(jar.get(NAME)).toBe(cookie);
  const empty = await post('/auth/refresh', { headers: { 'Content-Type': 'application/json' }, body: '{}' });
  expect([empty.status, empty.headers.getSetCookie()]).toEqual([422, []]);
});

test('logout in a browser: the cookie alone ends the session, and is deleted', async () => {
  const { logIn, post, whoami, jar, app } = await openBrowser();
  const { body } = await logIn();
  const kept = jar.get(NAME);
  app.clock.advance(31 * 60_000);
  expect(await whoami(body.access_token)).toBe(401);
  const answer = await post('/auth/logout');
  expect([answer.status, [...jar]]).toEqual([204, []]);
  expect(answer.headers.getSetCookie()).toEqual([expect.stringContaining(`${NAME}=; Max-Age=0`)]);
  expect((await post('/auth/refresh', { headers: { Cookie: `${NAME}=${kept}` } })).status).toBe(401);
});

test('logout in a browser: an access token ends the session of the cookie as well', async () => {
  const { logIn, post, whoami, jar } = await openBrowser();
  const [first, second] = [(await logIn({})).body, (await logIn()).body];
  const answer = await post('/auth/logout', { headers: { Authorization: `Bearer ${first.access_token}` } });
  expect([answer.status, [...jar]]).toEqual([204, []]);
  expect([await whoami(first.access_token), await whoami(second.access_token)]).toEqual([401, 401]);
});

test('logout in a browser: a cookie whose session has ended is 401 and deleted', async () => {
  const { logIn, post, jar } = await openBrowser();
  await logIn();
  const kept = { Cookie: `${NAME}=${jar.get(NAME)}` };
  await post('/auth/logout');
  const again = await post('/auth/logout', { headers: kept });
  expect(again.status).toBe(401);
  expect(again.headers.getSetCookie()).toEqual([expect.stringContaining('Max-Age=0')]);
  expect((await post('/auth/logout')).status).toBe(401);
});

test('login in a browser: a scope is refused, because a narrow session could not log out', async () => {
  const { logIn, jar } = await openBrowser();
  const { status, body } = await logIn({ cookie: true, scope: 'resources:read' });
  expect([status, body.errors]).toMatchObject([422, [{ path: 'scope' }]]);
  expect(jar.size).toBe(0);
});

test('logout in a browser: one that the limit refuses leaves the cookie that is valid, and can be repeated', async () => {
  const { app, post, logIn, whoami, jar, refresh } = await openBrowser({ env: { RATE_LIMIT_FREE_TIER: '4' } });
  const { body } = await logIn();
  const before = jar.get(NAME);
  while ((await whoami(body.access_token)) === 200);
  const refused = await post('/auth/logout');
  expect([refused.status, jar.get(NAME) === before]).toEqual([429, false]);
  app.clock.advance(61_000);
  expect((await refresh()).status).toBe(200);
  expect((await post('/auth/logout')).status).toBe(204);
  expect(jar.size).toBe(0);
});

test('logout: the cookie is no credential of anything else', async () => {
  const { app, logIn, jar } = await openBrowser();
  await logIn();
  const headers = { Origin: PUBLIC_URL, Cookie: `${NAME}=${jar.get(NAME)}` };
  for (const [method, path] of [
    ['GET', '/auth/me'],
    ['GET', '/auth/logout'],
    ['DELETE', '/auth/me'],
    ['POST', '/auth/api-keys'],
    ['GET', '/resources'],
  ] as const) {
    expect([path, (await app.request(path, { method, headers })).status]).not.toContain(200);
  }
  expect((await app.request('/auth/me', { headers })).status).toBe(401);
});

const WRONG_ORIGINS = [
  undefined,
  'null',
  '',
  'https://evil.example',
  'https://pharos.example.org.evil.example',
  'https://evil.pharos.example.org',
  'https://pharos.example.org:8443',
  'http://pharos.example.org',
  'https://PHAROS.example.org',
  'https://pharos.example.org/',
  'https://pharos.example.org, https://evil.example',
  'http://localhost:3000',
];

test.each(WRONG_ORIGINS)('session cookie: a page of origin %j neither begins, renews nor ends a session', async (origin) => {
  const { app, logIn, jar, whoami } = await openBrowser({ env: { CORS_ORIGINS: 'https://evil.example,http://localhost:3000' } });
  const { body } = await logIn();
  const cookie = `${NAME}=${jar.get(NAME)}`;
  const send = (path: string, init: { headers?: Record<string, string>; body?: BodyInit } = {}) =>
    app.request(path, {
      method: 'POST',
      body: init.body ?? null,
      headers: {
        ...(origin === undefined ? {} : { Origin: origin }),
        Cookie: cookie,
        Host: 'pharos.example.org',
        ...init.headers,
      },
    });
  const json = { 'Content-Type': 'application/json' };
  const attempts = [
    await send('/auth/login', { body: new URLSearchParams({ username: 'ada', password: PASSWORD, cookie: 'true' }) }),
    await send('/auth/exchange', { headers: json, body: JSON.stringify({ code: 'x', cookie: true }) }),
    await send('/auth/refresh'),
    await send('/auth/logout'),
  ];
  for (const attempt of attempts) {
    expect([attempt.status, attempt.headers.getSetCookie()]).toEqual([403, []]);
  }
  expect(await whoami(body.access_token)).toBe(200);
  // With an access token a program may log out from anywhere; the cookie is left alone.
  const out = await send('/auth/logout', { headers: { Authorization: `Bearer ${body.access_token}` } });
  expect([out.status, out.headers.getSetCookie()]).toEqual([204, []]);
});

test('session cookie: no origin but the own one is ever accepted', async () => {
  const { app, logIn, jar } = await openBrowser();
  await logIn();
  const Cookie = `${NAME}=${jar.get(NAME)}`;
  const origins = fc.oneof(
    fc.webUrl({ withFragments: false }).map((url) => new URL(url).origin),
    fc.string({ unit: 'grapheme-ascii' }),
  );
  await fc.assert(
    fc.asyncProperty(
      origins.filter((origin) => origin.trim() !== PUBLIC_URL),
      async (Origin) => {
        const response = await app.request('/auth/logout', { method: 'POST', headers: { Origin, Cookie } });
        return response.status === 403;
      },
    ),
    { numRuns: 50 },
  );
});

test('session cookie: without TLS a page may be opened by any name of the server, and by no other port', async () => {
  const { logIn } = await openBrowser({ env: { PUBLIC_URL: 'http://localhost:8000' } });
  const from = async (Origin: string, Host: string) => (await logIn({ cookie: true }, { Origin, Host })).status;
  expect(await from('http://127.0.0.1:8000', '127.0.0.1:8000')).toBe(200);
  expect(await from('http://192.168.1.4:8000', '192.168.1.4:8000')).toBe(200);
  expect(await from('http://127.0.0.1:3000', '127.0.0.1:8000')).toBe(403);
  expect(await from('https://127.0.0.1:8000', '127.0.0.1:8000')).toBe(403);
  expect(await from('http://localhost:8000', 'elsewhere.example')).toBe(200);
});

test('session cookie: CORS admits credentials for none of its paths but the exchange of a code', async () => {
  const { app } = await openBrowser({ env: { CORS_ORIGINS: 'https://app.example.org' } });
  for (const path of ['/auth/login', '/auth/refresh', '/auth/logout']) {
    for (const method of ['OPTIONS', 'POST']) {
      const headers = { Origin: 'https://app.example.org', 'Access-Control-Request-Method': 'POST' };
      const response = await app.request(path, { method, headers });
      expect([path, method, response.headers.get('access-control-allow-credentials')]).toEqual([path, method, null]);
    }
  }
});
