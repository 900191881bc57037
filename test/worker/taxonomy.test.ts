import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { resolveModel } from '../../src/adapters/model-folder.ts';
import { systemClock } from '../../src/adapters/system-clock.ts';
import { AppError, StageError } from '../../src/kernel/core/errors.ts';
import { listCategories } from '../../src/kernel/db/categories.ts';
import { replaceResourceVector } from '../../src/kernel/db/resource-vectors.ts';
import { DEFAULT_TAXONOMY } from '../../worker-node/analysis/taxonomy/default-tree.ts';
import { flattenTree } from '../../worker-node/analysis/taxonomy/seed.ts';
import { createEmbedder, type Embedder } from '../../worker-node/embedder/embedder.ts';
import { forkInference } from '../../worker-node/embedder/fork-inference.ts';
import { loadModel } from '../../worker-node/embedder/model.ts';
import { createTaxonomyStage } from '../../worker-node/stages/taxonomy.ts';
import { manualClock, memoryLog } from '../support/fakes/doubles.ts';
import { oneEmbedder } from '../support/fakes/models.ts';
import { insertDocument, insertUser, insertVector, runStage } from '../support/fixtures/documents.ts';
import { LABELLED } from '../support/fixtures/labelled-passages.ts';
import { openTestDatabase, type TestDatabase } from '../support/kits/database.ts';

const clock = manualClock();
let database: TestDatabase;
let owner: string;
let embedder: Embedder;

beforeAll(async () => {
  const model = await loadModel(await resolveModel({ model: 'pharos-static-192' }));
  const wait = (ms: number, signal: AbortSignal) => sleep(ms, undefined, { signal });
  embedder = createEmbedder({
    model,
    start: forkInference,
    log: memoryLog(),
    clock: systemClock,
    sleep: wait,
  });
});
afterAll(() => embedder.close());
beforeEach(async () => {
  database = await openTestDatabase();
  owner = await insertUser(database.db);
});
afterEach(() => database.close());

const stage = () => createTaxonomyStage({ db: database.db, clock, models: oneEmbedder(embedder) });

/** Inserts a document as ingestion and embedding leave it; returns its id. */
async function embedded(text: string, fields = {}) {
  const resource = await insertDocument(database.db, owner, { text, ...fields });
  const [embedding = null] = await embedder.embed([text], { priority: 'bulk', kind: 'document' });
  await replaceResourceVector(database.db, { resourceId: resource.id, ownerId: owner, model: embedder.model, embedding });
  return resource.id;
}

describe('taxonomy stage: built-in model and default taxonomy', () => {
  it('taxonomy: at least five of six labelled passages get their label, and no passage without a topic gets a category', async () => {
    const taxonomy = stage();
    const wrong: string[] = [];
    const misfiled: string[] = [];
    for (const [expected, text] of LABELLED) {
      const { category } = await runStage(database.db, taxonomy, await embedded(text));
      if (expected === null && category !== 'uncategorised') misfiled.push(`${category}: ${text}`);
      if (expected !== null && category !== expected) wrong.push(`${expected} -> ${category}`);
    }
    expect(misfiled).toEqual([]);
    const named = LABELLED.filter(([expected]) => expected !== null).length;
    expect(wrong.length, wrong.join('\n')).toBeLessThanOrEqual(named / 6);
  });

  it('taxonomy: the mean confidence is within 0.1 of the share of correct labels', async () => {
    const taxonomy = stage();
    let expected = 0;
    let right = 0;
    for (const [label, text] of LABELLED) {
      const { categories } = await runStage(database.db, taxonomy, await embedded(text));
      const best = categories[0];
      expected += best?.confidence ?? 0;
      if (label !== null && best?.id === label) right++;
    }
    expect(Math.abs(expected - right) / LABELLED.length).toBeLessThan(0.1);
  });
});

const PASSAGE = 'Fold the dough every half hour, let it rise overnight and bake the bread until the crust is brown.';

it('taxonomy: the default taxonomy is inserted once', async () => {
  await runStage(database.db, stage(), await embedded(PASSAGE));
  await runStage(database.db, stage(), await embedded(`${PASSAGE} Again.`));
  expect(await listCategories(database.db)).toHaveLength(flattenTree(DEFAULT_TAXONOMY).length);
});

it('taxonomy: a category set by hand is kept, and the computed ones are stored beside it', async () => {
  const id = await embedded(PASSAGE, { category: 'science.physics', edited: ['category'] });
  const resource = await runStage(database.db, stage(), id);
  expect(resource.category).toBe('science.physics');
  expect(resource.categories[0]).toMatchObject({ id: 'food.baking', label: 'Baking' });
  expect(resource.categories).toHaveLength(5);
});

it('taxonomy: a correction is an example for later documents of the same library only', async () => {
  const text = 'Zorbing quarterly: minutes of the zorb club, with the zorb roster and the zorb results.';
  const before = await runStage(database.db, stage(), await embedded(text));
  expect(before.category).not.toBe('sport.athletics');
  await embedded(`${text} Volume one.`, { category: 'sport.athletics', edited: ['category'] });
  expect((await runStage(database.db, stage(), before.id)).category).toBe('sport.athletics');

  owner = await insertUser(database.db);
  const other = await runStage(database.db, stage(), await embedded(text));
  expect(other.category).toBe(before.category);
});

it('taxonomy: a document without a vector and without keywords is uncategorised', async () => {
  const { id } = await insertDocument(database.db, owner, { text: 'qqq www' });
  expect((await runStage(database.db, stage(), id)).category).toBe('uncategorised');
});

it('taxonomy: category vectors are computed once, and again after a failure', async () => {
  let calls = 0;
  const flaky = {
    model: 'flaky',
    embed: async (texts: readonly unknown[]) => {
      calls++;
      if (calls === 1) throw new AppError('unavailable', 'The model is unavailable', { retryAfter: 3 });
      return texts.map(() => Float32Array.of(1, 0));
    },
  };
  const taxonomy = createTaxonomyStage({ db: database.db, clock, models: oneEmbedder(flaky) });
  const resource = await insertDocument(database.db, owner, { text: 'Some text.' });
  await insertVector(database.db, resource, 'flaky', [0, 1]);
  const failure = await runStage(database.db, taxonomy, resource.id).catch((error: unknown) => error);
  expect(failure).toBeInstanceOf(StageError);
  expect(failure).toMatchObject({ failure: 'transient', message: 'The model is unavailable', retryAfter: 3 });
  await runStage(database.db, taxonomy, resource.id);
  await runStage(database.db, taxonomy, resource.id);
  expect(calls).toBe(2);
});

it('taxonomy: a document without text is refused', async () => {
  const { id } = await insertDocument(database.db, owner);
  await expect(runStage(database.db, stage(), id)).rejects.toBeInstanceOf(StageError);
});
