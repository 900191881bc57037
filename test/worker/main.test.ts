import { fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import manifest from '../../package.json' with { type: 'json' };
import { freePort } from '../../src/adapters/listen.ts';
import { openTestDatabase, type TestDatabase } from '../support/kits/database.ts';
import { run, type Started } from '../support/servers/servers.ts';

// Two processes start, which is slow on a busy machine.
vi.setConfig({ testTimeout: 120_000 });

const MAIN = 'bin/worker.js';

let database: TestDatabase;
let dataDir: string;
let port: number;
let started: Started | undefined;

beforeEach(async () => {
  database = await openTestDatabase();
  dataDir = await mkdtemp(join(tmpdir(), 'pharos-worker-'));
  port = await freePort('127.0.0.1');
});
afterEach(async () => {
  started?.child.kill('SIGKILL');
  await started?.exited();
  started = undefined;
  await database.close();
  await rm(dataDir, { recursive: true, force: true });
});

const settings = (more: Record<string, string> = {}) => ({
  DATABASE_URL: database.url,
  DATA_DIR: dataDir,
  WORKER_PORT: String(port),
  ...more,
});

/** Polls until /health is 200; throws when `over` reports that the worker has ended. */
async function healthy(over: () => boolean): Promise<Record<string, unknown>> {
  while (!over()) {
    const response = await fetch(`http://127.0.0.1:${port}/health`).catch(() => undefined);
    if (response?.ok) return (await response.json()) as Record<string, unknown>;
    await response?.body?.cancel();
    await sleep(50);
  }
  throw new Error('the worker ended before it was healthy');
}

test('worker: started alone it becomes healthy, refuses unsigned jobs and exits with 0 on SIGTERM', async () => {
  started = run(MAIN, settings());
  const { child, output, exited } = started;
  expect(await healthy(() => child.exitCode !== null)).toMatchObject({
    status: 'ok',
    model: { model: expect.stringMatching(/^all-MiniLM-L6-v2@[0-9a-f]{12}$/) },
  });
  const unsigned = await fetch(`http://127.0.0.1:${port}/jobs`, { method: 'POST', body: '{}' });
  expect(unsigned.status).toBe(401);
  child.kill('SIGTERM');
  expect(await exited()).toBe(0);
  expect(output()).toContain('"worker stopped"');
  expect(output()).not.toMatch(/"level":"(?:ERROR|WARN)/i);
});

test('worker: started alone it runs with the flags of Node, and the variables, that it has beside the API', async () => {
  started = run(MAIN, settings());
  const { child } = started;
  await healthy(() => child.exitCode !== null);
  expect(manifest.serverFlags).toContain('--max-semi-space-size=8');
  const commandLine = (await readFile(`/proc/${child.pid}/cmdline`, 'utf8')).split('\0');
  expect(commandLine).toEqual(expect.arrayContaining([...manifest.serverFlags]));
  const environment = (await readFile(`/proc/${child.pid}/environ`, 'utf8')).split('\0');
  expect(Object.keys(manifest.serverEnvironment)).toEqual(['MALLOC_MMAP_THRESHOLD_']);
  expect(environment).toContain(`MALLOC_MMAP_THRESHOLD_=${manifest.serverEnvironment.MALLOC_MMAP_THRESHOLD_}`);
});

test('worker: an unknown model exits with 1 and names the setting', async () => {
  started = run(MAIN, settings({ EMBEDDING_MODEL: 'no-such-model' }));
  expect(await started.exited()).toBe(1);
  expect(started.output()).toMatch(/^EMBEDDING_MODEL: expected the name of a folder/m);
  expect(started.output()).not.toMatch(/^\s+at /m);
});

test('worker: it stops when the process that started it has gone', async () => {
  const path = process.env.PATH ?? '';
  const child = fork(fileURLToPath(new URL(`../../${MAIN}`, import.meta.url)), [], {
    env: { PATH: path, ...settings() },
    execArgv: [],
    stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
  });
  const exit = once(child, 'exit');
  try {
    await healthy(() => child.exitCode !== null);
    child.disconnect();
    expect((await exit)[0]).toBe(0);
  } finally {
    child.kill('SIGKILL');
  }
});
