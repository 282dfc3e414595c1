/**
 * Lua that all scripts begin with. A farm's ready and leased jobs live in BullMQ's own layout, one BullMQ queue for
 * each lane (see lane.ts), so that BullMQ's tools can read them:
 *
 * - `PREFIX:LANE:ID` hash: `name` (the job's identity), `data` (the entry as JSON), `opts`, `timestamp`, `priority`;
 *   while leased also `pb` (the builder), `processedOn`, and our `fence` and `until`
 * - `PREFIX:LANE:prioritized` sorted set of ready ids, best first: score -priority, then the id
 * - `PREFIX:LANE:active` list of leased ids; `PREFIX:LANE:ID:lock` keeps BullMQ's tools from removing one
 * - `PREFIX:LANE:meta` what makes a queue known to BullMQ's tools. Lanes are few, and a meta stays
 *
 * Beside it, never with a `:` after the prefix, our own indexes:
 *
 * - `PREFIX/jobs` hash of every job: `LANE ID`; `PREFIX/until` sorted set of leased jobs by the end of the lease
 * - `PREFIX/age/LANE` sorted set of ready ids by age; `PREFIX/oldest` sorted set of lanes with ready jobs by the age
 *   of the oldest one, or by one that is gone (claims put that right)
 * - `PREFIX/lanes/FIT` sorted set of lanes by urgency; `PREFIX/ranks` sorted set of the FITs that are classes
 * - `PREFIX/shares` hash of leases by share; `PREFIX/held` hash of what a builder's leases take
 * - `PREFIX/fence` the last fence; `PREFIX/memory` hash: the word of `mark` and the run of the server it was left in
 * - channel `PREFIX/work`: something became claimable
 *
 * KEYS[1] is always PREFIX. Numbers go to Redis as they are or through `%.0f`: Lua's own text of a number has only
 * 14 digits.
 */
export const layout = `
local base = KEYS[1]
local call = redis.call
local jobs, untils, oldest, ranks = base .. '/jobs', base .. '/until', base .. '/oldest', base .. '/ranks'
local shares, held, lastFence = base .. '/shares', base .. '/held', base .. '/fence'

local function timeOr(given)
  if given ~= '' then return tonumber(given) end
  local time = call('TIME')
  return tonumber(time[1]) * 1000 + math.floor(tonumber(time[2]) / 1000)
end

local function fitOf(lane) return string.match(lane, '^[^|]*') end
local function shareOf(lane) return string.match(lane, '^[^|]*|[^|]*|([^|]*)|') end
local function keyOf(lane, id) return base .. ':' .. lane .. ':' .. id end
local function readyOf(lane) return base .. ':' .. lane .. ':prioritized' end
local function agesOf(lane) return base .. '/age/' .. lane end

local function needs(id)
  local memory, disk = string.match(id, '^%d+%-%d+%-(%d+)%-(%d+)%-')
  return tonumber(memory), tonumber(disk)
end

-- Lane and id of a job, nil when it is not known.
local function place(job)
  local at = call('HGET', jobs, job)
  if not at then return nil end
  local cut = string.find(at, ' ', 1, true)
  return string.sub(at, 1, cut - 1), string.sub(at, cut + 1)
end

-- The oldest entry that this run of the script put into a lane.
local opened = {}

local function openLane(lane)
  local fit = fitOf(lane)
  call('ZADD', base .. '/lanes/' .. fit, string.match(lane, '^[^|]*|([^|]*)|'), lane)
  local rank = string.match(fit, '^class%-(.*)')
  if rank then call('ZADD', ranks, rank, fit) end
  local meta = base .. ':' .. lane .. ':meta'
  if call('HSETNX', meta, 'opts.maxLenEvents', 1000) == 1 then call('HSET', meta, 'version', 'bullmq:6') end
end

-- Makes an entry claimable.
local function stand(lane, id, score)
  local since = tonumber(string.sub(id, 1, 16))
  if not opened[lane] then openLane(lane) end
  if not opened[lane] or since < opened[lane] then
    opened[lane] = since
    call('ZADD', oldest, 'LT', since, lane)
  end
  call('ZADD', readyOf(lane), score, id)
  call('ZADD', agesOf(lane), since, id)
end

local function takeFromReady(lane, id)
  call('ZREM', readyOf(lane), id)
  call('ZREM', agesOf(lane), id)
end

local function addTo(hash, field, count)
  if call('HINCRBY', hash, field, count) <= 0 then call('HDEL', hash, field) end
end

local function addHeld(id, builder, sign)
  local memory, disk = needs(id)
  if memory > 0 then addTo(held, 'memory ' .. builder, sign * memory) end
  if disk > 0 then addTo(held, 'disk ' .. builder, sign * disk) end
end

local function lock(key, fence, leaseMs)
  call('SET', key .. ':lock', fence, 'PX', math.max(1, math.floor(leaseMs)))
end

-- What begins or ends with leases is gathered, and told to the indexes at the end of the run: a call for many leases
-- costs as much as one for one. Nothing else of a run may look at them before that.
local begun, over, ofShares = {}, {}, {}

local function startLease(lane, id, lease)
  local key, share = keyOf(lane, id), shareOf(lane)
  call('HSET', key, 'fence', lease.fence, 'until', lease.untilMs, 'pb', lease.builder, 'processedOn', lease.nowMs)
  call('LPUSH', base .. ':' .. lane .. ':active', id)
  begun[#begun + 1] = lease.untilMs
  begun[#begun + 1] = lease.job
  ofShares[share] = (ofShares[share] or 0) + 1
  addHeld(id, lease.builder, 1)
  lock(key, lease.fence, lease.untilMs - lease.nowMs)
end

-- Whatever the lease was good for; the job's hash and lock are left to the caller.
local function endLease(lane, id, job)
  local share = shareOf(lane)
  call('LREM', base .. ':' .. lane .. ':active', 1, id)
  over[#over + 1] = job
  ofShares[share] = (ofShares[share] or 0) - 1
  local memory, disk = needs(id)
  if memory > 0 or disk > 0 then addHeld(id, call('HGET', keyOf(lane, id), 'pb') or '', -1) end
end

-- To be called at the end of every run that starts or ends leases.
local function tellLeases()
  for at = 1, #over, 1000 do call('ZREM', untils, unpack(over, at, math.min(at + 999, #over))) end
  for at = 1, #begun, 1000 do call('ZADD', untils, unpack(begun, at, math.min(at + 999, #begun))) end
  for share, count in pairs(ofShares) do
    if count ~= 0 then addTo(shares, share, count) end
  end
end

-- Makes a leased job claimable at its old place.
local function giveBack(lane, id, job)
  local key = keyOf(lane, id)
  endLease(lane, id, job)
  call('DEL', key .. ':lock')
  call('HDEL', key, 'fence', 'until', 'pb', 'processedOn')
  stand(lane, id, -tonumber(call('HGET', key, 'priority') or '0'))
end

-- Removes a job in any state.
local function remove(lane, id, job)
  local key = keyOf(lane, id)
  if call('HEXISTS', key, 'fence') == 1 then endLease(lane, id, job) else takeFromReady(lane, id) end
  call('DEL', key, key .. ':lock')
  call('HDEL', jobs, job)
end

-- Fences grow past those of a queue that was lost: no queue gives a thousand in every millisecond of its life.
local function raiseFence(above, nowMs)
  local last = tonumber(call('GET', lastFence) or '0')
  local least = last == 0 and nowMs * 1000 or last
  if above > least then least = above end
  if least > last then call('SET', lastFence, string.format('%.0f', least)) end
end

-- Changes with every start of the server: one that was restored from an old dump does not hold what was put into it.
local function serverRun()
  local info = redis.pcall('INFO', 'server')
  return type(info) == 'string' and string.match(info, 'run_id:(%w+)') or ''
end

local function memory()
  local known = call('HMGET', base .. '/memory', 'word', 'run')
  if not known[1] or known[2] ~= serverRun() then return false end
  return known[1]
end

local function ring() call('PUBLISH', base .. '/work', '') end
`;
