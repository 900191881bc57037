/**
 * `npm run dev:workers`: Pharos on workerd by `wrangler dev`, with everything behind it: PostgreSQL, Redis and its REST front,
 * and a worker. A database or store that the environment names (DATABASE_URL, UPSTASH_REDIS_REST_URL and _TOKEN) is used instead of
 * a new one; data of new ones is deleted at the end.
 */
import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { freePort } from '../../../src/adapters/listen.ts';
import { migratePostgres } from '../../../src/adapters/migrate-postgres.ts';
import { startStores } from '../kits/store.ts';
import { startPostgres } from './postgres.ts';

const ROOT = fileURLToPath(new URL('../../..', import.meta.url));
const HOST = '127.0.0.1';
/** On the platform a cron trigger fires; `wrangler dev` fires none, so this script does. */
const CRON_MS = 10_000;

const {
  DATABASE_URL,
  POSTGRES_SSLMODE = 'disable',
  UPSTASH_REDIS_REST_URL,
  UPSTASH_REDIS_REST_TOKEN,
  PORT = '8787',
} = process.env;
const closers: (() => Promise<unknown>)[] = [];

async function databaseUrl(): Promise<string> {
  if (DATABASE_URL !== undefined) return DATABASE_URL;
  const server = await startPostgres();
  closers.unshift(() => server.close());
  await migratePostgres({ url: server.url, sslMode: 'disable' });
  return server.url;
}

async function storeSettings(): Promise<Record<string, string>> {
  if (UPSTASH_REDIS_REST_URL !== undefined && UPSTASH_REDIS_REST_TOKEN !== undefined)
    return { UPSTASH_REDIS_REST_URL, UPSTASH_REDIS_REST_TOKEN };
  const stores = await startStores();
  closers.unshift(() => stores.stop());
  return stores.settings;
}

const folder = await mkdtemp(join(tmpdir(), 'pharos-dev-workers-'));
closers.push(() => rm(folder, { recursive: true, force: true }));
const workerPort = await freePort(HOST);
const publicUrl = `http://localhost:${PORT}`;
const settings = {
  ENV: 'dev',
  PUBLIC_URL: publicUrl,
  WORKER_URL: `http://${HOST}:${workerPort}`,
  WORKERS_PLAN: 'paid',
  CORS_ORIGINS: '*',
  JWT_SECRET_KEY: randomBytes(48).toString('base64url'),
  WORKER_SIGNING_KEY: randomBytes(48).toString('base64url'),
  DATABASE_URL: await databaseUrl(),
  POSTGRES_SSLMODE,
  ...(await storeSettings()),
};
const envFile = join(folder, 'vars');
await writeFile(
  envFile,
  Object.entries(settings).map(([name, value]) => `${name}=${JSON.stringify(value)}\n`),
  { mode: 0o600 },
);

function start(command: string, args: string[], env: Record<string, string> = {}) {
  const child = spawn(command, args, { cwd: ROOT, env: { ...process.env, ...env }, stdio: 'inherit' });
  const exited = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  closers.unshift(async () => {
    child.kill('SIGTERM');
    await exited;
  });
  return exited;
}

const worker = start(process.execPath, ['bin/worker.js'], {
  ...settings,
  DATA_DIR: folder,
  WORKER_PORT: String(workerPort),
  HOST,
  INGEST_ALLOW_ADDRESSES: process.env.INGEST_ALLOW_ADDRESSES ?? '',
});
const api = start(join(ROOT, 'node_modules/.bin/wrangler'), ['dev', '--ip', HOST, '--port', PORT, '--env-file', envFile], {
  WRANGLER_SEND_METRICS: 'false',
});
const cron = setInterval(() => {
  fetch(`http://${HOST}:${PORT}/cdn-cgi/handler/scheduled?cron=*+*+*+*+*`).catch(() => undefined);
}, CRON_MS);
console.log(`\n  Pharos on workerd   ${publicUrl}/\n  Worker              ${settings.WORKER_URL}\n  Ctrl-C stops all of it.\n`);

let stopping = false;
async function stop(): Promise<void> {
  if (stopping) return;
  stopping = true;
  clearInterval(cron);
  for (const close of closers) await close();
  process.exit(0);
}
process.on('SIGINT', () => void stop());
process.on('SIGTERM', () => void stop());
void Promise.race([worker, api]).then(stop);
