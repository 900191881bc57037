/** Jobs through QStash: the real outbox, worker endpoint and API callbacks with a local server of QStash's protocol. */
import { Client } from '@upstash/qstash';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type HttpServer, startHttpServer } from '../../src/adapters/http-server.ts';
import { freePort } from '../../src/adapters/listen.ts';
import { StageError } from '../../src/kernel/core/errors.ts';
import { Secret } from '../../src/kernel/core/secret.ts';
import { findJob } from '../../src/kernel/db/jobs.ts';
import { createRelay, type Relay } from '../../src/kernel/jobs/relay.ts';
import { STAGES } from '../../src/kernel/model/stages.ts';
import { createQstashPublisher } from '../../src/kernel/worker-client/qstash-publisher.ts';
import { createSignatureVerifier } from '../../src/kernel/worker-client/signatures.ts';
import { createJobsRoute } from '../../worker-node/http/jobs-route.ts';
import { createProcessJob } from '../../worker-node/jobs/process.ts';
import { createJobHandler, type JobHandler } from '../../worker-node/pipeline/job-handler.ts';
import { createPipeline } from '../../worker-node/pipeline/pipeline.ts';
import { trackedBackground } from '../support/fakes/doubles.ts';
import { type LocalQstash, QSTASH_KEYS, QSTASH_TOKEN, type QstashOptions, startQstash } from '../support/fakes/qstash.ts';
import { createTestApp, type TestApp } from '../support/kits/app.ts';
import { freshId, seedOwner } from '../support/kits/jobs.ts';
import { createPipelineKit, LEASE_MS, type PipelineKit } from '../support/kits/pipeline.ts';

const HOST = '127.0.0.1';
const keys = { current: new Secret(QSTASH_KEYS.current), next: new Secret(QSTASH_KEYS.next) };

let kit: PipelineKit;
let qstash: LocalQstash;
let api: TestApp;
let relay: Relay;
let handler: JobHandler;
let workerPort: number;
let apiServer: HttpServer;
let worker: HttpServer | undefined;

async function startWorker() {
  const config = { worker: { url: `http://${HOST}:${workerPort}` } };
  const verifySignature = createSignatureVerifier({ keys, clock: kit.clock });
  worker = await startHttpServer(createJobsRoute({ config, jobs: handler, verifySignature }), { port: workerPort, host: HOST });
}

async function start(options: QstashOptions = {}) {
  const { db, clock, log } = kit;
  qstash = await startQstash({ now: clock.now, ...options });
  [workerPort, apiServer] = [await freePort(HOST), undefined as unknown as HttpServer];
  const apiPort = await freePort(HOST);
  const workerUrl = `http://${HOST}:${workerPort}`;
  api = await createTestApp({
    env: {
      PUBLIC_URL: `http://${HOST}:${apiPort}`,
      WORKER_URL: workerUrl,
      QSTASH_TOKEN,
      QSTASH_CURRENT_SIGNING_KEY: QSTASH_KEYS.current,
      QSTASH_NEXT_SIGNING_KEY: QSTASH_KEYS.next,
    },
    overrides: { db, clock },
  });
  apiServer = await startHttpServer(api.app, { port: apiPort, host: HOST });
  const client = new Client({ token: QSTASH_TOKEN, baseUrl: qstash.url, retry: false, enableTelemetry: false });
  const publisher = createQstashPublisher({ client, config: api.services.config, clock });
  relay = createRelay({ db, clock, log, publisher, background: trackedBackground() });
  const parts = { db, clock, log, ids: { next: freshId }, redelivers: true, leaseMs: LEASE_MS, random: () => 0.5 };
  const progress = { report: () => undefined };
  const pipeline = createPipeline({ ...parts, jobs: [createProcessJob({ ...parts, runners: kit.runners, progress })] });
  handler = createJobHandler({ db, clock, log, ids: { next: freshId }, pipeline });
  await startWorker();
}

beforeEach(async () => {
  kit = await createPipelineKit();
});
afterEach(async () => {
  await qstash.close();
  await Promise.all([worker?.close(100), apiServer.close(100)]);
  await api.close();
  await kit.close();
});

const stateOf = async (id: string) => (await findJob(kit.db, id))?.state;
const callbacksTo = (path: string) => qstash.callbacks.filter(({ url }) => url.endsWith(path)).map(({ status }) => status);

test.each<QstashOptions>([
  { twice: true, shuffle: true },
  { rotated: true },
])('QStash: every job is done once with deliveries %o', async (options) => {
  await start(options);
  const jobs = [];
  for (let i = 0; i < 20; i += 1) jobs.push(await kit.seed());
  expect(await relay.sweep()).toBe(20);
  await qstash.settled();
  for (const job of jobs) {
    expect(await stateOf(job.id)).toBe('done');
    expect(await kit.effects(job)).toEqual(STAGES.toSorted());
  }
  const deliveries = options.twice ? 40 : 20;
  expect(qstash.deliveries).toHaveLength(deliveries);
  expect(callbacksTo('/jobs/callback')).toEqual(Array(deliveries).fill(204));
  expect(await relay.sweep()).toBe(0);
});

test('QStash: a job is delivered once although its message counts as lost', async () => {
  await start();
  const job = await kit.seed();
  await relay.sweep();
  // From here on the outbox counts the message as lost.
  kit.clock.advance(31 * 60_000);
  await qstash.settled();
  expect(qstash.deliveries).toHaveLength(1);
  const [first] = qstash.published;
  expect(first?.headers['upstash-deduplication-id']).toContain(job.id);
  expect(await stateOf(job.id)).toBe('done');
});

test('QStash: a transient failure is redelivered when the job is due, without a second message', async () => {
  // The job is due when the queue redelivers it.
  await start({ onRetry: () => kit.clock.advance(5_000) });
  let failures = 0;
  kit.before.quality = () => {
    failures += 1;
    if (failures > 1) return;
    throw new StageError('transient', 'The disk is busy');
  };
  const job = await kit.seed();
  await relay.sweep();
  await qstash.settled();
  expect(await stateOf(job.id)).toBe('done');
  expect(qstash.deliveries.map(({ status, retried }) => [status, retried])).toEqual([
    [503, 0],
    [200, 1],
  ]);
  expect(qstash.published).toHaveLength(1);
  expect(await kit.effects(job)).toEqual(STAGES.toSorted());
});

test('QStash: a permanent failure is delivered once and the job is dead', async () => {
  await start();
  kit.before.ingestion = () => {
    throw new StageError('permanent', 'This is no document');
  };
  const job = await kit.seed();
  await relay.sweep();
  await qstash.settled();
  expect(qstash.deliveries.map(({ status }) => status)).toEqual([489]);
  expect(callbacksTo('/jobs/failure')).toEqual([204]);
  expect(await findJob(kit.db, job.id)).toMatchObject({ state: 'dead', error: 'This is no document' });
  expect(await relay.sweep()).toBe(0);
});

test('QStash: a job given up while the worker was down is published again and done once the worker is back', async () => {
  await start();
  await worker?.close(10);
  worker = undefined;
  const job = await kit.seed();
  await relay.sweep();
  await qstash.settled();
  expect(qstash.deliveries).toHaveLength(4);
  expect(callbacksTo('/jobs/failure')).toEqual([204]);
  expect(await findJob(kit.db, job.id)).toMatchObject({ state: 'queued', attempt: 0, publishedAt: null });
  expect(await relay.sweep()).toBe(0);
  await startWorker();
  kit.clock.advance(30_000);
  expect(await relay.sweep()).toBe(1);
  await qstash.settled();
  expect(await stateOf(job.id)).toBe('done');
});

test("QStash: four jobs of one owner are delivered at a time, and another owner's job is not delayed", async () => {
  await start({ secondMs: 5 });
  const [many, one] = [await seedOwner(kit), await seedOwner(kit)];
  const seeded = [];
  for (let i = 0; i < 30; i += 1) seeded.push(await kit.seed({ ownerId: many }));
  const single = await kit.seed({ ownerId: one });
  await relay.sweep();
  await qstash.settled();
  expect(qstash.mostAtOnce()).toBe(4);
  const order = qstash.deliveries.filter(({ status }) => status === 200).map(({ body }) => JSON.parse(body).job_id as string);
  expect(order).toHaveLength(31);
  expect(order.indexOf(single.id)).toBeLessThan(12);
});

test('QStash: an unsigned failure report is 401', async () => {
  await start();
  const body = JSON.stringify({ status: 500, sourceBody: btoa('{"job_id":"x"}') });
  const unsigned = await api.request('/jobs/failure', { method: 'POST', body, headers: { 'Content-Type': 'application/json' } });
  expect(unsigned.status).toBe(401);
});
