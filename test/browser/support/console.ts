/**
 * A real Pharos and a browser in front of it. `startConsole` starts both; `open` gives a page in a browser of its own, logged in
 * where an account is given. Every page is watched: a script error, a refusal by the content security policy or a request to
 * another server fails the test that calls `expectQuiet`.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { expect } from 'vitest';
import { type Client, createClient } from '../../../clients/typescript/src/index.ts';
import { freePort } from '../../../src/adapters/listen.ts';
import { MASTER_KEY, startDeployment } from '../../support/kits/deployment.ts';
import { startPharos } from '../../support/servers/servers.ts';
import { setup as startPostgres } from '../../support/setup/postgres.ts';
import { openBrowser } from './chromium.ts';

export interface Account {
  readonly username: string;
  readonly email: string;
  readonly password: string;
  /** Prepares what a test needs, as this account. */
  readonly client: Client;
}

export interface OpenOptions {
  readonly account?: Account;
  /** Default: /app/. */
  readonly path?: string;
  /** Default: 1440 by 900. */
  readonly width?: number;
  readonly height?: number;
  readonly scheme?: 'light' | 'dark';
  /** A page in the browser of another one, with its cookies, as a second tab. */
  readonly beside?: Page;
}

export interface ConsoleUnderTest {
  readonly url: string;
  readonly browser: Browser;
  /** Registers an account. The first one of an installation is its admin, unless `tier` says otherwise. */
  account(username?: string): Promise<Account>;
  /** Sets the tier of an account by the master key. */
  makeAdmin(account: Account): Promise<void>;
  open(options?: OpenOptions): Promise<Page>;
  /** Stops the server as an operator does, and starts it again at the same address with the same data. Node only. */
  stopServer(): Promise<void>;
  startServer(): Promise<void>;
  /** Fails where a page had an error, broke its policy or called another server. Errors that `expected` matches are passed over. */
  expectQuiet(expected?: RegExp): void;
  close(): Promise<void>;
}

const PASSWORD = 'a long phrase for the light';

export interface ConsoleOptions {
  readonly runtime?: 'node' | 'workerd';
  /** Of workerd. */
  readonly database?: 'libsql' | 'postgres';
  /** Settings of the server; Node only. */
  readonly env?: Readonly<Record<string, string>>;
}

export async function startConsole({
  runtime = 'node',
  database = 'libsql',
  env = {},
}: ConsoleOptions = {}): Promise<ConsoleUnderTest> {
  const server = runtime === 'node' ? await startNode(env) : await startOnWorkerd(database);
  const browser = await openBrowser().catch(async (error) => {
    await server.close();
    throw error;
  });
  const problems: string[] = [];
  const contexts = new Set<BrowserContext>();
  let accounts = 0;

  async function account(username = `keeper${++accounts}`): Promise<Account> {
    const email = `${username}@example.org`;
    await createClient({ url: server.url }).post('/auth/register', { body: { username, email, password: PASSWORD } });
    const client = createClient({ url: server.url, username, password: PASSWORD });
    return { username, email, password: PASSWORD, client };
  }

  async function makeAdmin({ username, client }: Account): Promise<void> {
    const { id } = await client.get('/auth/me');
    const admin = createClient({ url: server.url, apiKey: MASTER_KEY });
    await admin.patch('/admin/users/{id}', { params: { path: { id } }, body: { tier: 'admin' } });
    await client.logIn({ username, password: PASSWORD });
  }

  async function open(options: OpenOptions = {}): Promise<Page> {
    const { account: user, path = '/app/', width = 1440, height = 900, scheme = 'light', beside } = options;
    const context = beside?.context() ?? (await browser.newContext({ viewport: { width, height }, colorScheme: scheme }));
    contexts.add(context);
    const page = await context.newPage();
    watch(page, server.url, problems);
    if (!user) {
      await page.goto(server.url + path);
      return page;
    }
    await page.goto(`${server.url}/app/login?${new URLSearchParams({ next: path })}`);
    await page.getByLabel('Username').fill(user.username);
    await page.getByLabel('Password').fill(user.password);
    await page.keyboard.press('Enter');
    await page.getByRole('navigation', { name: 'Main' }).waitFor();
    return page;
  }

  return {
    url: server.url,
    browser,
    account,
    makeAdmin,
    open,
    stopServer: () => server.stop(),
    startServer: () => server.start(),
    expectQuiet: (expected) => {
      const found = problems.splice(0).filter((problem) => !expected?.test(problem));
      expect(found).toEqual([]);
    },
    close: async () => {
      for (const context of contexts) await context.close();
      await browser.close();
      await server.close();
    },
  };
}

function watch(page: Page, url: string, problems: string[]): void {
  page.on('pageerror', (error) => problems.push(`error: ${error.message}`));
  page.on('console', (message) => {
    if (message.type() === 'error') problems.push(`console: ${message.text()} (${message.location().url})`);
  });
  page.on('request', (request) => {
    const target = request.url();
    if (!target.startsWith(`${url}/`) && !/^(?:data|blob|about):/.test(target)) problems.push(`request: ${target}`);
  });
  page.on('dialog', (dialog) => {
    problems.push(`dialog: ${dialog.message()}`);
    dialog.dismiss().catch(() => undefined);
  });
}

interface Server {
  readonly url: string;
  stop(): Promise<void>;
  start(): Promise<void>;
  close(): Promise<void>;
}

async function startNode(env: Readonly<Record<string, string>>): Promise<Server> {
  const host = '127.0.0.1';
  const [port, workerPort] = [await freePort(host), await freePort(host)];
  const dataDir = await mkdtemp(join(tmpdir(), 'pharos-browser-'));
  const settings = {
    HOST: host,
    PORT: String(port),
    WORKER_PORT: String(workerPort),
    PUBLIC_URL: `http://${host}:${port}`,
    DATA_DIR: dataDir,
    JWT_SECRET_KEY: 'a secret for tokens of more than thirty-two bytes',
    MASTER_API_KEY: MASTER_KEY,
    RATE_LIMIT_FREE_TIER: '100000',
    RATE_LIMIT_ADMIN_TIER: '100000',
    RATE_LIMIT_ANONYMOUS_TIER: '100000',
    RATE_LIMIT_REGISTRATIONS: '100000',
    ...env,
  };
  let pharos: Awaited<ReturnType<typeof startPharos>> | undefined = await startPharos(settings);
  const stop = async () => {
    await pharos?.stop('SIGTERM');
    pharos = undefined;
  };
  return {
    url: settings.PUBLIC_URL,
    stop,
    start: async () => {
      pharos ??= await startPharos(settings);
    },
    close: async () => {
      await stop();
      await rm(dataDir, { recursive: true, force: true });
    },
  };
}

async function startOnWorkerd(database: 'libsql' | 'postgres'): Promise<Server> {
  const stopPostgres = database === 'postgres' ? await startPostgres() : undefined;
  const deployment = await startDeployment({ runtime: 'workerd', database, store: 'upstash', queue: 'qstash' }).catch(
    async (error) => {
      await stopPostgres?.();
      throw error;
    },
  );
  const refuse = () => Promise.reject(new Error('workerd is started by its harness: only Node is restarted'));
  const close = async () => {
    await deployment.close();
    await stopPostgres?.();
  };
  return { url: deployment.url, stop: refuse, start: refuse, close };
}
