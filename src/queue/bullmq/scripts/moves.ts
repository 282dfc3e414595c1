import { layout } from './layout.ts';

/** What every verb on a lease begins with: whether it is the job's current one. */
const current = `
local function currentOf(job, offer, fence)
  local lane, id = place(job)
  if not lane or tonumber(string.sub(id, 18, 33)) ~= tonumber(offer) then return nil end
  if call('HGET', keyOf(lane, id), 'fence') ~= fence then return nil end
  return lane, id
end
`;

/** ARGV: for each entry job, offer, lane, id, score, priority, time it is ready since, data. */
export const offer = `${layout}
for at = 1, #ARGV, 8 do
  local job, lane, id = ARGV[at], ARGV[at + 2], ARGV[at + 3]
  local knownLane, knownId = place(job)
  if not knownLane or tonumber(string.sub(knownId, 18, 33)) < tonumber(ARGV[at + 1]) then
    if knownLane then remove(knownLane, knownId, job) end
    call('HSET', jobs, job, lane .. ' ' .. id)
    call('HSET', keyOf(lane, id), 'name', job, 'data', ARGV[at + 7], 'opts', '{}',
      'timestamp', ARGV[at + 6], 'delay', '0', 'priority', ARGV[at + 5])
    stand(lane, id, ARGV[at + 4])
  end
end
tellLeases()
ring()
`;

/** ARGV: for each lease job, offer, fence. Returns 1 or 0 for each. */
export const settle = `${layout}${current}
local verdicts, keys, done = {}, {}, {}
for at = 1, #ARGV, 3 do
  local job = ARGV[at]
  local lane, id = currentOf(job, ARGV[at + 1], ARGV[at + 2])
  if lane and not done[job] then
    endLease(lane, id, job)
    local key = keyOf(lane, id)
    keys[#keys + 1] = key
    keys[#keys + 1] = key .. ':lock'
    done[#done + 1] = job
    done[job] = true
    verdicts[#verdicts + 1] = 1
  else
    verdicts[#verdicts + 1] = 0
  end
end
if #done > 0 then
  call('DEL', unpack(keys))
  call('HDEL', jobs, unpack(done))
end
tellLeases()
return verdicts
`;

/** ARGV: for each lease job, offer, fence. Returns 1 or 0 for each. */
export const release = `${layout}${current}
local verdicts = {}
for at = 1, #ARGV, 3 do
  local lane, id = currentOf(ARGV[at], ARGV[at + 1], ARGV[at + 2])
  if lane then giveBack(lane, id, ARGV[at]) end
  verdicts[#verdicts + 1] = lane and 1 or 0
end
tellLeases()
ring()
return verdicts
`;

/** ARGV: now or '', then for each lease job, offer, fence, length. Returns its end, 0: it is lost, -1: who knows. */
export const renew = `${layout}${current}
local nowMs = timeOr(ARGV[1])
local ends = {}
for at = 2, #ARGV, 4 do
  local lane, id = currentOf(ARGV[at], ARGV[at + 1], ARGV[at + 2])
  if lane then
    local untilMs = nowMs + tonumber(ARGV[at + 3])
    call('HSET', keyOf(lane, id), 'until', untilMs)
    call('ZADD', untils, untilMs, ARGV[at])
    lock(keyOf(lane, id), ARGV[at + 2], untilMs - nowMs)
    ends[#ends + 1] = untilMs
  else
    ends[#ends + 1] = memory() and 0 or -1
  end
end
return ends
`;

/** ARGV: jobs. */
export const withdraw = `${layout}
for _, job in ipairs(ARGV) do
  local lane, id = place(job)
  if lane then remove(lane, id, job) end
end
tellLeases()
ring()
`;

/** ARGV: now or '', at most how many. Returns data, builder, fence and end of each lease that ran out. */
export const reap = `${layout}
local lost = {}
for _, job in ipairs(call('ZRANGEBYSCORE', untils, '-inf', timeOr(ARGV[1]), 'LIMIT', 0, ARGV[2])) do
  local lane, id = place(job)
  local known = lane and call('HMGET', keyOf(lane, id), 'data', 'pb', 'fence', 'until')
  if known and known[1] and known[3] then
    for _, value in ipairs(known) do lost[#lost + 1] = value end
    giveBack(lane, id, job)
  else
    call('ZREM', untils, job)
  end
end
tellLeases()
if #lost > 0 then ring() end
return lost
`;
