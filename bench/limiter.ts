/** Decisions per second on each store, and round trips per request with separate and with combined calls. `npm run bench:limiter`. */
import { createLimiter } from '../src/kernel/rate-limits/limiter.ts';
import { systemClock as clock, openStore, startStores } from '../test/support/kits/store.ts';
import { silent } from './support/server.ts';

const AT_ONCE = 64;
const MS = 3000;
const policies = [
  { name: 'minute', windowMs: 60_000, limit: 100_000_000 },
  { name: 'hour', windowMs: 3_600_000, limit: 1_000_000_000 },
];

const { redis, settings, stop } = await startStores();
const stores: [string, Record<string, string>][] = [
  ['memory', {}],
  ['Redis over TCP', { REDIS_URL: redis.url }],
  ['Upstash REST (local front)', settings],
];
console.log(
  `two policies, ${AT_ONCE} concurrent, many keys\n\n| store | decisions/s | decided without the store |\n|---|---|---|`,
);
for (const [name, env] of stores) {
  const { kv, rateLimitStore } = await openStore(env);
  const limiter = createLimiter({ rateLimitStore, clock, log: silent, endOfTurn: (work) => setImmediate(work) });
  let decisions = 0;
  const until = performance.now() + MS;
  await Promise.all(
    Array.from({ length: AT_ONCE }, async (_, worker) => {
      while (performance.now() < until) {
        await limiter.decide(`user:${worker}`, policies);
        decisions += 1;
      }
    }),
  );
  console.log(`| ${name} | ${Math.round((decisions * 1000) / MS)} | ${limiter.failOpens()} |`);
  await kv.close();
}

const { kv, rateLimitStore } = await openStore({ REDIS_URL: redis.url });
const commands = async () => Number(/total_commands_processed:(\d+)/.exec(await redis.probe.info('stats'))?.[1]);
const read = ['revoked:jti:1', 'revoked:sid:1', 'revocations:epoch'];
/** Round trips to the store while `work` runs. */
async function trips(work: (store: Pick<typeof kv, 'get'> & typeof rateLimitStore) => Promise<unknown>): Promise<number> {
  let waits = 0;
  await work({
    get: (key) => {
      waits += 1;
      return kv.get(key);
    },
    consume: (requests) => {
      waits += 1;
      return rateLimitStore.consume(requests);
    },
  });
  return waits;
}
const before = await trips(async (store) => {
  for (const key of read) await store.get(key);
  for (const policy of policies) await store.consume([{ limit: { key: 'naive', policies: [policy], cost: 1 }, read: [] }]);
});
const after = await trips((store) => store.consume([{ limit: { key: 'one', policies, cost: 1 }, read }]));
const started = await commands();
for (let i = 0; i < 100; i++) await rateLimitStore.consume([{ limit: { key: 'one', policies, cost: 1 }, read }]);
console.log(`\nround trips per request: ${before} with separate calls, ${after} combined`);
console.log(`commands that Redis ran for 100 requests, including those of the script: ${(await commands()) - started - 1}`);
await kv.close();
await stop();
process.exit(0);
