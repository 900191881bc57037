/** Packs a log: postings in the order of chunks become postings in the order of terms, by counting them first. */
import type { PostingLog } from './posting-log.ts';
import type { Postings } from './postings.ts';

/** `live` tells by slot within the block. Postings of other chunks are left out. */
export function packLog(log: PostingLog, live: Uint8Array): Postings {
  const runs = runsOf(log, live);
  const ends = new Uint32Array(log.termLimit);
  const byteEnds = new Uint32Array(log.termLimit);
  for (const { first, last } of runs)
    for (let entry = first; entry < last; entry++) {
      const term = log.terms[entry] as number;
      (ends[term] as number)++;
      byteEnds[term] = (byteEnds[term] as number) + lengthOf(log, entry);
    }
  const heads = headsOf(ends, byteEnds);
  const slots = new Uint16Array(heads.starts.at(-1) ?? 0);
  const counts = new Uint8Array(slots.length);
  const positions = new Uint8Array(heads.positionStarts.at(-1) ?? 0);
  for (const { first, last } of runs)
    for (let entry = first; entry < last; entry++) {
      const term = log.terms[entry] as number;
      const at = ends[term] as number;
      slots[at] = log.slots[entry] as number;
      counts[at] = log.counts[entry] as number;
      ends[term] = at + 1;
      let to = byteEnds[term] as number;
      const next = log.positionStarts[entry + 1] as number;
      for (let from = log.positionStarts[entry] as number; from < next; from++) positions[to++] = log.positions[from] as number;
      byteEnds[term] = to;
    }
  return { terms: heads.terms, starts: heads.starts, slots, counts, positionStarts: heads.positionStarts, positions };
}

/** The postings of each live chunk, by slot: a slot that was given out again comes late in the log. */
function runsOf(log: PostingLog, live: Uint8Array): { readonly first: number; readonly last: number }[] {
  const slotOf = (entry: number) => log.slots[entry] as number;
  return log.chunks
    .map((first, index) => ({ first, last: log.chunks[index + 1] ?? log.size }))
    .filter(({ first }) => live[slotOf(first)] === 1)
    .sort((a, b) => slotOf(a.first) - slotOf(b.first));
}

const lengthOf = ({ positionStarts }: PostingLog, entry: number) =>
  (positionStarts[entry + 1] as number) - (positionStarts[entry] as number);

/** Terms that have postings, and where these begin. The counts of each term become the place of its first posting. */
function headsOf(counts: Uint32Array, bytes: Uint32Array): Pick<Postings, 'terms' | 'starts' | 'positionStarts'> {
  let size = 0;
  for (const count of counts) if (count > 0) size++;
  const terms = new Uint32Array(size);
  const starts = new Uint32Array(size + 1);
  const positionStarts = new Uint32Array(size + 1);
  for (let term = 0, at = 0; term < counts.length; term++) {
    const count = counts[term] as number;
    if (count === 0) continue;
    terms[at] = term;
    starts[at + 1] = (starts[at] as number) + count;
    positionStarts[at + 1] = (positionStarts[at] as number) + (bytes[term] as number);
    counts[term] = starts[at] as number;
    bytes[term] = positionStarts[at] as number;
    at++;
  }
  return { terms, starts, positionStarts };
}
