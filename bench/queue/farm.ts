// The farm's record and dispatcher over our queue, beside BullMQ: every attempt is on disk when it begins and when it ends.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runBuilder } from '../../src/builder/index.ts';
import { openFarmDatabase } from '../../src/database/index.ts';
import { Dispatcher } from '../../src/dispatcher/index.ts';
import { systemClock as clock } from '../../src/host/index.ts';
import type { Plan, PlannedJob } from '../../src/model/index.ts';
import { builderName } from '../../src/primitives/index.ts';
import { BullmqQueue } from '../../src/queue/bullmq/index.ts';
import type { QueueBackend } from '../../src/queue/index.ts';
import type { RedisServer } from '../../test/redis-server.ts';
import { median, print, rate, timed } from '../measure/figures.ts';
import { type Cost, counting, wholeMs, withRedis } from './cost.ts';
import { plannedJob } from './jobs.ts';
import { bullmq } from './peer.ts';

export const slotsPerBuilder = 8;
const count = 20_000;
/** A small farm's slots, and a large one's. */
const sizes = [32, 256] as const;
/** How often all take turns. */
const turns = Number(process.env.PACKMILL_BENCH_TURNS ?? 5);
const outcome = { kind: 'already-built', files: [] } as const;

/**
 * What the farm is compared with. An operator's server is the one that BullMQ's manual asks for: its own default of
 * keeping the jobs that are done, as our record does, and a Redis that writes its file once in a second; what is queued
 * and what was done is then still there after a restart of the server. The strict one flushes each change before it
 * answers, which is what our record promises. The bare one keeps nothing of a job that is done, and nothing on disk. Ours has the same
 * server each time.
 */
const peers = [
  { name: "an operator's", keep: true, server: ['--appendonly', 'yes', '--appendfsync', 'everysec'] },
  { name: 'strict', keep: true, server: ['--appendonly', 'yes', '--appendfsync', 'always'] },
  { name: 'bare', keep: false, server: [] },
] as const;

export async function farm(): Promise<void> {
  await warmUp();
  for (const slots of sizes)
    for (const { name, keep, server } of peers) {
      const theirs: Cost[] = [];
      const ours: Cost[] = [];
      for (let turn = 0; turn < turns; turn += 1) {
        theirs.push(await withRedis((redis) => bullmq(redis, count, { slots, keep }), server));
        const jobs = Array.from({ length: count }, (_, at) => plannedJob(at, []));
        ours.push(await withRedis((redis) => dispatched(redis, jobs, slots), server));
      }
      print(`BullMQ, ${name}, ${count} jobs on ${slots} slots`, figures(theirs));
      print('dispatcher and record over our queue', figures(ours));
      const share = (of: (cost: Cost) => number): string =>
        `${(100 * median(theirs.map((cost, at) => of(cost) / of(ours[at] ?? cost)))).toFixed(0)} %`;
      print(
        `ours of BullMQ's, median of ${turns} turns`,
        `${share(wholeMs)} of its throughput, ${share(({ drainMs }) => drainMs)} drained alone, processor time of theirs to ours ${share(({ cpuMs }) => cpuMs)}${name === peers[0].name ? '  aim: >= 80 %' : ''}`,
      );
    }
}

/** A manager runs for weeks: what V8 compiles in the first seconds is no part of what a job costs. */
async function warmUp(): Promise<void> {
  await withRedis((redis) => bullmq(redis, count, { slots: sizes[0], keep: true }));
  const jobs = Array.from({ length: count }, (_, at) => plannedJob(at, []));
  await withRedis((redis) => dispatched(redis, jobs, sizes[0]));
}

function figures(costs: readonly Cost[]): string {
  const of = (which: (cost: Cost) => number): number => median(costs.map(which));
  const us = (which: (cost: Cost) => number): string => ((1000 * of(which)) / count).toFixed(0);
  return `${rate(count, of(wholeMs))}, drained ${rate(
    count,
    of(({ drainMs }) => drainMs),
  )}, processor ${us(({ cpuMs }) => cpuMs)} us a job, ${us(({ serverMs }) => serverMs)} of them Redis`;
}

/** A plan put in, and worked off by builders of eight slots in this process, as `packmill up` has them. */
export async function dispatched(
  redis: RedisServer,
  jobs: readonly PlannedJob[],
  slots: number,
): Promise<Cost> {
  const folder = mkdtempSync(join(tmpdir(), 'packmill-bench-'));
  const database = openFarmDatabase(join(folder, 'farm.sqlite'), { clock });
  const { host, port } = redis;
  const queue = new BullmqQueue({ connection: { host, port }, farm: 'bench', clock });
  const over = new AbortController();
  try {
    const decide = async () => ({ run: true, reason: '' });
    const dispatcher = new Dispatcher({ database, queue, clock, decide });
    const plan: Plan = { target: 'bench', arch: 'x86_64', jobs, cycles: [], problems: [] };
    await queue.counts();
    const counted = counting(redis);
    let planId: Awaited<ReturnType<typeof dispatcher.admit>>['planId'] | undefined;
    const putMs = await timed(async () => {
      ({ planId } = await dispatcher.admit(plan, { why: 'bench' }));
    });
    const building: Promise<void>[] = [];
    const drainMs = await timed(async () => {
      for (let at = 0; at < slots; at += slotsPerBuilder)
        building.push(
          idleBuilder({ dispatcher, queue }, { name: `builder-${at}`, slots: slotsPerBuilder }, over.signal),
        );
      if (planId !== undefined) await dispatcher.finished(planId);
      await dispatcher.idle();
    });
    const cost = { putMs, drainMs, ...counted() };
    over.abort();
    await Promise.all(building);
    return cost;
  } finally {
    await queue.close();
    database.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

/** A builder in this process whose attempts do nothing. */
export const idleBuilder = (
  { dispatcher, queue }: { readonly dispatcher: Dispatcher; readonly queue: QueueBackend },
  { name, slots }: { readonly name: string; readonly slots: number },
  signal: AbortSignal,
): Promise<void> =>
  runBuilder(
    {
      queue,
      clock,
      name: builderName(name),
      builderClass: 8,
      leaseMs: 60_000,
      slots,
      workplace: {
        begin: (lease) => dispatcher.begin(lease, { isHere: true }),
        perform: async () => ({ outcome, facts: { durationMs: 1 } }),
        report: (lease, attempt, end) => dispatcher.report(lease, attempt, end),
      },
    },
    signal,
  );
