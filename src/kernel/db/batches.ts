/** Rows per INSERT: PostgreSQL and SQLite limit the number of bound values of a statement. */
const BATCH_SIZE = 500;

/** Splits rows into batches that one INSERT can take. */
export function batchesOf<T>(rows: readonly T[]): T[][] {
  const batches: T[][] = [];
  for (let start = 0; start < rows.length; start += BATCH_SIZE) batches.push(rows.slice(start, start + BATCH_SIZE));
  return batches;
}
