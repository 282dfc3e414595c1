// What every queue backend has to promise. A backend's spec calls `describeQueueBackend` with a way to make one.
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { VirtualClock } from '../../src/host/index.ts';
import { builderName, type JobId } from '../../src/primitives/index.ts';
import type { ClaimRequest, Lease, QueueBackend, QueueEntry } from '../../src/queue/index.ts';

/** One queue under test; connections made by `connect` work on the same entries. */
export interface QueueUnderTest {
  connect(): Promise<QueueBackend>;
  /**
   * Starts somebody who claims one job under a lease of `leaseMs`, tells its name, and never ends by himself: a
   * process, or for a queue within one process a caller who does not come back.
   */
  startHolder(leaseMs: number): Promise<{ job: string; kill: () => Promise<void> }>;
  dispose(): Promise<void>;
}

export interface QueueSetting {
  readonly clock: VirtualClock;
  readonly longestWaitMs: number;
}

type Make = (setting: QueueSetting) => Promise<QueueUnderTest>;

const longestWaitMs = 60_000;
const leaseMs = 10_000;

const job = (name: string): JobId => `t/x/${name}` as JobId;

interface Stage {
  readonly clock: VirtualClock;
  readonly queue: QueueBackend;
  readonly other: QueueBackend;
  readonly underTest: QueueUnderTest;
  entry(name: string, more?: Partial<QueueEntry>): QueueEntry;
  claim(more?: Partial<ClaimRequest>): Promise<readonly Lease[]>;
  /** Claims until nothing is left and returns the names in that order. */
  drain(more?: Partial<ClaimRequest>): Promise<string[]>;
}

export function describeQueueBackend(name: string, make: Make): void {
  describe(name, () => {
    let stage: Stage;
    beforeEach(async () => {
      const clock = new VirtualClock();
      const underTest = await make({ clock, longestWaitMs });
      const queue = await underTest.connect();
      const other = await underTest.connect();
      const claim: Stage['claim'] = (more) =>
        queue.claim({ builder: builderName('one'), builderClass: 5, leaseMs, max: 1, ...more });
      stage = {
        clock,
        queue,
        other,
        underTest,
        claim,
        entry: (of, more) => ({
          job: job(of),
          offer: 1,
          priority: 0,
          readySinceMs: clock.nowMs(),
          buildClass: undefined,
          ...more,
        }),
        drain: async (more) => {
          const names: string[] = [];
          for (let got = await claim(more); got[0]; got = await claim(more))
            names.push(got[0].entry.job.slice(4));
          return names;
        },
      };
    });
    afterEach(async () => {
      await stage.queue.close();
      await stage.other.close();
      await stage.underTest.dispose();
    });
    const get = (): Stage => stage;
    describe('offers', () => offerPromises(get));
    describe('leases', () => leasePromises(get));
    describe('fencing', () => fencingPromises(get));
    describe('build classes', () => classPromises(get));
    describe('order', () => orderPromises(get));
    describe('waiting', () => waitPromises(get));
    describe('several at once', () => crowdPromises(get));
  });
}

function offerPromises(stage: () => Stage): void {
  it('gives out an offered job once', async () => {
    const { queue, entry, claim } = stage();
    await queue.offer([entry('a')]);
    const [lease] = await claim();
    expect(lease?.entry).toEqual(entry('a'));
    expect(await claim()).toEqual([]);
  });
  it('ignores the same offer made again, leased or not', async () => {
    const { queue, entry, claim } = stage();
    await queue.offer([entry('a')]);
    await queue.offer([entry('a')]);
    expect(await queue.counts()).toEqual({ ready: 1, leased: 0 });
    const [lease] = await claim();
    await queue.offer([entry('a')]);
    expect(await claim()).toEqual([]);
    expect(await queue.settle(lease as Lease)).toBe('accepted');
  });
  it('ignores a lower offer', async () => {
    const { queue, entry, claim } = stage();
    await queue.offer([entry('a', { offer: 5, priority: 1 })]);
    await queue.offer([entry('a', { offer: 4, priority: 2 })]);
    const [lease] = await claim();
    expect(lease?.entry).toMatchObject({ offer: 5, priority: 1 });
  });
  it('replaces by a higher offer, with all its fields', async () => {
    const { queue, entry, drain, claim } = stage();
    await queue.offer([entry('a', { buildClass: 9 })]);
    expect(await drain()).toEqual([]);
    const replaced = entry('a', { offer: 2, buildClass: 2, priority: 7 });
    await queue.offer([replaced]);
    const [lease] = await claim();
    expect(lease?.entry).toEqual(replaced);
  });
  it('takes the last of several offers of one job in one call', async () => {
    const { queue, entry, claim } = stage();
    await queue.offer([entry('a'), entry('a', { offer: 3 }), entry('a', { offer: 2 })]);
    const [lease] = await claim();
    expect(lease?.entry.offer).toBe(3);
    expect(await queue.counts()).toEqual({ ready: 0, leased: 1 });
  });
  it('forgets withdrawn jobs in any state, and unknown ones without complaint', async () => {
    const { queue, entry, claim } = stage();
    await queue.offer([entry('a'), entry('b')]);
    const [lease] = await claim();
    await queue.withdraw([job('a'), job('b'), job('never')]);
    expect(await queue.counts()).toEqual({ ready: 0, leased: 0 });
    expect(await queue.renew(lease as Lease, leaseMs)).toBeUndefined();
    expect(await queue.settle(lease as Lease)).toBe('stale');
  });
  it('lists entries, leased ones with their lease', async () => {
    const { queue, entry, claim } = stage();
    await queue.offer([entry('a', { priority: 1 }), entry('b', { buildClass: 'two', offer: 2 })]);
    const [lease] = await claim();
    const listed = [...(await queue.list())].sort((a, b) => a.entry.job.localeCompare(b.entry.job));
    expect(listed).toEqual([
      { entry: entry('a', { priority: 1 }), lease },
      { entry: entry('b', { buildClass: 'two', offer: 2 }) },
    ]);
  });
  it('does nothing for nothing', async () => {
    const { queue, claim } = stage();
    await queue.offer([]);
    await queue.withdraw([]);
    expect(await claim()).toEqual([]);
    expect(await queue.reap()).toEqual([]);
    expect(await queue.list()).toEqual([]);
  });
}

function leasePromises(stage: () => Stage): void {
  it('ends a settled job for good', async () => {
    const { queue, entry, claim } = stage();
    await queue.offer([entry('a')]);
    const [lease] = await claim();
    expect(lease?.untilMs).toBe(stage().clock.nowMs() + leaseMs);
    expect(await queue.settle(lease as Lease)).toBe('accepted');
    expect(await queue.settle(lease as Lease)).toBe('stale');
    expect(await queue.counts()).toEqual({ ready: 0, leased: 0 });
  });
  it('gives a released job back at its old place', async () => {
    const { queue, entry, claim, drain } = stage();
    await queue.offer([entry('a', { readySinceMs: 1_700_000_000_000 - 5 }), entry('b')]);
    const [lease] = await claim();
    expect(lease?.entry.job).toBe(job('a'));
    expect(await queue.release(lease as Lease)).toBe('accepted');
    expect(await queue.release(lease as Lease)).toBe('stale');
    expect(await drain()).toEqual(['a', 'b']);
  });
  it('keeps a renewed lease and takes away one that was not', async () => {
    const { queue, entry, claim, clock } = stage();
    await queue.offer([entry('a'), entry('b')]);
    const [renewed, left] = await claim({ max: 2 });
    await clock.advance(leaseMs - 1);
    expect(await queue.reap()).toEqual([]);
    const longer = await queue.renew(renewed as Lease, leaseMs);
    expect(longer).toEqual({ ...renewed, untilMs: clock.nowMs() + leaseMs });
    await clock.advance(1);
    expect(await queue.reap()).toEqual([left]);
    expect(await queue.reap()).toEqual([]);
    const [again] = await claim();
    expect(again?.entry).toEqual(left?.entry);
    expect(await queue.settle(longer as Lease)).toBe('accepted');
  });
  it('does not give on a lease that ran out before it was taken away', async () => {
    const { queue, entry, claim, clock } = stage();
    await queue.offer([entry('a')]);
    const [lease] = await claim();
    await clock.advance(10 * leaseMs);
    expect(await claim()).toEqual([]);
    expect(await queue.renew(lease as Lease, leaseMs)).toBeDefined();
    expect(await queue.settle(lease as Lease)).toBe('accepted');
  });
}

function fencingPromises(stage: () => Stage): void {
  it('calls every verb of a lost lease stale once the job is with another', async () => {
    const { queue, entry, claim, clock } = stage();
    await queue.offer([entry('a')]);
    const [late] = await claim();
    await clock.advance(leaseMs);
    await queue.reap();
    const [current] = await claim({ builder: builderName('two') });
    expect(current?.fence).toBeGreaterThan(late?.fence as number);
    expect(await queue.renew(late as Lease, leaseMs)).toBeUndefined();
    expect(await queue.release(late as Lease)).toBe('stale');
    expect(await queue.settle(late as Lease)).toBe('stale');
    expect(await queue.settle(current as Lease)).toBe('accepted');
  });
  it('calls a reaped lease stale though nobody has the job yet', async () => {
    const { queue, entry, claim, clock } = stage();
    await queue.offer([entry('a')]);
    const [late] = await claim();
    await clock.advance(leaseMs);
    await queue.reap();
    expect(await queue.settle(late as Lease)).toBe('stale');
    expect(await queue.counts()).toEqual({ ready: 1, leased: 0 });
  });
  it('ends a lease by a higher offer, also for the builder that gets the job again', async () => {
    const { queue, entry, claim } = stage();
    await queue.offer([entry('a')]);
    const [late] = await claim();
    await queue.offer([entry('a', { offer: 2 })]);
    expect(await queue.renew(late as Lease, leaseMs)).toBeUndefined();
    const [current] = await claim();
    expect(current?.entry.offer).toBe(2);
    expect(await queue.settle(late as Lease)).toBe('stale');
    expect(await queue.release(late as Lease)).toBe('stale');
    expect(await queue.settle(current as Lease)).toBe('accepted');
  });
  it('never gives the same fence twice, not even for a job that was settled and offered anew', async () => {
    const { queue, entry, claim } = stage();
    const fences = new Set<number>();
    for (let round = 1; round <= 20; round += 1) {
      await queue.offer([entry('a', { offer: round })]);
      const [lease] = await claim();
      fences.add(lease?.fence as number);
      if (round % 3 === 0) await queue.withdraw([job('a')]);
      else expect(await queue.settle(lease as Lease)).toBe('accepted');
    }
    expect(fences.size).toBe(20);
    expect([...fences]).toEqual([...fences].sort((a, b) => a - b));
  });
}

function classPromises(stage: () => Stage): void {
  it('gives a job of class c to builders of class c or more only', async () => {
    const { queue, entry, drain } = stage();
    await queue.offer([2, 5, 9].map((buildClass) => entry(`class-${buildClass}`, { buildClass })));
    expect(await drain({ builderClass: 1 })).toEqual([]);
    expect(await drain({ builderClass: 5 })).toEqual(['class-5', 'class-2']);
    expect(await drain({ builderClass: 9 })).toEqual(['class-9']);
  });
  it('counts a job without a class, and class 0, as class 1', async () => {
    const { queue, entry, drain } = stage();
    await queue.offer([entry('none'), entry('zero', { buildClass: 0, offer: 2 })]);
    expect(await drain({ builderClass: 0 })).toEqual([]);
    expect(await drain({ builderClass: 1 })).toEqual(['none', 'zero']);
  });
  it('gives an addressed job to the builder of that name only', async () => {
    const { queue, entry, drain } = stage();
    await queue.offer([entry('mine', { buildClass: 'one' }), entry('yours', { buildClass: 'two' })]);
    expect(await drain({ builderClass: 99 })).toEqual(['mine']);
    expect(await drain({ builder: builderName('two'), builderClass: 1 })).toEqual(['yours']);
  });
  it('gives a builder without a class only what is addressed to it', async () => {
    const { queue, entry, drain } = stage();
    await queue.offer([entry('any'), entry('mine', { buildClass: 'one' })]);
    expect(await drain({ builderClass: undefined })).toEqual(['mine']);
  });
}

function orderPromises(stage: () => Stage): void {
  it('takes addressed jobs, then the highest class that fits, then priority, then age, then offer', async () => {
    const { queue, entry, drain, clock } = stage();
    const now = clock.nowMs();
    await queue.offer([
      entry('later', { priority: 5, offer: 7 }),
      entry('sooner', { priority: 5, offer: 6 }),
      entry('older', { priority: 5, offer: 8, readySinceMs: now - 1 }),
      entry('urgent', { priority: 9, offer: 5 }),
      entry('large', { buildClass: 5, offer: 4 }),
      entry('too-large', { buildClass: 6, priority: 100, offer: 3 }),
      entry('addressed', { buildClass: 'one', offer: 9 }),
    ]);
    expect(await drain()).toEqual(['addressed', 'large', 'urgent', 'older', 'sooner', 'later']);
  });
  it('claims several at once in the same order', async () => {
    const { queue, entry, claim } = stage();
    await queue.offer([1, 2, 3, 4].map((priority) => entry(`p${priority}`, { priority })));
    const leases = await claim({ max: 3 });
    expect(leases.map((lease) => lease.entry.job)).toEqual([job('p4'), job('p3'), job('p2')]);
    expect(await claim({ max: 0 })).toEqual([]);
  });
  it('lets no job wait longer than the bound because of newer ones', async () => {
    const { queue, entry, claim, clock } = stage();
    await queue.offer([entry('small'), entry('smaller', { priority: -1, offer: 2 })]);
    await clock.advance(longestWaitMs - 1);
    await queue.offer([entry('large', { buildClass: 5, priority: 100, offer: 3 })]);
    expect((await claim())[0]?.entry.job).toBe(job('large'));
    await clock.advance(1);
    const mine = entry('mine', { buildClass: 'one', offer: 5 });
    await queue.offer([entry('larger', { buildClass: 5, priority: 100, offer: 4 }), mine]);
    expect((await claim())[0]?.entry.job).toBe(job('small'));
    expect((await claim())[0]?.entry.job).toBe(job('smaller'));
    expect((await claim())[0]?.entry.job).toBe(job('mine'));
    expect((await claim())[0]?.entry.job).toBe(job('larger'));
  });
  it('gives overdue jobs only to builders that may take them', async () => {
    const { queue, entry, drain, clock } = stage();
    await queue.offer([
      entry('huge', { buildClass: 9 }),
      entry('theirs', { buildClass: 'two' }),
      entry('own', { buildClass: 'one', offer: 3 }),
      entry('small', { offer: 2 }),
    ]);
    await clock.advance(longestWaitMs);
    expect(await drain()).toEqual(['small', 'own']);
  });
}

function waitPromises(stage: () => Stage): void {
  const claimant = { builder: builderName('one'), builderClass: 5 };
  it('does not wait when there is work already', async () => {
    const { queue, entry } = stage();
    await queue.offer([entry('a')]);
    await queue.wait(claimant, new AbortController().signal);
  });
  it('wakes for an offer, a released job, a reaped one and an abort', async () => {
    const { queue, entry, claim, clock } = stage();
    const { signal } = new AbortController();
    const offered = queue.wait(claimant, signal);
    await queue.offer([entry('a')]);
    await offered;
    const [first] = await claim();
    const released = queue.wait(claimant, signal);
    await queue.release(first as Lease);
    await released;
    await claim();
    const reaped = queue.wait(claimant, signal);
    await clock.advance(leaseMs);
    await queue.reap();
    await reaped;
    await claim();
    const abort = new AbortController();
    const aborted = queue.wait(claimant, abort.signal);
    abort.abort();
    await aborted;
    await queue.wait(claimant, abort.signal);
  });
  it('wakes for what another connection offers', async () => {
    const { queue, other, entry, clock } = stage();
    let awake = false;
    const waiting = queue.wait(claimant, new AbortController().signal).then(() => {
      awake = true;
    });
    await other.offer([entry('a')]);
    for (let round = 0; round < 50 && !awake; round += 1) await clock.advance(100);
    await waiting;
  });
  it('wakes every waiter there is work for', async () => {
    const { queue, entry } = stage();
    const { signal } = new AbortController();
    const both = Promise.all([
      queue.wait({ builder: builderName('small'), builderClass: 1 }, signal),
      queue.wait({ builder: builderName('named'), builderClass: undefined }, signal),
    ]);
    await queue.offer([entry('a'), entry('b', { buildClass: 'named' })]);
    await both;
  });
}

function crowdPromises(stage: () => Stage): void {
  it('never gives one job to two connections', async () => {
    const { queue, other, entry } = stage();
    await queue.offer(
      Array.from({ length: 200 }, (_, at) => entry(`job-${at}`, { priority: at % 7, offer: at })),
    );
    const taken: string[] = [];
    const work = async (own: QueueBackend, name: string): Promise<void> => {
      for (;;) {
        const leases = await own.claim({ builder: builderName(name), builderClass: 1, leaseMs, max: 3 });
        if (leases.length === 0) return;
        for (const lease of leases) {
          taken.push(lease.entry.job);
          expect(await own.settle(lease)).toBe('accepted');
        }
      }
    };
    await Promise.all([work(queue, 'a'), work(other, 'b'), work(queue, 'c'), work(other, 'd')]);
    expect(taken).toHaveLength(200);
    expect(new Set(taken).size).toBe(200);
    expect(await queue.counts()).toEqual({ ready: 0, leased: 0 });
  });
  it('lets several connections act on one lease, as after a reconnect', async () => {
    const { queue, other, entry, claim } = stage();
    await queue.offer([entry('a')]);
    const [lease] = await claim();
    expect(await other.renew(lease as Lease, leaseMs)).toBeDefined();
    expect(await other.settle(lease as Lease)).toBe('accepted');
    expect(await queue.settle(lease as Lease)).toBe('stale');
  });
  it('gives on the job of a builder that was killed, once its lease ran out', async () => {
    const { queue, entry, claim, underTest, clock } = stage();
    await queue.offer([entry('a')]);
    const holder = await underTest.startHolder(leaseMs);
    await holder.kill();
    expect(holder.job).toBe(job('a'));
    expect(await claim()).toEqual([]);
    expect(await queue.counts()).toEqual({ ready: 0, leased: 1 });
    // The holder counts in real time, which is far ahead of the virtual one.
    await clock.advance(Date.now() + 2 * leaseMs - clock.nowMs());
    expect(await queue.reap()).toHaveLength(1);
    expect((await claim())[0]?.entry.job).toBe(job('a'));
  });
}
