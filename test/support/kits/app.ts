/** The whole API in one process: real SQLite, in-memory store, a clock and ids of its own, and a queue that only remembers. */

import { randomUUID } from 'node:crypto';
import { setImmediate } from 'node:timers';
import { createMetrics } from '../../../src/adapters/metrics.ts';
import { createApp } from '../../../src/app.ts';
import { createContext } from '../../../src/context.ts';
import type { Mail } from '../../../src/kernel/core/mail.ts';
import type { Fetch, PasswordHasher } from '../../../src/kernel/core/ports.ts';
import { createMemoryKeyValue } from '../../../src/kernel/kv/memory.ts';
import type { JobMessage } from '../../../src/kernel/model/job-messages.ts';
import { createMemoryRateLimitStore } from '../../../src/kernel/rate-limits/memory-store.ts';
import type { Runtime } from '../../../src/routes/runtime.ts';
import { nodeRuntime } from '../../../src/runtimes/node/runtime.ts';
import type { AppContext } from '../../../src/services/context.ts';
import { manualClock, memoryLog, randomIds, trackedBackground } from '../fakes/doubles.ts';
import { testConfig } from './config.ts';
import { openTestDatabase } from './database.ts';
import { noteOutput, noteSecrets } from './secrets.ts';

/** Plain text with a prefix: for tests that are not about passwords. */
export const cheapHasher: PasswordHasher = {
  hash: async (password) => `cheap$${password}`,
  verify: async (password, stored) => stored === `cheap$${password}`,
  needsRehash: () => false,
};

/** A network on which nobody answers. */
export const noNetwork: Fetch = async (input) => {
  throw new TypeError(`no network in tests: ${String(input instanceof Request ? input.url : input)}`);
};

export interface TestAppOptions {
  readonly env?: Readonly<Record<string, string>>;
  readonly overrides?: Partial<AppContext>;
  readonly runtime?: Partial<Runtime>;
}

export async function createTestApp({ env = {}, overrides = {}, runtime = {} }: TestAppOptions = {}) {
  const database = await openTestDatabase();
  const clock = manualClock(Date.now());
  const log = memoryLog();
  const background = trackedBackground();
  const published: JobMessage[] = [];
  const mails: Mail[] = [];
  const shutdown = new AbortController();
  const kv = overrides.kv ?? createMemoryKeyValue({ clock });
  const services = createContext(
    testConfig(env),
    {
      db: database.db,
      chunkIndex: database.chunkIndex(),
      pingDatabase: async () => {
        await database.execute('select 1 from users limit 1');
      },
      kv,
      rateLimitStore: createMemoryRateLimitStore({ clock, kv }),
      log,
      metrics: createMetrics(),
      clock,
      ids: randomIds,
      fetch: noNetwork,
      background,
      endOfTurn: (work) => setImmediate(work),
      passwords: cheapHasher,
      mailer: {
        send: async (mail) => {
          mails.push(mail);
        },
      },
      shutdown: shutdown.signal,
    },
    {
      publisher: {
        lostAfterMs: 30_000,
        publish: async (message) => {
          published.push(message);
        },
      },
      ...overrides,
    },
  );
  const app = createApp(services, { ...nodeRuntime(), clientAddress: () => '192.0.2.7', ...runtime });

  const request = (path: string, init?: RequestInit) => Promise.resolve(app.request(path, init));

  /** Registers a user and logs in: the headers that make a request theirs. */
  async function login(username = `user-${randomUUID().slice(0, 8)}`, password = 'a long enough phrase') {
    const registered = await request('/auth/register', {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify({ username, email: `${username}@example.org`, password }),
    });
    if (registered.status !== 201) throw new Error(`register answered ${registered.status}: ${await registered.text()}`);
    const answer = await request('/auth/login', { method: 'POST', body: new URLSearchParams({ username, password }) });
    if (answer.status !== 200) throw new Error(`login answered ${answer.status}: ${await answer.text()}`);
    const { access_token, refresh_token } = (await answer.json()) as { access_token: string; refresh_token: string };
    noteSecrets(password, access_token, refresh_token);
    return { Authorization: `Bearer ${access_token}` };
  }

  return {
    app,
    services,
    database,
    clock,
    log,
    background,
    published,
    mails,
    request,
    login,
    /** What the entry point does first when the server stops. */
    stopStreams: () => shutdown.abort(),
    close: async () => {
      shutdown.abort();
      await background.settled();
      noteOutput(JSON.stringify(log.lines));
      await database.close();
    },
  };
}

export type TestApp = Awaited<ReturnType<typeof createTestApp>>;
