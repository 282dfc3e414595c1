// What slots of a builder do while the results of their attempts are on their way.
import { expect, it } from 'vitest';
import { type BuilderOptions, runBuilder } from '../../src/builder/index.ts';
import { nextTurn, VirtualClock } from '../../src/host/index.ts';
import type { Outcome } from '../../src/model/index.ts';
import { attemptId, builderName, type JobId } from '../../src/primitives/index.ts';
import type { QueueEntry } from '../../src/queue/index.ts';
import { MemoryQueue } from '../../src/queue/memory/index.ts';

interface Begun {
  readonly id: ReturnType<typeof attemptId>;
  readonly signal: AbortSignal;
  readonly isAwaited: boolean;
}

const good: Outcome = { kind: 'already-built', files: [] };
const entry = (at: number): QueueEntry => ({
  job: `t/x86_64/job-${at}` as JobId,
  offer: at,
  priority: -at,
  readySinceMs: 1_700_000_000_000,
  buildClass: undefined,
});

/** A builder of one slot whose results are taken when `take` says so. */
class Site {
  readonly clock = new VirtualClock();
  readonly queue = new MemoryQueue({ clock: this.clock });
  readonly begun: number[] = [];
  readonly over = new AbortController();
  readonly troubles: unknown[] = [];
  outcome = good;
  isAwaited = false;
  readonly #reports: PromiseWithResolvers<'accepted'>[] = [];

  async run(more: Partial<BuilderOptions<Begun>> = {}): Promise<{ ended: Promise<void> }> {
    await this.queue.offer([1, 2, 3, 4, 5, 6, 7].map(entry));
    const ended = runBuilder<Begun>(
      {
        queue: this.queue,
        clock: this.clock,
        name: builderName('one'),
        builderClass: 9,
        leaseMs: 30_000,
        slots: 1,
        workplace: {
          begin: async ({ entry: { offer } }) => {
            this.begun.push(offer);
            return {
              id: attemptId(offer),
              signal: new AbortController().signal,
              isAwaited: this.isAwaited,
            };
          },
          perform: async () => ({ outcome: this.outcome }),
          report: (lease) => {
            const report = Promise.withResolvers<'accepted'>();
            this.#reports.push(report);
            return report.promise.finally(() => this.queue.settle(lease));
          },
        },
        ...more,
      },
      this.over.signal,
    );
    ended.catch(() => undefined);
    await this.calm();
    return { ended };
  }

  /** Takes the oldest result, or one that overtook others. */
  async take(at = 0): Promise<void> {
    this.#reports.splice(at, 1)[0]?.resolve('accepted');
    await this.calm();
  }

  async refuse(error: Error): Promise<void> {
    this.#reports.shift()?.reject(error);
    await this.calm();
  }

  async calm(): Promise<void> {
    for (let turn = 0; turn < 5; turn += 1) await nextTurn();
  }
}

it('a slot works on while results that nothing waits for are on their way, at most four of them', async () => {
  const site = new Site();
  const { ended } = await site.run();
  expect(site.begun).toEqual([1, 2, 3, 4, 5]);
  await site.take();
  expect(site.begun).toEqual([1, 2, 3, 4, 5, 6]);
  site.over.abort();
  let isOver = false;
  void ended.then(() => {
    isOver = true;
  });
  for (const _ of [2, 3, 4, 5, 6]) {
    expect(isOver).toBe(false);
    await site.take();
  }
  await ended;
  expect(site.begun).toEqual([1, 2, 3, 4, 5, 6]);
});

it('a result that others overtook is waited for, and counts among those on their way', async () => {
  const site = new Site();
  const { ended } = await site.run();
  let isOver = false;
  void ended.then(() => {
    isOver = true;
  });
  await site.take(3);
  expect(site.begun).toEqual([1, 2, 3, 4, 5, 6]);
  await site.take(3);
  expect(site.begun).toEqual([1, 2, 3, 4, 5, 6, 7]);
  site.over.abort();
  for (const at of [3, 3, 2, 1]) await site.take(at);
  expect(isOver).toBe(false);
  expect(await site.queue.counts()).toEqual({ ready: 0, leased: 1 });
  await site.take();
  expect(isOver).toBe(true);
});

it('a slot whose result sets others free takes the best job when they are there', async () => {
  const site = new Site();
  site.isAwaited = true;
  await site.run();
  expect(site.begun).toEqual([1]);
  await site.queue.offer([{ ...entry(9), priority: 99 }]);
  await site.take();
  expect(site.begun).toEqual([1, 9]);
});

it('a slot waits until a failure is known, which may end the plan', async () => {
  const site = new Site();
  site.outcome = { kind: 'skipped', reason: '' };
  await site.run();
  expect(site.begun).toEqual([1, 2, 3, 4, 5]);
  const other = new Site();
  other.outcome = { kind: 'timed-out', limitMs: 1 };
  await other.run();
  expect(other.begun).toEqual([1]);
});

it('a lease is kept until its result is handed in, and no longer', async () => {
  const site = new Site();
  site.isAwaited = true;
  const { ended } = await site.run();
  await site.clock.advance(300_000);
  await site.calm();
  expect(await site.queue.reap()).toEqual([]);
  await site.take();
  const renewed = new Set<number>();
  const { renew } = site.queue;
  site.queue.renew = (lease, leaseMs) => {
    renewed.add(lease.entry.offer);
    return renew.call(site.queue, lease, leaseMs);
  };
  await site.clock.advance(300_000);
  await site.calm();
  expect([...renewed]).toEqual([2]);
  site.over.abort();
  await site.take();
  await ended;
});

it('a builder ends with a result that cannot be handed in, when those that are on their way are', async () => {
  const site = new Site();
  const { ended } = await site.run({ slots: 2 });
  const { length } = site.begun;
  let isOver = false;
  ended.catch(() => {
    isOver = true;
  });
  await site.refuse(new Error('the disk is full'));
  for (let left = site.begun.length - 1; left > 0; left -= 1) {
    expect(isOver).toBe(false);
    await site.take();
  }
  await expect(ended).rejects.toThrow('the disk is full');
  expect(site.begun).toHaveLength(length);
});

it('a builder that outlives trouble is told of such a result, and when its slot works again', async () => {
  const site = new Site();
  await site.run({ onTrouble: (error) => site.troubles.push(error) });
  const full = new Error('the disk is full');
  await site.refuse(full);
  expect(site.troubles).toEqual([full]);
  await site.take();
  await site.take();
  expect(site.troubles).toEqual([full, undefined]);
  expect(site.begun).toEqual([1, 2, 3, 4, 5, 6, 7]);
});
