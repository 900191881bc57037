/** Makes the indexes of libraries: analysed in TypeScript, their vectors scanned by SIMD. */
import { textAnalysis } from './analysis/analyse.ts';
import { decodeIndex, encodeIndex } from './index/codec.ts';
import type { IndexParts, LibraryIndex } from './index/library-index.ts';
import { createLibraryIndex } from './index/memory-index.ts';
import type { IndexEngine } from './libraries/library.ts';
import { createVectorBlock } from './vectors/vector-block.ts';

const parts: IndexParts = { analysis: textAnalysis, createVectors: createVectorBlock };

export const libraryEngine: IndexEngine<LibraryIndex> = {
  create: () => createLibraryIndex(parts),
  encode: encodeIndex,
  decode: (file) => decodeIndex(parts, file),
};
