/** Which hits a page shows. */
import type { SearchSort } from '../../../src/kernel/search/search-request.ts';
import type { LibraryIndex } from '../index/library-index.ts';
import { compareIds } from '../rank/document-scores.ts';
import { selectBest } from '../rank/select-best.ts';
import { selectHighest } from '../rank/select-highest.ts';
import type { SearchCursor } from './cursor.ts';
import { type ListKey, MAX_LISTED, type RankedHit, type RankedLists } from './ranked-lists.ts';
import type { ScoredLibrary } from './score-library.ts';

export interface Page {
  readonly hits: readonly RankedHit[];
  /** Where the page ended; undefined on the last one. */
  readonly end?: Omit<SearchCursor, 'question'>;
}

export interface PageRequest {
  readonly sort: SearchSort;
  readonly limit: number;
  readonly cursor: SearchCursor | undefined;
  readonly lists: RankedLists;
  readonly key: ListKey;
  /** How many of the best are ranked again before the page is made. */
  readonly again: number;
}

/** Hits in their order, before the best of them are ranked again. */
export interface Listing {
  readonly hits: readonly RankedHit[];
  /** Slots of the hits that the page may show, in their order; undefined where the document was deleted since. */
  readonly slots: readonly (number | undefined)[];
  /** How many of the hits, from the first on, are to be ranked again. */
  readonly again: number;
  /** Hits in all. */
  readonly total: number;
  /** The version of the library whose order this is. */
  readonly version: number;
}

/**
 * The next hits of the list that the first page began, as far as it is kept. Where it is not kept, the page continues behind the
 * last hit in the order of now.
 */
export function listHits(index: LibraryIndex, scored: ScoredLibrary, hits: Uint32Array, request: PageRequest): Listing {
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
    const best = first(hits, hits.length > limit ? MAX_LISTED : limit);
    const again = Math.min(request.again, best.length);
    return {
      hits: best.map(listed),
      slots: best.slice(0, Math.max(limit, again)),
      again,
      total: hits.length,
      version: key.version,
    };
  }
  const list = lists.get({ ...key, version: cursor.version });
  const at = list?.hits.findIndex(({ id }) => id === cursor.id) ?? -1;
  const { version } = cursor;
  if (list && at !== -1 && (at + 1 + limit <= list.hits.length || list.hits.length === list.total)) {
    const rest = list.hits.slice(at + 1, at + 1 + limit + 1);
    return { hits: rest, slots: rest.map(({ id }) => index.slotOf(id)), again: 0, total: list.total, version };
  }
  const candidates = first(hits, request.again);
  const isAmong = candidates.some((slot) => index.idOf(slot) === cursor.id);
  const behind = isAmong ? hits : hitsBehind(index, keys, hits, { sort, cursor, compare });
  const others = behind.filter((slot) => !candidates.includes(slot));
  const slots = [...candidates, ...first(others, limit + 1)];
  return { hits: slots.map(listed), slots, again: candidates.length, total: list?.total ?? hits.length, version };
}

/**
 * The page of a listing of which the best hits were ranked again, among themselves: the others stay behind them. The list of a first
 * page is kept for the next ones. Nothing here asks the index, which may have changed since.
 */
export function pageOf({ hits, again, total, version }: Listing, ranked: readonly RankedHit[], request: PageRequest): Page {
  const { limit, cursor, lists, key } = request;
  const all = again === 0 ? hits : behindCursor([...likelyFirst(ranked, hits[again]), ...hits.slice(again)], cursor);
  if (cursor === undefined && all.length > limit) lists.set(key, { hits: all, total });
  const shown = all.slice(0, limit);
  const last = shown.at(-1);
  const position = (cursor?.position ?? 0) + shown.length;
  return {
    hits: shown,
    ...(last && all.length > limit ? { end: { version, score: last.order, id: last.id, position } } : {}),
  };
}

/** A document of which the question is the title is likely, and so is what has been ranked before it, and before `next`. */
function likelyFirst(ranked: readonly RankedHit[], next: RankedHit | undefined): RankedHit[] {
  let least = next?.score ?? 0;
  return ranked
    .toReversed()
    .map((hit) => {
      least = Math.max(least, hit.score);
      return hit.score === least ? hit : { ...hit, score: least };
    })
    .toReversed();
}

/** Where the cursor's hit is no longer there, the hits that are ordered behind it. */
function behindCursor(hits: readonly RankedHit[], cursor: SearchCursor | undefined): readonly RankedHit[] {
  if (cursor === undefined) return hits;
  const at = hits.findIndex(({ id }) => id === cursor.id);
  return at === -1 ? hits.filter(({ order, id }) => isBehind(cursor, order, id)) : hits.slice(at + 1);
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

const isBehind = (cursor: SearchCursor, order: number, id: string): boolean =>
  order < cursor.score || (order === cursor.score && id > cursor.id);

/** The hits behind the cursor's. Where it is by title and its document is gone, so many as the pages showed are left out. */
function hitsBehind(
  index: LibraryIndex,
  keys: Float64Array,
  hits: Uint32Array,
  { sort, cursor, compare }: { readonly sort: SearchSort; readonly cursor: SearchCursor; readonly compare: Compare },
): Uint32Array {
  const last = index.slotOf(cursor.id);
  if (last !== undefined && sort === 'title') return hits.filter((slot) => compare(last, slot) < 0);
  if (sort === 'title') return Uint32Array.from(hits).sort(compare).subarray(cursor.position);
  return hits.filter((slot) => isBehind(cursor, keys[slot] as number, index.idOf(slot)));
}
