import { afterEach, beforeEach, expect, test } from 'vitest';
import { StageError } from '../../src/kernel/core/errors.ts';
import { DEFAULT_QUALITY_WEIGHTS } from '../../worker-node/analysis/quality/weights.ts';
import { createQualityStage } from '../../worker-node/stages/quality.ts';
import { manualClock } from '../support/fakes/doubles.ts';
import { insertDocument, insertUser, runStage } from '../support/fixtures/documents.ts';
import { openTestDatabase, type TestDatabase } from '../support/kits/database.ts';

const clock = manualClock(Date.UTC(2026, 5, 1));
const text =
  'A glacier is a slow river of ice. Snow that falls on it does not melt through the summer. Each winter adds a layer, and its weight presses the older ones into ice that creeps downhill.';

let database: TestDatabase;
let owner: string;
beforeEach(async () => {
  database = await openTestDatabase();
  owner = await insertUser(database.db);
});
afterEach(() => database.close());

test('quality stage: a document is measured from its stored fields, and its score is the total', async () => {
  const { id } = await insertDocument(database.db, owner, { text, wordCount: 34, language: 'en', publishedAt: '2026-05-01' });
  const resource = await runStage(database.db, createQualityStage({ db: database.db, clock }), id);
  expect(resource.quality?.dimensions.freshness).toMatchObject({
    weight: DEFAULT_QUALITY_WEIGHTS.freshness,
    reasons: ['It was published 1 month ago'],
  });
  expect(resource.qualityScore).toBe(resource.quality?.total);
  expect(resource.qualityScore).toBeGreaterThan(0.2);
});

test('quality stage: the given weights are used, and invalid ones throw RangeError', async () => {
  const { id } = await insertDocument(database.db, owner, { text, wordCount: 34, language: 'en', publishedAt: '2023-06-01' });
  const weights = { completeness: 0, credibility: 0, depth: 0, readability: 0, structure: 0, freshness: 1 };
  const resource = await runStage(database.db, createQualityStage({ db: database.db, clock, weights }), id);
  expect(resource.qualityScore).toBeCloseTo(0.5, 2);
  expect(() => createQualityStage({ db: database.db, clock, weights: { ...weights, freshness: 0 } })).toThrow(RangeError);
});

test('quality stage: a document without text is refused', async () => {
  const { id } = await insertDocument(database.db, owner);
  await expect(runStage(database.db, createQualityStage({ db: database.db, clock }), id)).rejects.toBeInstanceOf(StageError);
});
