/** How the typed client renews a session: once for all requests, tabs and processes. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { PharosError, TokenStore, Tokens } from '../../clients/typescript/src/index.ts';
import { createTestApp, type TestApp } from '../support/kits/app.ts';
import { newLogin, typedClient } from '../support/kits/typed-client.ts';

let app: TestApp;
beforeAll(async () => {
  app = await createTestApp();
});
afterAll(() => app.close());

const HALF_AN_HOUR = 31 * 60_000;
const refreshes = (paths: string[]) => paths.filter((path) => path === 'POST /auth/refresh').length;
const logins = (paths: string[]) => paths.filter((path) => path === 'POST /auth/login').length;

/** A store that several clients share, as tabs share a browser's. */
function sharedStore(tokens: Tokens, lock?: TokenStore['lock']): TokenStore & { current(): Tokens | undefined } {
  let kept: Tokens | undefined = tokens;
  return {
    current: () => kept,
    load: async () => kept,
    save: async (saved) => {
      kept = saved;
    },
    ...(lock ? { lock } : {}),
  };
}

async function newTokens(): Promise<Tokens> {
  const { pharos } = typedClient(app);
  return await pharos.logIn(await newLogin(app));
}

test('session: a login with a password begins at the first request', async () => {
  const { pharos, pathsSent } = typedClient(app, await newLogin(app));
  expect(pathsSent()).toEqual([]);
  await pharos.get('/auth/me');
  await pharos.get('/auth/me');
  expect(pathsSent()).toEqual(['POST /auth/login', 'GET /auth/me', 'GET /auth/me']);
});

test('session: parallel requests with an expired token share one refresh', async () => {
  const { pharos, pathsSent } = typedClient(app, { tokens: await newTokens() });
  app.clock.advance(HALF_AN_HOUR);
  const answers = await Promise.all(Array.from({ length: 20 }, () => pharos.get('/auth/me')));
  expect(new Set(answers.map(({ id }) => id)).size).toBe(1);
  expect(refreshes(pathsSent())).toBe(1);
});

test('session: a token that expires unannounced is renewed after the 401, and the request is sent again', async () => {
  const { accessToken, refreshToken } = await newTokens();
  const { pharos, pathsSent } = typedClient(app, { tokens: { accessToken, refreshToken } });
  app.clock.advance(HALF_AN_HOUR);
  const { id } = await pharos.create({ content: 'Moss grows slowly on the stones beside the river in the valley.' });
  expect(id).toMatch(/\S/);
  expect(pathsSent()).toEqual(['POST /resources', 'POST /auth/refresh', 'POST /resources']);
});

test('session: parallel 401s share one refresh', async () => {
  const { accessToken, refreshToken } = await newTokens();
  const { pharos, pathsSent } = typedClient(app, { tokens: { accessToken, refreshToken } });
  app.clock.advance(HALF_AN_HOUR);
  await Promise.all(Array.from({ length: 10 }, () => pharos.get('/auth/me')));
  expect(refreshes(pathsSent())).toBe(1);
});

test('session: tabs that share a store refresh once, under its lock', async () => {
  let line: Promise<unknown> = Promise.resolve();
  const lock = <T>(work: () => Promise<T>): Promise<T> => {
    const mine = line.then(work);
    line = mine.catch(() => undefined);
    return mine;
  };
  const store = sharedStore(await newTokens(), lock);
  const tabs = Array.from({ length: 4 }, () => typedClient(app, { store }));
  app.clock.advance(HALF_AN_HOUR);
  await Promise.all(tabs.map(({ pharos }) => pharos.get('/auth/me')));
  expect(refreshes(tabs.flatMap(({ pathsSent }) => pathsSent()))).toBe(1);
});

test('session: tabs of one store refresh once where the runtime has Web Locks', async () => {
  expect(navigator.locks).toBeDefined();
  const store = sharedStore(await newTokens());
  const tabs = Array.from({ length: 4 }, () => typedClient(app, { store }));
  app.clock.advance(HALF_AN_HOUR);
  await Promise.all(tabs.map(({ pharos }) => pharos.get('/auth/me')));
  expect(refreshes(tabs.flatMap(({ pathsSent }) => pathsSent()))).toBe(1);
});

test('session: without any lock, tabs that refresh at once all stay logged in', async () => {
  const store = sharedStore(await newTokens(), (work) => work());
  const tabs = Array.from({ length: 3 }, () => typedClient(app, { store }));
  app.clock.advance(HALF_AN_HOUR);
  await Promise.all(tabs.map(({ pharos }) => pharos.get('/auth/me')));
  expect(refreshes(tabs.flatMap(({ pathsSent }) => pathsSent()))).toBe(3);
  app.clock.advance(HALF_AN_HOUR);
  await Promise.all(tabs.map(({ pharos }) => pharos.get('/auth/me')));
});

test('session: a refresh whose response was lost is repeated and gives the same successor', async () => {
  let lost = 0;
  const { pharos } = typedClient(app, { tokens: await newTokens() }, async (request, pass) => {
    const response = await pass();
    if (new URL(request.url).pathname !== '/auth/refresh' || lost > 0) return response;
    lost += 1;
    throw new TypeError('fetch failed');
  });
  app.clock.advance(HALF_AN_HOUR);
  expect((await pharos.get('/auth/me')).username).toMatch(/^user-/);
  expect(lost).toBe(1);
});

test('session: one that has ended is begun again with the password', async () => {
  const { pharos, pathsSent } = typedClient(app, await newLogin(app));
  await pharos.get('/auth/me');
  await pharos.delete('/auth/sessions');
  await pharos.post('/auth/logout').catch(() => undefined);
  expect((await pharos.get('/auth/me')).username).toMatch(/^user-/);
  expect(logins(pathsSent())).toBeGreaterThan(1);
});

test('session: one that has ended without a password is 401, and its tokens are forgotten', async () => {
  const store = sharedStore(await newTokens());
  const { pharos } = typedClient(app, { store });
  const { pharos: other } = typedClient(app, { store });
  await other.post('/auth/logout');
  await expect(pharos.get('/auth/me')).rejects.toMatchObject({ status: 401 } satisfies Partial<PharosError>);
  expect(store.current()).toBeUndefined();
});

test('session: a server that is down does not end the session', async () => {
  const store = sharedStore(await newTokens());
  const { pharos } = typedClient(app, { store }, (request, pass) =>
    new URL(request.url).pathname === '/auth/refresh' ? new Response('down', { status: 503 }) : pass(),
  );
  app.clock.advance(HALF_AN_HOUR);
  await expect(pharos.get('/auth/me')).rejects.toMatchObject({ status: 503 });
  expect(store.current()).toBeDefined();
});

test('session: logOut ends it at the server, forgets the tokens, and a new login works', async () => {
  const login = await newLogin(app);
  const { pharos } = typedClient(app);
  const { accessToken } = await pharos.logIn(login);
  await pharos.logOut();
  const old = await app.request('/auth/me', { headers: { Authorization: `Bearer ${accessToken}` } });
  expect(old.status).toBe(401);
  await expect(pharos.get('/auth/me')).rejects.toMatchObject({ status: 401 });
  await pharos.logIn(login);
  expect((await pharos.get('/auth/me')).username).toBe(login.username);
});

test('API key: authenticates every request and is never refreshed', async () => {
  const { pharos: owner } = typedClient(app, await newLogin(app));
  const { key } = await owner.post('/auth/api-keys', { body: { name: 'reader', scopes: ['resources:read'] } });
  const { pharos, pathsSent } = typedClient(app, { apiKey: key });
  for await (const resource of pharos.resources()) expect(resource).toBeUndefined();
  await expect(pharos.create({ content: 'not allowed' })).rejects.toMatchObject({ status: 403 });
  const { pharos: wrong } = typedClient(app, { apiKey: 'phk_wrong' });
  await expect(wrong.get('/resources')).rejects.toMatchObject({ status: 401 });
  expect(refreshes(pathsSent())).toBe(0);
});
