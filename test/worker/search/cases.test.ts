import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { resolveModel } from '../../../src/adapters/model-folder.ts';
import type { SearchAnswer, SearchRequest } from '../../../src/kernel/search/search-request.ts';
import { createEmbedder, type Embedder } from '../../../worker-node/embedder/embedder.ts';
import { forkInference } from '../../../worker-node/embedder/fork-inference.ts';
import { loadModel } from '../../../worker-node/embedder/model.ts';
import { textAnalysis } from '../../../worker-node/search/analysis/analyse.ts';
import { answerSearch } from '../../../worker-node/search/answer/answer-search.ts';
import { textToEmbed } from '../../../worker-node/search/answer/asked-question.ts';
import type { HitChunk, HitResource } from '../../../worker-node/search/answer/hit-rows.ts';
import { createRankedLists } from '../../../worker-node/search/answer/ranked-lists.ts';
import { createLibraryIndex } from '../../../worker-node/search/index/memory-index.ts';
import { createScoreBuffers } from '../../../worker-node/search/rank/score-buffers.ts';
import { createVectorBlock } from '../../../worker-node/search/vectors/vector-block.ts';
import { memoryLog } from '../../support/fakes/doubles.ts';
import { SEARCH_TEXTS } from '../../support/fixtures/search-case-texts.ts';
import { SEARCH_CASES, type SearchCase } from '../../support/fixtures/search-cases.ts';

const MODEL = 'pharos-static-192';
const clock = { now: () => performance.now(), monotonic: () => performance.now() };

const index = createLibraryIndex({ analysis: textAnalysis, createVectors: createVectorBlock });
const resources = new Map<string, HitResource>();
const chunks = new Map<number, HitChunk>();
const vectors = new Map<number, Float32Array>();
const lists = createRankedLists();
const buffers = createScoreBuffers();
let embedder: Embedder;

beforeAll(async () => {
  const model = await loadModel(await resolveModel({ model: MODEL }));
  const wait = (ms: number, signal?: AbortSignal) => sleep(ms, undefined, { signal });
  embedder = createEmbedder({ model, start: forkInference, log: memoryLog(), clock, sleep: wait, cacheSize: 0 });
  const documents = SEARCH_TEXTS.map(({ title, text }) => `${title}\n${text}`);
  const embeddings = await embedder.embed(documents, { priority: 'bulk', kind: 'document' });
  for (const [seq, { id, title, language, text }] of SEARCH_TEXTS.entries()) {
    const range = { charStart: 0, charEnd: text.length, pageStart: null, pageEnd: null };
    resources.set(id, { title, url: null, language, contentType: 'text/plain', category: null, tags: [], createdAt: 0 });
    chunks.set(seq, { seq, id: `chunk-${seq}`, resourceId: id, position: 0, text, headingPath: [], ...range });
    const attributes = { title, language, tags: [], category: null, createdAt: 0, contentType: 'text/plain', qualityScore: null };
    const embedding = embeddings[seq] as Float32Array;
    vectors.set(seq, embedding);
    const chunk = { seq, text, context: title, embedding };
    index.put({ id, ...attributes, metadata: {}, chunks: [chunk] });
  }
  index.settle();
}, 60_000);
afterAll(() => embedder.close());

async function ask({ q, prefix = false }: Pick<SearchCase, 'q' | 'prefix'>, mode: SearchRequest['mode']): Promise<SearchAnswer> {
  const request: SearchRequest = { owner_id: 'owner', q, mode, prefix, sort: 'relevance', limit: 50, filters: {} };
  const embed = async (text: string) => (await embedder.embed([text], { priority: 'interactive', kind: 'query' }))[0] ?? null;
  const text = textToEmbed(request);
  return answerSearch(
    {
      ...{ index, lists, buffers, clock, embed, version: () => 1, model: { id: MODEL, languages: ['en'] } },
      readHits: async () => ({ resources, chunks }),
      readVectors: async () => vectors,
      subtree: (category) => [category],
    },
    request,
    text === '' ? null : await embed(text),
  );
}

const modes = (['keyword', 'hybrid'] as const).flatMap((mode) =>
  SEARCH_CASES.filter((one) => one.mode === undefined || one.mode === mode).map((one) => ({ ...one, mode })),
);

describe('small questions over small texts', () => {
  it('search cases: there are at least 190, and each asks for a text that there is', () => {
    expect(SEARCH_CASES.length).toBeGreaterThanOrEqual(190);
    const ids = new Set(SEARCH_TEXTS.map(({ id }) => id));
    expect(ids.size).toBe(SEARCH_TEXTS.length);
    for (const { want, not = [] } of SEARCH_CASES) for (const id of [want, ...not]) expect(id === null || ids.has(id)).toBe(true);
  });

  it.each(modes)('search cases: $group, $mode: $q', async ({ mode, want, not = [], ...one }) => {
    const found = (await ask(one, mode)).hits.map((hit) => hit.resource_id);
    expect(found[0] ?? null).toBe(want);
    expect(found.filter((id) => not.includes(id))).toEqual([]);
  });

  it('search cases: a highlight is the word of the text as it stands there', async () => {
    const { hits } = await ask({ q: 'financial counterrevolutionary Mueller 学习' }, 'keyword');
    const marked = hits.flatMap(({ passages }) =>
      passages.flatMap((p) => p.highlights.map(([from, to]) => p.text.slice(from, to))),
    );
    expect(marked).toEqual(expect.arrayContaining(['ﬁnancial', 'counter\u00adrevolutionary', 'Müller']));
  });
});
