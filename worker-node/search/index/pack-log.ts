/** Packs a log: postings in the order of chunks become postings in the order of terms, by counting them first. */
import { freed } from './grown.ts';
import type { PostingLog } from './posting-log.ts';
import type { Postings } from './postings.ts';
import { type TermDirectory, TermDirectoryBuilder } from './term-directory.ts';

/** Postings of a step, which take some milliseconds. */
const POSTINGS_A_STEP = 32_768;

/** By steps, between which the log must not change. `live` tells by slot within the block. Postings of other chunks are left out. */
export function* packLog(log: PostingLog, live: Uint8Array): Generator<void, Postings> {
  const runs = runsOf(log, live);
  const places = new Uint32Array(log.termLimit * 2);
  for (const { first, last } of inSteps(runs)) {
    count(log, first, last, places);
    yield;
  }
  const { terms, size, bytes } = directoryOf(places);
  yield;
  const packed = { terms, slots: new Uint16Array(size), counts: new Uint8Array(size), positions: new Uint8Array(bytes) };
  for (const { first, last } of inSteps(runs)) {
    copy(log, first, last, places, packed);
    yield;
  }
  freed(places);
  return packed;
}

/** Adds up by term its postings, and the bytes of their positions. */
function count({ terms, positionStarts }: PostingLog, first: number, last: number, places: Uint32Array): void {
  for (let entry = first; entry < last; entry++) {
    const place = 2 * (terms[entry] as number);
    (places[place] as number)++;
    const length = (positionStarts[entry + 1] as number) - (positionStarts[entry] as number);
    places[place + 1] = (places[place + 1] as number) + length;
  }
}

/** Copies postings to the places of their terms, which move on. */
function copy(log: PostingLog, first: number, last: number, places: Uint32Array, to: Postings): void {
  const { terms, positionStarts, positions } = log;
  for (let entry = first; entry < last; entry++) {
    const place = 2 * (terms[entry] as number);
    const at = places[place] as number;
    to.slots[at] = log.slots[entry] as number;
    to.counts[at] = log.counts[entry] as number;
    places[place] = at + 1;
    let into = places[place + 1] as number;
    const next = positionStarts[entry + 1] as number;
    for (let from = positionStarts[entry] as number; from < next; from++) to.positions[into++] = positions[from] as number;
    places[place + 1] = into;
  }
}

interface Run {
  readonly first: number;
  readonly last: number;
}

/** The same postings in as few runs as steps need. */
function* inSteps(runs: readonly Run[]): Generator<Run> {
  let first = 0;
  let last = 0;
  for (const run of runs) {
    const joins = run.first === last && run.last - first <= POSTINGS_A_STEP;
    if (!joins && last > first) yield { first, last };
    if (!joins) first = run.first;
    last = run.last;
  }
  if (last > first) yield { first, last };
}

/** The postings of each live chunk, by slot: a slot that was given out again comes late in the log. */
function runsOf(log: PostingLog, live: Uint8Array): Run[] {
  const slotOf = (entry: number) => log.slots[entry] as number;
  return log.chunks
    .map((first, index) => ({ first, last: log.chunks[index + 1] ?? log.size }))
    .filter(({ first }) => live[slotOf(first)] === 1)
    .sort((a, b) => slotOf(a.first) - slotOf(b.first));
}

/**
 * The terms that have postings. Of each term `places` has the number of postings and that of the bytes of their positions, which
 * become the places of the first ones.
 */
function directoryOf(places: Uint32Array): { terms: TermDirectory; size: number; bytes: number } {
  const builder = new TermDirectoryBuilder();
  let size = 0;
  let bytes = 0;
  for (let place = 0; place < places.length; place += 2) {
    const postings = places[place] as number;
    if (postings === 0) continue;
    const length = places[place + 1] as number;
    builder.add(place / 2, postings, length);
    places[place] = size;
    places[place + 1] = bytes;
    size += postings;
    bytes += length;
  }
  return { terms: builder.finish(), size, bytes };
}
