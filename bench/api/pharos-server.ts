/** Pharos as it runs, but for the log, which the peers do not write either: one locked route that answers what they answer. */

import type { Log } from '../../src/kernel/log.ts';
import { openKeyValue } from '../../src/runtimes/drivers/open-key-value.ts';
import { freePort } from '../../src/runtimes/node/ports.ts';
import { startHttpServer } from '../../src/runtimes/node/server.ts';
import { createTestApp } from '../../test/support/app.ts';
import { testConfig } from '../../test/support/config.ts';
import { memoryLog } from '../../test/support/doubles.ts';

const silent: Log = { debug() {}, info() {}, warning() {}, error() {}, with: () => silent };
const env = { RATE_LIMIT_FREE_TIER: '1000000', ...(process.env.BENCH_REDIS ? { REDIS_URL: process.env.BENCH_REDIS } : {}) };
const clock = { now: () => Date.now() };
const kv = openKeyValue(testConfig(env), { clock, log: memoryLog() });
const app = await createTestApp({ env, overrides: { kv, clock, log: silent } });
const port = await freePort('127.0.0.1');
while (
  !(await kv.ping().then(
    () => true,
    () => false,
  ))
)
  await new Promise((resolve) => setTimeout(resolve, 20));
// A store that has been up for longer than a token lives: the state that requests meet all day.
await kv.set('revocations:epoch', '1', { ttlMs: 3_600_000 });
app.app.get('/bench', (c) => c.json({ ok: true, items: [1, 2, 3] }));
const { Authorization } = await app.login();
await startHttpServer(app.app, { port, host: '127.0.0.1' });

process.on('message', () => {
  const { user, system } = process.cpuUsage();
  process.send?.({ cpu: user + system, failOpens: app.services.limiter.failOpens() });
});
process.on('disconnect', () => process.exit(0));
process.send?.({ port, authorization: Authorization });
