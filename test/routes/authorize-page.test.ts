/** The page at /oauth/authorize with its script, run against the app without a browser. */
import { readFile } from 'node:fs/promises';
import { parseHTML } from 'linkedom';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createTestApp, type TestApp } from '../support/kits/app.ts';
import { type App, exchange, newRequest, registerApp } from '../support/kits/oauth-client.ts';

const PASSWORD = 'a long enough phrase';
const PROVIDERS = { GITHUB_CLIENT_ID: 'id', GITHUB_CLIENT_SECRET: 'secret' };
const script = await readFile(new URL('../../console/pages/authorize.js', import.meta.url), 'utf8');

let app: TestApp;
let client: App;
beforeEach(async () => {
  app = await createTestApp({ env: PROVIDERS });
  await app.login('ada', PASSWORD);
  client = await registerApp(app.request, 'https://app.example.org/callback', 'A <b>bold</b> name');
});
afterEach(() => app.close());

const AsyncFunction = (async () => undefined).constructor as new (...source: string[]) => (...parts: unknown[]) => Promise<void>;

/** Opens the page as a browser does. `fetch`: default is the app. */
async function open(parameters: Record<string, string>, fetch: typeof app.request = app.request) {
  const search = `?${new URLSearchParams(parameters)}`;
  const { document } = parseHTML(await (await app.request(`/oauth/authorize${search}`)).text());
  const typed: Record<string, string> = {};
  class FormData {
    readonly #fields: [string, string][];
    constructor(form: Element) {
      const inputs = [...form.querySelectorAll('input')];
      this.#fields = inputs.flatMap((input): [string, string][] => {
        const name = input.getAttribute('name') ?? '';
        if (input.getAttribute('type') !== 'checkbox') return [[name, typed[name] ?? '']];
        return input.hasAttribute('checked') ? [[name, input.getAttribute('value') ?? '']] : [];
      });
    }
    [Symbol.iterator]() {
      return this.#fields[Symbol.iterator]();
    }
    getAll(name: string) {
      return this.#fields.filter(([each]) => each === name).map(([, value]) => value);
    }
  }
  const sent: string[] = [];
  const went: string[] = [];
  const location = { search, pathname: '/oauth/authorize', replace: (url: string) => went.push(url) };
  const shownAddress: string[] = [];
  const history = { replaceState: (_state: unknown, _title: string, url: string) => shownAddress.push(url) };
  const settled: Promise<unknown>[] = [];
  const counted = (path: string, init?: RequestInit) => {
    sent.push(`${init?.method ?? 'GET'} ${path}`);
    const response = fetch(path, init);
    settled.push(response);
    return response;
  };
  await new AsyncFunction('document', 'location', 'history', 'fetch', 'FormData', script)(
    document,
    location,
    history,
    counted,
    FormData,
  );
  const form = (id: string) => document.getElementById(id) as unknown as HTMLFormElement;
  const isShown = (id: string) => form(id).hidden === false;
  const Event = (document.defaultView as unknown as Window & typeof globalThis).Event;
  return {
    document,
    sent,
    went,
    address: () => shownAddress.at(-1) ?? '',
    shown: () => ['login', 'consent'].filter(isShown),
    text: (id: string) => document.getElementById(id)?.textContent ?? '',
    tick: (scope: string) => document.querySelector(`input[value="${scope}"]`)?.toggleAttribute('checked'),
    submit: async (id: string, fields: Record<string, string> = {}) => {
      Object.assign(typed, fields);
      const before = sent.length;
      form(id).dispatchEvent(new Event('submit', { cancelable: true }));
      // Until a turn passes in which the page asks for nothing more.
      for (let seen = -1; seen !== sent.length || sent.length === before; ) {
        seen = sent.length;
        await Promise.allSettled(settled);
        await new Promise((resolve) => setImmediate(resolve));
        await new Promise((resolve) => setImmediate(resolve));
      }
    },
  };
}

const logIn = { username: 'ada', password: PASSWORD };

describe('authorize page', () => {
  test('authorize page: names the app, where it leads and what it may do, with deleting unticked and no HTML of the app’s', async () => {
    const page = await open(newRequest(client).parameters);
    expect(page.text('login')).toContain('Log in with github');
    const main = page.document.querySelector('main');
    expect(main?.textContent).toContain('A <b>bold</b> name asks to use your library at localhost:8000');
    expect(main?.textContent).toContain('return to app.example.org');
    expect(main?.querySelector('b')).toBeNull();
    expect(main?.querySelectorAll('img')).toHaveLength(0);
    const boxes = [...page.document.querySelectorAll('#consent label')].map((label) => [
      label.textContent?.trim(),
      label.querySelector('input')?.hasAttribute('checked'),
    ]);
    expect(boxes).toEqual([
      ['Read your documents', true],
      ['Add documents, and change them', true],
      ['Delete documents for ever', false],
      ['Search your library', true],
    ]);
    expect(page.shown()).toEqual(['login']);
  });

  test('authorize page: login and consent lead to the app with a code for the ticked scopes, and end the login', async () => {
    const { parameters, verifier } = newRequest(client, { resource: 'http://localhost:8000/mcp' });
    const page = await open(parameters);
    await page.submit('login', logIn);
    expect([page.shown(), page.text('who')]).toEqual([['consent'], 'ada']);
    page.tick('resources:write');
    page.tick('resources:delete');
    await page.submit('consent');
    expect(page.sent).toEqual(['POST /auth/login', 'GET /auth/me', 'POST /oauth/authorize', 'POST /auth/logout']);
    const target = new URL(page.went[0] ?? '');
    expect([page.went.length, target.origin, target.searchParams.get('state')]).toEqual([
      1,
      'https://app.example.org',
      parameters.state,
    ]);
    const { body } = await exchange(app.request, client, target.searchParams.get('code') ?? '', verifier);
    expect(body.scope).toBe('resources:read resources:delete search');
    expect(await app.services.sessions.list((await app.services.accessTokens.verify(body.access_token, 'mcp')).sub)).toHaveLength(
      1,
    );
  });

  test('authorize page: a wrong password is told, and no scope at all is a refusal', async () => {
    const page = await open(newRequest(client, { scope: 'search' }).parameters);
    await page.submit('login', { username: 'ada', password: 'a wrong phrase' });
    expect([page.shown(), page.text('outcome')]).toEqual([['login'], 'Incorrect username or password']);
    await page.submit('login', logIn);
    page.tick('search');
    await page.submit('consent');
    expect(new URL(page.went[0] ?? '').searchParams.get('error')).toBe('access_denied');
  });

  test('authorize page: a server that cannot be reached is told', async () => {
    const page = await open(newRequest(client).parameters, () => Promise.reject(new Error('offline')));
    await page.submit('login', logIn);
    expect(page.text('outcome')).toContain('cannot be reached');
  });

  test('authorize page: a login at a provider begins with the address of the request, and returns to the consent', async () => {
    const { parameters } = newRequest(client);
    const first = await open(parameters);
    const link = new URL(first.document.querySelector('#login a')?.getAttribute('href') ?? '', 'http://localhost:8000');
    expect(link.pathname).toBe('/auth/github');
    const returnTo = new URL(link.searchParams.get('return_to') ?? '', 'http://localhost:8000');
    expect([returnTo.pathname, Object.fromEntries(returnTo.searchParams)]).toEqual(['/oauth/authorize', parameters]);
    const started = await app.request(link.pathname + link.search, { headers: { Accept: 'text/html' } });
    expect([started.status, started.headers.get('location')]).toEqual([302, expect.stringContaining('https://github.com/')]);

    const own = await app.request('/auth/login', { method: 'POST', body: new URLSearchParams(logIn) });
    const exchanged = (path: string, init?: RequestInit) =>
      path === '/auth/exchange' ? Promise.resolve(own) : app.request(path, init);
    const page = await open({ ...parameters, code: 'of the provider' }, exchanged);
    expect([page.shown(), page.sent]).toEqual([['consent'], ['POST /auth/exchange', 'GET /auth/me']]);
    expect(page.address()).not.toContain('code=');
    await page.submit('consent');
    expect(new URL(page.went[0] ?? '').searchParams.get('code')).toMatch(/^pc1\./);
  });

  test('authorize page: a login that failed at a provider is told in words of this server', async () => {
    const error = { error: 'access_denied', error_description: 'Call 555-0100 to unlock your account' };
    const page = await open({ ...newRequest(client).parameters, ...error });
    expect([page.shown(), page.text('outcome')]).toEqual([['login'], expect.stringContaining('You are not logged in')]);
    expect(page.document.body.textContent).not.toContain('555');
  });

  test('authorize page: an address that is too long for a provider to return to has no links', async () => {
    const page = await open(newRequest(client, { state: 'x'.repeat(2048) }).parameters);
    expect(page.document.querySelector('#login a')).toBeNull();
  });
});
