/**
 * `RateLimitStore.consume` as a Redis script: the algorithm of `model/sliding-window.ts`, by the store's clock, in one atomic
 * step. Several limits are decided in the order of the keys.
 *
 * A limited key is a hash. Policy `i` has a header field `i` = "total:head:headLast:newest:count:last", which includes the
 * newest sub-window, and a field `i:<slot>` = "count:last" for each older sub-window. A steady client therefore costs one read
 * and one write of one field, whatever the limit.
 *
 * KEYS      the limited keys, then the keys to read
 * ARGV[1]   the time in ms, or "" for the store's clock
 * ARGV[2]   the number of limited keys
 * ARGV[3..] per limited key: the cost (0 only reads; negative: decides without charging), the number of policies, and per
 *           policy its window in ms, its limit, and the units of the cost that are paid under it
 * Returns   {the time, the values read ("" for an absent key), then per limited key: retry after, and per policy: remaining,
 *           reset at}, all times in ms
 */
export const CONSUME_SCRIPT = `
local now, limited = tonumber(ARGV[1]), tonumber(ARGV[2])
if not now then
  local t = redis.call('TIME')
  now = t[1] * 1000 + math.floor(t[2] / 1000)
end
local whole = function(n) return string.format('%.0f', n) end
local reply = { now }
if #KEYS > limited then
  local found = redis.call('MGET', unpack(KEYS, limited + 1))
  for i = 1, #KEYS - limited do reply[#reply + 1] = found[i] or '' end
end

local function older(key, i, slot)
  local v = redis.call('HGET', key, i .. ':' .. whole(slot))
  if not v then return nil end
  local c, l = string.match(v, '^(%d+):(%-?%d+)$')
  return tonumber(c), tonumber(l)
end

-- The sub-windows of a policy, moved back after the store's clock was set back (followClock). Written at once: a refused
-- request writes nothing else, and the next one would move them to its own time.
local function follow(key, i, window, h, hl, n, l, t, c)
  local ahead = math.floor((l - now) / (window / 60))
  if ahead <= 0 then return h, hl, n, l end
  local by = ahead * window / 60
  local gone, set = {}, {}
  for slot = h, n - 1 do
    local count, last = older(key, i, slot)
    if count then
      gone[#gone + 1] = i .. ':' .. whole(slot)
      set[#set + 1] = i .. ':' .. whole(slot - ahead)
      set[#set + 1] = count .. ':' .. whole(last - by)
    end
  end
  h, hl, n, l = h - ahead, hl - by, n - ahead, l - by
  set[#set + 1] = tostring(i)
  set[#set + 1] = table.concat({ t, whole(h), whole(hl), whole(n), c, whole(l) }, ':')
  if #gone > 0 then redis.call('HDEL', key, unpack(gone)) end
  redis.call('HSET', key, unpack(set))
  return h, hl, n, l
end

local at = 3
for k = 1, limited do
  local key, cost, count = KEYS[k], tonumber(ARGV[at]), tonumber(ARGV[at + 1])
  local peek = cost < 0
  cost = math.abs(cost)
  local names, policies, wait = {}, {}, 0
  for i = 1, count do names[i] = tostring(i) end
  local headers = redis.call('HMGET', key, unpack(names))

  for i = 1, count do
    local window, limit = tonumber(ARGV[at + 3 * i - 1]), tonumber(ARGV[at + 3 * i])
    local due = math.max(0, cost - tonumber(ARGV[at + 3 * i + 1]))
    local p = { window = window, total = 0, last = 0, limit = limit, due = due, stale = {} }
    if headers[i] then
      local t, h, hl, n, c, l = string.match(headers[i], '^(%d+):(%-?%d+):(%-?%d+):(%-?%d+):(%d+):(%-?%d+)$')
      h, hl, n, l = follow(key, i, window, tonumber(h), tonumber(hl), tonumber(n), tonumber(l), t, c)
      if l > now - window then
        p.total, p.head, p.headLast, p.newest, p.count, p.last = tonumber(t), h, hl, n, tonumber(c), l
        while p.headLast <= now - window do
          local gone = older(key, i, p.head)
          p.total = p.total - gone
          p.stale[#p.stale + 1] = i .. ':' .. whole(p.head)
          local c2, l2
          repeat
            p.head = p.head + 1
            if p.head == p.newest then l2 = p.last else c2, l2 = older(key, i, p.head) end
          until l2
          p.headLast = l2
        end
      else
        local slot = h
        while slot < n do
          p.stale[#p.stale + 1] = i .. ':' .. whole(slot)
          slot = slot + 1
        end
      end
    end
    local excess = p.total + due - limit
    local slot = p.head
    while excess > 0 and slot and slot <= p.newest do
      local c, l
      if slot == p.newest then c, l = p.count, p.last else c, l = older(key, i, slot) end
      if c then
        excess = excess - c
        if excess <= 0 then wait = math.max(wait, l + window - now) end
      end
      slot = slot + 1
    end
    policies[i] = p
  end

  if wait == 0 and cost > 0 and not peek then
    local set, stale, advanced, keep = {}, {}, false, 0
    for i = 1, count do
      local p = policies[i]
      -- The sub-windows of a policy that is not charged stay as its header says.
      if p.due > 0 then
        for s = 1, #p.stale do stale[#stale + 1] = p.stale[s] end
        local when = math.max(now, p.last)
        local slot = math.floor(when / (p.window / 60))
        if p.newest == slot then
          p.count = p.count + p.due
          if p.head == slot then p.headLast = when end
        else
          advanced = true
          if p.newest then
            set[#set + 1] = i .. ':' .. whole(p.newest)
            set[#set + 1] = p.count .. ':' .. whole(p.last)
          else
            p.head, p.headLast = slot, when
          end
          p.newest, p.count = slot, p.due
        end
        p.total, p.last = p.total + p.due, when
        set[#set + 1] = names[i]
        set[#set + 1] = table.concat({ p.total, whole(p.head), whole(p.headLast), whole(slot), p.count, whole(when) }, ':')
      end
      if p.newest then keep = math.max(keep, p.last + p.window + p.window / 60 - now) end
    end
    if #stale > 0 then redis.call('HDEL', key, unpack(stale)) end
    if #set > 0 then redis.call('HSET', key, unpack(set)) end
    if advanced or #stale > 0 then redis.call('PEXPIRE', key, whole(keep + 1000)) end
  end

  reply[#reply + 1] = wait
  for i = 1, count do
    local p = policies[i]
    reply[#reply + 1] = math.max(0, p.limit - p.total)
    reply[#reply + 1] = p.newest and p.last + p.window or now
  end
  at = at + 2 + 3 * count
end
return reply
`;
