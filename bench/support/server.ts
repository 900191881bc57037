/** Pharos over sockets for a bench: a SQLite file, the given store, and no log. */

import { startHttpServer } from '../../src/adapters/http-server.ts';
import { freePort } from '../../src/adapters/listen.ts';
import type { Log } from '../../src/kernel/core/log.ts';
import { createTestApp } from '../../test/support/kits/app.ts';
import { openStore, systemClock } from '../../test/support/kits/store.ts';

export const silent: Log = { debug() {}, info() {}, warning() {}, error() {} };
export async function startBenchServer(env: Record<string, string>) {
  const settings = { RATE_LIMIT_FREE_TIER: '1000000', ...env };
  const stores = await openStore(settings);
  const { kv } = stores;
  const app = await createTestApp({ env: settings, overrides: { ...stores, clock: systemClock, log: silent } });
  // The store has been up for longer than a token's lifetime, which is the usual state.
  await kv.set('revocations:epoch', '1', { ttlMs: 3_600_000 });
  app.app.get('/bench', (c) => c.json({ ok: true, items: [1, 2, 3] }));
  const { Authorization: authorization } = await app.login();
  const port = await freePort('127.0.0.1');
  const server = await startHttpServer(app.app, { port, host: '127.0.0.1' });
  return { app, kv, authorization, base: `http://127.0.0.1:${port}`, close: () => server.close(1000) };
}
