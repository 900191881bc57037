/** Redis is killed and restarted under load: the responses, second by second. `npm run bench:outage`. */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { startRedis } from '../test/support/servers/redis.ts';
import type { LoadOrder, Second } from './support/load.ts';
import { startBenchServer } from './support/server.ts';

const [SECONDS, KILLED, BACK] = [18, 5, 11];

let redis = await startRedis();
const { app, base, authorization } = await startBenchServer({ REDIS_URL: redis.url });
const port = Number(new URL(redis.url).port);
const load = fork(fileURLToPath(new URL('support/load.ts', import.meta.url)), [], { execArgv: [] });
const order: LoadOrder = { base, paths: ['/bench'], authorization, connections: 200, seconds: SECONDS };
const reported = once(load, 'message');
load.send(order);
const failOpens: number[] = [];
for (let second = 0; second < SECONDS; second++) {
  if (second === KILLED) await redis.stop();
  if (second === BACK) redis = await startRedis(port);
  await sleep(1000);
  failOpens.push(app.services.limiter.failOpens());
}
const [seconds] = (await reported) as [Second[]];
console.log('| second | Redis | requests | failed | p50 ms | p99 ms | decided locally |\n|---|---|---|---|---|---|---|');
seconds.forEach(({ answered, failed, p50, p99 }, second) => {
  const state = second < KILLED ? 'up' : second < BACK ? 'killed' : 'back';
  const local = (failOpens[second] ?? 0) - (failOpens[second - 1] ?? 0);
  console.log(`| ${second} | ${state} | ${answered} | ${failed} | ${p50.toFixed(1)} | ${p99.toFixed(1)} | ${local} |`);
});
console.log(`\nfailed requests: ${seconds.reduce((sum, { failed }) => sum + failed, 0)}`);
await redis.stop();
process.exit(0);
