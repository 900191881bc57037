/** Versioned hashes on Redis: the script behind `KeyValue.writeHash`, its arguments and its replies. */
import type { VersionedField, VersionedHash } from './key-value.ts';

/** The hash field of the sequence. `#` cannot clash with a stage name. */
const SEQUENCE = '#';

/**
 * KEYS[1]    the hash
 * ARGV[1]    its time to live in ms
 * ARGV[2]    now in ms
 * ARGV[3..]  per field: name, version, value
 *
 * Stores each field as "<version>:<value>" and the sequence under "#". Returns the fields written, and the whole hash as a
 * flat list of fields and values.
 */
export const WRITE_HASH_SCRIPT = `
local key, written = KEYS[1], {}
for i = 3, #ARGV, 3 do
  local stored = redis.call('HGET', key, ARGV[i])
  local version = stored and tonumber(string.match(stored, '^(%d+):'))
  if not version or version < tonumber(ARGV[i + 1]) then
    redis.call('HSET', key, ARGV[i], ARGV[i + 1] .. ':' .. ARGV[i + 2])
    written[#written + 1] = ARGV[i]
  end
end
local sequence = tonumber(redis.call('HGET', key, '#') or '0')
if #written > 0 then
  sequence = math.max(sequence + 1, tonumber(ARGV[2]))
end
redis.call('HSET', key, '#', string.format('%.0f', sequence))
redis.call('PEXPIRE', key, ARGV[1])
return { written, redis.call('HGETALL', key) }
`;

/** WRITE_HASH_SCRIPT's reply. */
export type WriteHashReply = readonly [written: string[], pairs: string[]];

/** WRITE_HASH_SCRIPT's ARGV. Throws RangeError unless `ttlMs` is positive. */
export const writeHashArguments = (fields: readonly VersionedField[], { ttlMs, now }: { ttlMs: number; now: number }): string[] =>
  [wholeTtl(ttlMs), now, ...fields.flatMap(({ field, version, value }) => [field, version, value])].map(String);

export function toWrittenHash([written, pairs]: WriteHashReply) {
  return { hash: toHash(pairs) ?? { sequence: 0, fields: {} }, written };
}

/** Parses a flat list of fields and values. Returns undefined for a hash that does not exist. */
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

/** Whole milliseconds, as PX and PEXPIRE take them. Throws RangeError unless `ttlMs` is positive. */
export function wholeTtl(ttlMs: number): number {
  if (!(ttlMs > 0)) throw new RangeError('a time to live must be positive');
  return Math.ceil(ttlMs);
}
