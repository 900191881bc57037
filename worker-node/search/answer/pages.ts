/** Which hits a page shows. */
import type { SearchSort } from '../../../src/kernel/search/search-request.ts';
import type { LibraryIndex } from '../index/library-index.ts';
import { compareIds } from '../rank/document-scores.ts';
import { selectBest } from '../rank/select-best.ts';
import { selectHighest } from '../rank/select-highest.ts';
import type { SearchCursor } from './cursor.ts';
import { type ListKey, MAX_LISTED, type RankedHit, type RankedLists } from './ranked-lists.ts';
import type { ScoredLibrary } from './score-library.ts';

export interface PageHit {
  readonly slot: number;
  readonly score: number;
}

export interface Page {
  readonly hits: readonly PageHit[];
  readonly total: number;
  /** Where the page ended; undefined on the last one. */
  readonly end?: Omit<SearchCursor, 'question'>;
}

export interface PageRequest {
  readonly sort: SearchSort;
  readonly limit: number;
  readonly cursor: SearchCursor | undefined;
  readonly lists: RankedLists;
  readonly key: ListKey;
}

/**
 * The next hits of the list that the first page began, as far as it is kept. A document that was deleted since is left out.
 * Where the list is not kept, the page continues behind the last hit in the order of now.
 */
export function pageOfHits(index: LibraryIndex, scored: ScoredLibrary, hits: Uint32Array, request: PageRequest): Page {
  const { sort, limit, cursor, lists, key } = request;
  const keys = keysOf(index, scored, hits, sort);
  const compare = comparison(index, keys, sort);
  const first = (slots: Uint32Array, count: number) =>
    sort === 'title' ? selectBest(slots, count, compare) : selectHighest(slots, count, keys, (a, b) => compareIds(index, a, b));
  const listed = (slot: number): RankedHit => ({
    id: index.idOf(slot),
    order: keys[slot] as number,
    score: scored.probability(slot),
  });
  if (cursor === undefined) {
    const kept = hits.length > limit ? MAX_LISTED : limit;
    const list = { hits: first(hits, kept).map(listed), total: hits.length };
    if (hits.length > limit) lists.set(key, list);
    return pageFrom(index, list.hits, { total: list.total, from: 0, limit, before: 0, version: key.version });
  }
  const list = lists.get({ ...key, version: cursor.version });
  const at = list?.hits.findIndex(({ id }) => id === cursor.id) ?? -1;
  if (list && at !== -1 && (at + 1 + limit <= list.hits.length || list.hits.length === list.total)) {
    const { total } = list;
    return pageFrom(index, list.hits, { total, from: at + 1, limit, before: cursor.position, version: cursor.version });
  }
  const rest = first(behind(index, keys, hits, request, compare), limit + 1).map(listed);
  const total = list?.total ?? hits.length;
  return pageFrom(index, rest, { total, from: 0, limit, before: cursor.position, version: cursor.version });
}

interface Part {
  readonly total: number;
  readonly from: number;
  readonly limit: number;
  /** Hits on the pages before. */
  readonly before: number;
  readonly version: number;
}

function pageFrom(index: LibraryIndex, hits: readonly RankedHit[], { total, from, limit, before, version }: Part): Page {
  const shown = hits.slice(from, from + limit);
  const last = shown.at(-1);
  const more = hits.length > from + limit;
  return {
    total,
    hits: shown.flatMap(({ id, score }) => {
      const slot = index.slotOf(id);
      return slot === undefined ? [] : [{ slot, score }];
    }),
    ...(last && more ? { end: { version, score: last.order, id: last.id, position: before + shown.length } } : {}),
  };
}

type Compare = (a: number, b: number) => number;

function comparison(index: LibraryIndex, keys: Float64Array, sort: SearchSort): Compare {
  if (sort === 'title') return (a, b) => index.compareTitles(a, b) || compareIds(index, a, b);
  return (a, b) => (keys[b] as number) - (keys[a] as number) || compareIds(index, a, b);
}

/** By document slot, the numbers that hits are ordered by; 0 where that is by title. */
function keysOf(index: LibraryIndex, { order }: ScoredLibrary, hits: Uint32Array, sort: SearchSort): Float64Array {
  if (sort === 'relevance') return order;
  const keys = new Float64Array(index.documentSlots);
  if (sort === 'date') for (const slot of hits) keys[slot] = index.createdAtOf(slot);
  return keys;
}

/** The hits behind the cursor's. Where it is by title and its document is gone, so many as the pages showed are left out. */
function behind(index: LibraryIndex, keys: Float64Array, hits: Uint32Array, request: PageRequest, compare: Compare) {
  const { sort, cursor } = request;
  if (cursor === undefined) return hits;
  const last = index.slotOf(cursor.id);
  if (last !== undefined && sort === 'title') return hits.filter((slot) => compare(last, slot) < 0);
  if (sort === 'title') return Uint32Array.from(hits).sort(compare).subarray(cursor.position);
  return hits.filter((slot) => {
    const order = keys[slot] as number;
    return order < cursor.score || (order === cursor.score && index.idOf(slot) > cursor.id);
  });
}
