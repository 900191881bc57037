/**
 * Rows per statement. The databases limit the number of bound values, and composing a statement of more rows takes the event
 * loop for more than a few milliseconds.
 */
const BATCH_SIZE = 100;

/** Splits rows into batches that one statement can take. */
export function batchesOf<T>(rows: readonly T[]): T[][] {
  const batches: T[][] = [];
  for (let start = 0; start < rows.length; start += BATCH_SIZE) batches.push(rows.slice(start, start + BATCH_SIZE));
  return batches;
}
