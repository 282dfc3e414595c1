// What slots of a builder do while the results of their attempts are on their way.
import { expect, it } from 'vitest';
import { type BuilderOptions, runBuilder } from '../../src/builder/index.ts';
import { nextTurn, VirtualClock } from '../../src/host/index.ts';
import type { Outcome } from '../../src/model/index.ts';
import { attemptId, builderName, type JobId } from '../../src/primitives/index.ts';
import type { QueueEntry } from '../../src/queue/index.ts';
import { MemoryQueue } from '../../src/queue/memory/index.ts';

type Attempt = Parameters<BuilderOptions<Begun>['workplace']['perform']>[0];
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

  async run(more: Partial<BuilderOptions<Attempt>> = {}): Promise<{ ended: Promise<void> }> {
    await this.queue.offer([1, 2, 3, 4].map(entry));
    const ended = runBuilder<Attempt>(
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

  async take(): Promise<void> {
    this.#reports.shift()?.resolve('accepted');
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

it('a slot works on the next job while a result that nothing waits for is on its way, and on no other one', async () => {
  const site = new Site();
  const { ended } = await site.run();
  expect(site.begun).toEqual([1, 2]);
  await site.take();
  expect(site.begun).toEqual([1, 2, 3]);
  site.over.abort();
  await site.take();
  await site.take();
  await ended;
  expect(site.begun).toEqual([1, 2, 3]);
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
  expect(site.begun).toEqual([1, 2]);
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
  site.over.abort();
  await site.take();
  await ended;
});

it('a builder ends with a result that cannot be handed in, and waits for those of its other slots', async () => {
  const site = new Site();
  const { ended } = await site.run({ slots: 2 });
  let isOver = false;
  ended.catch(() => {
    isOver = true;
  });
  await site.refuse(new Error('the disk is full'));
  for (const _ of [1, 2]) {
    expect(isOver).toBe(false);
    await site.take();
  }
  await site.take();
  await expect(ended).rejects.toThrow('the disk is full');
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
  expect(site.begun).toEqual([1, 2, 3, 4]);
});
