import { EXPIRED_KEPT_MS, MOST_SUPERSEDED } from './verification-store.js';

/**
 * KEYS[1] is the prefix of all keys, and ARGV[1] is the time of the caller, if any. Counters and challenges are hashes. A
 * third kind of key maps the id of a challenge to its subject.
 */
const PRELUDE = `
local now = tonumber(ARGV[1])
if not now then
  local time = redis.call('TIME')
  now = time[1] * 1000 + math.floor(time[2] / 1000)
end

local function text(number) return string.format('%.0f', number) end
local function key(kind, name) return KEYS[1] .. kind .. ':' .. name end
local function keep(name, stop) redis.call('PEXPIRE', name, text(math.max(stop - now, 0) + ${EXPIRED_KEPT_MS})) end

local function find_counter(name)
  local found = redis.call('HMGET', key('counter', name), 'count', 'stop')
  local count, stop = tonumber(found[1]), tonumber(found[2])
  if stop and stop > now then return count or 0, stop end
  return 0, nil
end

local function set_counter(name, count, stop)
  redis.call('HSET', key('counter', name), 'count', text(count), 'stop', text(stop))
  keep(key('counter', name), stop)
end

local function count(name, points, window, limit)
  local former, running = find_counter(name)
  local is_full = limit ~= nil and former + math.max(points, 1) > limit
  if points == 0 and not running then return {0, 0, text(now), is_full and 1 or 0} end
  local stop = running and math.min(running, now + window) or now + window
  local total = is_full and former or former + points
  if points > 0 then set_counter(name, total, stop) end
  return {total, stop - now, text(stop), is_full and 1 or 0}
end

local function release(name, stop, points, window)
  local former, running = find_counter(name)
  if not running or running > stop then return end
  set_counter(name, math.max(former - points, 0), window and math.min(running, now + window) or running)
end

local function find(subject)
  if not subject then return nil end
  local found = redis.call('HMGET', key('subject', subject), 'id', 'mac', 'sealed', 'superseded', 'stop')
  local stop = tonumber(found[5])
  if not found[1] or not stop then return nil end
  return {
    id = found[1], subject = subject, mac = found[2], sealed = found[3], superseded = found[4] or '',
    stop = stop, is_alive = stop > now
  }
end

local function find_by_id(id) return find(redis.call('GET', key('id', id))) end

local function drop(challenge) redis.call('DEL', key('subject', challenge.subject), key('id', challenge.id)) end

local function reply(challenge)
  if not challenge then return {} end
  return {
    challenge.id, challenge.subject, challenge.mac, challenge.sealed, challenge.superseded,
    text(challenge.stop), challenge.is_alive and 1 or 0
  }
end
`;

const script = (body: string) => PRELUDE + body;

/** The script of each store method. Redis runs a script atomically. */
export const scripts = {
  count: script(`
local states = {}
for index = 2, #ARGV, 4 do
  local limit = tonumber(ARGV[index + 3])
  local state = count(ARGV[index], tonumber(ARGV[index + 1]), tonumber(ARGV[index + 2]), limit)
  table.insert(states, state)
  if state[4] == 1 then break end
end
return states`),

  release: script(`release(ARGV[2], tonumber(ARGV[3]), tonumber(ARGV[4]), tonumber(ARGV[5]))`),

  put: script(`
local subject, id, mac, sealed, stop = ARGV[2], ARGV[3], ARGV[4], ARGV[5], now + tonumber(ARGV[6])
local former = find(subject)
local superseded = {}
local macs = {}
if former then
  table.insert(macs, former.mac)
  for older in string.gmatch(former.superseded, '[^\\n]+') do
    if #macs < ${MOST_SUPERSEDED} then table.insert(macs, older) end
  end
end
local function replace(challenge)
  if not challenge then return end
  if challenge.is_alive then table.insert(superseded, challenge.id) end
  drop(challenge)
end
replace(former)
for index = 7, #ARGV do replace(find(ARGV[index])) end
redis.call('HSET', key('subject', subject), 'id', id, 'mac', mac, 'sealed', sealed,
  'superseded', table.concat(macs, '\\n'), 'stop', text(stop))
redis.call('SET', key('id', id), subject)
keep(key('subject', subject), stop)
keep(key('id', id), stop)
return {text(stop), superseded}`),

  guess: script(`
local challenge
for index = 4, #ARGV do challenge = challenge or find(ARGV[index]) end
return {reply(challenge), count(ARGV[2], 1, tonumber(ARGV[3]))}`),

  find: script(`return reply(find_by_id(ARGV[2]))`),

  take: script(`
if ARGV[3] ~= '' then release(ARGV[3], tonumber(ARGV[4]), 1) end
local challenge = find_by_id(ARGV[2])
if not challenge or not challenge.is_alive then return 0 end
drop(challenge)
return 1`),

  remove: script(`
local challenge = find(ARGV[2])
if not challenge then return '' end
drop(challenge)
return challenge.is_alive and challenge.id or ''`),
} as const;
