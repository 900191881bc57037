/** The same answers as the index, computed from the documents anew each time, in the plainest way. */
import type { SearchFilters } from '../../../../src/kernel/search/search-request.ts';
import { encodeIndex } from '../../../../worker-node/search/index/codec.ts';
import type {
  IndexedChunk,
  IndexedDocument,
  IndexParts,
  IndexToken,
  LibraryIndex,
  PhraseTerm,
  TermGroup,
  TextAnalysis,
} from '../../../../worker-node/search/index/library-index.ts';
import { createVectorBlock } from '../../../../worker-node/search/vectors/vector-block.ts';

/** Words between blanks; `one_two` stands at one place as itself and as `one`, and `two` follows. */
export const analysis: TextAnalysis = {
  findPieces: (units, length, ranges) => {
    const found = [...String.fromCharCode(...units.subarray(0, length)).matchAll(/\S+/g)];
    ranges.set(found.flatMap(({ 0: word, index }) => [index, index + word.length]));
    return found.length * 2;
  },
  readPiece: (word) => {
    const [first = '', ...others] = word.split('_');
    if (others.length === 0) return piece({ term: word, start: 0, end: word.length, position: 0 });
    const parts = [first, ...others].map((term, position) => ({ term, start: 0, end: word.length, position }));
    return piece({ term: word, start: 0, end: word.length, position: 0 }, ...parts);
  },
  wholeAround: () => undefined,
};

const piece = (...tokens: IndexToken[]) => ({ tokens, positions: (tokens.at(-1)?.position ?? 0) + 1, hint: undefined });

export const parts: IndexParts = { analysis, createVectors: createVectorBlock };

/** The parts with terms that differ from their words. */
export const withStems = (stemOf: (term: string) => string): IndexParts => ({
  ...parts,
  analysis: {
    ...analysis,
    readPiece: (piece, language) => {
      const { tokens, ...read } = analysis.readPiece(piece, language);
      return { ...read, tokens: tokens.map((token) => ({ ...token, term: stemOf(token.term) })) };
    },
  },
});

/** Of a document that says nothing but its chunks. */
export const NO_ATTRIBUTES: Omit<IndexedDocument, 'id' | 'chunks'> = {
  ...{ title: null, language: null, category: null, tags: [], contentType: null, createdAt: 0, qualityScore: null, metadata: {} },
};

/** The tokens of a text, with positions within it. */
function analyse(text: string): Place[] {
  let position = 0;
  return [...text.matchAll(/\S+/g)].flatMap(({ 0: word }) => {
    const { tokens, positions: taken } = analysis.readPiece(word, null);
    position += taken;
    return tokens.map((token) => ({ term: token.term, position: token.position + position - taken }));
  });
}

interface Place {
  readonly term: string;
  readonly position: number;
}

interface Chunk {
  readonly document: IndexedDocument;
  readonly chunk: IndexedChunk;
  readonly text: readonly Place[];
  readonly context: readonly Place[];
}

/** The bytes of an index, all steps taken. */
export function encodedBytes(index: LibraryIndex): Buffer {
  const steps = encodeIndex(index);
  for (;;) {
    const step = steps.next();
    if (step.done) return Buffer.concat(step.value);
  }
}

export class NaiveIndex {
  readonly documents = new Map<string, IndexedDocument>();

  put(document: IndexedDocument): void {
    if (document.chunks.length > 0) this.documents.set(document.id, document);
    else this.documents.delete(document.id);
  }

  remove(id: string): void {
    this.documents.delete(id);
  }

  chunks(): Chunk[] {
    return [...this.documents.values()].flatMap((document) =>
      document.chunks.map((chunk) => {
        const [text, context] = [analyse(chunk.text), analyse(chunk.context)];
        const isTitle = termsOf(text) === termsOf(context);
        return { document, chunk, text, context: isTitle ? [] : context };
      }),
    );
  }

  frequency(term: string): number {
    return this.chunks().filter(({ text, context }) => [...text, ...context].some((place) => place.term === term)).length;
  }

  /** BM25 by seq. */
  words(
    groups: readonly TermGroup[],
    { contextWeight, k1, b }: { contextWeight: number; k1: number; b: number },
  ): Map<number, number> {
    const chunks = this.chunks();
    const lengthOf = ({ text, context }: Chunk) => positions(text) + contextWeight * positions(context);
    const mean = chunks.reduce((sum, chunk) => sum + lengthOf(chunk), 0) / Math.max(1, chunks.length);
    const scores = new Map<number, number>();
    for (const { terms, weight = 1 } of groups) {
      const weights = new Map<string, number>();
      for (const { term, weight: own = 1 } of terms) weights.set(term, Math.max(weights.get(term) ?? 0, own));
      const sumOf = (places: readonly Place[], each: number) =>
        places.reduce((sum, { term }) => sum + each * (weights.get(term) ?? 0), 0);
      const found = chunks
        .map((chunk) => ({ chunk, frequency: sumOf(chunk.text, 1) + sumOf(chunk.context, contextWeight) }))
        .filter(({ frequency }) => frequency > 0);
      const idf = Math.log(1 + (chunks.length - found.length + 0.5) / (found.length + 0.5));
      for (const { chunk, frequency } of found) {
        const saturated = (frequency * (k1 + 1)) / (frequency + k1 * (1 - b + (b * lengthOf(chunk)) / mean));
        scores.set(chunk.chunk.seq, (scores.get(chunk.chunk.seq) ?? 0) + weight * idf * saturated);
      }
    }
    return scores;
  }

  /** The seqs of chunks where the phrase occurs. */
  phrase(terms: readonly PhraseTerm[]): number[] {
    const occurs = (places: readonly Place[]) =>
      places.some(({ position: start }) =>
        terms.every(({ terms: alternatives, offset }) =>
          places.some(({ term, position }) => position === start + offset && alternatives.includes(term)),
        ),
      );
    return this.chunks()
      .filter(({ text, context }) => occurs(text) || occurs(context))
      .map(({ chunk }) => chunk.seq);
  }

  passes(document: IndexedDocument, filters: SearchFilters): boolean {
    const one = (values: readonly string[] | undefined, of: readonly (string | null)[]) =>
      !values || values.length === 0 || values.some((value) => of.includes(value));
    return (
      one(filters.category, [document.category]) &&
      one(filters.tag, document.tags) &&
      one(filters.language, [document.language]) &&
      one(filters.type, [document.contentType]) &&
      document.createdAt >= (filters.after ?? -Infinity) &&
      document.createdAt < (filters.before ?? Infinity) &&
      (filters.minQuality === undefined || (document.qualityScore ?? -1) >= filters.minQuality) &&
      Object.entries(filters.metadata ?? {}).every(([key, values]) => one(values, [document.metadata[key]].flat().map(String)))
    );
  }
}

const termsOf = (places: readonly Place[]): string => places.map(({ term }) => term).join(' ');

function positions(places: readonly Place[]): number {
  return new Set(places.map(({ position }) => position)).size;
}
