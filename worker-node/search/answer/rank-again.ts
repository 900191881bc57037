/**
 * The best hits are ranked again by their full vectors: those of an index have 8 bits a number, which puts documents that are
 * nearly as near in another order.
 */
import { normalised } from '../rank/feedback.ts';
import type { ReadVectors } from './hit-rows.ts';
import type { RankedHit } from './ranked-lists.ts';
import type { ByFullVector } from './score-library.ts';
import { dotOf } from './similar-question.ts';

/** Hits that are ranked again. docs/search.md says how many of the ten nearest are among so many by integers. */
export const RANKED_AGAIN = 12;

export interface Candidate extends RankedHit {
  /** Undefined where the document has no vector. */
  readonly full: ByFullVector | undefined;
}

/**
 * The candidates in their new order; one alone needs none. `vector` is what they are near to, of any length but 0. A candidate whose
 * vector is no longer in the database keeps its place by integers.
 */
export async function rankAgain(
  candidates: readonly Candidate[],
  vector: Float32Array,
  readVectors: ReadVectors,
): Promise<RankedHit[]> {
  const seqs = candidates.length < 2 ? [] : candidates.flatMap(({ full }) => full?.seq ?? []);
  const vectors: ReadonlyMap<number, Float32Array> = seqs.length === 0 ? new Map() : await readVectors(seqs);
  const question = normalised(vector);
  const ranked = candidates.map(({ full, ...hit }) => {
    const own = full === undefined ? undefined : vectors.get(full.seq);
    return full === undefined || own === undefined ? hit : { id: hit.id, ...full.rank(dotOf(question, own)) };
  });
  return ranked.sort(byOrder);
}

/** The best first; of one order by id. */
const byOrder = (a: RankedHit, b: RankedHit): number => b.order - a.order || (a.id < b.id ? -1 : 1);
