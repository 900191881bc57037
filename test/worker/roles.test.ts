import { Hono } from 'hono';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { AppError, type ErrorCode } from '../../src/kernel/core/errors.ts';
import { noMetrics } from '../../src/kernel/core/metrics.ts';
import type { JobPublisher } from '../../src/kernel/jobs/publisher.ts';
import { createSignatureVerifier, signRequest } from '../../src/kernel/worker-client/signatures.ts';
import type { Embedder } from '../../worker-node/embedder/embedder.ts';
import { createWorkerApp } from '../../worker-node/http/app.ts';
import { createAuthentication } from '../../worker-node/http/authenticate.ts';
import { createRequestLimits } from '../../worker-node/http/limit-requests.ts';
import { createAddressPolicy } from '../../worker-node/ingest/fetch/address-policy.ts';
import { createCallbacksRole } from '../../worker-node/roles/callbacks.ts';
import { createEmbeddingsRole } from '../../worker-node/roles/embeddings.ts';
import { createJobsRole } from '../../worker-node/roles/jobs.ts';
import { createMailRole } from '../../worker-node/roles/mail.ts';
import type { HealthStatus, Role } from '../../worker-node/roles/role.ts';
import { createSearchRole } from '../../worker-node/roles/search.ts';
import { createUploadsRole } from '../../worker-node/roles/uploads.ts';
import { randomIds as ids, trackedBackground } from '../support/fakes/doubles.ts';
import { oneModel, tinyDescription } from '../support/fakes/models.ts';
import { testConfig } from '../support/kits/config.ts';
import { freshId } from '../support/kits/jobs.ts';
import { createPipelineKit, LEASE_MS, type PipelineKit } from '../support/kits/pipeline.ts';

const config = testConfig({ WORKER_URL: 'https://worker.example', MASTER_API_KEY: 'sk-master-key-of-the-tests-000000000' });
const headers = { Authorization: 'Bearer sk-master-key-of-the-tests-000000000' };

const embedder: Embedder = {
  model: 'tiny',
  description: tinyDescription,
  dimensions: 2,
  embed: async (inputs) => inputs.map(() => Float32Array.of(1, 0)),
  tokenise: async (inputs) => inputs.map(() => ({ rows: [Int32Array.of(1)], truncated: false })),
  state: () => ({
    status: 'ready',
    model: 'tiny',
    dimensions: 2,
    crashes: 0,
    waiting: { interactive: 0, bulk: 0, background: 0 },
  }),
  close: async () => {},
};
const publisher: JobPublisher = { lostAfterMs: 30_000, publish: async () => {} };

let kit: PipelineKit;
let stopping: AbortController;
beforeEach(async () => {
  kit = await createPipelineKit();
  stopping = new AbortController();
});
afterEach(() => kit.close());

function setUp() {
  const { db, clock, log } = kit;
  const verifySignature = createSignatureVerifier({ keys: config.worker.signingKeys, clock });
  const authenticate = createAuthentication({ config, apiKeys: { resolve: async () => undefined }, verifySignature });
  const context = {
    config,
    version: '0',
    userAgent: 'Pharos/test',
    db,
    clock,
    ids,
    log,
    metrics: noMetrics,
    models: oneModel(embedder),
    background: trackedBackground(),
    progress: { report: () => {}, flush: async () => {} },
    publisher,
    queue: undefined,
    mailer: null,
    addressPolicy: createAddressPolicy([]),
    verifySignature,
    authenticate,
    limitRequests: createRequestLimits({ countRequest: async () => undefined, clock }),
    countAddress: async () => undefined,
    leaseMs: LEASE_MS,
    stopping: stopping.signal,
  };
  const appOf = (...roles: Role[]) => createWorkerApp({ ...context, roles });
  return { context, appOf };
}
type Context = ReturnType<typeof setUp>['context'];

const ROLES: readonly [name: string, create: (context: Context) => Role, paths: readonly string[]][] = [
  ['jobs', createJobsRole, ['POST /jobs']],
  ['embeddings', createEmbeddingsRole, ['POST /v1/embeddings', 'GET /v1/models', 'POST /embed', 'GET /info']],
  ['search', createSearchRole, ['POST /search', 'POST /search/suggest', 'POST /search/neighbours']],
  ['uploads', createUploadsRole, ['PUT /uploads']],
  ['mail', createMailRole, ['POST /mail']],
  ['callbacks', createCallbacksRole, []],
];
const ALL_PATHS = ROLES.flatMap(([, , paths]) => paths);

describe('a role alone', () => {
  test.each(ROLES)('role %s: alone it serves its own paths only, is healthy and stops', async (_name, create, paths) => {
    const { context, appOf } = setUp();
    const role = create(context);
    const app = appOf(role);
    const served = [];
    for (const path of ALL_PATHS) {
      const [method, url] = path.split(' ') as [string, string];
      if ((await app.request(url, { method, ...(method === 'GET' ? { headers } : {}) })).status !== 404) served.push(path);
    }
    expect(served).toEqual(paths);
    expect(await (await app.request('/health')).json()).toMatchObject({ status: 'ok' });
    expect((await app.request('/metrics', { headers })).status).toBe(200);
    stopping.abort();
    await role.stop();
  });

  test('role jobs: a signed delivery runs, and after stop the role refuses jobs and reports stopping', async () => {
    const { context, appOf } = setUp();
    const role = createJobsRole(context);
    const app = appOf(role);
    const body = JSON.stringify({ job_id: freshId() });
    const key = config.worker.signingKeys.current;
    const deliver = async () => {
      const signature = await signRequest({ key, url: `${config.worker.url}/jobs`, body, clock: kit.clock, ids });
      return app.request('/jobs', { method: 'POST', body, headers: { 'Upstash-Signature': signature } });
    };
    expect(await (await deliver()).json()).toEqual({ outcome: 'skipped' });
    await role.stop();
    expect((await deliver()).status).toBe(503);
    expect(await (await app.request('/health')).json()).toMatchObject({
      status: 'stopping',
      model: { status: 'ready' },
      jobs: { running: 0, queued: 0 },
    });
  });

  test('role callbacks: it has one task and no routes', () => {
    const { routes, tasks = [] } = createCallbacksRole(setUp().context);
    expect(routes).toBeUndefined();
    expect(tasks.map(({ everyMs }) => everyMs)).toEqual([1000]);
  });
});

describe('worker app', () => {
  test('worker app: the paths of a role that this worker lacks are misdirected, and others are not found', async () => {
    const { context } = setUp();
    const app = createWorkerApp({ ...context, roles: [], absent: ['search', 'embeddings', 'jobs'] });
    for (const path of ['/search', '/search/suggest', '/v1/embeddings', '/embed', '/jobs']) {
      const response = await app.request(path, { method: 'POST' });
      expect([path, response.status]).toEqual([path, 421]);
      expect(await response.json()).toMatchObject({ title: 'Misdirected Request', status: 421 });
    }
    for (const path of ['/mail', '/searching', '/jobs/1']) expect([path, (await app.request(path)).status]).toEqual([path, 404]);
  });

  const health = (status: HealthStatus): Role => ({ health: () => ({ status, details: {} }), stop: async () => {} });

  test.each<[readonly HealthStatus[], number, HealthStatus]>([
    [['ok', 'ok'], 200, 'ok'],
    [['ok', 'loading'], 503, 'loading'],
    [['loading', 'failed'], 503, 'failed'],
    [['failed', 'stopping', 'ok'], 503, 'stopping'],
  ])('GET /health: roles %j make it %i %s', async (statuses, code, status) => {
    const response = await setUp()
      .appOf(...statuses.map(health))
      .request('/health');
    expect([response.status, await response.json()]).toEqual([code, { status }]);
  });

  test.each<[ErrorCode, number, string]>([
    ['malformed_body', 400, 'Bad Request'],
    ['forbidden', 403, 'Forbidden'],
    ['gone', 410, 'Gone'],
    ['backlog_full', 429, 'Too Many Requests'],
  ])('worker app: the error %s of a role is %i with the title %s', async (code, status, title) => {
    const routes = new Hono().get('/broken', () => {
      throw new AppError(code, 'On purpose');
    });
    const response = await setUp()
      .appOf({ routes, stop: async () => {} })
      .request('/broken');
    expect(response.headers.get('Content-Type')).toBe('application/problem+json');
    expect(await response.json()).toMatchObject({ status, title, type: `urn:pharos:error:${code}`, detail: 'On purpose' });
  });
});
