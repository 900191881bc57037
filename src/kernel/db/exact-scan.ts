/** The exact scan of an owner's vectors, a block at a time: no statement is long, however many vectors there are. */
import type { ChunkHit } from './chunk-index.ts';

/** Vectors that a statement compares. */
export const SCAN_BLOCK = 5_000;
/** Blocks whose keys one statement lists; the filter is evaluated once for them. */
const BLOCKS_A_PAGE = 5;

export interface ScannedVectors {
  /** Keys of the vectors that the filter admits, behind `after`, ascending. */
  keys(after: number, limit: number): Promise<number[]>;
  /** The nearest of the given ones, best first, at most `limit`. */
  nearest(keys: readonly number[], limit: number): Promise<ChunkHit[]>;
}

export interface ScanOptions {
  /** Vectors that a statement compares. Default 5,000. */
  readonly blockSize?: number | undefined;
  /** Called after each block: lets a thread whose statements block it do other work in between. */
  readonly pause?: (() => Promise<void>) | undefined;
}

/** The nearest of all, best first. */
export async function scanExactly(
  { keys, nearest }: ScannedVectors,
  limit: number,
  { blockSize = SCAN_BLOCK, pause }: ScanOptions = {},
): Promise<ChunkHit[]> {
  if (!Number.isSafeInteger(blockSize) || blockSize < 1) throw new RangeError('blockSize must be a whole number above 0');
  const pageSize = blockSize * BLOCKS_A_PAGE;
  let best: ChunkHit[] = [];
  let after = -1;
  for (;;) {
    const page = await keys(after, pageSize);
    for (let start = 0; start < page.length; start += blockSize) {
      const hits = await nearest(page.slice(start, start + blockSize), limit);
      best = [...best, ...hits].toSorted((a, b) => b.score - a.score || a.seq - b.seq).slice(0, limit);
      await pause?.();
    }
    if (page.length < pageSize) return best;
    after = page.at(-1) as number;
  }
}
