/** The documents nearest to a vector, by the mean of a document's vectors. */
import type { Neighbour } from '../../../src/kernel/search/search-request.ts';
import type { LibraryIndex } from '../index/library-index.ts';
import { compareIds } from '../rank/document-scores.ts';
import { selectBest } from '../rank/select-best.ts';
import { vectorOfDocument } from './similar-question.ts';

/** Documents are compared by the mean cosine of their chunks first, and so many times the limit by their own vectors. */
const CANDIDATES = 3;

/** Without `exceptId`, and without documents that have no vector. */
export function nearestDocuments(
  index: LibraryIndex,
  vector: Float32Array,
  { exceptId, limit }: { readonly exceptId: string; readonly limit: number },
): Neighbour[] {
  const cosines = index.meaning(vector);
  const sums = new Float64Array(index.documentSlots);
  const counts = new Uint32Array(index.documentSlots);
  for (let chunk = 0; chunk < index.chunkSlots; chunk++) {
    // A chunk whose cosine is 0 has no vector, or one that says nothing.
    if (cosines[chunk] === 0 || !index.isLive(chunk)) continue;
    const document = index.documentOf(chunk);
    sums[document] = (sums[document] as number) + (cosines[chunk] as number);
    counts[document] = (counts[document] as number) + 1;
  }
  const except = index.slotOf(exceptId);
  const embedded: number[] = [];
  for (const [document, count] of counts.entries()) if (count > 0 && document !== except) embedded.push(document);
  const mean = (document: number) => (sums[document] as number) / (counts[document] as number);
  const candidates = selectBest(embedded, CANDIDATES * limit, (a, b) => mean(b) - mean(a) || compareIds(index, a, b));
  return candidates
    .map((document) => {
      const cosine = cosineOf(vector, vectorOfDocument(index, document));
      return { resource_id: index.idOf(document), score: Math.max(0, cosine), cosine, words: [] };
    })
    .sort((a, b) => b.cosine - a.cosine || (a.resource_id < b.resource_id ? -1 : 1))
    .slice(0, limit);
}

/** `other` has the length 1, or is null. */
function cosineOf(vector: Float32Array, other: Float32Array | null): number {
  if (!other) return 0;
  const dot = other.reduce((sum, value, i) => sum + value * (vector[i] ?? 0), 0);
  return Math.max(-1, Math.min(1, dot / (Math.hypot(...vector) || 1)));
}
