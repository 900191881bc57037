/**
 * The best hits are ranked again by their full vectors: those of an index have 8 bits a number, which puts documents that are
 * nearly as near in another order.
 */
import { normalised } from '../rank/feedback.ts';
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
 * The candidates in their new order. `vector` is what they are near to, of any length but 0; `vectors` are full, by the keys of
 * chunks. A candidate whose vector is not among them, because it is no longer in the database, keeps its place by integers.
 */
export function rankAgain(
  candidates: readonly Candidate[],
  vector: Float32Array,
  vectors: ReadonlyMap<number, Float32Array>,
): RankedHit[] {
  const question = normalised(vector);
  const ranked = candidates.map(({ full, ...hit }) => {
    const own = full === undefined ? undefined : vectors.get(full.seq);
    return full === undefined || own === undefined ? hit : { id: hit.id, ...full.rank(dotOf(question, own)) };
  });
  return ranked.sort(byOrder);
}

/** The best first; of one order by id. */
const byOrder = (a: RankedHit, b: RankedHit): number => b.order - a.order || (a.id < b.id ? -1 : 1);
