import { setTimeout as sleep } from 'node:timers/promises';
import { eq } from 'drizzle-orm';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { resolveModel } from '../../src/adapters/model-folder.ts';
import { systemClock } from '../../src/adapters/system-clock.ts';
import { AppError, StageError } from '../../src/kernel/core/errors.ts';
import { listCategories } from '../../src/kernel/db/categories.ts';
import { replaceResourceVector } from '../../src/kernel/db/resource-vectors.ts';
import { categories, resources } from '../../src/kernel/db/schema.sqlite.ts';
import { SCOPES } from '../../src/kernel/model/actor.ts';
import { updateResource } from '../../src/services/resources/update-resource.ts';
import { replaceTaxonomy } from '../../src/services/taxonomy/replace-taxonomy.ts';
import { flattenTree } from '../../src/services/taxonomy/tree.ts';
import { DEFAULT_TAXONOMY } from '../../worker-node/analysis/taxonomy/default-tree/index.ts';
import { ensureTaxonomy } from '../../worker-node/analysis/taxonomy/seed.ts';
import { createEmbedder, type Embedder } from '../../worker-node/embedder/embedder.ts';
import { forkInference } from '../../worker-node/embedder/fork-inference.ts';
import { loadModel } from '../../worker-node/embedder/model.ts';
import { createTaxonomyStage } from '../../worker-node/stages/taxonomy.ts';
import { manualClock, memoryLog, randomIds } from '../support/fakes/doubles.ts';
import { oneEmbedder } from '../support/fakes/models.ts';
import {
  beginStage,
  commitStage,
  insertDocument,
  insertUser,
  insertVector,
  reread,
  runStage,
} from '../support/fixtures/documents.ts';
import { LABELLED } from '../support/fixtures/labelled-passages.ts';
import { openTestDatabase, type TestDatabase } from '../support/kits/database.ts';
import { openFixtureDatabase } from '../support/kits/fixture-database.ts';

const clock = manualClock();
let database: TestDatabase;
let owner: string;
/** The small model, where the model does not matter. */
let embedder: Embedder;

async function embedderOf(name: string): Promise<Embedder> {
  const model = await loadModel(await resolveModel({ model: name }));
  const wait = (ms: number, signal: AbortSignal) => sleep(ms, undefined, { signal });
  return createEmbedder({ model, start: forkInference, log: memoryLog(), clock: systemClock, sleep: wait });
}

beforeAll(async () => {
  embedder = await embedderOf('pharos-static-192');
});
afterAll(() => embedder.close());
beforeEach(async () => {
  database = await openTestDatabase();
  owner = await insertUser(database.db);
});
afterEach(() => database.close());

const stage = (by: Pick<Embedder, 'embed' | 'model'> = embedder) =>
  createTaxonomyStage({ db: database.db, clock, models: oneEmbedder(by) });

/** Inserts a document as ingestion and embedding leave it; returns its id. */
async function embedded(text: string, fields = {}, by: Pick<Embedder, 'embed' | 'model'> = embedder) {
  const resource = await insertDocument(database.db, owner, { text, ...fields });
  const [embedding = null] = await by.embed([text], { priority: 'bulk', kind: 'document' });
  await replaceResourceVector(database.db, { resourceId: resource.id, ownerId: owner, model: by.model, embedding });
  return resource.id;
}

/** The embedder under another name: a model without numbers of its own. */
const unknown = (by: Embedder): Pick<Embedder, 'embed' | 'model'> => ({ model: 'unknown@0123456789ab', embed: by.embed });

describe.each(['pharos-static-192', 'all-MiniLM-L6-v2'])('taxonomy stage: %s and default taxonomy', (name) => {
  let own: Embedder;
  beforeAll(async () => {
    own = await embedderOf(name);
  });
  afterAll(() => own.close());

  it.each([
    ['its numbers', (by: Embedder) => by, { wrong: 1 / 8, misfiled: 0 }],
    // The rule knows no cosine below which a text has no topic; it may misfile half of those.
    ['numbers by the rule', unknown, { wrong: 1 / 7, misfiled: 3 }],
  ] as const)('taxonomy (%s): labelled passages get their label, texts without a topic no category, and no more is said than is right', async (_numbers, of, most) => {
    const by = of(own);
    const taxonomy = stage(by);
    const wrong: string[] = [];
    const misfiled: string[] = [];
    let expectedRight = 0;
    let right = 0;
    for (const [expected, text] of LABELLED) {
      const { category, categories } = await runStage(database.db, taxonomy, await embedded(text, {}, by));
      if (expected === null && category !== 'uncategorised') misfiled.push(`${category}: ${text}`);
      if (expected !== null && category !== expected) wrong.push(`${expected} -> ${category}`);
      expectedRight += categories[0]?.confidence ?? 0;
      if (expected !== null && categories[0]?.id === expected) right++;
    }
    const named = LABELLED.filter(([expected]) => expected !== null).length;
    expect(misfiled.length, misfiled.join('\n')).toBeLessThanOrEqual(most.misfiled);
    expect(wrong.length, wrong.join('\n')).toBeLessThanOrEqual(named * most.wrong);
    // Confidences are those of ordinary texts. Each passage is about one thing, so that more of them are right.
    const above = (right - expectedRight) / LABELLED.length;
    expect(above).toBeGreaterThan(0);
    expect(above).toBeLessThan(0.25);
  });

  it('taxonomy: a long text without a topic gets no category either', async () => {
    const passages = LABELLED.flatMap(([expected, text]) => (expected === null ? [text] : []));
    // Neither in Latin nor in letters alone.
    const long = passages.filter((text) => text.includes(' the ') || text.includes(' you ')).join(' ');
    expect(long.split(' ').length).toBeGreaterThan(100);
    const { category } = await runStage(database.db, stage(own), await embedded(long, {}, own));
    expect(category).toBe('uncategorised');
  });
});

const PASSAGE = 'Fold the dough every half hour, let it rise overnight and bake the bread until the crust is brown.';

it('taxonomy: the default taxonomy is inserted once', async () => {
  await runStage(database.db, stage(), await embedded(PASSAGE));
  await runStage(database.db, stage(), await embedded(`${PASSAGE} Again.`));
  expect(await listCategories(database.db)).toHaveLength(flattenTree(DEFAULT_TAXONOMY).length);
});

describe('taxonomy: a database of an earlier version', () => {
  async function ofNovember() {
    const fixture = await openFixtureDatabase('2026-11');
    onTestFinished(fixture.close);
    await fixture.database.migrate();
    return fixture.database.db;
  }
  const byId = (a: { id: string }, b: { id: string }) => (a.id < b.id ? -1 : 1);

  it('taxonomy upgrade: the default tree of an earlier version is rewritten as a whole, and documents keep their category', async () => {
    const db = await ofNovember();
    const categoriesOf = () =>
      db.select({ id: resources.id, category: resources.category }).from(resources).orderBy(resources.id);
    const before = await categoriesOf();
    await ensureTaxonomy(db, clock.now());
    expect((await listCategories(db)).toSorted(byId)).toEqual(flattenTree(DEFAULT_TAXONOMY).toSorted(byId));
    expect(await categoriesOf()).toEqual(before);
  });

  it('taxonomy upgrade: a tree that an admin has changed stays as it is', async () => {
    const db = await ofNovember();
    await db.update(categories).set({ label: 'Code' }).where(eq(categories.id, 'technology.programming'));
    const before = await listCategories(db);
    await ensureTaxonomy(db, clock.now());
    expect(await listCategories(db)).toEqual(before);
    expect(before.find(({ id }) => id === 'technology.programming')?.label).toBe('Code');
  });
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

it('taxonomy: a category that a person changes stays, is followed by documents near to it, and by no others', async () => {
  const club = (month: string) => `The ${month} meeting of the mushroom club: baskets, knives, and where the chanterelles grow.`;
  const first = await runStage(database.db, stage(), await embedded(club('May')));
  expect(first.category).not.toBe('travel.outdoors');
  const actor = { userId: owner, kind: 'user', username: 'ada', tier: 'free', scopes: SCOPES } as const;
  const person = { ...actor, sessionId: null, tokenId: null, keyId: null };
  await updateResource({ db: database.db, clock }, person, { id: first.id, category: 'travel.outdoors' });
  expect((await runStage(database.db, stage(), first.id)).category).toBe('travel.outdoors');
  for (const month of ['July', 'October']) {
    const later = await runStage(database.db, stage(), await embedded(club(month)));
    expect(later.category).toBe('travel.outdoors');
    expect(later.categories[0]?.confidence).toBeGreaterThan(0.5);
  }
  expect((await runStage(database.db, stage(), await embedded(PASSAGE))).category).toBe('food.baking');
});

it('taxonomy: an English model files a document in another language by corrections alone', async () => {
  // Only its language differs, so that nothing else can decide.
  const french = { language: 'fr' };
  const alone = await runStage(database.db, stage(), await embedded(PASSAGE, french));
  expect(alone.category).toBe('uncategorised');
  await embedded(`${PASSAGE} Encore.`, { ...french, category: 'food.cooking', edited: ['category'] });
  expect((await runStage(database.db, stage(), alone.id)).category).toBe('food.cooking');
  expect(
    (await runStage(database.db, stage(unknown(embedder)), await embedded(PASSAGE, french, unknown(embedder)))).category,
  ).toBe('food.baking');
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
  const embeddedOnce = calls;
  await runStage(database.db, taxonomy, resource.id);
  expect(calls).toBe(embeddedOnce);
});

it('taxonomy: a document without text is refused', async () => {
  const { id } = await insertDocument(database.db, owner);
  await expect(runStage(database.db, stage(), id)).rejects.toBeInstanceOf(StageError);
});

it('taxonomy: a worker without the active model leaves the document to another worker', async () => {
  const taxonomy = createTaxonomyStage({
    ...{ db: database.db, clock },
    models: {
      active: () => {
        throw new AppError('unavailable', 'This worker does not have the active model m');
      },
    },
  });
  const { id } = await insertDocument(database.db, owner, { text: 'Some text.' });
  await expect(runStage(database.db, taxonomy, id)).rejects.toMatchObject({ name: 'NotForThisWorker', pause: 10 });
});

describe('taxonomy: the tree is replaced', () => {
  const node = (id: string, keywords: string[] = []) => ({
    id,
    label: id,
    description: '',
    keywords,
    examples: [],
    children: [],
  });
  const replace = async (...nodes: ReturnType<typeof node>[]) => {
    const actor = { userId: owner, kind: 'user', username: 'root', tier: 'admin', scopes: SCOPES } as const;
    const parts = { db: database.db, clock, ids: randomIds, relay: { publishSoon: () => {} }, log: memoryLog() };
    const person = { ...actor, sessionId: null, tokenId: null, keyId: null };
    return replaceTaxonomy(parts as never, person, { categories: nodes });
  };

  it('taxonomy: while a stage runs, its result is refused for now, and the next attempt goes by the new tree', async () => {
    const id = await embedded(PASSAGE);
    const taxonomy = stage();
    const made = await beginStage(database.db, taxonomy, id);
    expect(made.fields?.category).toBe('food.baking');
    await replace(node('bread', ['dough', 'bread', 'crust', 'bake']), node('ships'));
    await expect(commitStage(database.db, id, made)).rejects.toMatchObject({ name: 'StageError', failure: 'transient' });
    expect((await reread(database.db, id)).category).toBeNull();
    expect((await runStage(database.db, taxonomy, id)).category).toBe('bread');
  });

  it('taxonomy: only the texts that the former tree did not have are embedded', async () => {
    const asked: string[] = [];
    const counting = {
      ...embedder,
      embed: (texts: readonly string[], options: Parameters<Embedder['embed']>[1]) => {
        asked.push(...texts);
        return embedder.embed(texts, options);
      },
    };
    const id = await embedded(PASSAGE);
    const taxonomy = stage(counting);
    await replace(node('bread', ['dough']), node('ships'));
    await runStage(database.db, taxonomy, id);
    asked.length = 0;
    await replace(node('bread', ['dough']), node('boats'));
    await runStage(database.db, taxonomy, id);
    expect(asked).toEqual(['boats']);
  });

  it('taxonomy: a category that was moved stands with its new branch', async () => {
    const id = await embedded(PASSAGE);
    const taxonomy = stage();
    const bread = node('bread', ['dough', 'bread', 'crust']);
    await replace({ ...node('food'), children: [bread] as never }, node('ships'));
    const below = await runStage(database.db, taxonomy, id);
    await replace(node('food'), { ...node('ships'), children: [bread] as never });
    const moved = await runStage(database.db, taxonomy, id);
    const confidenceOf = ({ categories }: typeof moved) => categories.find((one) => one.id === 'bread')?.confidence ?? 0;
    expect(confidenceOf(moved)).toBeLessThan(confidenceOf(below));
  });

  it('taxonomy: a tree that an admin has left empty stays empty, and documents are uncategorised', async () => {
    await replace(node('a'));
    await replace();
    const { category } = await runStage(database.db, stage(), await embedded(PASSAGE));
    expect([category, await listCategories(database.db)]).toEqual(['uncategorised', []]);
  });
});
