// Dispatch at the size of a distribution: 140,000 pending jobs in eight classes, four builders that do nothing.
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type FarmDatabase, openFarmDatabase } from '../src/database/index.ts';
import { Dispatcher } from '../src/dispatcher/index.ts';
import { systemClock as clock } from '../src/host/index.ts';
import type { JobEdge, Plan, PlannedJob } from '../src/model/index.ts';
import { builderName, type Digest, type JobId } from '../src/primitives/index.ts';
import { EmbeddedQueue } from '../src/queue/embedded/index.ts';
import type { Lease, QueueEntry } from '../src/queue/index.ts';
import { print, quantiles, rate, seconds, timed } from './measure/figures.ts';

const pendingJobs = 140_000;
const restartJobs = 150_000;
const measuredJobs = 10_000;
const queueJobs = 20_000;
const concurrency = 32;
const leaseMs = 60_000;
const done = { kind: 'already-built', files: [] } as const;

interface Motion {
  readonly database: FarmDatabase;
  readonly queue: EmbeddedQueue;
  readonly dispatcher: Dispatcher;
}

export async function run(): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'packmill-bench-'));
  try {
    const plan = syntheticPlan(pendingJobs);
    let motion = open(folder);
    const admission = await timed(() => motion.dispatcher.admit(plan, { why: 'bench' }));
    const { ready } = await motion.queue.counts();
    const size = statSync(join(folder, 'farm.sqlite')).size / 2 ** 20;
    print(
      `admit ${pendingJobs} jobs`,
      `${seconds(admission)} (${ready} ready, record ${size.toFixed(0)} MiB)`,
    );
    const slots = await work(motion, measuredJobs);
    print('free slot -> next claim', `${quantiles(slots.claimMs)}  aim: p99 < 20 ms`);
    print('result handed in -> next attempt begun', quantiles(slots.turnMs));
    print('jobs through four builders', `${rate(measuredJobs, slots.ms)}, each attempt on disk twice`);
    await close(motion);
    motion = open(folder);
    await motion.dispatcher.admit(syntheticPlan(restartJobs - pendingJobs + measuredJobs, 'more-'), {
      why: 'bench',
    });
    await close(motion);
    const restart = await timed(async () => {
      motion = open(folder);
      await motion.dispatcher.recover();
      await begin(motion, 'first');
    });
    print(`restart with ${restartJobs} jobs -> first attempt`, `${seconds(restart)}  aim: < 3 s`);
    await close(motion);
    for (const suffix of ['', '-wal', '-shm']) rmSync(join(folder, `queue.sqlite${suffix}`), { force: true });
    const refill = await timed(async () => {
      motion = open(folder);
      await motion.dispatcher.recover();
      await begin(motion, 'second');
    });
    print('the same, queue lost', seconds(refill));
    await close(motion);
    await compareQueues(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Jobs in eight classes; one in seven waits for nothing, the others for up to three jobs somewhat before them. */
function syntheticPlan(count: number, prefix = ''): Plan {
  let state = 42;
  const random = (below: number): number => {
    state = (state * 1_103_515_245 + 12_345) % 2_147_483_648;
    return Math.floor((state / 2_147_483_648) * below);
  };
  const idOf = (at: number): JobId => `bench/x86_64/${prefix}job-${at}` as JobId;
  const jobs = Array.from({ length: count }, (_, at): PlannedJob => {
    const wanted = at < 100 || at % 7 === 0 ? 0 : 1 + random(3);
    const on = new Set(Array.from({ length: wanted }, () => at - 1 - random(Math.min(at, 2000))));
    return {
      id: idOf(at),
      kind: 'pkgbuild',
      name: `${prefix}job-${at}`,
      folder: `/recipes/${prefix}job-${at}`,
      outputs: [`${prefix}job-${at}`],
      version: '1.2.3-1',
      inputDigest: 'a'.repeat(64) as Digest,
      action: 'build',
      reasons: [{ kind: 'new' }],
      waitsFor: [...on].map(
        (one): JobEdge => ({ job: idOf(one), because: `job-${one}`, match: 'output', required: false }),
      ),
      cutEdges: [],
      buildClass: (at % 8) + 1,
      expectedMs: undefined,
      criticalPathMs: random(1_000_000),
    };
  });
  return { target: 'bench', arch: 'x86_64', jobs, cycles: [], problems: [] };
}

function open(folder: string): Motion {
  const database = openFarmDatabase(join(folder, 'farm.sqlite'), { clock });
  const queue = new EmbeddedQueue({ path: join(folder, 'queue.sqlite'), clock });
  const decide = async () => ({ run: true, reason: '' });
  return { database, queue, dispatcher: new Dispatcher({ database, queue, clock, decide }) };
}

async function close({ database, queue }: Motion): Promise<void> {
  await queue.close();
  database.close();
}

async function begin({ queue, dispatcher }: Motion, name: string): Promise<void> {
  const [lease] = await queue.claim({ builder: builderName(name), builderClass: 9, leaseMs, max: 1 });
  if (!lease || !(await dispatcher.begin(lease))) throw new Error('nothing could be begun');
}

/** Four builders take, begin and end jobs; a slot is free as soon as its result is on disk. */
async function work({ queue, dispatcher }: Motion, count: number) {
  const claimMs: number[] = [];
  const turnMs: number[] = [];
  let left = count;
  const builder = async (index: number): Promise<void> => {
    const claimant = { builder: builderName(`builder-${index}`), builderClass: 8, leaseMs, max: 1 };
    let handedIn: number | undefined;
    while (left > 0) {
      left -= 1;
      const free = performance.now();
      const [lease] = await queue.claim(claimant);
      claimMs.push(performance.now() - free);
      const begun = lease && (await dispatcher.begin(lease));
      if (!lease || !begun) throw new Error('nothing could be begun');
      if (handedIn !== undefined) turnMs.push(performance.now() - handedIn);
      handedIn = performance.now();
      await dispatcher.report(lease, begun.id, { outcome: done, facts: { durationMs: 1 } });
    }
  };
  const ms = await timed(() => Promise.all([1, 2, 3, 4].map(builder)));
  return { claimMs, turnMs, ms };
}

/** Offers, claims and settles without a record; `bench queue` has the queue in Redis, beside BullMQ. */
async function compareQueues(folder: string): Promise<void> {
  const ours = await embeddedRate(folder);
  print(
    `queue, ${queueJobs} jobs at concurrency ${concurrency}`,
    `${rate(queueJobs, ours)}  aim: >= 5,000/s`,
  );
}

async function embeddedRate(folder: string): Promise<number> {
  const queue = new EmbeddedQueue({ path: join(folder, 'alone.sqlite'), clock });
  const entries = Array.from(
    { length: queueJobs },
    (_, at): QueueEntry => ({
      job: `bench/x86_64/job-${at}` as JobId,
      offer: at + 1,
      priority: (at * 7919) % 1000,
      readySinceMs: clock.nowMs(),
      buildClass: (at % 8) + 1,
    }),
  );
  const worker = async (index: number): Promise<void> => {
    for (;;) {
      const claimant = { builder: builderName(`builder-${index}`), builderClass: 8, leaseMs, max: 1 };
      const [lease]: readonly Lease[] = await queue.claim(claimant);
      if (!lease) return;
      if ((await queue.settle(lease)) !== 'accepted') throw new Error('a lease was lost');
    }
  };
  const ms = await timed(async () => {
    await queue.offer(entries);
    await Promise.all(Array.from({ length: concurrency }, (_, index) => worker(index)));
  });
  await queue.close();
  return ms;
}
