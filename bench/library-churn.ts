/**
 * A library's index alone while all of its documents are replaced again and again: what it holds, what of that is of removed
 * documents, and what an index of the last documents holds.
 *
 *   node bench/library-churn.ts --documents 2000 --rounds 20 --identifiers 10
 */
import { parseArgs } from 'node:util';
import { textAnalysis } from '../worker-node/search/analysis/analyse.ts';
import type { LibraryIndex } from '../worker-node/search/index/library-index.ts';
import { createLibraryIndex } from '../worker-node/search/index/memory-index.ts';
import { createVectorBlock } from '../worker-node/search/vectors/vector-block.ts';
import { type BenchDocument, random, ZipfLibrary } from './support/zipf-library.ts';

const { values } = parseArgs({
  options: {
    documents: { type: 'string', default: '2000' },
    rounds: { type: 'string', default: '20' },
    /** Words of each chunk that no other one has. */
    identifiers: { type: 'string', default: '0' },
  },
});
/** Documents that change between two questions. */
const A_SETTLING = 50;
const CHUNKS = 2;

const next = random(3);
const library = new ZipfLibrary([Float32Array.from({ length: 384 }, () => next() - 0.5)]);
const embedding = library.vector();
const parts = { analysis: textAnalysis, createVectors: createVectorBlock };
const index = createLibraryIndex(parts);
let last: BenchDocument[] = [];
for (let round = 1; round <= Number(values.rounds); round++) {
  last = Array.from({ length: Number(values.documents) }, (_, at) => document(`document-${at}`));
  for (const [at, one] of last.entries()) {
    index.put(one);
    if (at % A_SETTLING === A_SETTLING - 1) index.settle();
  }
  index.settle();
  print(`round ${round}`, index);
}
const fresh = createLibraryIndex(parts);
for (const one of last) fresh.put(one);
fresh.settle();
print('the last documents alone', fresh);

function document(id: string): BenchDocument {
  const { chunks, ...rest } = library.document(id);
  const identifier = () => Math.floor(next() * 2 ** 32).toString(36);
  const own = () => Array.from({ length: Number(values.identifiers) }, identifier).join(' ');
  return {
    ...rest,
    id,
    chunks: chunks.slice(0, CHUNKS).map((chunk) => ({ ...chunk, text: `${chunk.text} ${own()}`, embedding })),
  };
}

function print(name: string, { bytes, deadBytes, chunks, chunkSlots, vocabulary }: LibraryIndex): void {
  const megabytes = (size: number) => (size / 1e6).toFixed(1);
  const strings = `${vocabulary.size} strings`;
  console.log(
    `${name}: ${megabytes(bytes)} MB, ${megabytes(deadBytes)} dead; ${strings}, ${chunks} chunks in ${chunkSlots} slots`,
  );
}
