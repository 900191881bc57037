/** The typed client on a page of the server: several tabs share a session in a cookie. */
import { afterAll, afterEach, beforeAll, expect, test, vi } from 'vitest';
import { type BrowserClient, beginRenewal, createClient, type Renewal } from '../../clients/typescript/src/index.ts';
import { untilAborted } from '../../src/kernel/core/deadline.ts';
import { createTestApp, type TestApp } from '../support/kits/app.ts';
import { newLogin } from '../support/kits/typed-client.ts';

const ORIGIN = 'http://localhost:8000';
const HALF_AN_HOUR = 31 * 60_000;

let app: TestApp;
beforeAll(async () => {
  app = await createTestApp({ env: { PUBLIC_URL: ORIGIN } });
});
afterAll(() => app.close());
afterEach(() => vi.unstubAllGlobals());

interface Tab {
  readonly pharos: BrowserClient;
  /** Requests since the last call. */
  sent(): string[];
}

/** May answer in the server's place. `signal` gives the request up. */
type Answer = (path: string, signal: AbortSignal | undefined) => Response | undefined | Promise<Response | undefined>;

/** A browser: its tabs share a cookie, and send it as their page's origin does. */
function openBrowser(answer: Answer = () => undefined, onEnd = () => {}, sleep = async () => {}) {
  let cookie: string | undefined;
  function openPage() {
    const paths: string[] = [];
    async function send(input: string | URL | Request, init?: RequestInit): Promise<Response> {
      const request = new Request(input as Request, init);
      const { pathname } = new URL(request.url);
      paths.push(`${request.method} ${pathname}`);
      if (request.method === 'POST') request.headers.set('Origin', ORIGIN);
      if (cookie !== undefined) request.headers.set('Cookie', cookie);
      const replaced = await answer(pathname, init?.signal ?? undefined);
      if (replaced) return replaced;
      const response = await app.app.fetch(request);
      for (const line of response.headers.getSetCookie()) cookie = line.includes('Max-Age=0') ? undefined : line.split(';')[0];
      return response;
    }
    const parts = { now: () => app.clock.now(), random: () => 0.5, sleep, fetch: send };
    const tab = (renewal?: Renewal): Tab => ({
      pharos: createClient({ url: ORIGIN, session: 'cookie', onEnd, renewal }, parts),
      sent: () => paths.splice(0),
    });
    return { tab, send };
  }
  const openTab = (): Tab => openPage().tab();
  /** A page that renews its session before its client is there. `load` makes the client. */
  function openEarly() {
    const { tab, send } = openPage();
    vi.stubGlobal('fetch', send);
    const renewal = beginRenewal(ORIGIN);
    return { renewal, load: () => tab(renewal) };
  }
  return { openTab, openEarly, cookie: () => cookie };
}

const me = async ({ pharos }: Tab) => (await pharos.get('/auth/me')).username;

test('cookie session: a login keeps the access token in memory, and resolves to the account without a token', async () => {
  const { openTab, cookie } = openBrowser();
  const tab = openTab();
  const login = await newLogin(app);
  const account = await tab.pharos.logIn(login);
  expect(account).toEqual(await tab.pharos.get('/auth/me'));
  expect(JSON.stringify(account)).not.toMatch(/eyJ|pr1\./);
  expect(await me(tab)).toBe(login.username);
  expect(tab.sent()).toEqual(['POST /auth/login', 'GET /auth/me', 'GET /auth/me']);
  expect(cookie()).toMatch(/^pharos_session=pr1\./);
});

test('cookie session: a second tab goes on with the session of the first', async () => {
  const { openTab } = openBrowser();
  const login = await newLogin(app);
  await openTab().pharos.logIn(login);
  const tab = openTab();
  expect(await tab.pharos.resume()).toMatchObject({ username: login.username, tier: 'free' });
  expect(tab.sent()).toEqual(['POST /auth/refresh']);
  expect(await me(tab)).toBe(login.username);
});

test('cookie session: an expired access token is renewed once for all requests of a tab', async () => {
  const { openTab } = openBrowser();
  const tab = openTab();
  await tab.pharos.logIn(await newLogin(app));
  app.clock.advance(HALF_AN_HOUR);
  tab.sent();
  await Promise.all(Array.from({ length: 10 }, () => me(tab)));
  expect(tab.sent().filter((path) => path === 'POST /auth/refresh')).toHaveLength(1);
});

test('cookie session: ten tabs whose tokens have expired all go on', async () => {
  const { openTab } = openBrowser();
  const login = await newLogin(app);
  const tabs = Array.from({ length: 10 }, openTab);
  await tabs[0]?.pharos.logIn(login);
  await Promise.all(tabs.map(me));
  app.clock.advance(HALF_AN_HOUR);
  expect(new Set(await Promise.all(tabs.map(me)))).toEqual(new Set([login.username]));
});

test('cookie session: a logout ends the session of every tab', async () => {
  const { openTab, cookie } = openBrowser();
  const [one, two] = [openTab(), openTab()];
  await one.pharos.logIn(await newLogin(app));
  await me(two);
  app.clock.advance(HALF_AN_HOUR);
  await one.pharos.logOut();
  expect(cookie()).toBeUndefined();
  for (const tab of [one, two]) await expect(me(tab)).rejects.toMatchObject({ status: 401 });
  expect(await two.pharos.resume()).toBeUndefined();
});

test('cookie session: a logout of a session that has ended is done', async () => {
  const { openTab } = openBrowser();
  const [one, two] = [openTab(), openTab()];
  await one.pharos.logIn(await newLogin(app));
  await two.pharos.logOut();
  await one.pharos.logOut();
  expect(await one.pharos.authorization()).toBeUndefined();
});

test('cookie session: a logout that the server did not answer is told, and can be repeated', async () => {
  let away = false;
  const { openTab, cookie } = openBrowser((path) =>
    away && path === '/auth/logout' ? new Response(null, { status: 500 }) : undefined,
  );
  const tab = openTab();
  const login = await newLogin(app);
  await tab.pharos.logIn(login);
  away = true;
  await expect(tab.pharos.logOut()).rejects.toMatchObject({ status: 500 });
  expect(await me(tab)).toBe(login.username);
  away = false;
  await tab.pharos.logOut();
  expect([await tab.pharos.authorization(), cookie()]).toEqual([undefined, undefined]);
});

test('cookie session: after a login as somebody else in another tab, nothing is sent for the wrong account', async () => {
  const ended = vi.fn();
  const { openTab } = openBrowser(undefined, ended);
  const [one, two] = [openTab(), openTab()];
  const [ada, bob] = [await newLogin(app), await newLogin(app)];
  await one.pharos.logIn(ada);
  await two.pharos.logIn(bob);
  await expect(one.pharos.create({ content: 'A secret of Ada.' })).rejects.toMatchObject({ status: 401 });
  await expect(one.pharos.create({ content: 'Another one, sent a moment later.' })).rejects.toMatchObject({ status: 401 });
  expect(ended).toHaveBeenCalledOnce();
  expect((await two.pharos.get('/resources')).resources).toEqual([]);
  // The page itself goes on with the session of now.
  expect(await one.pharos.resume()).toMatchObject({ username: bob.username });
  expect(await me(one)).toBe(bob.username);
});

test('cookie session: without a session, requests are sent without credentials and the cookie is asked for once', async () => {
  const tab = openBrowser().openTab();
  expect(await tab.pharos.resume()).toBeUndefined();
  expect(tab.sent()).toEqual(['POST /auth/refresh']);
  await tab.pharos.get('/auth/options');
  await tab.pharos.get('/auth/options');
  expect(tab.sent()).toEqual(['GET /auth/options', 'GET /auth/options']);
});

test('cookie session: a tab that had no session finds that of a later login in another', async () => {
  const { openTab } = openBrowser();
  const [one, two] = [openTab(), openTab()];
  expect(await one.pharos.resume()).toBeUndefined();
  const login = await newLogin(app);
  await two.pharos.logIn(login);
  expect(await me(one)).toBe(login.username);
});

test('cookie session: a server that is away is an error, and the session goes on afterwards', async () => {
  let away = true;
  const { openTab } = openBrowser((path) => (away && path === '/auth/refresh' ? new Response(null, { status: 503 }) : undefined));
  const login = await newLogin(app);
  await openTab().pharos.logIn(login);
  const tab = openTab();
  await expect(me(tab)).rejects.toMatchObject({ status: 503 });
  away = false;
  expect(await me(tab)).toBe(login.username);
});

test('cookie session: a wrong password starts none', async () => {
  const { openTab, cookie } = openBrowser();
  const { username } = await newLogin(app);
  await expect(openTab().pharos.logIn({ username, password: 'not the one' })).rejects.toMatchObject({ status: 401 });
  expect(cookie()).toBeUndefined();
});

test('cookie session: a code that is not known starts none', async () => {
  const tab = openBrowser().openTab();
  await expect(tab.pharos.exchange('nothing')).rejects.toMatchObject({ status: 400 });
  expect(tab.sent()).toEqual(['POST /auth/exchange']);
});

test('cookie session: the end of a session is told once, and nothing is told where there was none', async () => {
  let ends = 0;
  const { openTab } = openBrowser(undefined, () => {
    ends += 1;
  });
  const [one, two] = [openTab(), openTab()];
  await one.pharos.resume();
  expect(ends).toBe(0);
  await one.pharos.logIn(await newLogin(app));
  await me(two);
  await one.pharos.logOut();
  expect(ends).toBe(1);
  await expect(me(two)).rejects.toMatchObject({ status: 401 });
  await expect(me(two)).rejects.toMatchObject({ status: 401 });
  expect(ends).toBe(2);
});

/** As the storage of one origin, which its tabs share. */
function stubStorage(): Map<string, string> {
  const kept = new Map<string, string>();
  vi.stubGlobal('localStorage', {
    getItem: (name: string) => kept.get(name) ?? null,
    setItem: (name: string, value: string) => void kept.set(name, value),
    removeItem: (name: string) => void kept.delete(name),
  });
  return kept;
}

test('cookie session: a request that is begun while the session is being ended is not sent', async () => {
  const { openTab } = openBrowser();
  const tab = openTab();
  await tab.pharos.logIn(await newLogin(app));
  tab.sent();
  const ended = tab.pharos.logOut();
  await expect(tab.pharos.get('/resources')).rejects.toMatchObject({ status: 401, detail: 'The session has ended' });
  await ended;
  expect(tab.sent()).toEqual(['POST /auth/logout']);
});

test('cookie session: where its end fails, a request that was begun meanwhile is sent', async () => {
  let isAway = true;
  const { openTab } = openBrowser((path) =>
    isAway && path === '/auth/logout' ? new Response(null, { status: 500 }) : undefined,
  );
  const tab = openTab();
  const login = await newLogin(app);
  await tab.pharos.logIn(login);
  const ended = expect(tab.pharos.logOut()).rejects.toMatchObject({ status: 500 });
  expect(await me(tab)).toBe(login.username);
  await ended;
  isAway = false;
  await tab.pharos.logOut();
});

/** Holds the first request of a path until it is released or given up. `passTime` ends the time that a change may take. */
function openHeldTab(held: string, away?: string) {
  const begun = Promise.withResolvers<void>();
  const released = Promise.withResolvers<void>();
  const late = Promise.withResolvers<void>();
  let isHeld = false;
  async function answer(path: string, signal: AbortSignal | undefined): Promise<Response | undefined> {
    if (path === away) return new Response(null, { status: 500 });
    if (path !== held || isHeld) return undefined;
    isHeld = true;
    begun.resolve();
    await untilAborted(released.promise, signal);
    return undefined;
  }
  const { openTab } = openBrowser(answer, undefined, () => late.promise);
  return { tab: openTab(), begun: begun.promise, release: released.resolve, passTime: late.resolve };
}

const LOG_OUT = 'POST /auth/logout';
const makeKey = ({ pharos }: Tab) => pharos.post('/auth/api-keys', { body: { name: 'nightly' } });

test('cookie session: a read whose response has not arrived is given up when the session is ended, and none is refused', async () => {
  const { tab, begun } = openHeldTab('/resources');
  await tab.pharos.logIn(await newLogin(app));
  const read = expect(tab.pharos.get('/resources')).rejects.toMatchObject({ status: 401, detail: 'The session has ended' });
  await begun;
  await tab.pharos.logOut();
  await read;
  expect(tab.sent()).toEqual(['POST /auth/login', 'GET /resources', LOG_OUT]);
});

test('cookie session: where its end fails, a read that was given up is sent again', async () => {
  const { tab, begun } = openHeldTab('/resources', '/auth/logout');
  await tab.pharos.logIn(await newLogin(app));
  const read = tab.pharos.get('/resources');
  await begun;
  await expect(tab.pharos.logOut()).rejects.toMatchObject({ status: 500 });
  expect(await read).toMatchObject({ resources: [] });
  expect(tab.sent()).toEqual(['POST /auth/login', 'GET /resources', LOG_OUT, 'GET /resources']);
});

test('cookie session: a change that is under way is made before the session is ended', async () => {
  const { tab, begun, release } = openHeldTab('/auth/api-keys');
  await tab.pharos.logIn(await newLogin(app));
  const made = makeKey(tab);
  await begun;
  const ended = tab.pharos.logOut();
  await new Promise((resolve) => setTimeout(resolve, 20));
  expect(tab.sent()).toEqual(['POST /auth/login', 'POST /auth/api-keys']);
  release();
  expect(await made).toMatchObject({ name: 'nightly' });
  await ended;
  expect(tab.sent()).toEqual([LOG_OUT]);
});

test('cookie session: a change that takes too long does not hold the end of the session', async () => {
  const { tab, begun, passTime, release } = openHeldTab('/auth/api-keys');
  await tab.pharos.logIn(await newLogin(app));
  const refused = expect(makeKey(tab)).rejects.toMatchObject({ status: 401 });
  await begun;
  passTime();
  await tab.pharos.logOut();
  expect(tab.sent()).toContain(LOG_OUT);
  release();
  await refused;
});

test('cookie session: the page of a visitor, who never logged in here, does not ask for a session', async () => {
  const kept = stubStorage();
  const { openTab } = openBrowser();
  const visitor = openTab();
  expect(await visitor.pharos.resume()).toBeUndefined();
  await expect(me(visitor)).rejects.toMatchObject({ status: 401 });
  expect(visitor.sent()).toEqual(['GET /auth/me']);
  await openTab().pharos.logIn(await newLogin(app));
  expect([...kept]).toEqual([[`pharos:${ORIGIN}`, '1']]);
  expect(await visitor.pharos.resume()).toMatchObject({ tier: 'free' });
  await visitor.pharos.logOut();
  expect([...kept]).toEqual([]);
});

test('cookie session: where storage is blocked, the server is asked', async () => {
  vi.stubGlobal('localStorage', undefined);
  const tab = openBrowser().openTab();
  expect(await tab.pharos.resume()).toBeUndefined();
  expect(tab.sent()).toEqual(['POST /auth/refresh']);
});

/** As the Web Locks of one browser, which its tabs share. */
function stubLocks(): { readonly asked: string[] } {
  const asked: string[] = [];
  let last: Promise<unknown> = Promise.resolve();
  vi.stubGlobal('navigator', {
    locks: {
      request: (name: string, work: () => Promise<unknown>) => {
        asked.push(name);
        const done = last.then(work);
        last = done.catch(() => undefined);
        return done;
      },
    },
  });
  return { asked };
}

test('early renewal: the client takes its response, and asks the server once', async () => {
  const { openTab, openEarly } = openBrowser();
  const { asked } = stubLocks();
  const login = await newLogin(app);
  await openTab().pharos.logIn(login);
  const tab = openEarly().load();
  expect(await tab.pharos.resume()).toMatchObject({ username: login.username });
  expect(await me(tab)).toBe(login.username);
  expect(tab.sent()).toEqual(['POST /auth/refresh', 'GET /auth/me']);
  // The login, the first module, the client: all under the lock of the session.
  expect(asked).toEqual(Array.from({ length: 3 }, () => `pharos:${ORIGIN}`));
});

test('early renewal: it serves one renewal, and the next one asks the server', async () => {
  const { openTab, openEarly } = openBrowser();
  await openTab().pharos.logIn(await newLogin(app));
  const tab = openEarly().load();
  await tab.pharos.resume();
  app.clock.advance(HALF_AN_HOUR);
  await me(tab);
  expect(tab.sent()).toEqual(['POST /auth/refresh', 'POST /auth/refresh', 'GET /auth/me']);
});

test('early renewal: ten pages that begin at once all go on with one session', async () => {
  const { openTab, openEarly } = openBrowser();
  stubLocks();
  const login = await newLogin(app);
  await openTab().pharos.logIn(login);
  const tabs = Array.from({ length: 10 }, openEarly).map(({ load }) => load());
  const accounts = await Promise.all(tabs.map(({ pharos }) => pharos.resume()));
  expect(new Set(accounts.map((account) => account?.username))).toEqual(new Set([login.username]));
  app.clock.advance(HALF_AN_HOUR);
  expect(new Set(await Promise.all(tabs.map(me)))).toEqual(new Set([login.username]));
});

test('early renewal: one that was dropped, because another tab began a session meanwhile, is not used', async () => {
  const { openTab, openEarly } = openBrowser();
  const other = openTab();
  await other.pharos.logIn(await newLogin(app));
  const { renewal, load } = openEarly();
  const bob = await newLogin(app);
  await other.pharos.logIn(bob);
  renewal?.drop();
  expect(await load().pharos.resume()).toMatchObject({ username: bob.username });
});

test('early renewal: a login does not use it, nor does any later renewal', async () => {
  const { openTab, openEarly } = openBrowser();
  await openTab().pharos.logIn(await newLogin(app));
  const tab = openEarly().load();
  const bob = await newLogin(app);
  await tab.pharos.logIn(bob);
  app.clock.advance(HALF_AN_HOUR);
  expect(await me(tab)).toBe(bob.username);
});

test('early renewal: a session that has ended is none', async () => {
  const { openTab, openEarly } = openBrowser();
  const other = openTab();
  await other.pharos.logIn(await newLogin(app));
  await other.pharos.logOut();
  const tab = openEarly().load();
  expect([await tab.pharos.resume(), tab.sent()]).toEqual([undefined, ['POST /auth/refresh']]);
});

test.each([
  ['is refused for the moment', () => new Response(null, { status: 503 })],
  [
    'finds no server',
    () => {
      throw new TypeError('fetch failed');
    },
  ],
])('early renewal: one that %s is repeated by the client', async (_name, fail) => {
  let failures = 1;
  const { openTab, openEarly } = openBrowser((path) => (path === '/auth/refresh' && failures-- > 0 ? fail() : undefined));
  const login = await newLogin(app);
  await openTab().pharos.logIn(login);
  const tab = openEarly().load();
  expect(await tab.pharos.resume()).toMatchObject({ username: login.username });
  expect(tab.sent()).toEqual(['POST /auth/refresh', 'POST /auth/refresh']);
});

test('early renewal: the page of a visitor begins none', () => {
  stubStorage();
  expect(beginRenewal(ORIGIN)).toBeUndefined();
});
