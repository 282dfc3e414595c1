// The queue in Redis beside BullMQ itself, and dispatching beside the algorithm of the manager that packmill replaces.
// Arguments after the name choose parts: raw, farm, large, reference. Without them all run.
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Queue, Worker } from 'bullmq';
import { openFarmDatabase } from '../src/database/index.ts';
import { Dispatcher } from '../src/dispatcher/index.ts';
import { systemClock as clock } from '../src/host/index.ts';
import type { JobEdge, Plan, PlannedJob } from '../src/model/index.ts';
import { builderName, type Digest, type JobId } from '../src/primitives/index.ts';
import { BullmqQueue } from '../src/queue/bullmq/index.ts';
import type { Lease, QueueEntry } from '../src/queue/index.ts';
import { type RedisServer, startRedis } from '../test/redis-server.ts';
import { median, print, quantiles, rate, seconds, timed } from './measure/figures.ts';
import { drainCost, type ReferenceJob } from './reference/assignment.ts';

const concurrency = 32;
/** A server that loses nothing when power fails, as little as the record does. */
const onDisk = ['--appendonly', 'yes', '--appendfsync', 'always'];
/** As many slots as a large farm has. */
const manySlots = 256;
const slotsPerBuilder = 8;
const leaseMs = 60_000;
const done = { kind: 'already-built', files: [] } as const;

const parts: Record<string, () => Promise<void>> = { raw, farm, large, reference };

export async function run(): Promise<void> {
  const wanted = process.argv.slice(3);
  for (const [name, part] of Object.entries(parts))
    if (wanted.length === 0 || wanted.includes(name)) await part();
}

/** Jobs through BullMQ, and through our queue: put in, taken at concurrency 32, ended. */
async function raw(): Promise<void> {
  const count = 20_000;
  const theirs: number[] = [];
  const ours: number[] = [];
  await withRedis(async (redis) => {
    for (let round = 0; round < 3; round += 1) {
      theirs.push(await bullmqMs(redis, count));
      await redis.flush();
      ours.push(await ourMs(redis, count));
      await redis.flush();
    }
  });
  print(`BullMQ, ${count} jobs at concurrency ${concurrency}`, rate(count, Math.min(...theirs)));
  print('our queue on the same server, the same', rate(count, Math.min(...ours)));
  print(
    'ratio, best of three rounds each',
    `${(Math.min(...theirs) / Math.min(...ours)).toFixed(2)} times as fast`,
  );
}

interface Cost {
  /** Until all jobs were in the queue. */
  readonly putMs: number;
  /** From then until the last one was done. */
  readonly drainMs: number;
  /** Processor time of this process and the server, in ms. */
  readonly cpuMs: number;
}

const wholeMs = ({ putMs, drainMs }: Cost): number => putMs + drainMs;
const bullmqMs = async (redis: RedisServer, count: number): Promise<number> =>
  wholeMs(await bullmq(redis, count, concurrency));

async function bullmq(redis: RedisServer, count: number, slots: number): Promise<Cost> {
  const connection = { host: redis.host, port: redis.port, maxRetriesPerRequest: null };
  const queue = new Queue('bench', { connection });
  await queue.waitUntilReady();
  const before = cpuMs(redis);
  const putMs = await timed(async () => {
    const jobs = Array.from({ length: count }, (_, at) => ({
      name: 'job',
      data: entryAt(at),
      opts: { priority: ((at * 7919) % 1000) + 1, removeOnComplete: true },
    }));
    for (let at = 0; at < jobs.length; at += 1000) await queue.addBulk(jobs.slice(at, at + 1000));
  });
  let worker: Worker | undefined;
  const drainMs = await timed(
    () =>
      new Promise<void>((resolve, reject) => {
        let left = count;
        worker = new Worker('bench', async () => undefined, { connection, concurrency: slots });
        worker.on('error', reject);
        worker.on('completed', () => {
          left -= 1;
          if (left === 0) resolve();
        });
      }),
  );
  const cost = { putMs, drainMs, cpuMs: cpuMs(redis) - before };
  await worker?.close();
  await queue.close();
  return cost;
}

async function ourMs(redis: RedisServer, count: number): Promise<number> {
  const queue = open(redis);
  await queue.counts();
  const entries = Array.from({ length: count }, (_, at) => entryAt(at));
  const ms = await timed(async () => {
    for (let at = 0; at < count; at += 1000) await queue.offer(entries.slice(at, at + 1000));
    let left = count;
    await drive(queue, async (lease) => {
      if ((await queue.settle(lease)) !== 'accepted') throw new Error('a lease was lost');
      left -= 1;
    });
    if (left !== 0) throw new Error(`${left} jobs were not done`);
  });
  await queue.close();
  return ms;
}

/** Builders of eight slots; each slot takes a job, works on it and takes the next one, as `runBuilder` does. */
async function drive(
  queue: BullmqQueue,
  work: (lease: Lease) => Promise<void>,
  over: () => boolean = () => true,
  slots = concurrency,
): Promise<void> {
  const slot = async (at: number): Promise<void> => {
    const builder = builderName(`builder-${Math.floor(at / slotsPerBuilder)}`);
    for (;;) {
      const [lease] = await queue.claim({ builder, builderClass: 8, leaseMs, max: 1 });
      if (lease) await work(lease);
      else if (over()) return;
      // The others are about to set something free.
      else await new Promise((resolve) => setImmediate(resolve));
    }
  };
  await Promise.all(Array.from({ length: slots }, (_, at) => slot(at)));
}

/** How often BullMQ, BullMQ on disk and the farm take turns. */
const turns = 5;

/** The farm's record and the dispatcher on top: every attempt is on disk when it begins and when it ends. */
async function farm(): Promise<void> {
  const count = 20_000;
  for (const slots of [concurrency, manySlots]) {
    const costs: Record<'raw' | 'durable' | 'ours', Cost[]> = { raw: [], durable: [], ours: [] };
    for (let turn = 0; turn < turns; turn += 1) {
      costs.raw.push(await withRedis((redis) => bullmq(redis, count, slots)));
      costs.durable.push(await withRedis((redis) => bullmq(redis, count, slots), onDisk));
      const jobs = Array.from({ length: count }, (_, at) => plannedJob(at, []));
      costs.ours.push(await withRedis((redis) => dispatched(redis, jobs, slots)));
    }
    const figures = (which: Cost[]): string =>
      `${rate(count, median(which.map(({ drainMs }) => drainMs)))}, with putting in ${rate(count, median(which.map(wholeMs)))}, processor ${((1000 * median(which.map(({ cpuMs }) => cpuMs))) / count).toFixed(0)} us a job`;
    print(`BullMQ alone, ${count} jobs on ${slots} slots`, figures(costs.raw));
    print('BullMQ alone, each change on disk', figures(costs.durable));
    print('dispatcher and record over our queue', figures(costs.ours));
    const share = (of: (cost: Cost) => number, theirs: Cost[]): string =>
      `${(100 * median(theirs.map((cost, at) => of(cost) / of(costs.ours[at] ?? cost)))).toFixed(0)} %`;
    for (const [name, theirs] of [
      ['BullMQ alone', costs.raw],
      ['BullMQ on disk', costs.durable],
    ] as const)
      print(
        `of ${name}, median of ${turns} turns`,
        `${share(({ drainMs }) => drainMs, theirs)} drained, ${share(wholeMs, theirs)} with putting in  aim: >= 80 %`,
      );
  }
}

async function dispatched(
  redis: RedisServer,
  jobs: readonly PlannedJob[],
  slots = concurrency,
): Promise<Cost> {
  const folder = mkdtempSync(join(tmpdir(), 'packmill-bench-'));
  const database = openFarmDatabase(join(folder, 'farm.sqlite'), { clock });
  const queue = open(redis);
  try {
    const decide = async () => ({ run: true, reason: '' });
    const dispatcher = new Dispatcher({ database, queue, clock, decide });
    const plan: Plan = { target: 'bench', arch: 'x86_64', jobs, cycles: [], problems: [] };
    await queue.counts();
    const before = cpuMs(redis);
    const putMs = await timed(() => dispatcher.admit(plan, { why: 'bench' }));
    let left = jobs.length;
    const drainMs = await timed(() =>
      drive(
        queue,
        async (lease) => {
          const begun = await dispatcher.begin(lease);
          if (!begun) throw new Error('nothing could be begun');
          await dispatcher.report(lease, begun.id, { outcome: done, facts: { durationMs: 1 } });
          left -= 1;
        },
        () => left === 0,
        slots,
      ),
    );
    return { putMs, drainMs, cpuMs: cpuMs(redis) - before };
  } finally {
    await queue.close();
    database.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

/** A distribution's worth of ready jobs in Redis. */
async function large(): Promise<void> {
  const count = 140_000;
  const measured = 5000;
  await withRedis(async (redis) => {
    const queue = open(redis);
    const entries = Array.from({ length: count }, (_, at) => entryAt(at));
    const offered = await timed(() => queue.offer(entries));
    print(`offer ${count} jobs`, `${seconds(offered)}, ${rate(count, offered)}`);
    const claimMs: number[] = [];
    let left = measured;
    const builder = async (index: number): Promise<void> => {
      const claimant = { builder: builderName(`builder-${index}`), builderClass: 8, leaseMs, max: 1 };
      while (left > 0) {
        left -= 1;
        const free = performance.now();
        const [lease] = await queue.claim(claimant);
        claimMs.push(performance.now() - free);
        if (!lease) throw new Error('nothing to claim');
        await queue.settle(lease);
      }
    };
    await Promise.all([1, 2, 3, 4].map(builder));
    print('free slot -> claim, four builders', `${quantiles(claimMs)}  aim: p99 < 20 ms`);
    const listed = await timed(() => queue.list());
    print('list all', seconds(listed));
    await idle(redis, queue);
    await queue.close();
  });
}

/** A manager that keeps watch and a builder for whom there is nothing, with the queue full for others. */
async function idle(redis: RedisServer, queue: BullmqQueue): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'packmill-bench-'));
  const database = openFarmDatabase(join(folder, 'farm.sqlite'), { clock });
  const decide = async () => ({ run: true, reason: '' });
  const dispatcher = new Dispatcher({ database, queue, clock, decide });
  const over = new AbortController();
  const nobody = { builder: builderName('idle'), builderClass: undefined };
  const watching = dispatcher.keepWatch(over.signal);
  const waiting = queue.wait(nobody, over.signal);
  await clock.sleep(500);
  const [own, server, start] = [process.cpuUsage(), redisCpuMs(redis), performance.now()];
  await clock.sleep(10_000);
  const { user, system } = process.cpuUsage(own);
  const passed = performance.now() - start;
  const share = (ms: number): string => `${((100 * ms) / passed).toFixed(2)} %`;
  print(
    'processor of idle manager and builder, 10 s',
    `${share((user + system) / 1000)} of a core, redis-server ${share(redisCpuMs(redis) - server)}  aim: < 10 %`,
  );
  over.abort();
  await Promise.all([watching, waiting]);
  database.close();
  rmSync(folder, { recursive: true, force: true });
}

/** Processor time to drain a queue with eight builders: the reference's algorithm, and ours with record and queue. */
async function reference(): Promise<void> {
  for (const count of [1000, 2534, 4000, 16_000]) {
    const graph = syntheticGraph(count);
    const theirs = drainCost(graph.map(referenceJob), 8);
    const ours = await withRedis((redis) =>
      dispatched(
        redis,
        graph.map((on, at) => plannedJob(at, on)),
      ),
    );
    print(
      `drain ${count} jobs, processor time`,
      `reference ${seconds(theirs.cpuMs)}${theirs.estimated ? ' (from samples)' : ''}, ours ${seconds(ours.cpuMs)}, ratio ${(theirs.cpuMs / ours.cpuMs).toFixed(1)}`,
    );
  }
}

/** As the live repository: three in five jobs wait for others, about 1.2 arrows per job, depth of a few. */
function syntheticGraph(count: number): number[][] {
  let state = 42;
  const random = (below: number): number => {
    state = (state * 1_103_515_245 + 12_345) % 2_147_483_648;
    return Math.floor((state / 2_147_483_648) * below);
  };
  return Array.from({ length: count }, (_, at) =>
    at < 50 || at % 5 < 2
      ? []
      : [
          ...new Set(
            Array.from({ length: 1 + random(3) }, () => random(Math.max(1, Math.min(at, count / 5)))),
          ),
        ],
  );
}

const idOf = (at: number): JobId => `bench/x86_64/job-${at}` as JobId;

const referenceJob = (on: readonly number[], at: number): ReferenceJob => ({
  target: 'bench',
  arch: 'x86_64',
  pkgbase: `job-${at}`,
  pkgnames: [`job-${at}`],
  dependencies: on.map((one) => `job-${one}`),
  buildClass: (at % 8) + 1,
  commit: 'a'.repeat(40),
  timestamp: 1_700_000_000_000,
});

function plannedJob(at: number, on: readonly number[]): PlannedJob {
  const name = `job-${at}`;
  return {
    id: idOf(at),
    kind: 'pkgbuild',
    name,
    folder: `/recipes/${name}`,
    outputs: [name],
    version: '1.2.3-1',
    inputDigest: 'a'.repeat(64) as Digest,
    action: 'build',
    reasons: [{ kind: 'new' }],
    waitsFor: on.map(
      (one): JobEdge => ({ job: idOf(one), because: `job-${one}`, match: 'output', required: false }),
    ),
    cutEdges: [],
    buildClass: (at % 8) + 1,
    expectedMs: undefined,
    criticalPathMs: (at * 7919) % 1_000_000,
  };
}

const entryAt = (at: number): QueueEntry => ({
  job: idOf(at),
  offer: at + 1,
  priority: (at * 7919) % 1000,
  readySinceMs: clock.nowMs(),
  buildClass: (at % 8) + 1,
  share: `source-${at % 3}`,
});

const open = ({ host, port }: RedisServer): BullmqQueue =>
  new BullmqQueue({ connection: { host, port }, farm: 'bench', clock });

async function withRedis<T>(
  work: (redis: RedisServer) => Promise<T>,
  more: readonly string[] = [],
): Promise<T> {
  const redis = await startRedis({ more });
  try {
    return await work(redis);
  } finally {
    await redis.dispose();
  }
}

/** Processor time of this process and the server, in ms. */
function cpuMs(redis: RedisServer): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000 + redisCpuMs(redis);
}

/** From /proc, which counts in hundredths of a second. */
function redisCpuMs({ pid }: RedisServer): number {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[11]) + Number(fields[12])) * 10;
}
