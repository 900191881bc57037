/**
 * Keys of unbounded length as columns with an index hold them. A page names URLs of any length, and PostgreSQL's indexes
 * refuse entries of more than 2,704 bytes; a long key is stored as its digest. Rows of SQLite files from before 2026-12 have
 * long keys as they are, so that a query asks for both forms.
 */
import { sha256Hex } from '../core/digest.ts';

/** Leaves room for the other columns of an index. */
const MAX_BYTES = 2000;
const encoder = new TextEncoder();
const isLong = (key: string) => key.length * 3 > MAX_BYTES && encoder.encode(key).length > MAX_BYTES;

/** The key as it is stored: itself, or where it is long its scheme and digest, such as `url:sha256:…`. */
export async function toStoredKey(key: string): Promise<string> {
  return isLong(key) ? `${key.slice(0, key.indexOf(':') + 1)}sha256:${await sha256Hex(key)}` : key;
}

/** Every form under which a row may have one of `keys`, without duplicates. */
export async function storedFormsOf(keys: readonly string[]): Promise<string[]> {
  const stored = await Promise.all(keys.map(toStoredKey));
  return [...new Set([...stored, ...keys])];
}

/** Rows with `field` in the stored form. */
export function withStoredKeys<R, F extends keyof R>(rows: readonly (R & Record<F, string>)[], field: F): Promise<R[]> {
  return Promise.all(rows.map(async (row) => ({ ...row, [field]: await toStoredKey(row[field]) })));
}
