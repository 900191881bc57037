/**
 * Searches in languages that the model does not know: of 100 questions in five languages (`bench/search/languages`), the mean of
 * 1 / rank of the document that answers, in a library of its language and in one of all five.
 * `npm run bench:search-languages -- [name or path of a model ...]`.
 */
import { readFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { resolveModel } from '../src/adapters/model-folder.ts';
import { systemClock } from '../src/adapters/system-clock.ts';
import { SEARCH_MODES, type SearchMode } from '../src/kernel/search/search-request.ts';
import { memoryLog } from '../test/support/fakes/doubles.ts';
import { createEmbedder, type Embedder } from '../worker-node/embedder/embedder.ts';
import { forkInference } from '../worker-node/embedder/fork-inference.ts';
import { loadModel } from '../worker-node/embedder/model.ts';
import { textAnalysis } from '../worker-node/search/analysis/analyse.ts';
import { answerSearch } from '../worker-node/search/answer/answer-search.ts';
import { createRankedLists } from '../worker-node/search/answer/ranked-lists.ts';
import { createLibraryIndex } from '../worker-node/search/index/memory-index.ts';
import { createScoreBuffers } from '../worker-node/search/rank/score-buffers.ts';
import { createVectorBlock } from '../worker-node/search/vectors/vector-block.ts';

const LANGUAGES = ['de', 'fr', 'es', 'ru', 'ja'] as const;

interface Text {
  readonly id: string;
  readonly language: string;
  readonly title: string;
  readonly text: string;
}

interface Asked {
  readonly q: string;
  readonly language: string;
  /** The text that answers. */
  readonly id: string;
}

/** A line is `title | text`; one that begins with `?` is a question that the text before it answers. */
async function textsIn(language: string): Promise<{ texts: Text[]; asked: Asked[] }> {
  const texts: Text[] = [];
  const asked: Asked[] = [];
  const lines = await readFile(new URL(`search/languages/${language}.txt`, import.meta.url), 'utf8');
  for (const line of lines.trim().split('\n')) {
    if (line.startsWith('? ')) asked.push({ q: line.slice(2), language, id: texts.at(-1)?.id ?? '' });
    else {
      const [title = '', text = ''] = line.split(' | ');
      texts.push({ id: `${language}-${texts.length}`, language, title, text });
    }
  }
  return { texts, asked };
}

type Vectors = ReadonlyMap<string, Float32Array>;

async function vectorsOf(embedder: Embedder, texts: readonly string[], kind: 'document' | 'query'): Promise<Vectors> {
  const vectors = await embedder.embed(texts, { kind, priority: 'bulk' });
  return new Map(texts.map((text, i) => [text, vectors[i] as Float32Array]));
}

const embeddedText = ({ title, text }: Text) => `${title}\n${text}`;

/** The mean of 1 / rank. */
async function meanReciprocalRank(
  texts: readonly Text[],
  asked: readonly Asked[],
  { model, mode, vectors }: { readonly model: Embedder['model']; readonly mode: SearchMode; readonly vectors: Vectors },
): Promise<number> {
  const index = createLibraryIndex({ analysis: textAnalysis, createVectors: createVectorBlock });
  const about = { contentType: 'text/plain', category: null, tags: [], createdAt: 0 };
  const embeddings = new Map<number, Float32Array>();
  const range = { position: 0, headingPath: [], charStart: 0, charEnd: 1, pageStart: null, pageEnd: null };
  for (const [seq, one] of texts.entries()) {
    const { id, title, language, text } = one;
    const embedding = vectors.get(embeddedText(one)) as Float32Array;
    embeddings.set(seq, embedding);
    const chunk = { seq, text, context: title, embedding };
    index.put({ ...about, id, title, language, qualityScore: null, metadata: {}, chunks: [chunk] });
  }
  index.settle();
  const rows = {
    resources: new Map(texts.map(({ id, title, language }) => [id, { ...about, title, language, url: null }])),
    chunks: new Map(texts.map(({ id, text }, seq) => [seq, { ...range, seq, id: `${seq}`, resourceId: id, text }])),
  };
  const dependencies = {
    ...{ index, lists: createRankedLists(), buffers: createScoreBuffers(), clock: systemClock, version: () => 1 },
    ...{ model: { id: model, languages: ['en'] }, subtree: (category: string) => [category], readHits: async () => rows },
    readVectors: async () => embeddings,
  };
  let sum = 0;
  for (const { q, id } of asked) {
    const request = { owner_id: 'owner', q, mode, prefix: false, sort: 'relevance', limit: 100, filters: {} } as const;
    const { hits } = await answerSearch(dependencies, request, mode === 'keyword' ? null : (vectors.get(q) ?? null));
    const at = hits.findIndex((hit) => hit.resource_id === id);
    if (at >= 0) sum += 1 / (at + 1);
  }
  return sum / asked.length;
}

const libraries = await Promise.all(LANGUAGES.map(textsIn));
const everything = libraries.flatMap(({ texts }) => texts);
const names = process.argv.slice(2);
for (const name of names.length > 0 ? names : ['all-MiniLM-L6-v2', 'pharos-static-192']) {
  const embedder = createEmbedder({
    model: await loadModel(await resolveModel({ model: name })),
    start: forkInference,
    log: memoryLog(),
    clock: systemClock,
    sleep: (ms, signal) => sleep(ms, undefined, { signal }),
  });
  const questions = libraries.flatMap(({ asked }) => asked.map(({ q }) => q));
  const vectors = new Map([
    ...(await vectorsOf(embedder, everything.map(embeddedText), 'document')),
    ...(await vectorsOf(embedder, questions, 'query')),
  ]);
  console.log(`| ${embedder.model} | ${LANGUAGES.join(' | ')} | ${LANGUAGES.map((one) => `${one} of all`).join(' | ')} |`);
  console.log(`|---|${'---|'.repeat(2 * LANGUAGES.length)}`);
  for (const mode of SEARCH_MODES) {
    const own = libraries.map(({ texts, asked }) => meanReciprocalRank(texts, asked, { model: embedder.model, mode, vectors }));
    const mixed = libraries.map(({ asked }) => meanReciprocalRank(everything, asked, { model: embedder.model, mode, vectors }));
    console.log(`| ${mode} | ${(await Promise.all([...own, ...mixed])).map((value) => value.toFixed(3)).join(' | ')} |`);
  }
  await embedder.close();
}
