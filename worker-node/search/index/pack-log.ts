/** Packs a log: postings in the order of chunks become postings in the order of terms, by counting them first. */
import type { PostingLog } from './posting-log.ts';
import type { Postings } from './postings.ts';
import { type TermDirectory, TermDirectoryBuilder } from './term-directory.ts';

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
  const { terms, size, bytes } = directoryOf(ends, byteEnds);
  const slots = new Uint16Array(size);
  const counts = new Uint8Array(slots.length);
  const positions = new Uint8Array(bytes);
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
  return { terms, slots, counts, positions };
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

/** The terms that have postings. The counts of each become the place of its first posting and of its first byte. */
function directoryOf(counts: Uint32Array, byteCounts: Uint32Array): { terms: TermDirectory; size: number; bytes: number } {
  const builder = new TermDirectoryBuilder();
  let size = 0;
  let bytes = 0;
  for (let term = 0; term < counts.length; term++) {
    const count = counts[term] as number;
    if (count === 0) continue;
    const length = byteCounts[term] as number;
    builder.add(term, count, length);
    counts[term] = size;
    byteCounts[term] = bytes;
    size += count;
    bytes += length;
  }
  return { terms: builder.finish(), size, bytes };
}
