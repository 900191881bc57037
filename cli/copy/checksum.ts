/** A checksum of a set of rows that does not depend on their order, since the databases sort text differently. */
import { createHash } from 'node:crypto';

const MODULUS = 1n << 64n;

/** The same text for equal rows of either dialect. */
const canonical = (row: Readonly<Record<string, unknown>>) =>
  Object.keys(row)
    .toSorted()
    .map((name) => `${name}=${textOf(row[name])}`)
    .join('\n');

function textOf(value: unknown): string {
  if (value instanceof Uint8Array) return `b${Buffer.from(value.buffer, value.byteOffset, value.byteLength).toString('base64')}`;
  // PostgreSQL cannot store NUL; a copy has the replacement character instead.
  return JSON.stringify(value ?? null).replaceAll('\\u0000', '\ufffd');
}

/** Adds the hashes of `rows` to `sum`, modulo 2^64, in hexadecimal; the empty sum is ''. */
export function addRows(sum: string, rows: readonly Readonly<Record<string, unknown>>[]): string {
  let total = sum === '' ? 0n : BigInt(`0x${sum}`);
  for (const row of rows) {
    const digest = createHash('sha256').update(canonical(row)).digest();
    total = (total + digest.readBigUInt64BE(0)) % MODULUS;
  }
  return total.toString(16);
}
