import { layout } from './layout.ts';

/** Returns how many jobs there are and how many of them are leased. */
export const counts = `${layout}
return { call('HLEN', jobs), call('ZCARD', untils) }
`;

/**
 * One page of all jobs; a job that is there from the first page to the last is on one of them at least.
 * ARGV: cursor ('0' to begin), about how many. Returns the next cursor ('0' at the end), then data, builder, fence and
 * end for each job, the last three '' for a ready one.
 */
export const list = `${layout}
local page = call('HSCAN', jobs, ARGV[1], 'COUNT', ARGV[2])
local all = { page[1] }
for at = 1, #page[2], 2 do
  local job, lane, id = page[2][at], place(page[2][at])
  local known = call('HMGET', keyOf(lane, id), 'data', 'pb', 'fence', 'until')
  if known[1] then
    for field = 1, 4 do all[#all + 1] = known[field] or '' end
  else
    -- Removed by one of BullMQ's tools: not here any more, so that it can be offered again.
    remove(lane, id, job)
  end
end
tellLeases()
return all
`;

/** Returns the word, or nothing. */
export const recall = `${layout}
return memory()
`;

/** ARGV: now or '', word, fence. */
export const mark = `${layout}
raiseFence(tonumber(ARGV[3]), timeOr(ARGV[1]))
call('HSET', base .. '/memory', 'word', ARGV[2], 'run', serverRun())
`;

/** ARGV: now or '', then for each lease job, lane, id, priority, time it is ready since, data, builder, fence, and its end or, after a plus, its length. */
export const restore = `${layout}
local nowMs = timeOr(ARGV[1])
local function untilOf(text)
  if string.sub(text, 1, 1) == '+' then return nowMs + tonumber(string.sub(text, 2)) end
  return tonumber(text)
end
for at = 2, #ARGV, 9 do
  local job, lane, id = ARGV[at], ARGV[at + 1], ARGV[at + 2]
  raiseFence(tonumber(ARGV[at + 7]), nowMs)
  if not place(job) then
    openLane(lane)
    call('HSET', jobs, job, lane .. ' ' .. id)
    call('HSET', keyOf(lane, id), 'name', job, 'data', ARGV[at + 5], 'opts', '{}',
      'timestamp', ARGV[at + 4], 'delay', '0', 'priority', ARGV[at + 3])
    startLease(lane, id, {
      job = job, builder = ARGV[at + 6], fence = ARGV[at + 7], untilMs = untilOf(ARGV[at + 8]), nowMs = nowMs,
    })
  end
end
tellLeases()
`;
