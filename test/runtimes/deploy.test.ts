/**
 * Runs what docker-compose.prod.yml describes without containers: its settings, secret files and commands, as processes of
 * this machine with a PostgreSQL and a Redis that require passwords.
 */
import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import postgres from 'postgres';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { parse } from 'yaml';
import { freePort } from '../../src/adapters/listen.ts';
import { article } from '../support/fakes/article-server.ts';
import { createClient } from '../support/kits/client.ts';
import { noteOutput, noteSecrets } from '../support/kits/secrets.ts';
import { type PostgresServer, startPostgres } from '../support/servers/postgres.ts';
import { redisServer } from '../support/servers/redis.ts';

type Name = 'api' | 'worker' | 'migrate' | 'redis';
const { services } = parse(readFileSync('docker-compose.prod.yml', 'utf8'), { merge: true }) as {
  services: Record<Name, { command: string[]; environment: Record<string, string> }>;
};
/** Not reachable from here, so the test fails where a process uses the public address instead of the internal one. */
const PUBLIC_URL = 'https://pharos.example.org';
const PATH = `${join(process.cwd(), 'node_modules/.bin')}:${process.env.PATH}`;

let folder: string;
let server: PostgresServer;
let ports: { api: number; worker: number; redis: number };
const children: ChildProcess[] = [];

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'pharos-deploy-'));
  await chmod(folder, 0o755);
  await mkdir(join(folder, 'secrets'));
  const secrets: Record<string, string> = {};
  for (const name of ['postgres_password', 'redis_password', 'jwt_secret_key', 'worker_signing_key']) {
    const secret = randomBytes(32).toString('base64');
    secrets[name] = secret;
    noteSecrets(secret);
    await writeFile(join(folder, 'secrets', name), `${secret}\n`);
  }
  const [api, worker, redis] = [await freePort('127.0.0.1'), await freePort('127.0.0.1'), await freePort('127.0.0.1')];
  ports = { api, worker, redis };
  const hba = join(folder, 'pg_hba.conf');
  await writeFile(hba, 'host all postgres 127.0.0.1/32 trust\nhost all all 127.0.0.1/32 scram-sha-256\n');
  server = await startPostgres({ settings: [`hba_file = '${hba}'`] });
  const admin = postgres(server.url, { max: 1 });
  await admin.unsafe(`create role pharos login password '${secrets.postgres_password}'`);
  await admin.unsafe('create database pharos owner pharos');
  await admin.end();
});
afterAll(async () => {
  for (const child of children) child.kill('SIGKILL');
  await server.close();
  await rm(folder, { recursive: true, force: true });
});

/** The settings of a service, with names and paths of containers replaced by those of this machine. */
function environmentOf(name: Name): Record<string, string> {
  const here: Record<string, string> = {
    POSTGRES_SERVER: '127.0.0.1',
    POSTGRES_PORT: String(server.port),
    ...(services[name].environment.REDIS_HOST ? { REDIS_HOST: '127.0.0.1', REDIS_PORT: String(ports.redis) } : {}),
    HOST: '127.0.0.1',
    PORT: String(ports.api),
    WORKER_PORT: String(ports.worker),
    DATA_DIR: join(folder, name),
  };
  const moved = Object.entries(services[name].environment).map(([key, value]) => [
    key,
    value
      .replace('/run/secrets', join(folder, 'secrets'))
      .replace(/^\$\{PUBLIC_URL.*\}$/, PUBLIC_URL)
      .replace('//api:8000', `//127.0.0.1:${ports.api}`)
      .replace('//worker:8001', `//127.0.0.1:${ports.worker}`),
  ]);
  return { PATH, ...Object.fromEntries(moved), ...here };
}

const commandOf = (name: 'api' | 'worker', instruction: RegExp): [string, ...string[]] =>
  JSON.parse(instruction.exec(readFileSync(`deploy/${name}.Dockerfile`, 'utf8'))?.[1] ?? '[]');

function launch([program, ...args]: [string, ...string[]], env: Record<string, string>) {
  const child = spawn(program, args, { env, stdio: ['ignore', 'pipe', 'pipe'] });
  children.push(child);
  let text = '';
  for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
  const exit = once(child, 'close').then(([code]) => code as number | null);
  const stop = async () => {
    child.kill('SIGTERM');
    const code = await exit;
    noteOutput(text);
    return code;
  };
  return { child, output: () => text, stop };
}

const finish = ([program, ...args]: readonly string[], env: Record<string, string>) =>
  new Promise<{ code: number; output: string }>((resolve) => {
    execFile(program ?? '', args, { env }, (error, stdout, stderr) => {
      noteOutput(stdout + stderr);
      resolve({ code: typeof error?.code === 'number' ? error.code : error ? -1 : 0, output: stdout + stderr });
    });
  });

const serve = (name: 'api' | 'worker') => launch(commandOf(name, /^CMD (\[.*\])$/m), environmentOf(name));
const isHealthy = async (name: 'api' | 'worker') =>
  (await finish(commandOf(name, /CMD (\["node", "-e".*\])$/m), environmentOf(name))).code === 0;

/** Starts Redis by the command of its service, in the test's folder and on its port. */
async function startRedis() {
  redisServer();
  const data = join(folder, 'redis');
  await mkdir(data);
  const own = `bind 127.0.0.1\nport ${ports.redis}\ndir ${data}\n`;
  const script = (services.redis.command[2] ?? '')
    .replaceAll('$$', '$')
    .replaceAll('/run/secrets', join(folder, 'secrets'))
    .replace(/END\n?$/, () => `${own}END\n`);
  return launch(['sh', '-c', script], { PATH });
}

async function until(done: () => Promise<boolean>, ...running: { child: ChildProcess; output(): string }[]): Promise<void> {
  while (!(await done())) {
    const over = running.find(({ child }) => child.exitCode !== null);
    if (over) throw new Error(`ended too early:\n${over.output()}`);
    await sleep(50);
  }
}

test('compose production: secrets from files, migration, five stages, search and shutdown work together', async () => {
  const redis = await startRedis();

  const early = serve('api');
  expect(await once(early.child, 'close')).toEqual([1, null]);
  expect(early.output()).toContain('run "npm run pharos -- migrate" first');
  const migrated = await finish(services.migrate.command, environmentOf('migrate'));
  expect(migrated).toMatchObject({ code: 0, output: expect.stringMatching(/^applied {2}0000_init$[\s\S]*is up to date$/m) });

  const api = serve('api');
  const worker = serve('worker');
  const url = `http://127.0.0.1:${ports.api}`;
  await until(
    async () => {
      const health = await fetch(`${url}/monitoring/health`).catch(() => undefined);
      return ((await health?.json()) as { status: string } | undefined)?.status === 'healthy';
    },
    api,
    worker,
    redis,
  );
  expect(await Promise.all([isHealthy('api'), isHealthy('worker')])).toEqual([true, true]);

  const ada = createClient(url);
  await ada.login();
  const id = await ada.post({ content: await article('glacier.html'), content_type: 'text/html' });
  const events = await fetch(`${url}/resources/${id}/progress/events`, { headers: { Authorization: ada.token() ?? '' } });
  expect((await events.text()).split('\n').findLast((line) => line.startsWith('data:'))).toContain(
    '"overall_status":"completed"',
  );
  const { body } = await ada.call<{ stages: Record<string, string>; degraded?: boolean }>('GET', `/resources/${id}/progress`);
  expect(Object.values(body.stages)).toEqual(Array.from({ length: 5 }, () => 'completed'));
  expect(body.degraded).toBeUndefined();
  expect((await ada.search('mountains losing frozen water', { mode: 'semantic' })).body.hits[0]?.resource_id).toBe(id);

  // With one trusted hop the client's address is the last one in the header, so two addresses have two counters.
  const remaining = async (forwarded: string) =>
    Number((await fetch(url, { headers: { 'X-Forwarded-For': forwarded } })).headers.get('x-ratelimit-remaining'));
  expect(await remaining('192.0.2.9, 198.51.100.1')).toBe(await remaining('192.0.2.9, 198.51.100.2'));

  expect(await worker.stop()).toBe(0);
  expect(await api.stop()).toBe(0);
  expect(await redis.stop()).toBe(0);
  // The worker reported progress to API_URL, because PUBLIC_URL is not reachable.
  expect(worker.output()).not.toMatch(/"level":"(?:WARN|ERROR)/);
  expect(api.output()).not.toContain('worker started');
});

test('compose production: a missing secret file stops API, worker and migrate with the name of the setting', async () => {
  const missing = join(folder, 'nowhere');
  const start = (name: 'api' | 'worker' | 'migrate') =>
    finish(name === 'migrate' ? services.migrate.command : commandOf(name, /^CMD (\[.*\])$/m), {
      ...environmentOf(name),
      JWT_SECRET_KEY_FILE: missing,
    });
  const output = `JWT_SECRET_KEY_FILE: expected a file that can be read, but ${missing} does not exist\n`;
  expect(await Promise.all([start('api'), start('worker'), start('migrate')])).toEqual([
    { code: 1, output },
    { code: 1, output },
    { code: 2, output },
  ]);
});
