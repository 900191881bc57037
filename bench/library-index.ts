/**
 * A library's index alone, without a database: how fast it is built and decoded, what it takes, and how long questions of each
 * kind take.
 *
 *   node bench/library-index.ts --chunks 100000 --dimensions 384
 */
import { parseArgs } from 'node:util';
import { analyse, textAnalysis } from '../worker-node/search/analysis/analyse.ts';
import { decodeIndex, encodeIndex } from '../worker-node/search/index/codec.ts';
import type { LibraryIndex } from '../worker-node/search/index/library-index.ts';
import { createLibraryIndex } from '../worker-node/search/index/memory-index.ts';
import { createVectorBlock } from '../worker-node/search/vectors/vector-block.ts';
import { measure } from './support/synthetic.ts';
import { random, readWords, ZipfLibrary } from './support/zipf-library.ts';

const { values } = parseArgs({
  options: { chunks: { type: 'string', default: '100000' }, dimensions: { type: 'string', default: '384' } },
});
const CHUNKS = Number(values.chunks);
const QUESTIONS = 50;
const ROUNDS = 3;

const next = random(3);
const centres = Array.from({ length: 500 }, () => Float32Array.from({ length: Number(values.dimensions) }, () => next() - 0.5));
const library = new ZipfLibrary(centres);
/** By the vocabulary's order, after single letters. */
const FREQUENT = readWords(random(1)).slice(0, 8);
const parts = { analysis: textAnalysis, createVectors: createVectorBlock };

const before = memory();
const index = createLibraryIndex(parts);
let characters = 0;
let putting = 0;
for (let id = 0; index.chunks < CHUNKS; id++) {
  const document = library.document(`document-${id}`);
  for (const { text } of document.chunks) characters += text.length;
  const started = process.cpuUsage();
  index.put(document);
  const { user, system } = process.cpuUsage(started);
  putting += (user + system) / 1000;
}
const settling = performance.now();
index.settle();
const settled = performance.now() - settling;
console.log(`${index.chunks} chunks of ${index.documents} documents, ${(characters / 1e6).toFixed(0)} million characters`);
console.log(
  `put: ${(putting / 1000).toFixed(1)} s of processor time, ${((index.chunks / putting) * 1000).toFixed(0)} chunks/s; settle ${settled.toFixed(0)} ms`,
);
console.log(`memory: ${megabytes(memory() - before)} by the process, ${megabytes(index.bytes)} by the index's own account`);

const encoding = performance.now();
const steps = encodeIndex(index);
let step = steps.next();
while (!step.done) step = steps.next();
const file = Buffer.concat(step.value);
console.log(`encode: ${(performance.now() - encoding).toFixed(0)} ms, ${megabytes(file.length)}`);
const decoding = performance.now();
decodeIndex(parts, file);
console.log(`decode: ${(performance.now() - decoding).toFixed(0)} ms`);

await time('1 frequent word', (one) => one.words(groups([library.word()])));
await time('3 words', (one) => one.words(groups([library.contentWord(), library.contentWord(), library.contentWord()])));
await time('8 words, by frequency', (one) => one.words(groups(Array.from({ length: 8 }, () => library.word()))));
await time('the 8 most frequent words', (one) => one.words(groups(FREQUENT)));
await time('1,000 words', (one) => one.words(groups(Array.from({ length: 1_000 }, () => library.word()))));
await time('phrase of 2 content words', (one) => one.phrase(phrase([library.contentWord(), library.contentWord()])));
await time('phrase of the most frequent words', (one) => one.phrase(phrase(FREQUENT.slice(0, 3))));
await time('meaning', (one) => one.meaning(library.vector()));
await time('correct a word of 8 letters', (one) => one.vocabulary.correct(typo(library.contentWord())));
await time('correct a word of 5 letters by one edit', (one) => one.vocabulary.correct(`${library.contentWord().slice(0, 4)}x`));
await time('complete 1 letter', (one) => one.vocabulary.complete(library.contentWord().slice(0, 1), 10));
await time('complete 3 letters', (one) => one.vocabulary.complete(library.contentWord().slice(0, 3), 10));
await time('select by 3 filters', (one) =>
  one.select({ tag: ['tag-1'], after: Date.UTC(2022, 0), metadata: { team: ['tag-0'] } }, (category) => [category]),
);
const everything = Uint32Array.from({ length: index.documents }, (_, slot) => slot);
await time('facets of every document', (one) => one.facets(everything, null));
await time('replace a document of 8 chunks, settle', (one) => {
  one.put(library.document(`document-${Math.floor(next() * one.documents)}`));
  one.settle();
});

async function time(name: string, ask: (index: LibraryIndex) => unknown): Promise<void> {
  await measure(name, QUESTIONS, async () => ask(index), undefined, ROUNDS);
}

function groups(words: readonly string[]) {
  return words.map((word) => ({ terms: analyse(word).map(({ term }) => ({ term })) }));
}

function phrase(words: readonly string[]) {
  return words.map((word, offset) => ({ terms: analyse(word).map(({ term }) => term), offset }));
}

function typo(word: string): string {
  return `${word.slice(0, 2)}x${word.slice(2)}y`;
}

function memory(): number {
  globalThis.gc?.();
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}

function megabytes(bytes: number): string {
  return `${(bytes / 1e6).toFixed(0)} MB`;
}
