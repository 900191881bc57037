/**
 * Progress with 1,000 concurrent operations on each store; 1,000 listeners to one document; 10,000 documents in progress,
 * polled over 1,000 connections. `npm run bench:progress`.
 */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { Agent, request } from 'node:http';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { newStages, type StageStates } from '../src/kernel/model/stages.ts';
import { seedResource } from '../test/support/kits/jobs.ts';
import { startRedis } from '../test/support/servers/redis.ts';
import { type LoadOrder, percentile, type Second } from './support/load.ts';
import { startBenchServer } from './support/server.ts';

const AT_ONCE = 1000;
const LISTENERS = 1000;
const DOCUMENTS = 10_000;

const rss = () => Math.round(process.memoryUsage.rss() / 1024 / 1024);
const redis = await startRedis();

async function each(count: number, work: (i: number) => Promise<unknown>): Promise<number[]> {
  const times = await Promise.all(
    Array.from({ length: count }, async (_, i) => {
      const from = performance.now();
      await work(i);
      return performance.now() - from;
    }),
  );
  return times.toSorted((a, b) => a - b);
}
const row = (name: string, times: readonly number[]) =>
  console.log(`| ${name} | ${percentile(times, 0.5).toFixed(1)} | ${percentile(times, 0.99).toFixed(1)} |`);
const at = (percent: number): StageStates => {
  const now = Date.now();
  const states = newStages(now);
  return {
    ...states,
    ingestion: { ...states.ingestion, status: 'processing', attempt: 1, percent, startedAt: now, updatedAt: now },
  };
};

console.log(`| ${AT_ONCE} concurrent | p50 ms | p99 ms |\n|---|---|---|`);
for (const [name, env] of [
  ['memory', {}],
  ['Redis', { REDIS_URL: redis.url }],
] as const) {
  const { app, close } = await startBenchServer(env);
  const { progress } = app.services;
  const ids = Array.from({ length: AT_ONCE }, (_, i) => `bench-${name}-${i}`);
  for (let warm = 0; warm < 3; warm++) await each(AT_ONCE, (i) => progress.begin(ids[i] ?? '', at(warm)));
  row(
    `${name}: write`,
    await each(AT_ONCE, (i) => progress.report({ resource_id: ids[i] ?? '', stages: { ingestion: at(50).ingestion } })),
  );
  row(`${name}: read`, await each(AT_ONCE, (i) => progress.read(ids[i] ?? '')));
  await close();
}

// An admin: other users may have 100 streams open.
const MASTER_API_KEY = 'bench'.repeat(8);
const authorization = `Bearer ${MASTER_API_KEY}`;
const { app, base } = await startBenchServer({ REDIS_URL: redis.url, MASTER_API_KEY });
const { id: owner } = (await (await app.request('/auth/me', { headers: { authorization } })).json()) as { id: string };
const { progress } = app.services;
const document = await seedResource({ db: app.database.db, clock: app.clock }, owner, at(0));
await progress.begin(document, at(0));

const before = rss();
const agent = new Agent({ keepAlive: true });
const arrivals: number[] = [];
let open = 0;
const streams = Array.from({ length: LISTENERS }, () => {
  const asked = request(`${base}/resources/${document}/progress/events`, { agent, headers: { authorization } }, (response) => {
    open += 1;
    response.on('data', (chunk: Buffer) => {
      if (chunk.includes('event: progress')) arrivals.push(performance.now());
    });
    response.on('error', () => undefined);
  });
  asked.on('error', () => undefined).end();
  return asked;
});
while (open < LISTENERS) await sleep(50);
const delay = monitorEventLoopDelay({ resolution: 1 });
delay.enable();
const delays: number[] = [];
for (let percent = 10; percent <= 50; percent += 10) {
  const sent = performance.now();
  arrivals.length = 0;
  await progress.report({ resource_id: document, stages: { ingestion: at(percent).ingestion } });
  while (arrivals.length < LISTENERS) await sleep(5);
  delays.push(...arrivals.map((one) => one - sent));
}
delay.disable();
const sorted = delays.toSorted((a, b) => a - b);
console.log(
  `\n${LISTENERS} listeners to one document, listeners and server in one process: an event reaches half of them after ${percentile(sorted, 0.5).toFixed(0)} ms, 99 % after ${percentile(sorted, 0.99).toFixed(0)} ms; event loop delayed ${(delay.percentile(99) / 1e6).toFixed(0)} ms at p99; ${before} MB before, ${rss()} MB with them`,
);
for (const stream of streams) stream.destroy();
await sleep(2000);
const text = (await app.services.metrics.expose())?.text ?? '';
console.log(`after all have disconnected: ${/^pharos_progress_listeners (\d+)/m.exec(text)?.[1]} listeners left, ${rss()} MB`);

const ids: string[] = [];
for (let i = 0; i < DOCUMENTS; i++) {
  const id = await seedResource({ db: app.database.db, clock: app.clock }, owner, at(0));
  await progress.begin(id, at(1 + (i % 90)));
  ids.push(id);
}
const load = fork(fileURLToPath(new URL('support/load.ts', import.meta.url)), [], { execArgv: [] });
const order: LoadOrder = {
  base,
  paths: ids.map((id) => `/resources/${id}/progress`),
  authorization,
  connections: 1000,
  seconds: 10,
};
const reported = once(load, 'message');
load.send(order);
// All documents change meanwhile.
const moving = (async () => {
  for (const [i, id] of ids.entries()) {
    await progress.report({ resource_id: id, stages: { ingestion: at(91 + (i % 8)).ingestion } });
    if (i % 1000 === 0) await sleep(500);
  }
})();
const [seconds] = (await reported) as [Second[]];
await moving;
const total = seconds.reduce((sum, { answered }) => sum + answered, 0);
const failed = seconds.reduce((sum, one) => sum + one.failed, 0);
console.log(
  `\n${DOCUMENTS} documents in progress over 1,000 connections for 10 s: ${total} responses, ${failed} failed, p50 ${seconds[5]?.p50.toFixed(0)} ms, p99 ${seconds[5]?.p99.toFixed(0)} ms in the sixth second; ${rss()} MB`,
);
await redis.stop();
process.exit(0);
