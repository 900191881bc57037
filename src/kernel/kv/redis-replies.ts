/** What Redis answers to our two scripts, however it was reached. */
import type { Decision } from '../limits/window.ts';
import type { AdmitAnswer, AdmitRequest, VersionedField, VersionedHash } from './key-value.ts';

/** The field that holds a hash's sequence; no stage or other field of ours can be called that. */
const SEQUENCE = '#';

/** Whole milliseconds, as PX and PEXPIRE take them. Throws RangeError where none is left. */
export function wholeTtl(ttlMs: number): number {
  if (!(ttlMs > 0)) throw new RangeError('a time to live must be positive');
  return Math.ceil(ttlMs);
}

/** Keys and arguments of ADMIT_SCRIPT. The first key is the limited one; without a limit it is not looked at. */
export function admitArguments({ limit, read }: AdmitRequest): { keys: string[]; args: string[] } {
  const policies = limit?.policies.flatMap(({ windowMs, limit: most }) => [windowMs, most]) ?? [];
  return { keys: [limit?.key ?? '-', ...read], args: [limit?.cost ?? -1, '', ...policies].map(String) };
}

/** The script's answer: now, retry after, values, then remaining and reset per policy. Throws on anything else. */
export function toAdmitAnswer({ limit, read }: AdmitRequest, reply: readonly string[]): AdmitAnswer {
  const policies = limit?.policies ?? [];
  if (!Array.isArray(reply) || reply.length !== 2 + read.length + 2 * policies.length)
    throw new Error('the store answered nonsense');
  const values = reply.slice(2, 2 + read.length).map((value) => (value === '' ? undefined : value));
  if (!limit) return { values };
  const retryAfterMs = Number(reply[1]);
  const at = (i: number) => Number(reply[2 + read.length + i]);
  const states = policies.map((policy, i) => ({ policy, remaining: at(2 * i), resetAt: at(2 * i + 1) }));
  const numbers = [retryAfterMs, ...states.flatMap(({ remaining, resetAt }) => [remaining, resetAt])];
  if (!numbers.every(Number.isFinite)) throw new Error('the store answered nonsense');
  const decision: Decision = { admitted: retryAfterMs === 0, retryAfterMs, states };
  return { values, decision };
}

/** Arguments of WRITE_HASH_SCRIPT. */
export const writeHashArguments = (fields: readonly VersionedField[], { ttlMs, now }: { ttlMs: number; now: number }): string[] =>
  [wholeTtl(ttlMs), now, ...fields.flatMap(({ field, version, value }) => [field, version, value])].map(String);

/** What it answers: the fields written, and the whole hash as a flat list. */
export function toWrittenHash([written, pairs]: readonly [written: string[], pairs: string[]]) {
  return { hash: toHash(pairs) ?? { sequence: 0, fields: {} }, written };
}

/** A flat list of fields and values; values are stored as `<version>:<value>`. Undefined where there is no hash. */
export function toHash(flat: readonly string[]): VersionedHash | undefined {
  const fields: Record<string, { version: number; value: string }> = {};
  let sequence: number | undefined;
  for (let i = 0; i + 1 < flat.length; i += 2) {
    const [field, stored] = [flat[i] as string, flat[i + 1] as string];
    if (field === SEQUENCE) {
      sequence = Number(stored);
      continue;
    }
    const colon = stored.indexOf(':');
    fields[field] = { version: Number(stored.slice(0, colon)), value: stored.slice(colon + 1) };
  }
  return sequence === undefined ? undefined : { sequence, fields };
}
