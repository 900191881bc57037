/**
 * A whole Pharos for one deployment of the matrix of runtime, database and store: the API on Node or on workerd, a worker of its
 * own, the queue, a login provider and a website, each a real one or a stand-in that speaks its protocol.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { freePort } from '../../../src/adapters/listen.ts';
import { startArticleServer } from '../fakes/article-server.ts';
import { startOpenIdServer } from '../fakes/identity-providers.ts';
import { QSTASH_KEYS, QSTASH_TOKEN, startQstash } from '../fakes/qstash.ts';
import { run, type Started } from '../servers/servers.ts';
import { startWorkerd } from '../servers/workerd.ts';
import { openTestLibsql, openTestPostgres } from './database.ts';
import { noteOutput, noteSecrets } from './secrets.ts';
import { startStores } from './store.ts';

export interface DeploymentChoice {
  readonly runtime: 'node' | 'workerd';
  readonly database: 'sqlite' | 'postgres' | 'libsql';
  readonly store: 'memory' | 'redis' | 'upstash';
  readonly queue: 'http' | 'qstash';
}

export const MASTER_KEY = 'the-master-key-of-this-deployment-0123456789';
/** The free tier's limit: more than a test needs, and few enough for a test to reach. */
export const FREE_PER_MINUTE = 150;

const HOST = '127.0.0.1';
/** A worker that is started again is there before the queue gives up what it has for it: after seven seconds of this length. */
const QSTASH_SECOND_MS = 1000;

type Settings = Readonly<Record<string, string>>;

export interface Deployment {
  readonly choice: DeploymentChoice;
  readonly url: string;
  readonly workerUrl: string;
  readonly site: Awaited<ReturnType<typeof startArticleServer>>;
  readonly provider: Awaited<ReturnType<typeof startOpenIdServer>>;
  /** Kills the worker as a crash would. `startWorker` starts another at the same address. */
  killWorker(): Promise<void>;
  startWorker(): Promise<void>;
  /** Publishes jobs that remained: by the cron trigger on Workers; on Node the API does it every second. */
  sweep(): Promise<void>;
  /** What the API printed so far. */
  logs(): string;
  close(): Promise<void>;
}

export async function startDeployment(choice: DeploymentChoice): Promise<Deployment> {
  const closers: (() => Promise<unknown>)[] = [];
  const opened = async <T>(thing: Promise<T>, close: (thing: T) => Promise<unknown>): Promise<T> => {
    const found = await thing;
    closers.unshift(() => close(found));
    return found;
  };
  const close = async () => {
    for (const closeOne of closers) await closeOne();
  };
  try {
    const dataDir = await opened(mkdtemp(join(tmpdir(), 'pharos-deployment-')), (dir) =>
      rm(dir, { recursive: true, force: true }),
    );
    const site = await opened(startArticleServer(), (server) => server.stop());
    const provider = await opened(startOpenIdServer(), (server) => server.stop());
    const workerUrl = `http://${HOST}:${await freePort(HOST)}`;
    const shared: Settings = {
      ENV: 'prod',
      DATA_DIR: dataDir,
      WORKER_URL: workerUrl,
      WORKER_SIGNING_KEY: 'a signing key that API and worker share',
      JWT_SECRET_KEY: 'a secret for tokens of more than thirty-two bytes',
      MASTER_API_KEY: MASTER_KEY,
      OIDC_ISSUER: provider.issuer,
      OIDC_CLIENT_ID: 'pharos',
      OIDC_CLIENT_SECRET: 'the-secret-of-this-client-0123',
      CORS_ORIGINS: 'https://app.example.org',
      INGEST_ALLOW_ADDRESSES: '127.0.0.0/8',
      RATE_LIMIT_FREE_TIER: String(FREE_PER_MINUTE),
      RATE_LIMIT_ANONYMOUS_TIER: '100000',
      RATE_LIMIT_REGISTRATIONS: '100000',
      ...(await databaseSettings(choice, opened)),
      ...(await storeSettings(choice, opened)),
      ...(await queueSettings(choice, opened)),
    };
    noteSecrets(shared.WORKER_SIGNING_KEY ?? '', shared.JWT_SECRET_KEY ?? '', MASTER_KEY, shared.OIDC_CLIENT_SECRET ?? '');

    const api = await opened(choice.runtime === 'node' ? startNode(shared) : startOnWorkerd(shared), (server) => server.close());
    let worker: Started | undefined;
    let unreachable: Awaited<ReturnType<typeof startUnreachable>> | undefined;
    const workerPort = Number(new URL(workerUrl).port);
    const startWorker = async () => {
      await unreachable?.close();
      unreachable = undefined;
      worker = run('bin/worker.js', { ...shared, PUBLIC_URL: api.url, WORKER_PORT: String(workerPort), HOST });
      await answers(`${workerUrl}/health`, worker);
    };
    const killWorker = async () => {
      worker?.child.kill('SIGKILL');
      await worker?.exited();
      noteOutput(worker?.output() ?? '');
      if (choice.runtime === 'workerd') unreachable = await startUnreachable(workerPort);
    };
    closers.unshift(async () => {
      await killWorker();
      await unreachable?.close();
    });
    await startWorker();
    return { choice, url: api.url, workerUrl, site, provider, killWorker, startWorker, sweep: api.sweep, logs: api.logs, close };
  } catch (error) {
    await close();
    throw error;
  }
}

/**
 * What Workers receive in place of an origin that is down (https://developers.cloudflare.com/support/troubleshooting/http-status-codes/cloudflare-5xx-errors/error-521/).
 * wrangler turns a refused connection into a 500 instead, which says that a worker failed at the request.
 */
async function startUnreachable(port: number): Promise<{ close(): Promise<void> }> {
  const server = createServer((_, response) => response.writeHead(521, { Connection: 'close' }).end());
  await new Promise<void>((resolve) => server.listen(port, HOST, resolve));
  return {
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

type Opened = <T>(thing: Promise<T>, close: (thing: T) => Promise<unknown>) => Promise<T>;

async function databaseSettings({ database }: DeploymentChoice, opened: Opened): Promise<Settings> {
  if (database === 'sqlite') return {};
  if (database === 'libsql') return { DATABASE_URL: (await opened(openTestLibsql(), (server) => server.close())).url };
  const { url } = await opened(openTestPostgres(), (server) => server.close());
  return { DATABASE_URL: url, POSTGRES_SSLMODE: 'disable' };
}

async function storeSettings({ store }: DeploymentChoice, opened: Opened): Promise<Settings> {
  if (store === 'memory') return {};
  const { redis, settings } = await opened(startStores(), (stores) => stores.stop());
  return store === 'redis' ? { REDIS_URL: redis.url } : settings;
}

async function queueSettings({ queue }: DeploymentChoice, opened: Opened): Promise<Settings> {
  if (queue === 'http') return {};
  const { url } = await opened(startQstash({ secondMs: QSTASH_SECOND_MS }), (qstash) => qstash.close());
  return {
    QSTASH_URL: url,
    QSTASH_TOKEN,
    QSTASH_CURRENT_SIGNING_KEY: QSTASH_KEYS.current,
    QSTASH_NEXT_SIGNING_KEY: QSTASH_KEYS.next,
  };
}

interface Api {
  readonly url: string;
  sweep(): Promise<void>;
  logs(): string;
  close(): Promise<void>;
}

async function startNode(settings: Settings): Promise<Api> {
  const port = await freePort(HOST);
  const url = `http://${HOST}:${port}`;
  const api = run('bin/api.js', { ...settings, PORT: String(port), HOST, PUBLIC_URL: url });
  await answers(`${url}/monitoring/health`, api);
  return {
    url,
    // The API sweeps every second.
    sweep: async () => undefined,
    logs: api.output,
    close: async () => {
      api.child.kill('SIGTERM');
      const code = await api.exited();
      noteOutput(api.output());
      if (code !== 0) throw new Error(`the API ended with ${code}:\n${api.output()}`);
    },
  };
}

async function startOnWorkerd(settings: Settings): Promise<Api> {
  const workerd = await startWorkerd(() => settings);
  return { url: workerd.url, sweep: () => workerd.cron(), logs: workerd.logs, close: workerd.close };
}

/** Resolves when `url` responds with 200. Throws with the output of `started` if it ends or a minute has passed. */
async function answers(url: string, started?: Started): Promise<void> {
  const deadline = Date.now() + 60_000;
  for (;;) {
    const answer = await fetch(url).catch(() => undefined);
    await answer?.body?.cancel();
    if (answer?.ok) return;
    if (Date.now() > deadline || (started && started.child.exitCode !== null))
      throw new Error(`${url} does not answer:\n${started?.output() ?? ''}`);
    await sleep(50);
  }
}
