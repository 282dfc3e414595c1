// The same random verbs to all three backends: whatever one answers, the others answer too.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { VirtualClock } from '../../src/host/index.ts';
import { builderName, type JobId } from '../../src/primitives/index.ts';
import { BullmqQueue } from '../../src/queue/bullmq/index.ts';
import { EmbeddedQueue } from '../../src/queue/embedded/index.ts';
import type { Lease, QueueBackend, QueueEntry } from '../../src/queue/index.ts';
import { MemoryQueue } from '../../src/queue/memory/index.ts';
import { type RedisServer, startRedis } from '../redis-server.ts';

let redis: RedisServer;
let folder: string;
let farms = 0;
beforeAll(async () => {
  redis = await startRedis();
  folder = mkdtempSync(join(tmpdir(), 'packmill-queues-'));
});
afterAll(async () => {
  await redis.dispose();
  rmSync(folder, { recursive: true, force: true });
});

const longestWaitMs = 1000;
const few = <T>(...values: T[]): fc.Arbitrary<T> => fc.constantFrom(...values);
const bytes = few(undefined, 1, 5, 10);
const entries = fc.array(
  fc.record({
    job: fc.integer({ min: 0, max: 15 }),
    urgency: few(undefined, 0, 1, -2.5),
    priority: few(0, 1, -3, 1.5, 1e12),
    agedMs: few(0, 1, 500, 999, 1000, 1500),
    buildClass: few<number | string | undefined>(undefined, 0, 2, 2.5, 'one'),
    share: few(undefined, 'a', 'b:|,'),
    labels: few(undefined, [], ['x'], ['y', 'x']),
    arch: few(undefined, undefined, 'aarch64', 'x'),
    memoryBytes: bytes,
    diskBytes: bytes,
    newer: few(true, true, true, false),
  }),
  { minLength: 1, maxLength: 6 },
);
const step = fc.oneof(
  fc.record({ verb: fc.constant('offer' as const), entries }),
  fc.record({
    verb: fc.constant('claim' as const),
    builder: few('one', 'two'),
    builderClass: few(undefined, 1, 2, 3),
    labels: few(undefined, ['x'], ['x', 'y']),
    arches: few(undefined, [], ['aarch64'], ['x', 'aarch64']),
    usualArch: few(undefined, undefined, true, false),
    freeMemoryBytes: few(undefined, 0, 5, 12),
    freeDiskBytes: few(undefined, undefined, 6),
    max: few(1, 2, 5),
    leaseMs: few(300, 2000),
  }),
  fc.record({ verb: few('settle' as const, 'release' as const, 'renew' as const), which: fc.nat(40) }),
  fc.record({
    verb: few('settle together' as const, 'release together' as const),
    which: fc.array(fc.nat(40), { minLength: 2, maxLength: 6 }),
  }),
  fc.record({ verb: fc.constant('withdraw' as const), job: fc.integer({ min: 0, max: 15 }) }),
  fc.record({
    verb: fc.constant('restore' as const),
    which: fc.nat(40),
    job: fc.integer({ min: 0, max: 15 }),
  }),
  fc.record({ verb: fc.constant('advance' as const), ms: few(1, 200, 700) }),
  fc.record({ verb: few('reap' as const, 'list' as const, 'counts' as const, 'wait' as const) }),
);
type Step = typeof step extends fc.Arbitrary<infer T> ? T : never;

const jobOf = (n: number): JobId => `t/x/job:${n}%` as JobId;

/** One backend with the leases that it gave, in the order in which it gave them. */
class Side {
  readonly queue: QueueBackend;
  readonly leases: Lease[] = [];
  constructor(queue: QueueBackend) {
    this.queue = queue;
  }

  /** What a step leads to, fences left out: they differ. */
  async take(now: Step, offers: readonly QueueEntry[], fresh: number): Promise<unknown> {
    const { queue } = this;
    switch (now.verb) {
      case 'offer':
        return queue.offer(offers);
      case 'claim': {
        const leases = await queue.claim({ ...now, builder: builderName(now.builder) });
        this.leases.push(...leases);
        return leases.map(withoutFence);
      }
      case 'settle':
      case 'release': {
        const lease = this.#lease(now.which);
        return lease && queue[now.verb](lease);
      }
      // in one script where that is how they travel
      case 'settle together':
      case 'release together': {
        const leases = now.which.flatMap((which) => this.#lease(which) ?? []);
        const verb = now.verb === 'settle together' ? 'settle' : 'release';
        return Promise.all(leases.map((lease) => queue[verb](lease)));
      }
      case 'renew': {
        const lease = this.#lease(now.which);
        const renewed = lease && (await queue.renew(lease, 400));
        return renewed && withoutFence(renewed);
      }
      case 'withdraw':
        return queue.withdraw([jobOf(now.job)]);
      case 'restore': {
        const lease = this.#lease(now.which);
        if (!lease) return undefined;
        const entry = {
          ...lease.entry,
          job: jobOf(now.job),
          offer: fresh,
        };
        const restored = { ...lease, entry, untilMs: lease.untilMs + 100 };
        this.leases.push(restored);
        return queue.restore([restored]);
      }
      case 'reap':
        return sorted((await queue.reap()).map(withoutFence));
      case 'list':
        return sorted(
          (await queue.list()).map(({ entry, lease }) => ({ entry, lease: lease && withoutFence(lease) })),
        );
      case 'counts':
        return queue.counts();
      case 'wait':
        return this.#resolvesAtOnce();
      case 'advance':
        return undefined;
    }
  }

  /** Whether there is work for a builder, as `wait` sees it. */
  async #resolvesAtOnce(): Promise<boolean> {
    const stop = new AbortController();
    const claimant = { builder: builderName('two'), builderClass: 2, labels: ['x'], freeMemoryBytes: 5 };
    let work = true;
    const waiting = this.queue.wait(claimant, stop.signal);
    // One round trip later it would have been over.
    await this.queue.counts();
    await new Promise<void>((resolve) => setImmediate(resolve));
    const over = await Promise.race([waiting.then(() => true), this.queue.counts().then(() => false)]);
    if (!over) work = false;
    stop.abort();
    await waiting;
    return work;
  }

  #lease(which: number): Lease | undefined {
    return this.leases.length === 0 ? undefined : this.leases[which % this.leases.length];
  }
}

const withoutFence = ({ entry, builder, untilMs }: Lease) => ({ entry, builder, untilMs });
const sorted = <T extends { entry: QueueEntry }>(values: readonly T[]): T[] =>
  [...values].sort((a, b) => (a.entry.job < b.entry.job ? -1 : 1));

async function compare(steps: readonly Step[]): Promise<void> {
  const clock = new VirtualClock();
  farms += 1;
  const farm = `farm-${farms}`;
  const sides = [
    new Side(new MemoryQueue({ clock, longestWaitMs })),
    new Side(new EmbeddedQueue({ path: join(folder, `${farm}.sqlite`), clock, longestWaitMs })),
    new Side(new BullmqQueue({ connection: redis, farm, clock, time: clock, longestWaitMs })),
  ];
  try {
    for (const { queue } of sides) await queue.mark('here', 0);
    let offer = 1000;
    for (const [at, now] of steps.entries()) {
      if (now.verb === 'advance') await clock.advance(now.ms);
      const offers =
        now.verb !== 'offer'
          ? []
          : now.entries.map(({ job, newer, agedMs, ...rest }): QueueEntry => {
              offer += 1;
              // No two jobs of one offer: nothing tells which of them goes first.
              return {
                ...rest,
                job: jobOf(job),
                offer: newer ? offer : job,
                readySinceMs: clock.nowMs() - agedMs,
              };
            });
      const [expected, ...others] = await Promise.all(
        sides.map((side) => side.take(now, offers, 1_000_000 + at)),
      );
      for (const other of others) expect(other, `step ${at}: ${JSON.stringify(now)}`).toEqual(expected);
    }
  } finally {
    for (const { queue } of sides) await queue.close();
  }
}

describe('memory, embedded and bullmq queue', () => {
  it('give the same answers to the same verbs', async () => {
    await fc.assert(fc.asyncProperty(fc.array(step, { minLength: 5, maxLength: 80 }), compare), {
      numRuns: 150,
    });
  });
});
