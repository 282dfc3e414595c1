// The queue in Redis beside BullMQ itself, and dispatching beside the algorithm of the manager that packmill replaces.
// Arguments after the name choose parts: raw, farm, large, reference. Without them all run.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openFarmDatabase } from '../src/database/index.ts';
import { Dispatcher } from '../src/dispatcher/index.ts';
import { systemClock as clock } from '../src/host/index.ts';
import { builderName } from '../src/primitives/index.ts';
import { BullmqQueue } from '../src/queue/bullmq/index.ts';
import type { Lease } from '../src/queue/index.ts';
import type { RedisServer } from '../test/redis-server.ts';
import { print, quantiles, rate, seconds, timed } from './measure/figures.ts';
import { redisCpuMs, wholeMs, withRedis } from './queue/cost.ts';
import { dispatched, farm, slotsPerBuilder } from './queue/farm.ts';
import { entryAt, plannedJob } from './queue/jobs.ts';
import { bullmq } from './queue/peer.ts';
import { drainCost, type ReferenceJob } from './reference/assignment.ts';

const concurrency = 32;
const leaseMs = 60_000;

const parts: Record<string, () => Promise<void>> = { raw, farm, large, reference };

/** packmill runs with a larger young generation than Node's own (`bin/packmill`); here BullMQ has it as well. */
const asPackmill = '--max-semi-space-size=32';

export async function run(): Promise<void> {
  if (!process.execArgv.includes(asPackmill)) {
    const script = `await (await import(${JSON.stringify(import.meta.url)})).run()`;
    const again = [
      asPackmill,
      '--input-type=module',
      '-e',
      script,
      'bench',
      'queue',
      ...process.argv.slice(3),
    ];
    process.exitCode = spawnSync(process.execPath, again, { stdio: 'inherit' }).status ?? 1;
    return;
  }
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
      theirs.push(wholeMs(await bullmq(redis, count, { slots: concurrency, keep: false })));
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

/** Builders of eight slots; each slot takes a job, works on it and takes the next one. */
async function drive(queue: BullmqQueue, work: (lease: Lease) => Promise<void>): Promise<void> {
  const slot = async (at: number): Promise<void> => {
    const builder = builderName(`builder-${Math.floor(at / slotsPerBuilder)}`);
    for (;;) {
      const [lease] = await queue.claim({ builder, builderClass: 8, leaseMs, max: 1 });
      if (!lease) return;
      await work(lease);
    }
  };
  await Promise.all(Array.from({ length: concurrency }, (_, at) => slot(at)));
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
        concurrency,
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

const open = ({ host, port }: RedisServer): BullmqQueue =>
  new BullmqQueue({ connection: { host, port }, farm: 'bench', clock });
