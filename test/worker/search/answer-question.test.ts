import { eq } from 'drizzle-orm';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { insertCategories } from '../../../src/kernel/db/categories.ts';
import { appendLibraryChanges } from '../../../src/kernel/db/library-changes.ts';
import { resources } from '../../../src/kernel/db/schema.sqlite.ts';
import type { SearchAnswer, SearchRequest } from '../../../src/kernel/search/search-request.ts';
import { activateModel } from '../../../src/services/models/activate-model.ts';
import { createAnswerQuestion } from '../../../worker-node/search/answer-question.ts';
import type { LibraryIndex } from '../../../worker-node/search/index/library-index.ts';
import { createLibraries, type Libraries } from '../../../worker-node/search/libraries/libraries.ts';
import { LibraryTooLarge } from '../../../worker-node/search/libraries/library.ts';
import { libraryEngine } from '../../../worker-node/search/library-engine.ts';
import type { EmbeddedQuestion, Outcome } from '../../../worker-node/search/thread-messages.ts';
import { type MemoryLog, manualClock, memoryLog } from '../../support/fakes/doubles.ts';
import { insertUser, testModel } from '../../support/fixtures/documents.ts';
import { openTestDatabase, type TestDatabase } from '../../support/kits/database.ts';
import { topicVector } from '../../support/kits/library.ts';
import { removeDocument, writeDocument } from '../../support/kits/search-library.ts';

const MODEL = 'plane';
const clock = manualClock();
let database: TestDatabase;
let owner: string;
let log: MemoryLog;

beforeEach(async () => {
  database = await openTestDatabase();
  owner = await insertUser(database.db);
  log = memoryLog();
  await activateModel({ db: database.db, clock }, testModel(MODEL));
});
afterEach(() => database.close());

function open(libraries?: Pick<Libraries<LibraryIndex>, 'use'>) {
  const { db } = database;
  return createAnswerQuestion({
    ...{ db, clock, log, chunkIndex: database.chunkIndex() },
    libraries:
      libraries ??
      createLibraries({
        ...{ db, clock, log, engine: libraryEngine, snapshots: undefined, maxBytes: 2 ** 30 },
        pause: async () => {},
        onSize: () => {},
      }),
    embed: async (text) => topicVector(text),
  });
}

const uuid = (n: number) => `01900000-0000-7000-8000-${String(n).padStart(12, '0')}`;
const write = (n: number, text: string, ownerId = owner) =>
  writeDocument(database.db, ownerId, {
    ...{ id: uuid(n), title: `Document ${n}`, texts: [text], vectors: [[...topicVector(text)]], model: MODEL },
  });

type Fields = Partial<SearchRequest> & { readonly embedded?: EmbeddedQuestion | null };
const search = (fields: Fields = {}) => {
  const q = fields.similar_to === undefined ? 'glacier' : undefined;
  const request = { owner_id: owner, q, mode: 'hybrid', prefix: false, sort: 'relevance', limit: 10, filters: {} } as const;
  const embedded = { model: MODEL, vector: topicVector(fields.q ?? 'glacier') };
  return { kind: 'search', request: { ...request, embedded, ...fields } } as const;
};

function found(outcome: Outcome): string[] {
  if (outcome.kind !== 'answered') throw new Error(JSON.stringify(outcome));
  return (outcome.answer as SearchAnswer).hits.map(({ resource_id }) => resource_id).sort();
}

describe('a question of a library', () => {
  test('question: a category finds its subtree as the tree is now, by parameter and by operator', async () => {
    const answer = open();
    const { db } = database;
    const category = (id: string, parentId: string | null) => ({
      ...{ id, parentId, label: id, description: id, keywords: [], examples: [], position: 0 },
    });
    await insertCategories(db, [category('earth', null), category('ice', 'earth'), category('food', null)]);
    for (const [n, id] of [
      [1, 'ice'],
      [2, 'food'],
    ] as const) {
      await write(n, 'the glacier is frozen');
      await db
        .update(resources)
        .set({ category: id })
        .where(eq(resources.id, uuid(n)));
      await appendLibraryChanges(db, owner, [{ resourceId: uuid(n), kind: 'changed' }], 0);
    }
    expect(found(await answer(search({ filters: { category: ['earth'] } })))).toEqual([uuid(1)]);
    expect(found(await answer(search({ q: 'glacier category:food' })))).toEqual([uuid(2)]);
    await database.execute("update categories set parent_id = 'food' where id = 'ice'");
    expect(found(await answer(search({ filters: { category: ['food'] } })))).toEqual([uuid(1), uuid(2)]);
  });

  test('question: the vector of another model is not compared', async () => {
    const answer = open();
    await write(1, 'the glacier is frozen');
    const embedded = { model: 'other', vector: Float32Array.of(1) };
    expect(await answer(search({ embedded }))).toEqual({ kind: 'other_model', model: MODEL });
    expect(await answer(search({ embedded: null }))).toMatchObject({
      kind: 'answered',
      answer: { degraded: true, hits: [{ resource_id: uuid(1) }] },
    });
  });

  test('question: a library without documents, or of a database without a model, finds nothing', async () => {
    const answer = open();
    expect(found(await answer(search()))).toEqual([]);
    await database.execute('delete from embedding_models');
    expect(found(await answer(search()))).toEqual([]);
    await write(1, 'the glacier is frozen');
    expect(found(await answer(search()))).toEqual([uuid(1)]);
  });

  test('question: refusals, a full memory, a database that is away and faults are told apart', async () => {
    const failing = (error: unknown) => open({ use: async () => Promise.reject(error) });
    const outcome = async (error: unknown) => failing(error)(search());
    const suggestion = { kind: 'suggest', request: { owner_id: owner, q: 'gla', limit: 5 } } as const;
    expect(await failing(new LibraryTooLarge('too large'))(suggestion)).toMatchObject({ kind: 'refused', code: 'unavailable' });
    expect(log.lines.at(-1)).toMatchObject({ level: 'info', message: 'library too large for the memory' });
    expect(await outcome(new TypeError('a bug'))).toEqual({ kind: 'failed', message: 'a bug' });
    expect(log.lines.at(-1)).toMatchObject({ level: 'error', message: 'search failed' });
    const answer = open();
    await write(1, 'the glacier is frozen');
    expect(await answer(search({ cursor: 'nonsense' }))).toMatchObject({ kind: 'refused', code: 'invalid_input' });
    expect(await answer(search({ similar_to: uuid(9) }))).toMatchObject({ kind: 'refused', code: 'not_found' });
  });

  test('question: a library beyond the memory is searched in the database, by words and by meaning', async () => {
    const answer = open({ use: async () => Promise.reject(new LibraryTooLarge('too large')) });
    await write(1, 'the glacier is large');
    await write(2, 'frozen ground');
    await write(3, 'a loaf of bread');
    await write(4, 'the glacier of another owner', await insertUser(database.db));
    expect(await answer(search({ limit: 2 }))).toMatchObject({
      kind: 'answered',
      answer: {
        ...{ degraded: true, total: 3, next_cursor: expect.any(String) },
        hits: [
          { resource_id: uuid(1), keyword_rank: 1, semantic_rank: expect.any(Number), why: { words: ['glacier'] } },
          { resource_id: uuid(2), semantic_rank: expect.any(Number), why: { words: [], meaning: expect.closeTo(1, 5) } },
        ],
      },
    });
    expect(found(await answer(search({ mode: 'keyword' })))).toEqual([uuid(1)]);
    expect(found(await answer(search({ mode: 'semantic' })))).toEqual([uuid(1), uuid(2), uuid(3)]);
    // Vectors cannot hold to phrases and excluded words.
    expect(found(await answer(search({ q: '"glacier is large"' })))).toEqual([uuid(1)]);
    expect(found(await answer(search({ embedded: null })))).toEqual([uuid(1)]);
    const other = { model: 'other', vector: Float32Array.of(1) };
    expect(await answer(search({ embedded: other }))).toEqual({ kind: 'other_model', model: MODEL });
  });

  test('question: whatever is written and deleted, an owner finds exactly the own documents that hold the word', async () => {
    const { db } = database;
    let round = 0;
    const WORDS = ['glacier', 'bread', 'login'];
    const change = fc.record({ owner: fc.nat(1), document: fc.nat(4), word: fc.nat(WORDS.length), reads: fc.boolean() });
    await fc.assert(
      fc.asyncProperty(fc.array(change, { minLength: 1, maxLength: 15 }), async (changes) => {
        round += 1;
        const owners = [await insertUser(db, `a${round}`), await insertUser(db, `b${round}`)];
        const answer = open();
        const held = owners.map(() => new Map<string, string>());
        async function judge(): Promise<void> {
          for (const [which, ownerId] of owners.entries()) {
            for (const word of WORDS) {
              const outcome = await answer(search({ owner_id: ownerId, q: word, mode: 'keyword', limit: 100 }));
              expect(found(outcome)).toEqual([...held[which]!].flatMap(([id, own]) => (own === word ? [id] : [])).sort());
            }
          }
        }
        for (const { owner: which, document, word, reads } of changes) {
          const n = round * 100 + which * 10 + document;
          const text = WORDS[word];
          if (text === undefined) await removeDocument(db, owners[which]!, uuid(n));
          else await write(n, `the ${text} of ${n}`, owners[which]);
          if (text === undefined) held[which]!.delete(uuid(n));
          else held[which]!.set(uuid(n), text);
          if (reads) await judge();
        }
        await judge();
      }),
      { numRuns: 15 },
    );
  });
});
