/** A running Pharos whose library is written by the bench, and what its processes cost. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { openDatabase } from '../../src/adapters/open-database.ts';
import { findActiveModel } from '../../src/kernel/db/embedding-models.ts';
import type { Database } from '../../src/kernel/db/types.ts';
import { testConfig } from '../../test/support/kits/config.ts';
import { startPostgres } from '../../test/support/servers/postgres.ts';
import { type Pharos, ROOT, startCheckout } from '../support/checkout.ts';
import { processorMs, proportionalMb, tree } from '../support/process-cost.ts';
import { type Asker, createAsker, logIn } from './asker.ts';
import { unusedPort } from './unused-port.ts';

export type DatabaseKind = 'sqlite' | 'postgres';

/** The programs of a Pharos: the worker is a child of the API, and inference is done by children of the worker. */
export interface Programs<T> {
  readonly api: T;
  readonly worker: T;
  readonly inference: T;
}

export interface ReachServer {
  readonly asker: Asker;
  readonly pharos: Pharos;
  /** What the worker says of the libraries in its memory. */
  held(): Promise<{ libraries: number; bytes: number; chunks: number }>;
  processorMs(): Programs<number>;
  memoryMb(): Programs<number>;
}

export interface ReachData {
  readonly db: Database;
  /** The folder of the database and of snapshots. */
  readonly folder: string;
  /** The id of the model that is active. */
  readonly model: string;
  /** The id of the user whom `asker` asks as. */
  readonly userId: string;
  /** A statement of maintenance, unchanged. */
  statement(sql: string): Promise<unknown>;
  /** The settings that every program over the data has. */
  readonly settings: Readonly<Record<string, string>>;
  /** Starts Pharos over the data, with `more` settings. One at a time. */
  start(more?: Readonly<Record<string, string>>): Promise<ReachServer>;
  stop(): Promise<void>;
  /** Stops Pharos, and removes the data unless its folder was given. */
  close(): Promise<void>;
}

const USER = 'reach';
const SETTINGS = {
  WORKER_SIGNING_KEY: 'a signing key for a bench on this machine alone',
  ...{ RATE_LIMIT_FREE_TIER: '10000000', RATE_LIMIT_ANONYMOUS_TIER: '1000000', JWT_ACCESS_TOKEN_EXPIRE_MINUTES: '1440' },
  ...{ SEARCH_MEMORY_MB: '4096', REDIS_HOST: '' },
};

/** A database with a user and an active model: an empty one, or the SQLite file in a folder that is given, and stays. */
export async function openReachData(kind: DatabaseKind, given?: string): Promise<ReachData> {
  const folder = given ?? (await mkdtemp(join(tmpdir(), 'pharos-reach-')));
  const server = kind === 'postgres' ? await startPostgres({ settings: ['max_wal_size = 4GB'] }) : undefined;
  const url = server?.url ?? `sqlite:${join(folder, 'pharos.db')}`;
  let running: Pharos | undefined;
  let asker: Asker | undefined;

  const settings = { ...SETTINGS, DATABASE_URL: url };

  async function start(more: Readonly<Record<string, string>> = {}): Promise<{ server: ReachServer; userId: string }> {
    const workerPort = await unusedPort();
    const pharos = await startCheckout(ROOT, { ...settings, WORKER_PORT: String(workerPort), ...more }, folder);
    running = pharos;
    const { authorization, userId } = await logIn(pharos.url, USER);
    asker = createAsker(pharos.url, authorization);
    const [api = 0, worker = 0, ...inference] = tree(pharos.pid);
    const each = (cost: (pids: readonly number[]) => number) => ({
      ...{ api: cost([api]), worker: cost([worker]), inference: cost(inference) },
    });
    return {
      userId,
      server: {
        ...{ asker, pharos },
        held: async () => {
          const health = (await (await fetch(`http://127.0.0.1:${workerPort}/health`)).json()) as {
            search: { libraries: number; bytes: number; chunks: number };
          };
          return health.search;
        },
        processorMs: () => each(processorMs),
        memoryMb: () => each(proportionalMb),
      },
    };
  }

  async function stop(): Promise<void> {
    asker?.close();
    await running?.stop();
    running = undefined;
  }

  const { server: first, userId } = await start();
  const opened = await openDatabase({ database: testConfig({ DATABASE_URL: url }).database });
  let active = await findActiveModel(opened.db);
  for (let tries = 0; !active && tries < 100; tries++) {
    await sleep(200);
    active = await findActiveModel(opened.db);
  }
  if (!active) throw new Error('no model became active');
  first.asker.close();
  await stop();
  return {
    ...{ db: opened.db, folder, model: active.id, userId, settings, stop },
    statement: (text) => opened.statement(text),
    start: async (more) => (await start(more)).server,
    close: async () => {
      await stop();
      await opened.close();
      await server?.close();
      if (given === undefined) await rm(folder, { recursive: true, force: true });
    },
  };
}
