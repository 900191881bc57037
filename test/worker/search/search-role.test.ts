import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { systemClock as clock } from '../../../src/adapters/system-clock.ts';
import { noMetrics } from '../../../src/kernel/core/metrics.ts';
import { FORMAT_NAMES, mediaTypesNamed } from '../../../src/kernel/model/format-lookup.ts';
import { MAX_FILTER_VALUES, type SearchAnswer, type SearchRequest } from '../../../src/kernel/search/search-request.ts';
import { createSignatureVerifier, signRequest } from '../../../src/kernel/worker-client/signatures.ts';
import { activateModel } from '../../../src/services/models/activate-model.ts';
import type { Embedder } from '../../../worker-node/embedder/embedder.ts';
import { createWorkerApp } from '../../../worker-node/http/app.ts';
import { createSearchRole, type SearchRole } from '../../../worker-node/roles/search.ts';
import { randomIds as ids, memoryLog } from '../../support/fakes/doubles.ts';
import { oneModel, tinyDescription } from '../../support/fakes/models.ts';
import { insertUser, testModel } from '../../support/fixtures/documents.ts';
import { testConfig } from '../../support/kits/config.ts';
import { openTestDatabase, type TestDatabase } from '../../support/kits/database.ts';
import { topicVector } from '../../support/kits/library.ts';
import { removeDocument, writeDocument } from '../../support/kits/search-library.ts';

const MODEL = 'plane';
const embedder: Embedder = {
  model: MODEL,
  description: tinyDescription,
  dimensions: 3,
  embed: async (inputs) => inputs.map((input) => topicVector(String(input))),
  tokenise: async (inputs) => inputs.map(() => ({ rows: [Int32Array.of(1)], truncated: false })),
  state: () => ({
    ...{ status: 'ready', model: MODEL, dimensions: 3, crashes: 0, waiting: { interactive: 0, bulk: 0, background: 0 } },
  }),
  close: async () => {},
};

/** Enough that each thread has some. */
const OWNERS_OF_ALL_THREADS = Array.from({ length: 4 }, (_, n) => `owner-${n}`);

let database: TestDatabase;
let dataDir: string;
let roles: SearchRole[];
/** A worker for all tests: starting threads takes longer than what they do. */
let shared: ReturnType<typeof openRole>;
let owner: string;
let documents = 0;

beforeAll(async () => {
  database = await openTestDatabase();
  dataDir = await mkdtemp(join(tmpdir(), 'pharos-test-'));
  roles = [];
  await activateModel({ db: database.db, clock }, testModel(MODEL));
  shared = openRole();
  // An owner's id says which thread is asked. On a busy machine one may start long after the other, and later than a question waits.
  for (const anyone of OWNERS_OF_ALL_THREADS) await shared.started('/search', question({ owner_id: anyone }));
});
afterAll(async () => {
  await Promise.all(roles.map((role) => role.stop()));
  await database.close();
  await rm(dataDir, { recursive: true, force: true });
});
beforeEach(async () => {
  owner = await insertUser(database.db);
  documents += 100;
});

/** A worker with the role alone, whose threads open the test's database. */
function openRole() {
  const config = testConfig({
    ...{ WORKER_URL: 'https://worker.example', DATABASE_URL: database.url, DATA_DIR: dataDir, LOG_LEVEL: 'error' },
  });
  const log = memoryLog();
  const verifySignature = createSignatureVerifier({ keys: config.worker.signingKeys, clock });
  const role = createSearchRole({ config, db: database.db, clock, log, models: oneModel(embedder), verifySignature });
  roles.push(role);
  const app = createWorkerApp({
    ...{ roles: [role], config, metrics: noMetrics, log, clock, ids },
    authenticate: async (_, next) => next(),
    countAddress: async () => undefined,
  });
  const post = async (path: string, body: unknown, signedPath = path) => {
    const text = JSON.stringify(body);
    const url = { audience: 'pharos-worker', method: 'POST', path: signedPath } as const;
    const signature = await signRequest({ key: config.worker.signingKeys.current, url, body: text, clock, ids });
    return app.request(path, { method: 'POST', body: text, headers: { 'Upstash-Signature': signature } });
  };
  /** As `post`, once the threads have started: on a busy machine that takes longer than a question waits. */
  const started = async (path: string, body: unknown): Promise<Response> => {
    const response = await post(path, body);
    return response.status === 503 ? await started(path, body) : response;
  };
  return { role, app, post, started };
}

const question = (fields: Partial<SearchRequest> = {}): SearchRequest => ({
  ...{ owner_id: owner, q: 'glacier', mode: 'hybrid', prefix: false, sort: 'relevance', limit: 10, filters: {} },
  ...fields,
});

const uuid = (n: number) => `01900000-0000-7000-8000-${String(documents + n).padStart(12, '0')}`;

const write = (n: number, text: string, ownerId = owner) =>
  writeDocument(database.db, ownerId, {
    ...{ id: uuid(n), title: `Document ${n}`, texts: [text], vectors: [[...topicVector(text)]], model: MODEL },
  });

const found = async (response: Response) => {
  const { hits } = (await response.json()) as SearchAnswer;
  return hits.map(({ resource_id }) => resource_id).sort();
};

describe('role search', () => {
  test('role search: a signed question is answered by the threads, with what was committed before and nothing deleted', async () => {
    const { post, started, app } = shared;
    await write(1, 'the glacier is frozen and cold');
    await write(2, 'baking a loaf of sourdough bread');
    const response = await started('/search', question());
    expect(response.status).toBe(200);
    const answer = (await response.json()) as SearchAnswer;
    expect(answer).toMatchObject({ query: 'glacier', mode: 'hybrid', hits: [{ resource_id: uuid(1), title: 'Document 1' }] });
    expect(answer.degraded).toBeUndefined();

    await write(3, 'another glacier');
    expect(await found(await post('/search', question()))).toEqual([uuid(1), uuid(3)]);
    await removeDocument(database.db, owner, uuid(1));
    expect(await found(await post('/search', question()))).toEqual([uuid(3)]);

    expect(await (await post('/search/suggest', { owner_id: owner, q: 'glac', limit: 5 })).json()).toMatchObject({
      words: ['glacier'],
    });
    const neighbours = await post('/search/neighbours', { owner_id: owner, resource_id: uuid(3), limit: 5 });
    expect(await neighbours.json()).toMatchObject({ neighbours: [{ resource_id: uuid(2), words: ['Document'] }] });
    const embedded = { model: MODEL, vector: [...topicVector('glacier')] };
    const near = { owner_id: owner, resource_id: uuid(9), limit: 5 };
    expect(await (await post('/search/neighbours', { ...near, embedded })).json()).toMatchObject({
      neighbours: [{ resource_id: uuid(3), cosine: expect.closeTo(1, 2) }],
    });
    const other = { ...embedded, model: 'other' };
    expect(await (await post('/search/neighbours', { ...near, embedded: other })).json()).toEqual({
      ...{ neighbours: [], other_model: true },
    });
    expect(await (await app.request('/health')).json()).toMatchObject({
      status: 'ok',
      search: { libraries: expect.any(Number), documents: expect.any(Number), threads: expect.any(Number), waiting: 0 },
    });
  });

  test('role search: a question may name twenty formats, each of several media types', async () => {
    const { post } = shared;
    await write(1, 'the glacier is frozen');
    const type = FORMAT_NAMES.slice(-19)
      .concat('text')
      .flatMap((name) => mediaTypesNamed(name) ?? []);
    expect(type.length).toBeGreaterThan(MAX_FILTER_VALUES);
    expect(await found(await post('/search', question({ filters: { type } })))).toEqual([uuid(1)]);
  });

  test('role search: an owner finds nothing of another', async () => {
    const { post } = shared;
    const other = await insertUser(database.db);
    await write(1, 'the glacier is frozen');
    await write(2, 'a glacier of another owner', other);
    expect(await found(await post('/search', question()))).toEqual([uuid(1)]);
    expect(await found(await post('/search', question({ owner_id: other })))).toEqual([uuid(2)]);
    const foreign = await post('/search', question({ q: undefined, similar_to: uuid(2) }));
    expect(foreign.status).toBe(404);
  });

  test('role search: what is not signed for the path, too large or not a question is refused', async () => {
    const { app, post } = shared;
    expect((await app.request('/search', { method: 'POST', body: '{}' })).status).toBe(401);
    expect((await post('/search', question(), '/search/suggest')).status).toBe(401);
    expect((await post('/search', { ...question(), q: 'a'.repeat(2 * 1024 * 1024) })).status).toBe(413);
    for (const [body, path] of [
      [{ ...question(), limit: 0 }, 'limit'],
      [{ ...question(), mode: 'psychic' }, 'mode'],
      [{ ...question(), q: 'a'.repeat(4_001) }, 'q'],
      [{ ...question(), similar_to: 'b' }, ''],
      [{ ...question(), filters: { tag: Array.from({ length: 21 }, () => 'a') } }, 'filters.tag'],
      [{ ...question(), nonsense: true }, ''],
    ] as const) {
      const response = await post('/search', body);
      expect(response.status).toBe(422);
      expect(await response.json()).toMatchObject({ errors: [{ path }] });
    }
    expect((await post('/search/suggest', { owner_id: owner, q: 'x', limit: 1_000 })).status).toBe(422);
    expect((await post('/search/neighbours', { owner_id: owner })).status).toBe(422);
    const cursor = await post('/search', question({ cursor: 'nonsense' }));
    expect(cursor.status).toBe(422);
  });

  test('role search: two workers answer for one owner', async () => {
    const [one, two] = [shared, openRole()];
    await write(1, 'the glacier is frozen');
    for (const { started } of [one, two]) expect(await found(await started('/search', question()))).toEqual([uuid(1)]);
    await removeDocument(database.db, owner, uuid(1));
    await write(2, 'the glacier melts');
    const both = await Promise.all([one, two].map(async ({ post }) => found(await post('/search', question()))));
    expect(both).toEqual([[uuid(2)], [uuid(2)]]);
  });

  test('role search: the library is on the disk after a stop, and read from there', async () => {
    const first = openRole();
    const texts = Array.from({ length: 600 }, (_, i) => `glacier number ${i}`);
    await writeDocument(database.db, owner, { id: uuid(1), texts });
    expect(await found(await first.started('/search', question()))).toEqual([uuid(1)]);
    await first.role.stop();
    expect(await readdir(join(dataDir, 'search'))).toContain(`${owner}.library`);
    const second = openRole();
    expect(await found(await second.started('/search', question()))).toEqual([uuid(1)]);
  });
});
