/**
 * `KeyValue.writeHash` as a Redis script. KEYS[1] the hash; ARGV[1] time to live in ms, ARGV[2] now in ms, then per field its
 * name, version and value. Fields are stored as "<version>:<value>", the sequence under "#".
 * Returns the fields written and the whole hash as a flat list.
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
