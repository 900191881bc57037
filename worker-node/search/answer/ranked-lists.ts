/** The orders of hits of which a first page was answered: further pages show the same one, whatever changes in between. */
import { createBoundedMap } from '../../../src/kernel/core/bounded-map.ts';

export interface RankedHit {
  readonly id: string;
  /** What hits are ordered by. */
  readonly order: number;
  /** How likely the hit is to be relevant. */
  readonly score: number;
}

export interface RankedList {
  /** The best hits. */
  readonly hits: readonly RankedHit[];
  /** Hits in all. */
  readonly total: number;
}

/** The question in one version of one owner's library. */
export interface ListKey {
  readonly owner: string;
  readonly version: number;
  readonly question: number;
}

export interface RankedLists {
  get(key: ListKey): RankedList | undefined;
  set(key: ListKey, list: RankedList): void;
}

/** Lists kept. Further pages of an older one are ranked anew. */
const MAX_LISTS = 64;
/** Hits of a list. Pages behind them are ranked anew. */
export const MAX_LISTED = 500;

export function createRankedLists(): RankedLists {
  const lists = createBoundedMap<string, RankedList>({ capacity: MAX_LISTS, evict: 'least-recently-used' });
  const nameOf = ({ owner, version, question }: ListKey) => `${owner} ${version} ${question}`;
  return { get: (key) => lists.get(nameOf(key)), set: (key, list) => lists.set(nameOf(key), list) };
}
