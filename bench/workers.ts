/**
 * Workers compared with Node, on the same PostgreSQL and the same Upstash server: the time of a request sequentially and with
 * sixteen concurrent, and a thousand listeners to one document on workerd. `npm run bench:workers`.
 */
import { once } from 'node:events';
import { Agent, createServer, request } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { createTestHarness } from 'wrangler';
import { freePort } from '../src/adapters/listen.ts';
import { migratePostgres } from '../src/adapters/migrate-postgres.ts';
import { Secret } from '../src/kernel/core/secret.ts';
import { newStages } from '../src/kernel/model/stages.ts';
import { signRequest } from '../src/kernel/worker-client/signatures.ts';
import { randomIds } from '../test/support/fakes/doubles.ts';
import { createClient } from '../test/support/kits/client.ts';
import { startStores, systemClock } from '../test/support/kits/store.ts';
import { startPostgres } from '../test/support/servers/postgres.ts';
import { run } from '../test/support/servers/servers.ts';
import { startWorkerd } from '../test/support/servers/workerd.ts';
import { percentile } from './support/load.ts';

const SIGNING_KEY = 'a signing key that API and worker share';
const ROUNDS = 4;
const REQUESTS = 400;
const LISTENERS = 1000;
const HOST = '127.0.0.1';

const postgres = await startPostgres();
await migratePostgres({ url: postgres.url, sslMode: 'disable' });
const stores = await startStores();
const settings = {
  ENV: 'prod',
  LOG_LEVEL: 'error',
  WORKERS_PLAN: 'paid',
  JWT_SECRET_KEY: 'a secret for tokens of more than thirty-two bytes',
  WORKER_SIGNING_KEY: SIGNING_KEY,
  WORKER_URL: 'http://127.0.0.1:9',
  RATE_LIMIT_FREE_TIER: '10000000',
  RATE_LIMIT_ANONYMOUS_TIER: '10000000',
  DATABASE_URL: postgres.url,
  POSTGRES_SSLMODE: 'disable',
  ...stores.settings,
};

const port = await freePort(HOST);
const nodeUrl = `http://${HOST}:${port}`;
const node = run('bin/api.js', { ...settings, PORT: String(port), HOST, PUBLIC_URL: nodeUrl });
const workerd = await startWorkerd(() => settings);
while (
  !(await fetch(`${nodeUrl}/monitoring/health`).then(
    (answer) => answer.ok,
    () => false,
  ))
)
  await sleep(100);
// The state after half an hour: until then the database is read for revocations as well.
await fetch(`${stores.front.url}/set/revocations:epoch/1`, { headers: { Authorization: `Bearer ${stores.front.token}` } });

const bareWorker = createTestHarness({
  workers: [{ config: { name: 'bare', main: 'bench/workers/bare.ts', compatibility_date: '2026-10-01' } }],
});
const bareNode = createServer((_, response) => {
  response.writeHead(200, { 'Content-Type': 'application/json' }).end(JSON.stringify({ ok: true, items: [1, 2, 3] }));
}).listen(0, HOST);
await once(bareNode, 'listening');
const bare = {
  node: `http://${HOST}:${(bareNode.address() as AddressInfo).port}`,
  workerd: (await bareWorker.listen()).url.href.replace(/\/$/, ''),
};

const clients = { node: createClient(nodeUrl), workerd: createClient(workerd.url) };
await clients.node.login();
await clients.workerd.login();
type Side = keyof typeof clients;
const urls: Record<Side, string> = { node: nodeUrl, workerd: workerd.url };

async function measure(side: Side, path: string, atOnce: number, base = urls[side]): Promise<number[]> {
  const agent = new Agent({ keepAlive: true, maxSockets: atOnce });
  const headers = { authorization: clients[side].token() ?? '' };
  const times: number[] = [];
  const ask = () =>
    new Promise<void>((resolve, reject) => {
      const from = performance.now();
      request(base + path, { agent, headers }, (response) => {
        response.resume().on('end', () => {
          times.push(performance.now() - from);
          if (response.statusCode !== 200) reject(new Error(`${path} responded with ${response.statusCode}`));
          else resolve();
        });
      })
        .on('error', reject)
        .end();
    });
  await Promise.all(
    Array.from({ length: atOnce }, async () => {
      for (let i = 0; i < REQUESTS / atOnce; i += 1) await ask();
    }),
  );
  agent.destroy();
  return times.toSorted((a, b) => a - b);
}

const ROUTES = [
  ['a server that does nothing else', undefined],
  ['open: the address’s limit in the store', '/'],
  ['locked: token, revocation and limit in one trip to the store', '/auth/rate-limit'],
  ['the same and PostgreSQL', '/resources'],
] as const;
console.log(`best of ${ROUNDS} interleaved rounds of ${REQUESTS} requests, ms\n`);
console.log('| route | concurrent | Node p50 / p99 | workerd p50 / p99 | added at p50 |\n|---|---|---|---|---|');
for (const [name, path] of ROUTES) {
  for (const atOnce of [1, 16]) {
    const best: Record<Side, number[]> = { node: [], workerd: [] };
    for (let round = 0; round < ROUNDS; round += 1) {
      for (const side of ['node', 'workerd'] as const) {
        const times = await measure(side, path ?? '/', atOnce, path === undefined ? bare[side] : urls[side]);
        if (best[side].length === 0 || percentile(times, 0.5) < percentile(best[side], 0.5)) best[side] = times;
      }
    }
    const [a, b] = [best.node, best.workerd].map((times) => [percentile(times, 0.5), percentile(times, 0.99)]);
    const cell = (pair: readonly number[] = []) => pair.map((ms) => ms.toFixed(1)).join(' / ');
    console.log(`| ${name} | ${atOnce} | ${cell(a)} | ${cell(b)} | ${((b?.[0] ?? 0) - (a?.[0] ?? 0)).toFixed(1)} |`);
  }
}

const id = await clients.workerd.post({
  content: `A document with many listeners. ${'word '.repeat(50)}`,
  content_type: 'text/plain',
});
const agent = new Agent({ keepAlive: true });
const arrivals: number[] = [];
let [open, ended, failed] = [0, 0, 0];
const streams = Array.from({ length: LISTENERS }, () =>
  request(`${workerd.url}/resources/${id}/progress/events`, {
    agent,
    headers: { authorization: clients.workerd.token() ?? '' },
  })
    .on('response', (response) => {
      open += 1;
      response.on('data', (chunk: Buffer) => {
        if (chunk.includes('event: progress')) arrivals.push(performance.now());
      });
      response.on('end', () => {
        ended += 1;
      });
      response.on('error', () => undefined);
    })
    .on('error', () => {
      failed += 1;
    }),
);
for (const [i, stream] of streams.entries()) {
  stream.end();
  // Each listener reads the document's owner from the database, which has 300 connections.
  while (i - open - failed >= 20) await sleep(10);
}
while (open + failed < LISTENERS || (await workerd.listeners()) < open - ended) await sleep(100);
await sleep(1000);
const before = stores.front.requests();
await sleep(10_000);
const idle = stores.front.requests() - before;
const now = Date.now();
const { ingestion } = newStages(now);
const stages = { ingestion: { ...ingestion, status: 'processing', attempt: 1, percent: 10, startedAt: now, updatedAt: now + 1 } };
const body = JSON.stringify({ resource_id: id, stages });
const url = `${workerd.url}/jobs/progress`;
const signature = await signRequest({ key: new Secret(SIGNING_KEY), url, body, clock: systemClock, ids: randomIds });
const reported = performance.now();
await fetch(url, { method: 'POST', body, headers: { 'Content-Type': 'application/json', 'Upstash-Signature': signature } });
const deadline = Date.now() + 20_000;
while (arrivals.length < LISTENERS && Date.now() < deadline) await sleep(20);
const delays = arrivals.map((at) => at - reported).toSorted((a, b) => a - b);
console.log(
  `\n${LISTENERS} listeners to one document on workerd: ${arrivals.length} received a report, half after ` +
    `${percentile(delays, 0.5).toFixed(0)} ms, 99 % after ${percentile(delays, 0.99).toFixed(0)} ms; ` +
    `${idle} requests to the store in 10 quiet seconds (each listener's heartbeat reads it twice in 15 s; if each polled, it would be ` +
    `${LISTENERS * 20}); ${failed} failed, ${ended} ended early.`,
);
for (const stream of streams) stream.destroy();
agent.destroy();
await workerd.close();
await bareWorker.close();
bareNode.close();
node.child.kill('SIGTERM');
await stores.stop();
await postgres.close();
process.exit(0);
