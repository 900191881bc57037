/** A number for a set of rows that does not depend on their order: the databases sort text differently. */
import { createHash } from 'node:crypto';

const MODULUS = 1n << 64n;

/** The same text for equal rows of either dialect. */
const canonical = (row: Readonly<Record<string, unknown>>) =>
  Object.keys(row)
    .toSorted()
    .map((name) => `${name}=${written(row[name])}`)
    .join('\n');

function written(value: unknown): string {
  if (value instanceof Uint8Array) return `b${Buffer.from(value.buffer, value.byteOffset, value.byteLength).toString('base64')}`;
  // PostgreSQL holds no NUL: it is copied as the replacement character.
  return JSON.stringify(value ?? null).replaceAll('\\u0000', '\ufffd');
}

/** The sum of the rows' hashes, as hexadecimal text; begins with ''. */
export function addRows(sum: string, rows: readonly Readonly<Record<string, unknown>>[]): string {
  let total = sum === '' ? 0n : BigInt(`0x${sum}`);
  for (const row of rows) {
    const digest = createHash('sha256').update(canonical(row)).digest();
    total = (total + digest.readBigUInt64BE(0)) % MODULUS;
  }
  return total.toString(16);
}
