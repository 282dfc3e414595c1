// Promises about who gets which job: classes, order, shares, labels and room.
import { expect, it } from 'vitest';
import { builderName } from '../../src/primitives/index.ts';
import type { Lease } from '../../src/queue/index.ts';
import { job, longestWaitMs, type Stage } from './conformance-stage.ts';

export function classPromises(stage: () => Stage): void {
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

export function orderPromises(stage: () => Stage): void {
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

export function sharePromises(stage: () => Stage): void {
  it('puts urgency before share, and share before priority', async () => {
    const { queue, entry, drain, claim } = stage();
    await queue.offer([entry('leased', { share: 'a' })]);
    await claim();
    await queue.offer([
      entry('low', { share: 'b', priority: 1, offer: 2 }),
      entry('high', { share: 'a', priority: 9, offer: 3 }),
      entry('wanted', { share: 'a', urgency: 1, offer: 4 }),
      entry('most-wanted', { share: 'a', urgency: 10, priority: -5, offer: 5 }),
      entry('unwanted', { share: 'c', urgency: -1, priority: 99, offer: 6 }),
      entry('large', { share: 'a', buildClass: 5, urgency: -9, offer: 7 }),
    ]);
    expect(await drain()).toEqual(['large', 'most-wanted', 'wanted', 'low', 'high', 'unwanted']);
  });
  it('gives no share more than its turn: the one with the fewest leases goes first', async () => {
    const { queue, entry, claim } = stage();
    const mass = [1, 2, 3, 4, 5, 6].map((n) =>
      entry(`mass-${n}`, { share: 'mass', priority: 100, offer: n }),
    );
    const few = [7, 8].map((n) => entry(`few-${n}`, { share: 'few', priority: n === 7 ? 2 : 1, offer: n }));
    await queue.offer([...mass, ...few, entry('nameless', { offer: 9 })]);
    const leases = await claim({ max: 6 });
    expect(leases.map(({ entry: of }) => of.job.slice(4))).toEqual([
      'mass-1',
      'few-7',
      'nameless',
      'mass-2',
      'few-8',
      'mass-3',
    ]);
    for (const lease of leases.filter(({ entry: of }) => of.share === 'mass')) await queue.settle(lease);
    await queue.offer([entry('few-10', { share: 'few', priority: 200, offer: 10 })]);
    expect((await claim())[0]?.entry.job).toBe(job('mass-4'));
  });
  it('counts the leases of all builders, and no longer those that ended in any way', async () => {
    const { queue, other, entry, claim, clock } = stage();
    const two = (name: string, offer: number) => [
      entry(`a-${name}`, { share: 'a', priority: 2, offer }),
      entry(`b-${name}`, { share: 'b', priority: 1, offer: offer + 1 }),
    ];
    const next = async (): Promise<Lease> => (await claim())[0] as Lease;
    await queue.offer([entry('first', { share: 'a', buildClass: 'two' }), ...two('x', 2)]);
    await other.claim({ builder: builderName('two'), builderClass: undefined, leaseMs: 5000, max: 1 });
    const b = await next();
    expect(b.entry.job).toBe(job('b-x'));
    await clock.advance(5000);
    await queue.reap();
    const a = await next();
    expect(a.entry.job).toBe(job('a-x'));
    await queue.release(b);
    await queue.withdraw([job('a-x')]);
    const again = await next();
    expect(again.entry.job).toBe(job('b-x'));
    await queue.offer([entry('b-x', { share: 'b', priority: 1, offer: 99 }), ...two('y', 10)]);
    expect((await next()).entry.job).toBe(job('a-y'));
  });
  it('lists entries with all that they were offered with', async () => {
    const { queue, entry, claim } = stage();
    const full = entry('full', {
      urgency: 3,
      share: 'the: source | of, all',
      labels: ['kvm', 'big disk'],
      arch: 'aarch64',
      memoryBytes: 2 ** 33,
      diskBytes: 5,
    });
    await queue.offer([full]);
    expect(await queue.list()).toEqual([{ entry: full }]);
    const [lease] = await claim({ labels: ['kvm', 'big disk'], arches: ['aarch64'] });
    expect(lease?.entry).toEqual(full);
    expect(await queue.list()).toEqual([{ entry: full, lease }]);
  });
}

export function labelPromises(stage: () => Stage): void {
  it('gives a job only to builders that carry all of its labels', async () => {
    const { queue, entry, drain } = stage();
    await queue.offer([
      entry('both', { labels: ['kvm', 'gpu'], priority: 3, offer: 2 }),
      entry('one', { labels: ['kvm'], priority: 2, offer: 3 }),
      entry('plain', { labels: [], priority: 1, offer: 4 }),
      entry('mine', { labels: ['gpu'], buildClass: 'one', offer: 5 }),
    ]);
    expect(await drain()).toEqual(['plain']);
    expect(await drain({ labels: ['kvm'] })).toEqual(['one']);
    expect(await drain({ labels: ['other', 'gpu', 'kvm'] })).toEqual(['mine', 'both']);
  });
  it('keeps the order across labels, and the same labels in another order are the same', async () => {
    const { queue, entry, drain } = stage();
    const orders = [['a', 'b'], undefined, ['b', 'a'], ['b'], ['a', 'a', 'b']];
    await queue.offer(orders.map((labels, at) => entry(`p${at}`, { labels, priority: -at, offer: at + 1 })));
    expect(await drain({ labels: ['b', 'a'] })).toEqual(['p0', 'p1', 'p2', 'p3', 'p4']);
  });
  it('does not let overdue jobs past the labels', async () => {
    const { queue, entry, drain, clock } = stage();
    await queue.offer([entry('labelled', { labels: ['kvm'] }), entry('plain', { offer: 2 })]);
    await clock.advance(longestWaitMs);
    expect(await drain()).toEqual(['plain']);
    expect(await drain({ labels: ['kvm'] })).toEqual(['labelled']);
  });
}

export function archPromises(stage: () => Stage): void {
  it('gives a job of another architecture only to builders that have it', async () => {
    const { queue, entry, drain } = stage();
    const foreign = (of: string, offer: number) =>
      entry(of, { arch: of, priority: -offer, offer, labels: offer % 2 === 0 ? ['kvm'] : [] });
    await queue.offer([foreign('aarch64', 1), foreign('riscv64', 2), entry('usual', { offer: 3 })]);
    expect(await drain()).toEqual(['usual']);
    expect(await drain({ labels: ['aarch64', 'arch=aarch64', 'kvm'] })).toEqual([]);
    expect(await drain({ arches: ['riscv64'] })).toEqual([]);
    expect(await drain({ arches: ['riscv64', 'aarch64'], labels: ['kvm'] })).toEqual(['aarch64', 'riscv64']);
  });
  it('gives no job of the usual architecture to a builder that cannot build it, whatever its labels', async () => {
    const { queue, entry, drain, clock } = stage();
    await queue.offer([
      entry('usual'),
      entry('labelled', { labels: ['arch=aarch64', 'kvm'], offer: 2 }),
      entry('named', { buildClass: 'one', offer: 3 }),
      entry('foreign', { arch: 'aarch64', offer: 4 }),
    ]);
    const arm = { arches: ['aarch64'], usualArch: false, labels: ['arch=aarch64', 'kvm'] };
    expect(await drain(arm)).toEqual(['foreign']);
    // nor does being late change that
    await clock.advance(longestWaitMs);
    expect(await drain(arm)).toEqual([]);
    expect(await drain({ labels: ['arch=aarch64'] })).toEqual(['usual', 'named']);
    expect(await drain({ labels: arm.labels })).toEqual(['labelled']);
  });
  it('weighs shares and order across architectures', async () => {
    const { queue, entry, drain } = stage();
    await queue.offer([
      entry('low', { priority: 1 }),
      entry('high', { priority: 3, offer: 2, arch: 'aarch64' }),
      entry('middle', { priority: 2, offer: 3 }),
    ]);
    expect(await drain({ arches: ['aarch64'] })).toEqual(['high', 'middle', 'low']);
  });
}

export function roomPromises(stage: () => Stage): void {
  const room = (freeMemoryBytes: number, freeDiskBytes?: number) => ({ freeMemoryBytes, freeDiskBytes });
  it('passes over what does not fit for the next that does', async () => {
    const { queue, entry, drain } = stage();
    await queue.offer([
      entry('huge', { memoryBytes: 100, buildClass: 5, offer: 2 }),
      entry('wide', { memoryBytes: 1, diskBytes: 50, priority: 9, offer: 3 }),
      entry('small', { memoryBytes: 10, diskBytes: 10, priority: 8, offer: 4 }),
      entry('unknown', { priority: 7, offer: 5 }),
    ]);
    expect(await drain(room(10, 10))).toEqual(['small', 'unknown']);
    expect(await drain(room(10))).toEqual(['wide']);
    expect(await drain()).toEqual(['huge']);
  });
  it('finds the one that fits behind many that do not', async () => {
    const { queue, entry, drain } = stage();
    const large = Array.from({ length: 60 }, (_, at) =>
      entry(`large-${at}`, { memoryBytes: 11, priority: 5, offer: at + 2 }),
    );
    await queue.offer([...large, entry('small', { memoryBytes: 10, offer: 1 })]);
    expect(await drain(room(10))).toEqual(['small']);
  });
  it('gives several at once only as far as the room reaches', async () => {
    const { queue, entry, claim } = stage();
    await queue.offer(
      [6, 5, 4, 3].map((memoryBytes, at) =>
        entry(`m${memoryBytes}`, { memoryBytes, priority: -at, offer: at + 1 }),
      ),
    );
    const leases = await claim({ max: 4, ...room(10) });
    expect(leases.map(({ entry: of }) => of.job)).toEqual([job('m6'), job('m4')]);
    expect(await claim({ max: 4, ...room(0) })).toEqual([]);
  });
  it('lets a small builder work past an overdue job that it could never hold', async () => {
    const { queue, entry, drain, clock } = stage();
    await queue.offer([entry('huge', { memoryBytes: 100 })]);
    await clock.advance(longestWaitMs);
    await queue.offer([entry('small', { memoryBytes: 10, offer: 2 })]);
    expect(await drain(room(50))).toEqual(['small']);
    expect(await drain(room(100))).toEqual(['huge']);
  });
  it('starves no overdue job on a builder that could hold it: the builder gets nothing else until it fits', async () => {
    const { queue, entry, claim, clock } = stage();
    await queue.offer([entry('now', { memoryBytes: 60 })]);
    const [running] = await claim(room(100));
    await queue.offer([entry('huge', { memoryBytes: 100, offer: 2 })]);
    await clock.advance(longestWaitMs);
    const mine = entry('mine', { buildClass: 'one', memoryBytes: 1, offer: 3 });
    await queue.offer([entry('small', { memoryBytes: 10, offer: 4 }), mine]);
    expect(await claim(room(40))).toEqual([]);
    expect((await claim({ builder: builderName('two'), ...room(50) }))[0]?.entry.job).toBe(job('small'));
    await queue.settle(running as Lease);
    expect((await claim(room(100)))[0]?.entry.job).toBe(job('huge'));
    expect((await claim(room(1)))[0]?.entry.job).toBe(job('mine'));
  });
  it('lets a builder that held back go on once another one has the overdue job', async () => {
    const { queue, entry, claim, clock } = stage();
    await queue.offer([entry('now', { memoryBytes: 60 })]);
    await claim(room(100));
    await queue.offer([entry('huge', { memoryBytes: 90, offer: 2 })]);
    await clock.advance(longestWaitMs);
    await queue.offer([entry('small', { memoryBytes: 10, offer: 3 })]);
    const one = { builder: builderName('one'), builderClass: 5, ...room(40) };
    const waiting = queue.wait(one, new AbortController().signal);
    expect((await claim({ builder: builderName('two'), ...room(90) }))[0]?.entry.job).toBe(job('huge'));
    for (let round = 0; round < 10; round += 1) await clock.advance(50);
    await waiting;
    expect((await claim(room(40)))[0]?.entry.job).toBe(job('small'));
  });
}
