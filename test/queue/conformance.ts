// What every queue backend has to promise. A backend's spec calls `describeQueueBackend` with a way to make one.
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { VirtualClock } from '../../src/host/index.ts';
import { builderName } from '../../src/primitives/index.ts';
import type { Lease } from '../../src/queue/index.ts';
import {
  archPromises,
  classPromises,
  labelPromises,
  orderPromises,
  roomPromises,
  sharePromises,
} from './conformance-choice.ts';
import { crowdPromises, memoryPromises, waitPromises } from './conformance-crowd.ts';
import { job, leaseMs, longestWaitMs, type Make, type Stage } from './conformance-stage.ts';

export function describeQueueBackend(name: string, make: Make): void {
  describe(name, () => {
    let stage: Stage;
    beforeEach(async () => {
      const clock = new VirtualClock();
      const underTest = await make({ clock, longestWaitMs });
      const queue = await underTest.connect();
      const other = await underTest.connect();
      await queue.mark('stage', 0);
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
    describe('shares', () => sharePromises(get));
    describe('labels', () => labelPromises(get));
    describe('architectures', () => archPromises(get));
    describe('room', () => roomPromises(get));
    describe('memory', () => memoryPromises(get));
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
