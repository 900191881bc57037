/** `pharos login --browser`: the login of an app on the same machine, with the page's person played by the test. */
import { once } from 'node:events';
import { chmod, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createAdaptorServer } from '@hono/node-server';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { logInByBrowser } from '../../cli/client/browser-login.ts';
import { loginStore } from '../../cli/client/logins.ts';
import { users } from '../../src/kernel/db/schema.sqlite.ts';
import { createTestApp, type TestApp } from '../support/kits/app.ts';
import { runCommand } from '../support/kits/command-line.ts';
import { consent, type Send } from '../support/kits/oauth-client.ts';

let app: TestApp;
let server: Server;
let url: string;
let folder: string;
let own: { Authorization: string };
beforeEach(async () => {
  app = await createTestApp();
  server = createAdaptorServer({ fetch: app.app.fetch }) as Server;
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  folder = await mkdtemp(join(tmpdir(), 'pharos-browser-'));
  own = await app.login();
});
afterEach(async () => {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
  await app.close();
  await rm(folder, { recursive: true, force: true });
});

const send: Send = (path, init) => app.request(path, init);

/** Agrees to `scopes` as the page does; resolves to where the browser goes next. */
async function agree(address: string, scopes: readonly string[]): Promise<string> {
  const parameters = Object.fromEntries(new URL(address).searchParams);
  return (await consent(send, own, parameters, scopes)).redirectTo;
}

/** The apps that the person has connected. The session of before the clock was moved has ended. */
async function grants(): Promise<unknown[]> {
  const me = (await app.services.db.select().from(users)).find(({ passwordHash }) => passwordHash !== null);
  const body = new URLSearchParams({ username: me?.username ?? '', password: 'a long enough phrase' });
  const { access_token } = (await (await app.request('/auth/login', { method: 'POST', body })).json()) as {
    access_token: string;
  };
  const answer = await app.request('/auth/grants', { headers: { Authorization: `Bearer ${access_token}` } });
  return ((await answer.json()) as { grants: unknown[] }).grants;
}

test('login --browser: every command for documents works with what it may do', async () => {
  const tokens = await logInByBrowser({
    url,
    open: async (address) => {
      await fetch(await agree(address, ['resources:read', 'resources:write', 'resources:delete', 'search']));
    },
  });
  await loginStore(join(folder, 'pharos'), url).save(tokens);
  const settings = { PHAROS_URL: url, HOME: folder, XDG_CONFIG_HOME: folder };
  const run = async (...words: string[]) => {
    const ran = await runCommand(words, settings);
    expect([words.join(' '), ran.code, ran.stderr]).toEqual([words.join(' '), 0, '']);
    return ran.stdout;
  };
  await writeFile(join(folder, 'a.md'), 'A page about glaciers and what becomes of them. '.repeat(4));
  const { documents } = JSON.parse(await run('ingest', join(folder, 'a.md'), '--detach', '--json'));
  const [{ id, status }] = documents;
  expect(status).toBe('sent');
  expect(JSON.parse(await run('ingest', join(folder, 'a.md'), '--detach', '--json')).documents).toMatchObject([
    { id, status: 'present' },
  ]);
  for (const words of [
    ['search', 'glaciers'],
    ['show', id],
    ['status', id],
    ['tag', id, 'ice'],
    ['rm', id, '--yes'],
  ])
    await run(...words);
});

test('login --browser: opens the page, keeps the grant, renews it, and logout gives it up', async () => {
  const seen = join(folder, 'address');
  const browser = join(folder, 'browser.sh');
  await writeFile(browser, `#!/bin/sh\nprintf '%s' "$1" > '${seen}.part' && mv '${seen}.part' '${seen}'\n`);
  await chmod(browser, 0o755);
  const settings = { PHAROS_URL: url, HOME: folder, XDG_CONFIG_HOME: folder, BROWSER: browser };
  const login = runCommand(['login', '--browser'], settings);
  await expect.poll(() => readFile(seen, 'utf8').catch(() => '')).toMatch(/^http/);
  const page = await readFile(seen, 'utf8');
  expect(page.startsWith(`${url}/oauth/authorize?`)).toBe(true);
  expect(new URL(page).searchParams.get('code_challenge_method')).toBe('S256');
  const answer = await fetch(await agree(page, ['resources:read', 'search']));
  expect(await answer.text()).toBe('You are logged in. You can close this page.');
  expect(await login).toMatchObject({ code: 0, stderr: '', stdout: expect.stringContaining(`logged in to ${url}\n`) });

  const status = await runCommand(['status'], settings);
  expect(status).toMatchObject({ code: 0, stderr: '' });
  app.clock.advance(31 * 60_000);
  expect(await runCommand(['status'], settings)).toMatchObject({ code: 0, stderr: '' });
  expect(await runCommand(['keys', 'list'], settings)).toMatchObject({
    code: 1,
    stderr: expect.stringContaining('login <username>'),
  });
  expect(await grants()).toHaveLength(1);
  expect((await runCommand(['logout'], settings)).code).toBe(0);
  expect(await grants()).toEqual([]);
  expect((await runCommand(['status'], settings)).code).toBe(2);
});

test('login in the browser: a refusal is told, and so is an answer of another server', async () => {
  const answered = async (change: (answer: URLSearchParams) => void) => {
    const open = async (address: string) => {
      const redirect = new URL(await agree(address, ['search']));
      change(redirect.searchParams);
      await (await fetch(redirect)).text();
    };
    return await logInByBrowser({ url, open });
  };
  await expect(
    answered((answer) => {
      answer.delete('code');
      answer.set('error', 'access_denied');
    }),
  ).rejects.toThrow('it was refused in the browser');
  await expect(answered((answer) => answer.set('iss', 'https://evil.example'))).rejects.toThrow(
    'the answer is of another server',
  );
});

test('login in the browser: an answer with another state is not taken, and the login goes on', async () => {
  const statuses: number[] = [];
  const open = async (address: string) => {
    const redirect = await agree(address, ['search']);
    for (const change of [(u: URL) => u.searchParams.set('state', 'x'), (u: URL) => (u.pathname = '/other'), () => undefined]) {
      const changed = new URL(redirect);
      change(changed);
      statuses.push((await fetch(changed)).status);
    }
  };
  const tokens = await logInByBrowser({ url, open });
  expect(statuses).toEqual([404, 404, 200]);
  expect(tokens.clientId).toMatch(/\S/);
});

test('login in the browser: it ends when it is cancelled', async () => {
  const aborter = new AbortController();
  const login = logInByBrowser({ url, open: () => aborter.abort(), signal: aborter.signal });
  await expect(login).rejects.toThrow('nobody agreed in the browser in time');
});

test.each([
  [['login', '--browser', 'ada'], '--browser: the user is named in the browser'],
  [['login'], 'missing argument <username>'],
])('pharos %j: exits with 2 and names the mistake', async (args, message) => {
  const settings = { PHAROS_URL: url, HOME: folder, XDG_CONFIG_HOME: folder };
  expect(await runCommand(args, settings)).toMatchObject({ code: 2, stderr: expect.stringContaining(message) });
});
