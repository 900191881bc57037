/** The whole API in one process, on a test database; its queue and its mail are lists. */
import { randomUUID } from 'node:crypto';
import { setImmediate } from 'node:timers';
import { createMetrics } from '../../../src/adapters/metrics.ts';
import { createApp } from '../../../src/app.ts';
import { createContext } from '../../../src/context.ts';
import type { Mail } from '../../../src/kernel/core/mail.ts';
import type { Runtime } from '../../../src/routes/runtime.ts';
import { nodeRuntime } from '../../../src/runtimes/node/runtime.ts';
import type { AppContext } from '../../../src/services/context.ts';
import { noteOutput, noteSecrets } from './secrets.ts';
import { createTestServices } from './services.ts';

export interface TestAppOptions {
  readonly env?: Readonly<Record<string, string>>;
  readonly overrides?: Partial<AppContext>;
  readonly runtime?: Partial<Runtime>;
}

export async function createTestApp({ env = {}, overrides = {}, runtime = {} }: TestAppOptions = {}) {
  const parts = await createTestServices({ env, kv: overrides.kv, now: Date.now() });
  const { database, clock, log, background, published } = parts;
  const mails: Mail[] = [];
  const shutdown = new AbortController();
  const services = createContext(
    parts.config,
    {
      ...parts,
      chunkIndex: database.chunkIndex(),
      pingDatabase: async () => {
        await database.execute('select 1 from users limit 1');
      },
      metrics: createMetrics(),
      endOfTurn: (work) => setImmediate(work),
      mailer: { send: async (mail) => void mails.push(mail) },
      shutdown: shutdown.signal,
    },
    { publisher: parts.publisher, ...overrides },
  );
  const app = createApp(services, { ...nodeRuntime(), clientAddress: () => '192.0.2.7', ...runtime });

  const request = (path: string, init?: RequestInit) => Promise.resolve(app.request(path, init));

  /** Registers a user, logs in, and returns the headers that authenticate a request. */
  async function login(username = `user-${randomUUID().slice(0, 8)}`, password = 'a long enough phrase') {
    const registered = await request('/auth/register', {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify({ username, email: `${username}@example.org`, password }),
    });
    if (registered.status !== 201) throw new Error(`register responded with ${registered.status}: ${await registered.text()}`);
    const response = await request('/auth/login', { method: 'POST', body: new URLSearchParams({ username, password }) });
    if (response.status !== 200) throw new Error(`login responded with ${response.status}: ${await response.text()}`);
    const { access_token, refresh_token } = (await response.json()) as { access_token: string; refresh_token: string };
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
    /** Ends every event stream, as the entry point does first when the server stops. */
    stopStreams: () => shutdown.abort(),
    close: async () => {
      shutdown.abort();
      await background.settled();
      noteOutput(JSON.stringify(log.lines));
      await parts.close();
    },
  };
}

export type TestApp = Awaited<ReturnType<typeof createTestApp>>;
