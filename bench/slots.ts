// Jobs that do nothing on as many local slots: what the farm itself costs from admission to the end of the plan.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Queue, Worker } from 'bullmq';
import { openFarmDatabase } from '../src/database/index.ts';
import { Dispatcher } from '../src/dispatcher/index.ts';
import { systemClock as clock } from '../src/host/index.ts';
import type { Plan, PlannedJob } from '../src/model/index.ts';
import { BullmqQueue } from '../src/queue/bullmq/index.ts';
import { EmbeddedQueue } from '../src/queue/embedded/index.ts';
import type { QueueBackend } from '../src/queue/index.ts';
import { type RedisServer, startRedis } from '../test/redis-server.ts';
import { idleBuilder } from './queue/farm.ts';
import { plannedJob } from './queue/jobs.ts';

const slots = 256;
const rounds = 5;

export async function run(): Promise<void> {
  const redis = await startRedis();
  const folder = mkdtempSync(join(tmpdir(), 'packmill-bench-'));
  try {
    const raw = await best(() => throughBullmq(redis));
    const embedded = await best((round) => {
      const queue = new EmbeddedQueue({ path: join(folder, `queue-${round}.sqlite`), clock });
      return throughFarm(queue, join(folder, `embedded-${round}.sqlite`));
    });
    const remote = await best((round) => {
      const { host, port } = redis;
      const queue = new BullmqQueue({ connection: { host, port }, farm: `bench-${round}`, clock });
      return throughFarm(queue, join(folder, `remote-${round}.sqlite`));
    });
    print(`BullMQ alone, ${slots} jobs on ${slots} slots`, raw);
    print('farm, embedded queue', embedded, raw);
    print('farm, queue in Redis', remote, raw);
  } finally {
    await redis.dispose();
    rmSync(folder, { recursive: true, force: true });
  }
}

async function best(work: (round: number) => Promise<number>): Promise<number> {
  const times: number[] = [];
  for (let round = 0; round < rounds; round += 1) times.push(await work(round));
  return Math.min(...times);
}

async function throughBullmq({ host, port }: RedisServer): Promise<number> {
  const connection = { host, port };
  const queue = new Queue('noop', { connection });
  let left = slots;
  const over = Promise.withResolvers<void>();
  const worker = new Worker(
    'noop',
    async () => {
      left -= 1;
      if (left === 0) over.resolve();
    },
    { connection, concurrency: slots, autorun: false },
  );
  await Promise.all([queue.waitUntilReady(), worker.waitUntilReady()]);
  const running = worker.run();
  const start = performance.now();
  await queue.addBulk(Array.from({ length: slots }, (_, at) => ({ name: `job-${at}`, data: {} })));
  await over.promise;
  const ms = performance.now() - start;
  await worker.close();
  await running;
  await queue.obliterate({ force: true });
  await queue.close();
  return ms;
}

/** All slots wait already when the plan is admitted; the end is the plan's, with every job on disk. */
async function throughFarm(queue: QueueBackend, path: string): Promise<number> {
  const database = openFarmDatabase(path, { clock });
  const dispatcher = new Dispatcher({
    database,
    queue,
    clock,
    decide: async () => ({ run: true, reason: '' }),
  });
  const over = new AbortController();
  const building = idleBuilder({ dispatcher, queue }, { name: 'local', slots }, over.signal);
  await clock.sleep(200);
  const start = performance.now();
  const { planId } = await dispatcher.admit(planOf(slots), { why: 'bench' });
  await dispatcher.finished(planId);
  const ms = performance.now() - start;
  over.abort();
  await building;
  await queue.close();
  database.close();
  return ms;
}

function planOf(count: number): Plan {
  const jobs = Array.from(
    { length: count },
    (_, at): PlannedJob => ({ ...plannedJob(at, []), buildClass: undefined, criticalPathMs: at }),
  );
  return { target: 'bench', arch: 'x86_64', jobs, cycles: [], problems: [] };
}

function print(what: string, ms: number, raw?: number): void {
  const ratio = raw === undefined ? '' : `  ${(ms / raw).toFixed(1)}x BullMQ  aim: < 2 s`;
  console.log(`${what.padEnd(46)} ${ms.toFixed(0)} ms${ratio}`);
}
