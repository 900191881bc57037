import { beforeEach, describe, expect, test, vi } from 'vitest';
import { AppError } from '../../../src/kernel/core/errors.ts';
import type { SearchAnswer, SearchRequest } from '../../../src/kernel/search/search-request.ts';
import type { Embedder } from '../../../worker-node/embedder/embedder.ts';
import { createLibrarySearch } from '../../../worker-node/search/library-search.ts';
import type { EmbeddedQuestion } from '../../../worker-node/search/thread-messages.ts';
import { type MemoryLog, manualClock, memoryLog } from '../../support/fakes/doubles.ts';

const RESOURCE = '01900000-0000-7000-8000-000000000001';
const request: SearchRequest = {
  ...{ owner_id: 'owner', q: 'ice "sea ice" tag:a', mode: 'hybrid', prefix: false, sort: 'relevance', limit: 10, filters: {} },
};
const answer: SearchAnswer = {
  ...{ query: request.q!, mode: 'hybrid', took_ms: 1, timing: { embed: 0, words: 1, meaning: 1, read: 1 }, total: 0, hits: [] },
};

let log: MemoryLog;
let embedded: { model: string; texts: unknown[] }[];
beforeEach(() => {
  log = memoryLog();
  embedded = [];
});

const embedderOf = (model: string, failure?: Error) =>
  ({
    model,
    embed: async (texts: unknown[]) => {
      embedded.push({ model, texts });
      if (failure) throw failure;
      return texts.map(() => Float32Array.of(1));
    },
  }) as unknown as Embedder;

/** A thread whose library has the model's vectors; null: it has none. */
function setUp(libraryModel: string | null, models: { questions: () => Embedder; byId?: (id: string) => Embedder | undefined }) {
  const asked: (EmbeddedQuestion | null)[] = [];
  const ask = vi.fn(async (kind: string, question: { embedded?: EmbeddedQuestion | null }) => {
    if (kind !== 'search') return { kind: 'answered', answer: kind };
    asked.push(question.embedded ?? null);
    if (question.embedded && question.embedded.model !== libraryModel) return { kind: 'other_model', model: libraryModel };
    return { kind: 'answered', answer };
  });
  const search = createLibrarySearch({
    threads: { ask: ask as never },
    models: { byId: () => undefined, ...models },
    clock: manualClock(),
    log,
  });
  return { search, asked, ask };
}

describe('library search', () => {
  test('library search: the text of a question is embedded without its operators', async () => {
    const { search, asked } = setUp('a', { questions: () => embedderOf('a') });
    expect(await search.search(request)).toMatchObject({ total: 0, timing: { words: 1 } });
    expect(embedded).toEqual([{ model: 'a', texts: [expect.not.stringContaining('tag:')] }]);
    expect(asked).toEqual([{ model: 'a', vector: Float32Array.of(1) }]);
  });

  test('library search: an owner who asks the same again, with another filter or for the next page, needs no other vector', async () => {
    const models = { current: 'a' };
    const { search, asked } = setUp('a', { questions: () => embedderOf(models.current) });
    await search.search(request);
    await search.search({ ...request, filters: { tag: ['b'] }, cursor: 'next' });
    expect(embedded).toHaveLength(1);
    expect(asked).toEqual([asked[0], asked[0]]);
    await search.search({ ...request, owner_id: 'another' });
    await search.search({ ...request, q: 'ice' });
    expect(embedded).toHaveLength(3);
    const long = { ...request, q: 'ice '.repeat(200) };
    await search.search(long);
    await search.search(long);
    expect(embedded).toHaveLength(5);
    models.current = 'b';
    await search.search(request);
    expect(embedded.at(-1)?.model).toBe('b');
  });

  test('library search: nothing is embedded for a search by words, or by a resource', async () => {
    const { search, asked } = setUp('a', { questions: () => embedderOf('a') });
    await search.search({ ...request, mode: 'keyword' });
    await search.search({ ...request, q: undefined, similar_to: RESOURCE });
    expect(embedded).toEqual([]);
    expect(asked).toEqual([null, null]);
  });

  test('library search: a library of another model is asked again by that model, as far as this worker has it', async () => {
    const known = setUp('b', { questions: () => embedderOf('a'), byId: (id) => embedderOf(id) });
    await known.search.search(request);
    expect(known.asked.map((one) => one?.model)).toEqual(['a', 'b']);
    const unknown = setUp('b', { questions: () => embedderOf('a') });
    await unknown.search.search(request);
    expect(unknown.asked.map((one) => one?.model)).toEqual(['a', undefined]);
  });

  test('library search: without a model words answer, and other failures are failures', async () => {
    const away = new AppError('unavailable', 'no model');
    const { search, asked } = setUp('a', { questions: () => embedderOf('a', away) });
    await search.search(request);
    expect(asked).toEqual([null]);
    expect(log.lines).toMatchObject([{ level: 'warning', message: 'question not embedded' }]);
    const none = setUp('a', {
      questions: () => {
        throw away;
      },
    });
    await none.search.search(request);
    expect(none.asked).toEqual([null]);
    const bug = setUp('a', { questions: () => embedderOf('a', new TypeError('a bug')) });
    await expect(bug.search.search(request)).rejects.toThrow('a bug');
  });

  test('library search: a caller who leaves while the question is embedded is not answered', async () => {
    const controller = new AbortController();
    const { search, ask } = setUp('a', { questions: () => embedderOf('a', new AppError('unavailable', 'aborted')) });
    controller.abort(new Error('gone'));
    await expect(search.search(request, controller.signal)).rejects.toThrow('gone');
    expect(ask).not.toHaveBeenCalled();
  });

  test('library search: suggestions and neighbours need no vector', async () => {
    const { search } = setUp('a', { questions: () => embedderOf('a') });
    expect(await search.suggest({ owner_id: 'owner', q: 'gla', limit: 5 })).toBe('suggest');
    expect(await search.neighbours({ owner_id: 'owner', resource_id: RESOURCE, limit: 5 })).toBe('neighbours');
    expect(embedded).toEqual([]);
  });
});
