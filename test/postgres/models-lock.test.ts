/** Embedding commits beside changes of the models: they do not wait for one another, and a switch falls before or after each. */
import { eq } from 'drizzle-orm';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { listChunks, replaceChunks } from '../../src/kernel/db/chunks.ts';
import { findActiveModel } from '../../src/kernel/db/embedding-models.ts';
import { findResourceEmbedding } from '../../src/kernel/db/resource-embeddings.ts';
import { writeStages } from '../../src/kernel/db/resource-stages.ts';
import { resources } from '../../src/kernel/db/schema.sqlite.ts';
import { lockModels, putCalibration } from '../../src/kernel/db/settings.ts';
import type { Database, Resource } from '../../src/kernel/db/types.ts';
import { pendingStage } from '../../src/kernel/model/stages.ts';
import { activateModel } from '../../src/services/models/activate-model.ts';
import { switchWhenComplete } from '../../src/services/models/switch-when-complete.ts';
import { UNKNOWN_CALIBRATION } from '../../worker-node/analysis/calibration.ts';
import type { EmbedInput } from '../../worker-node/embedder/embedder.ts';
import { normalisedMean, writeDocumentVectors } from '../../worker-node/stages/document-vectors.ts';
import { createEmbeddingStage } from '../../worker-node/stages/embedding.ts';
import { manualClock, randomIds } from '../support/fakes/doubles.ts';
import { beginStage, insertDocument, insertUser, testModel } from '../support/fixtures/documents.ts';
import { openTestPostgres } from '../support/kits/database.ts';

const [OLD, NEW] = [testModel('old'), testModel('new')];
const clock = manualClock();

let database: Awaited<ReturnType<typeof openTestPostgres>>;
let db: Database;
let ownerId: string;
beforeEach(async () => {
  database = await openTestPostgres();
  db = database.db;
  ownerId = await insertUser(db);
  await activateModel({ db, clock }, OLD);
  for (const { id } of [OLD, NEW]) await putCalibration(db, id, UNKNOWN_CALIBRATION, clock.now());
});
afterEach(() => database.close());

const embedder = (model: string) => ({
  model,
  embed: async (texts: readonly EmbedInput[]) => texts.map(() => Float32Array.of(1, 0)),
});

async function ingested(): Promise<Resource> {
  const { id } = await insertDocument(db, ownerId);
  const place = { resourceId: id, ownerId, position: 0, context: '', headingPath: [] };
  await replaceChunks(db, id, [
    {
      ...place,
      id: randomIds.next(),
      text: 'A passage.',
      charStart: 0,
      charEnd: 10,
      pageStart: null,
      pageEnd: null,
      wordCount: 2,
    },
  ]);
  const [resource] = await db.select().from(resources).where(eq(resources.id, id));
  return resource as Resource;
}

const stageIs = ({ id }: Resource, status: 'processing' | 'completed', tx = db) =>
  writeStages(tx, id, { embedding: { ...pendingStage(1, 0), status } });

/** The stage of a worker that knows the active model only, up to its commit. */
async function embeddedBy(model: string, { id }: Resource) {
  const models = { active: () => embedder(model), documents: () => [embedder(model)] };
  const { write, verify } = await beginStage(db, createEmbeddingStage({ db, clock, models }), id);
  return async (tx: Database) => {
    await write?.(tx);
    await verify?.(tx);
  };
}

/** A transaction that has done `work` and stays open until `end` is called. */
function openTransaction(work: (tx: Database) => Promise<unknown>) {
  const [begun, ended] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
  const done = db.transaction(async (tx) => {
    await work(tx);
    begun.resolve();
    await ended.promise;
  });
  done.catch(begun.reject);
  return { begun: begun.promise, done, end: ended.resolve };
}

const waiting = async () =>
  (await database.client`select 1 from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`).length;

/** The version of the row that is locked: every write makes another. */
const rowVersion = async () => {
  const [row] = await database.client<{ version: string }[]>`
    select ctid::text || xmin::text as version from settings where key = 'models_lock'`;
  return row?.version;
};

test('models lock: embedding commits stand open beside one another, and write no row that they share', async () => {
  const before = await rowVersion();
  expect(before).toBeDefined();
  const commits = await Promise.all(Array.from({ length: 5 }, async () => embeddedBy(OLD.id, await ingested())));
  const open = commits.map((commit) => openTransaction(commit));
  // Each would wait here until the one before it has ended, if it locked others out.
  await Promise.all(open.map(({ begun }) => begun));
  for (const { end } of open) end();
  await Promise.all(open.map(({ done }) => done));
  expect(await rowVersion()).toBe(before);
});

test('models lock: a switch waits for a commit that is under way, and then for its document', async () => {
  const resource = await ingested();
  await activateModel({ db, clock }, NEW);
  await stageIs(resource, 'processing');
  const commit = await embeddedBy(OLD.id, resource);
  const open = openTransaction(async (tx) => {
    await commit(tx);
    await stageIs(resource, 'completed', tx);
  });
  await open.begun;
  const switched = switchWhenComplete(db, clock.now());
  await expect.poll(waiting).toBe(1);
  open.end();
  await open.done;
  expect(await switched).toEqual({ step: 'embed', model: NEW.id });
});

test('models lock: a commit that comes while a switch is under way waits, and then fails for now instead of lacking the new model', async () => {
  const resource = await ingested();
  await activateModel({ db, clock }, NEW);
  // Its stage is still to run for the old model, so it does not hold up the switch.
  await stageIs(resource, 'processing');
  const late = await embeddedBy(OLD.id, resource);
  const change = openTransaction(async (tx) => {
    await lockModels(tx, clock.now());
    expect(await switchWhenComplete(tx, clock.now())).toMatchObject({ step: 'switched', model: NEW.id });
  });
  await change.begun;
  const committed = db.transaction((tx) => late(tx));
  const failed = expect(committed).rejects.toMatchObject({ message: 'The embedding model was switched meanwhile' });
  await expect.poll(waiting).toBe(1);
  change.end();
  await Promise.all([change.done, failed]);
  expect(await findResourceEmbedding(db, { resourceId: resource.id, model: OLD.id })).toBeUndefined();
  await db.transaction(await embeddedBy(NEW.id, resource));
  expect(await findResourceEmbedding(db, { resourceId: resource.id, model: NEW.id })).toMatchObject({ error: null });
});

test('models lock: however commits and a switch interleave, every document that was committed has the active model', async () => {
  await activateModel({ db, clock }, NEW);
  const documents = await Promise.all(Array.from({ length: 12 }, ingested));
  for (const resource of documents) await stageIs(resource, 'processing');
  const commits = await Promise.all(documents.map((resource) => embeddedBy(OLD.id, resource)));
  const complete = async (resource: Resource) => {
    const chunks = await listChunks(db, resource.id);
    const vectors = chunks.map(() => Float32Array.of(1, 0));
    const made = { model: NEW.id, vectors, mean: normalisedMean(vectors), keys: chunks.map(({ seq }) => seq) };
    await db.transaction((tx) => writeDocumentVectors(tx, resource, { ...made, now: clock.now() }));
    await database.client`update resource_embeddings set related_at = 0 where resource_id = ${resource.id}`;
  };
  const outcomes = await Promise.all([
    ...commits.map((commit, index) =>
      db
        .transaction(async (tx) => commit(tx))
        .then(
          // The job of the activation embeds it for the new model.
          () => complete(documents[index] as Resource).then(() => 'committed'),
          (error: Error) => error.message,
        ),
    ),
    ...Array.from({ length: 30 }, async () => (await switchWhenComplete(db, clock.now())).step),
  ]);
  await switchWhenComplete(db, clock.now());
  const active = (await findActiveModel(db))?.id as string;
  expect(active).toBe(NEW.id);
  for (const [index, { id }] of documents.entries()) {
    const row = await findResourceEmbedding(db, { resourceId: id, model: active });
    const outcome = outcomes[index];
    expect(outcome).toBe(row ? 'committed' : 'The embedding model was switched meanwhile');
  }
});
