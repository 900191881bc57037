/**
 * The cost of authentication per request, in one process and one run: a bare Hono route, a public route of Pharos, and an
 * authenticated one with a cached token, with the in-memory store and with Redis. `npm run bench:auth`.
 */
import { Hono } from 'hono';
import { createTestApp } from '../test/support/kits/app.ts';
import { openStore, systemClock } from '../test/support/kits/store.ts';
import { startRedis } from '../test/support/servers/redis.ts';

const ROUNDS = 5;
const REQUESTS = 2000;

type Ask = () => Promise<Response>;

/** Milliseconds per request: median and 99th percentile of the quickest round. */
async function measure(ask: Ask): Promise<{ p50: number; p99: number }> {
  for (let i = 0; i < 200; i++) await ask();
  const rounds: { p50: number; p99: number }[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    const times: number[] = [];
    for (let i = 0; i < REQUESTS; i++) {
      const started = performance.now();
      await (await ask()).arrayBuffer();
      times.push(performance.now() - started);
    }
    times.sort((a, b) => a - b);
    rounds.push({ p50: times[REQUESTS / 2] ?? 0, p99: times[Math.floor(REQUESTS * 0.99)] ?? 0 });
  }
  return rounds.reduce((best, round) => (round.p50 < best.p50 ? round : best));
}

async function pharos(env: Record<string, string>) {
  const stores = await openStore(env);
  const { kv } = stores;
  const app = await createTestApp({ env, overrides: { ...stores, clock: systemClock } });
  // The store has been up for longer than a token's lifetime, which is the usual state.
  await kv.set('revocations:epoch', '1', { ttlMs: 3_600_000 });
  const headers = await app.login();
  return {
    open: () => app.request('/.well-known/jwks.json'),
    locked: () => app.request('/auth/rate-limit', { headers }),
    close: async () => {
      if (app.services.limiter.failOpens() > 0) throw new Error('the store did not answer: these numbers are not its');
      await kv.close();
      await app.close();
    },
  };
}

const bare = new Hono().get('/', (c) => c.json({ keys: [] }));
const redis = await startRedis();
const limits = { RATE_LIMIT_FREE_TIER: '10000000', RATE_LIMIT_ANONYMOUS_TIER: '10000000' };
const [memory, onRedis] = [await pharos(limits), await pharos({ ...limits, REDIS_URL: redis.url })];
const rows: [string, Ask][] = [
  ['bare Hono', async () => bare.request('/')],
  ['Pharos, open route, in-memory store', memory.open],
  ['Pharos, locked route, in-memory store', memory.locked],
  ['Pharos, open route, Redis', onRedis.open],
  ['Pharos, locked route, Redis', onRedis.locked],
];
console.log('| request | p50 ms | p99 ms |\n|---|---|---|');
for (const [name, ask] of rows) {
  const { p50, p99 } = await measure(ask);
  console.log(`| ${name} | ${p50.toFixed(3)} | ${p99.toFixed(3)} |`);
}
await Promise.all([memory.close(), onRedis.close()]);
await redis.stop();
