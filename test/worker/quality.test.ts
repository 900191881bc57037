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

const rows = Array.from({ length: 60 }, (_, i) => `| 4${i}7 | ${i * 31}.5 | A-${i} |`).join('\n');
const outline = Array.from({ length: 60 }, (_, i) => `- port_${i}: 8${i}0`).join('\n');

test.each([
  ['a table', 'text/csv', `| id | value | code |\n| --- | --- | --- |\n${rows}`],
  ['an outline of data', 'application/yaml', outline],
  ['program code', 'text/x-source', `\`\`\`js\n${'export const add = (a, b) => a + b;\n'.repeat(60)}\`\`\``],
  ['an article with code and a table', 'text/markdown', `${text}\n\n\`\`\`\n${'x1 = y2 + z3\n'.repeat(200)}\`\`\`\n\n${rows}`],
])('quality stage: %s is not judged as sentences', async (_what, contentType, stored) => {
  const { id } = await insertDocument(database.db, owner, { text: stored, textFormat: 'markdown', contentType, wordCount: 200 });
  const resource = await runStage(database.db, createQualityStage({ db: database.db, clock }), id);
  const reasons = Object.values(resource.quality?.dimensions ?? {}).flatMap((dimension) => dimension.reasons);
  expect(reasons.filter((reason) => /join others|are words|repeats itself|shout/.test(reason))).toEqual([]);
});

test('quality stage: a log that claims to be a text is judged as sentences', async () => {
  const log = Array.from({ length: 60 }, (_, i) => `2026-05-01T10:00:${i}Z [w${i}] req=${i * 79} dur=${i}ms`).join('\n');
  const { id } = await insertDocument(database.db, owner, {
    text: log,
    textFormat: 'markdown',
    contentType: 'text/plain',
    wordCount: 300,
  });
  expect((await runStage(database.db, createQualityStage({ db: database.db, clock }), id)).qualityScore).toBeLessThan(0.1);
});
