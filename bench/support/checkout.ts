/** `npm start` of a checkout under measurement, with data in a folder of its own and the event-loop delay of each process. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { type Client, createClient } from '@libsql/client';
import type { LoopDelay } from './loop-delay.ts';

export const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const MASTER_API_KEY = 'a master key for a bench on this machine alone';

/** `dataDir` is a folder that stays; by default one that is removed at the end. */
export async function startCheckout(folder: string, env: Readonly<Record<string, string>> = {}, dataDir?: string) {
  const dir = dataDir ?? (await mkdtemp(join(tmpdir(), 'pharos-bench-')));
  const delays = join(dir, 'delays');
  await mkdir(delays, { recursive: true });
  const node = join(ROOT, 'node_modules/.bin/node');
  const preload = `--import ${new URL('loop-delay.ts', import.meta.url).href}`;
  const measured = { ...process.env, BENCH_LOOP_DELAYS: delays, NODE_OPTIONS: `${preload} ${env.NODE_OPTIONS ?? ''}` };
  const settings = {
    DATA_DIR: dir,
    PORT: '0',
    WORKER_PORT: '0',
    MASTER_API_KEY,
    LOG_LEVEL: 'warning',
    ...env,
    NODE_OPTIONS: measured.NODE_OPTIONS,
  };
  const child = spawn(node, [join(folder, 'bin/api.js')], {
    cwd: dir,
    env: { ...measured, ...settings },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const idle = spawn(node, [fileURLToPath(new URL('idle.ts', import.meta.url))], {
    env: { ...measured, NODE_OPTIONS: preload },
    stdio: 'ignore',
  });
  process.once('exit', () => [child, idle].map((started) => started.kill('SIGKILL')));
  // By default a signal ends the process without its exit handlers.
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(1));
  const url = await addressOf(child);
  const headers = { 'X-API-Key': MASTER_API_KEY };
  const request = async (path: string, init: RequestInit = {}) => {
    const response = await fetch(`${url}${path}`, { ...init, headers: { ...headers, ...init.headers } });
    return { status: response.status, answer: (await response.json()) as Record<string, unknown> };
  };
  const call = async (path: string, body?: unknown) => {
    const json = { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(body) };
    const { status, answer } = await request(path, body === undefined ? {} : json);
    if (status >= 400) throw new Error(`${path}: ${status} ${JSON.stringify(answer)}`);
    return answer;
  };
  while ((await call('/monitoring/health').catch(() => undefined))?.status !== 'healthy') await sleep(100);
  let opened: Client | undefined;
  const database = () => {
    opened ??= createClient({ url: `file:${join(dir, 'pharos.db')}`, timeout: 1000 });
    return opened;
  };

  async function readDelays() {
    const names = (await readdir(delays)).filter((name) => name.endsWith('.json'));
    return Promise.all(
      names.map(async (name) => ({ name, found: JSON.parse(await readFile(join(delays, name), 'utf8')) as LoopDelay })),
    );
  }

  return {
    url,
    pid: child.pid as number,
    request,
    call,
    /** The SQLite file. */
    get database() {
      return database();
    },
    /** The delays since the last call. */
    loopDelays: async (): Promise<LoopDelay[]> => {
      const before = await readDelays();
      for (const { name } of before) process.kill(Number.parseInt(name, 10), 'SIGUSR2');
      for (;;) {
        await sleep(50);
        const now = new Map((await readDelays()).map(({ name, found }) => [name, found]));
        if (before.every(({ name, found }) => (now.get(name)?.reading ?? 0) > found.reading)) return [...now.values()];
      }
    },
    untilSettled: async (): Promise<void> => {
      for (;;) {
        const { rows } = await database().execute("select count(*) as left from jobs where state in ('queued', 'running')");
        if (rows[0]?.left === 0) return;
        await sleep(100);
      }
    },
    stop: async () => {
      opened?.close();
      const exit = Promise.all([child, idle].map((started) => once(started, 'exit')));
      child.kill('SIGTERM');
      idle.kill('SIGTERM');
      await exit;
      await rm(dataDir === undefined ? dir : delays, { recursive: true, force: true });
    },
  };
}

export type Pharos = Awaited<ReturnType<typeof startCheckout>>;

async function addressOf(child: ChildProcess): Promise<string> {
  let output = '';
  for await (const chunk of child.stdout ?? []) {
    output += String(chunk);
    const url = /Page\s+(http\S+?)\/?\s/.exec(output)?.[1];
    if (url !== undefined) {
      child.stdout?.resume();
      return url;
    }
  }
  throw new Error(`Pharos did not start: ${output}`);
}
