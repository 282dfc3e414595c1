// Promises about waiting, about several connections, and about a queue that was lost.
import { expect, it } from 'vitest';
import { builderName } from '../../src/primitives/index.ts';
import type { Lease, QueueBackend } from '../../src/queue/index.ts';
import { job, leaseMs, type Stage } from './conformance-stage.ts';

export function waitPromises(stage: () => Stage): void {
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

export function crowdPromises(stage: () => Stage): void {
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

export function memoryPromises(stage: () => Stage): void {
  it('keeps the word of the last mark, for every connection', async () => {
    const { queue, other } = stage();
    expect(await other.memory()).toBe('stage');
    await queue.mark('the word: ä', 7);
    expect(await queue.memory()).toBe('the word: ä');
    expect(await other.memory()).toBe('the word: ä');
  });
  it('gives fences past the one it was told of, and never lower ones', async () => {
    const { queue, entry, claim } = stage();
    const far = 8_000_000_000_000_000;
    await queue.mark('word', far);
    await queue.mark('word', 5);
    await queue.offer([entry('a')]);
    expect((await claim())[0]?.fence).toBeGreaterThan(far);
  });
  it('puts leases back as they were, and works with them from then on', async () => {
    const { queue, other, entry, claim, clock } = stage();
    const lost = (name: string, offer: number): Lease => ({
      entry: entry(name, { offer, share: 'a', memoryBytes: 5 }),
      builder: builderName('far'),
      fence: 7_000_000_000_000_000 + offer,
      untilMs: clock.nowMs() + leaseMs,
    });
    const leases = [lost('kept', 1), lost('ended', 2), lost('expired', 3), lost('back', 4)];
    await queue.restore(leases);
    await queue.restore(leases);
    const listed = [...(await queue.list())].sort((a, b) => a.entry.offer - b.entry.offer);
    expect(listed).toEqual(leases.map((lease) => ({ entry: lease.entry, lease })));
    expect(await queue.counts()).toEqual({ ready: 0, leased: 4 });
    expect(await claim()).toEqual([]);
    const [kept, ended, expired, back] = leases as [Lease, Lease, Lease, Lease];
    expect(await other.renew(kept, 2 * leaseMs)).toEqual({ ...kept, untilMs: clock.nowMs() + 2 * leaseMs });
    expect(await other.settle(ended)).toBe('accepted');
    expect(await other.release(back)).toBe('accepted');
    await clock.advance(leaseMs);
    expect(await queue.reap()).toEqual([expired]);
    const again = await claim({ max: 9 });
    expect(again.map((lease) => lease.entry.job)).toEqual([job('expired'), job('back')]);
    for (const lease of again) expect(lease.fence).toBeGreaterThan(back.fence);
    expect(await queue.settle(expired)).toBe('stale');
  });
  it('restores nothing over a job that it knows', async () => {
    const { queue, entry, claim } = stage();
    await queue.offer([entry('ready'), entry('leased', { offer: 2 })]);
    const leased = (await claim({ max: 2 })) as readonly [Lease, Lease];
    await queue.release(leased[0]);
    await queue.restore(leased.map((lease) => ({ ...lease, builder: builderName('far'), fence: 1 })));
    expect(await queue.counts()).toEqual({ ready: 1, leased: 1 });
    expect(await queue.settle(leased[1])).toBe('accepted');
    expect((await claim())[0]?.entry.job).toBe(job('ready'));
  });
}
