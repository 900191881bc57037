import { once } from 'node:events';
import { mkdir, mkdtemp, readdir, readFile } from 'node:fs/promises';
import { createServer, Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { expect, test, vi } from 'vitest';
import manifest from '../../package.json' with { type: 'json' };
import { freePort } from '../../src/adapters/listen.ts';
import { openDatabase } from '../../src/adapters/open-database.ts';
import { ConfigError } from '../../src/kernel/config/config.ts';
import { SETTINGS, type SettingName } from '../../src/kernel/config/settings.ts';
import { listStatistics } from '../../src/kernel/db/statistics.ts';
import { configure } from '../../src/runtimes/node/configuration.ts';
import { createClient } from '../support/kits/client.ts';
import { run, startPharos } from '../support/servers/servers.ts';

const API = 'bin/api.js';
const folder = () => mkdtemp(join(tmpdir(), 'pharos-start-'));

test('start: becomes healthy with its flags of Node, and SIGINT stops API and worker with exit code 0', async () => {
  const pharos = await startPharos();
  const commandLine = (await readFile(`/proc/${pharos.api.pid}/cmdline`, 'utf8')).split('\0');
  expect(commandLine).toEqual(expect.arrayContaining(['--max-semi-space-size=8', ...manifest.serverFlags]));
  const home = await createClient(pharos.url).call<{ name: string; health: string }>('GET', '/');
  expect(home.body).toMatchObject({ name: 'Pharos', health: `${pharos.url}/monitoring/health` });
  expect(await pharos.stop('SIGINT')).toBe(0);
  await expect(fetch(pharos.url)).rejects.toThrow();
  await expect(fetch(`${pharos.workerUrl}/health`)).rejects.toThrow();
  expect(pharos.logs()).not.toMatch(/"level":"(?:WARN|ERROR)"/);
  expect(pharos.logs()).toMatch(/"message":"ready".*"service":"api"/);
});

test('start: SIGTERM ends an open event stream and exits with 0', async () => {
  const pharos = await startPharos();
  const client = createClient(pharos.url);
  await client.login();
  const id = await client.post({ content: 'Tides rise and fall twice a day. '.repeat(20), content_type: 'text/plain' });
  const stream = await fetch(`${pharos.url}/progress/events?ids=${id}`, { headers: { Authorization: client.token() ?? '' } });
  expect(stream.status).toBe(200);
  const ended = stream.text();
  expect(await pharos.stop('SIGTERM')).toBe(0);
  await ended;
});

test('start: the worker ends when the API is killed by SIGKILL', async () => {
  const pharos = await startPharos();
  await pharos.stop('SIGKILL');
  await vi.waitFor(() => expect(fetch(`${pharos.workerUrl}/health`)).rejects.toThrow(), { timeout: 60_000, interval: 50 });
});

test('start: invalid settings exit with 1 and name each setting, before a folder is created', async () => {
  const dataDir = join(await folder(), 'data');
  const started = run(API, { DATA_DIR: dataDir, PORT: '70000', JWT_SECRET_KEY: 'hunter2hunter2', LOG_LEVEL: 'loud' });
  expect(await started.exited()).toBe(1);
  expect(started.output()).toMatch(/^PORT: expected .+$/m);
  expect(started.output()).toMatch(/^JWT_SECRET_KEY: expected .+$/m);
  expect(started.output()).toMatch(/^LOG_LEVEL: expected .+$/m);
  expect(started.output()).not.toContain('hunter2');
  await expect(readdir(dataDir)).rejects.toThrow('ENOENT');
});

test('start: an invalid value of any setting is named, and no port is opened', async () => {
  const listen = vi.spyOn(Server.prototype, 'listen');
  const names = Object.keys(SETTINGS) as SettingName[];
  await fc.assert(
    fc.asyncProperty(fc.constantFrom(...names), fc.string({ minLength: 1, unit: 'grapheme-ascii' }), async (name, value) => {
      fc.pre(value.trim() !== '' && !SETTINGS[name].schema.safeParse(value.trim()).success);
      const refused = await configure({ PORT: '0', WORKER_PORT: '0', [name]: value }).then(
        () => undefined,
        (error: unknown) => error,
      );
      expect(refused).toBeInstanceOf(ConfigError);
      expect((refused as ConfigError).errors.map(({ path }) => path)).toContain(name);
    }),
    { numRuns: 500 },
  );
  expect(listen).not.toHaveBeenCalled();
  listen.mockRestore();
});

test('start: a database that cannot be opened exits with 1 and shows path, permissions and free space', async () => {
  const dataDir = await folder();
  const path = join(dataDir, 'pharos.db');
  await mkdir(path);
  const started = run(API, { DATA_DIR: dataDir, PORT: '0', WORKER_PORT: '0' });
  expect(await started.exited()).toBe(1);
  expect(started.output()).toContain(path);
  expect(started.output()).toMatch(/readable|rights/);
  expect(started.output()).toMatch(/MB free/);
  expect(started.output()).not.toMatch(/^\s+at /m);
});

test('start: a port in use exits with 1, names the setting and leaves no worker behind', async () => {
  const taken = createServer();
  taken.listen(0, '127.0.0.1');
  await once(taken, 'listening');
  const port = (taken.address() as { port: number }).port;
  const workerPort = await freePort('127.0.0.1');
  const started = run(API, { DATA_DIR: await folder(), PORT: String(port), WORKER_PORT: String(workerPort) });
  expect(await started.exited()).toBe(1);
  expect(started.output()).toMatch(new RegExp(`^PORT: ${port} .*in use`, 'm'));
  await expect(fetch(`http://127.0.0.1:${workerPort}/health`)).rejects.toThrow();
  taken.close();
});

test('start: says that no account exists, and the first one registered at this machine is an admin', async () => {
  const dataDir = await folder();
  const started = run(API, { DATA_DIR: dataDir, PORT: '0', WORKER_URL: 'http://127.0.0.1:9' });
  await vi.waitFor(() => expect(started.output()).toContain('"started"'), { timeout: 60_000, interval: 20 });
  expect(started.output()).toContain('No account exists yet. The first one registered on this machine becomes admin.');
  const url = /Page\s+(http\S+?)\/?\s/.exec(started.output())?.[1];
  const register = async (username: string) => {
    const body = JSON.stringify({ username, email: `${username}@example.org`, password: 'a long enough phrase' });
    const headers = { 'Content-Type': 'application/json' };
    return (await fetch(`${url}/auth/register`, { method: 'POST', headers, body })).json();
  };
  expect(await register('ada')).toMatchObject({ tier: 'admin' });
  expect(await register('grace')).toMatchObject({ tier: 'free' });
  started.child.kill('SIGINT');
  expect(await started.exited()).toBe(0);
  // A server that stops writes what it counted.
  const database = await openDatabase({ database: { kind: 'sqlite', path: join(dataDir, 'pharos.db') } });
  const counted = await listStatistics(database.db, { before: Date.now() + 60_000, limit: 10 });
  await database.close();
  expect(counted.reduce((sum, { requests }) => sum + requests, 0)).toBe(2);
});

test('start: with WORKER_URL no worker is started', async () => {
  const started = run(API, { DATA_DIR: await folder(), PORT: '0', WORKER_URL: 'http://127.0.0.1:9' });
  await vi.waitFor(() => expect(started.output()).toContain('"started"'), { timeout: 60_000, interval: 20 });
  const url = /Page\s+(http\S+?)\/?\s/.exec(started.output())?.[1];
  const health = (await (await fetch(`${url}/monitoring/health`)).json()) as object;
  expect(health).toMatchObject({
    status: 'degraded',
    checks: { worker: { status: 'unhealthy' }, database: { status: 'healthy' } },
  });
  expect(started.output()).not.toContain('"service":"worker"');
  started.child.kill('SIGINT');
  expect(await started.exited()).toBe(0);
});
