/** A change of the model through QStash: the jobs that embed and relate, with a local server of QStash's protocol. */
import { Client } from '@upstash/qstash';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type HttpServer, startHttpServer } from '../../src/adapters/http-server.ts';
import { freePort } from '../../src/adapters/listen.ts';
import { Secret } from '../../src/kernel/core/secret.ts';
import { listJobs } from '../../src/kernel/db/jobs.ts';
import { createRelay, type Relay } from '../../src/kernel/jobs/relay.ts';
import { createQstashPublisher } from '../../src/kernel/worker-client/qstash-publisher.ts';
import { createSignatureVerifier } from '../../src/kernel/worker-client/signatures.ts';
import { createJobsRoute } from '../../worker-node/http/jobs-route.ts';
import { createJobHandler } from '../../worker-node/pipeline/job-handler.ts';
import { trackedBackground } from '../support/fakes/doubles.ts';
import { type LocalQstash, QSTASH_KEYS, QSTASH_TOKEN, type QstashOptions, startQstash } from '../support/fakes/qstash.ts';
import { createTestApp, type TestApp } from '../support/kits/app.ts';
import { freshId } from '../support/kits/jobs.ts';
import { createModelChangeKit, type ModelChangeKit, NEW, OLD } from '../support/kits/model-change.ts';

const HOST = '127.0.0.1';
const keys = { current: new Secret(QSTASH_KEYS.current), next: new Secret(QSTASH_KEYS.next) };

let kit: ModelChangeKit;
let qstash: LocalQstash;
let api: TestApp;
let relay: Relay;
let servers: HttpServer[];

async function start(options: QstashOptions = {}) {
  const { db, clock, log, pipeline } = kit;
  qstash = await startQstash({ now: clock.now, ...options });
  const [workerPort, apiPort] = [await freePort(HOST), await freePort(HOST)];
  const workerUrl = `http://${HOST}:${workerPort}`;
  api = await createTestApp({
    env: {
      ...{ PUBLIC_URL: `http://${HOST}:${apiPort}`, WORKER_URL: workerUrl, QSTASH_TOKEN },
      ...{ QSTASH_CURRENT_SIGNING_KEY: QSTASH_KEYS.current, QSTASH_NEXT_SIGNING_KEY: QSTASH_KEYS.next },
    },
    overrides: { db, clock },
  });
  const client = new Client({ token: QSTASH_TOKEN, baseUrl: qstash.url, retry: false, enableTelemetry: false });
  const publisher = createQstashPublisher({ client, config: api.services.config, clock });
  relay = createRelay({ db, clock, log, publisher, background: trackedBackground() });
  const jobs = createJobHandler({ db, clock, log, ids: { next: freshId }, pipeline });
  const verifySignature = createSignatureVerifier({ keys, clock });
  const worker = createJobsRoute({ config: { worker: { url: workerUrl } }, jobs, verifySignature });
  servers = [
    await startHttpServer(api.app, { port: apiPort, host: HOST }),
    await startHttpServer(worker, { port: workerPort, host: HOST }),
  ];
}

beforeEach(async () => {
  kit = await createModelChangeKit();
});
afterEach(async () => {
  await qstash.close();
  await Promise.all(servers.map((server) => server.close(100)));
  await api.close();
  await kit.close();
});

/** What sweeps of worker and API do, until the switch has happened. */
async function sweepUntilSwitched(): Promise<void> {
  for (let round = 0; round < 30 && (await kit.states())[NEW.id] !== 'active'; round += 1) {
    await kit.sweep.advance();
    await relay.sweep();
    await qstash.settled();
    kit.clock.advance(1000);
  }
}

const jobStates = async () => (await listJobs(kit.db, { limit: 100 })).map(({ state }) => state);

test.each<QstashOptions>([
  {},
  { twice: true, shuffle: true },
])('QStash: a change of the model embeds and relates every document once with deliveries %o', async (options) => {
  await start(options);
  for (let n = 0; n < 7; n += 1) await kit.process();
  await kit.requestSwitch();
  await sweepUntilSwitched();
  expect(await kit.states()).toEqual({ [OLD.id]: 'retired', [NEW.id]: 'active' });
  const documents = await kit.embedded();
  expect(documents).toHaveLength(7);
  for (const { row } of documents) expect(row).toMatchObject({ error: null, relatedAt: expect.any(Number) });
  expect((await kit.rowsOfNew()).rows).toBe(7);
  // Slices of two documents, each kind.
  expect(new Set(await jobStates())).toEqual(new Set(['done']));
  expect((await jobStates()).length).toBeGreaterThanOrEqual(8);
  expect(qstash.deliveries.every(({ status }) => status === 200)).toBe(true);
});

test('QStash: an embed job that no worker can run is given up by the queue, is not dead, and is done once a worker has the folder', async () => {
  await start({ onRetry: () => kit.clock.advance(5000) });
  for (let n = 0; n < 3; n += 1) await kit.process();
  await kit.requestSwitch();
  const embedders = kit.embedders.splice(0);
  await kit.sweep.advance();
  expect(await relay.sweep()).toBe(1);
  await qstash.settled();
  expect(qstash.deliveries.map(({ status }) => status)).toContain(503);
  expect(await jobStates()).toEqual(['queued']);
  expect((await kit.unfinished())[0]).toMatchObject({ attempt: 0 });
  expect((await kit.rowsOfNew()).rows).toBe(0);

  kit.embedders.push(...embedders);
  kit.clock.advance(60_000);
  await sweepUntilSwitched();
  expect(await kit.states()).toMatchObject({ [NEW.id]: 'active' });
  expect((await kit.rowsOfNew()).rows).toBe(3);
  expect(new Set(await jobStates())).toEqual(new Set(['done']));
});
