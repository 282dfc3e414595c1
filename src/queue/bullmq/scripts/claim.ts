import { layout } from './layout.ts';

/**
 * Takes jobs, or only looks whether there is one (`peek`). The rules are the contract's, as in `memory/order.ts`.
 *
 * ARGV: now or '' for the server's own time, longest wait, length of leases, max, builder, FIT of jobs addressed to it,
 * class or '', labels by comma, free memory or '', free disk or '', entries to look at in a lane, what the labels of a
 * lane must have in them or '', '1' to peek.
 * Returns data, fence and end of each lease, one after the other; for a peek 1 or 0.
 */
export const claim = `${layout}
local nowMs = timeOr(ARGV[1])
local bound = nowMs - tonumber(ARGV[2])
local untilMs = nowMs + tonumber(ARGV[3])
local max, builder = tonumber(ARGV[4]), ARGV[5]
local freeMemory, freeDisk = tonumber(ARGV[9]) or math.huge, tonumber(ARGV[10]) or math.huge
local look, must, peek = tonumber(ARGV[11]), ARGV[12], ARGV[13] == '1'

local carried = {}
for label in string.gmatch(ARGV[8], '[^,]+') do carried[label] = true end

local function admits(lane)
  local labels = string.match(lane, '[^|]*$')
  if must ~= '' and not string.find(labels, must, 1, true) then return false end
  for label in string.gmatch(labels, '[^,]+') do
    if not carried[label] then return false end
  end
  return true
end

local function fits(id, memory, disk)
  local needsMemory, needsDisk = needs(id)
  return (needsMemory == 0 or needsMemory <= memory) and (needsDisk == 0 or needsDisk <= disk)
end

-- The FITs that the builder may take from, in the order of the rules.
local order, mine = { ARGV[6] }, { [ARGV[6]] = true }
if ARGV[7] ~= '' then
  for _, fit in ipairs(call('ZREVRANGEBYSCORE', ranks, ARGV[7], '-inf')) do
    order[#order + 1] = fit
    mine[fit] = true
  end
end

local function closeLane(lane)
  local fit = fitOf(lane)
  call('ZREM', base .. '/lanes/' .. fit, lane)
  call('ZREM', oldest, lane)
  if call('EXISTS', base .. '/lanes/' .. fit) == 0 then call('ZREM', ranks, fit) end
end

-- Lanes by name, and tiers of lanes of equal urgency by FIT; both are read once.
local lanes, tiers = {}, {}
local function tiersOf(fit)
  if tiers[fit] then return tiers[fit] end
  local all, last = {}, nil
  local found = call('ZREVRANGE', base .. '/lanes/' .. fit, 0, -1, 'WITHSCORES')
  for at = 1, #found, 2 do
    if admits(found[at]) then
      if found[at + 1] ~= last then all[#all + 1] = {} end
      last = found[at + 1]
      local lane = { name = found[at], share = shareOf(found[at]) }
      lanes[lane.name] = lane
      table.insert(all[#all], lane)
    end
  end
  tiers[fit] = all
  return all
end

-- Whether a lane has an entry that fits; it is then the lane's id, with its score.
local function hasBest(lane)
  if lane.none then return false end
  if lane.id and fits(lane.id, freeMemory, freeDisk) then return true end
  local found = call('ZRANGE', readyOf(lane.name), 0, 0, 'WITHSCORES')
  if #found == 0 then closeLane(lane.name) end
  if #found > 0 and not fits(found[1], freeMemory, freeDisk) then
    found = call('ZRANGE', readyOf(lane.name), 1, look - 1, 'WITHSCORES')
  end
  for at = 1, #found, 2 do
    if fits(found[at], freeMemory, freeDisk) then
      lane.id, lane.score = found[at], tonumber(found[at + 1])
      return true
    end
  end
  lane.none = true
  return false
end

local leased = {}
local function leasedOf(share)
  if not leased[share] then leased[share] = tonumber(call('HGET', shares, share) or '0') end
  return leased[share]
end

local function isBefore(a, b)
  local ofA, ofB = leasedOf(a.share), leasedOf(b.share)
  if ofA ~= ofB then return ofA < ofB end
  if a.score ~= b.score then return a.score < b.score end
  return string.sub(a.id, 1, 33) < string.sub(b.id, 1, 33)
end

local function best()
  for _, fit in ipairs(order) do
    for _, tier in ipairs(tiersOf(fit)) do
      local winner = nil
      for _, lane in ipairs(tier) do
        if hasBest(lane) and (not winner or isBefore(lane, winner)) then winner = lane end
      end
      if winner then return winner.name, winner.id end
    end
  end
end

-- Overdue jobs: the builder's lanes that may have some, and all that it could hold if its leases had ended.
local overdue, wholeMemory, wholeDisk = nil, nil, nil
local function findOverdue()
  overdue = {}
  for _, name in ipairs(call('ZRANGEBYSCORE', oldest, '-inf', bound)) do
    if mine[fitOf(name)] and admits(name) then overdue[name] = true end
  end
  local taken = call('HMGET', held, 'memory ' .. builder, 'disk ' .. builder)
  wholeMemory = freeMemory + tonumber(taken[1] or '0')
  wholeDisk = freeDisk + tonumber(taken[2] or '0')
end

local function oldestIn(name)
  local found = call('ZRANGE', agesOf(name), 0, 0, 'WITHSCORES')
  if #found == 0 or tonumber(found[2]) > bound then
    if #found == 0 then closeLane(name) else call('ZADD', oldest, found[2], name) end
    overdue[name] = nil
    return nil
  end
  if fits(found[1], wholeMemory, wholeDisk) then return found[1] end
  for _, id in ipairs(call('ZRANGEBYSCORE', agesOf(name), '-inf', bound, 'LIMIT', 1, look - 1)) do
    if fits(id, wholeMemory, wholeDisk) then return id end
  end
end

local function oldestOverdue()
  if not overdue then findOverdue() end
  local names = {}
  for name in pairs(overdue) do names[#names + 1] = name end
  local lane, first = nil, nil
  for _, name in ipairs(names) do
    local id = oldestIn(name)
    if id and (not first or string.sub(id, 1, 33) < string.sub(first, 1, 33)) then lane, first = name, id end
  end
  return lane, first
end

local function choose()
  local lane, id = oldestOverdue()
  if not lane then return best() end
  -- It would fit if the builder had ended what it holds: the builder waits for that.
  if fits(id, freeMemory, freeDisk) then return lane, id, true end
end

if peek then
  if choose() then return 1 end
  return 0
end

raiseFence(0, nowMs)
local given, relieved, fence = {}, false, nil
while #given < 3 * max do
  local lane, id, late = choose()
  if not lane then break end
  local entry = call('HMGET', keyOf(lane, id), 'name', 'data')
  takeFromReady(lane, id)
  if lanes[lane] then lanes[lane].id = nil end
  -- One of BullMQ's tools may have removed the job; the record will offer it again.
  if entry[1] and entry[2] then
    -- One for each job that may be given, asked for once: those that are left over are never used.
    fence = fence and fence + 1 or call('INCRBY', lastFence, max) - max + 1
    leased[shareOf(lane)] = leasedOf(shareOf(lane)) + 1
    startLease(lane, id, { job = entry[1], builder = builder, fence = string.format('%.0f', fence), untilMs = untilMs, nowMs = nowMs })
    local memory, disk = needs(id)
    freeMemory, freeDisk = freeMemory - memory, freeDisk - disk
    given[#given + 1] = entry[2]
    given[#given + 1] = fence
    given[#given + 1] = untilMs
    relieved = relieved or late
  end
end
tellLeases()
-- A builder that held back for an overdue job may go on now.
if relieved then ring() end
return given
`;
