/** What Redis answers to our two scripts, however it was reached. */
import type { ConsumeRequest, ConsumeResult, VersionedField, VersionedHash } from './key-value.ts';

/** The field that holds a hash's sequence; no stage or other field of ours can be called that. */
const SEQUENCE = '#';

/** Whole milliseconds, as PX and PEXPIRE take them. Throws RangeError where none is left. */
export function wholeTtl(ttlMs: number): number {
  if (!(ttlMs > 0)) throw new RangeError('a time to live must be positive');
  return Math.ceil(ttlMs);
}

/** What ADMIT_SCRIPT answers: numbers, and values asked for. */
export type ConsumeReply = readonly (string | number)[];
/** The answer to requests that ask for nothing, which Redis need not be asked about. */
export const NOTHING_ASKED: ConsumeReply = [0];

const readBy = (requests: readonly ConsumeRequest[]) => new Set(requests.flatMap(({ read }) => read));

/** Keys and arguments of ADMIT_SCRIPT: what is limited, then whatever is read, each key once. */
export function consumeArguments(requests: readonly ConsumeRequest[]): { keys: string[]; args: string[] } {
  const limits = requests.flatMap(({ limit }) => limit ?? []);
  const args = limits.flatMap(({ cost, policies }) => [
    cost,
    policies.length,
    ...policies.flatMap(({ windowMs, limit }) => [windowMs, limit]),
  ]);
  return { keys: [...limits.map(({ key }) => key), ...readBy(requests)], args: ['', limits.length, ...args].map(String) };
}

/** The script's answer, for each request its own part. Throws where it does not add up. */
export function toConsumeResults(requests: readonly ConsumeRequest[], reply: ConsumeReply): ConsumeResult[] {
  if (!Array.isArray(reply)) throw new Error('the store answered nonsense');
  const values = new Map<string, string | undefined>();
  let at = 1;
  for (const key of readBy(requests)) values.set(key, reply[at++] === '' ? undefined : String(reply[at - 1]));
  const number = () => {
    const value = reply[at++];
    if (typeof value !== 'number' || !Number.isFinite(value)) throw new Error('the store answered nonsense');
    return value;
  };
  const answers = requests.map(({ limit, read }): ConsumeResult => {
    const found = read.map((key) => values.get(key));
    if (!limit) return { values: found };
    const retryAfterMs = number();
    const states = limit.policies.map((policy) => ({ policy, remaining: number(), resetAt: number() }));
    return { values: found, decision: { admitted: retryAfterMs === 0, retryAfterMs, states } };
  });
  if (at !== reply.length) throw new Error('the store answered nonsense');
  return answers;
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
