/** The documents nearest to a vector, by the mean of a document's vectors. */
import type { Neighbour } from '../../../src/kernel/search/search-request.ts';
import type { LibraryIndex } from '../index/library-index.ts';
import { compareIds } from '../rank/document-scores.ts';
import { normalised } from '../rank/feedback.ts';
import { selectHighest } from '../rank/select-highest.ts';
import { dotOf, vectorOfDocument } from './similar-question.ts';

/** Documents are compared by the mean cosine of their chunks first, and so many times the limit by their own vectors. */
const CANDIDATES = 3;

/** Without `exceptId`, and without documents that have no vector. */
export function nearestDocuments(
  index: LibraryIndex,
  vector: Float32Array,
  { exceptId, limit }: { readonly exceptId: string; readonly limit: number },
): Neighbour[] {
  const cosines = index.meaning(vector);
  const { documentColumn, documentSlots, chunkSlots } = index;
  const means = new Float64Array(documentSlots);
  const counts = new Uint32Array(documentSlots);
  for (let chunk = 0; chunk < chunkSlots; chunk++) {
    // A chunk whose cosine is 0 was removed, has no vector, or one that says nothing.
    const cosine = cosines[chunk] as number;
    if (cosine === 0) continue;
    const document = documentColumn[chunk] as number;
    means[document] = (means[document] as number) + cosine;
    counts[document] = (counts[document] as number) + 1;
  }
  const except = index.slotOf(exceptId);
  const embedded = new Uint32Array(documentSlots);
  let count = 0;
  for (let document = 0; document < documentSlots; document++) {
    if (counts[document] === 0 || document === except) continue;
    means[document] = (means[document] as number) / (counts[document] as number);
    embedded[count++] = document;
  }
  const byId = (a: number, b: number) => compareIds(index, a, b);
  const candidates = selectHighest(embedded.subarray(0, count), CANDIDATES * limit, means, byId);
  const direction = normalised(vector);
  return candidates
    .map((document) => {
      const own = vectorOfDocument(index, document);
      const cosine = own === null ? 0 : Math.max(-1, Math.min(1, dotOf(direction, own)));
      return { resource_id: index.idOf(document), score: Math.max(0, cosine), cosine, words: [] };
    })
    .sort((a, b) => b.cosine - a.cosine || (a.resource_id < b.resource_id ? -1 : 1))
    .slice(0, limit);
}
