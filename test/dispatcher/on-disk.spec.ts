import { describe, expect, it } from 'vitest';
import { openFarmDatabase } from '../../src/database/index.ts';
import { fault } from '../../src/diagnostics/index.ts';
import { nextTurn, VirtualClock } from '../../src/host/index.ts';
import { idOf, Scene } from './scene.ts';

/** A real record whose flushes end when the test says. */
function slowDisk() {
  const clock = new VirtualClock();
  const database = openFarmDatabase(':memory:', { clock });
  const flushes: { resolve: () => void; reject: (error: unknown) => void }[] = [];
  let isSlow = false;
  const { flushed } = database;
  Object.assign(database, {
    flushed: () => {
      if (!isSlow) return flushed();
      const { promise, resolve, reject } = Promise.withResolvers<void>();
      flushes.push({ resolve, reject });
      return promise;
    },
  });
  return {
    clock,
    database,
    flushes,
    slowDown: () => {
      isSlow = true;
    },
    speedUp: () => {
      isSlow = false;
    },
  };
}

async function someTurns(): Promise<void> {
  for (let turn = 0; turn < 5; turn += 1) await nextTurn();
}

/** A scene in which a builder asks to begin and the disk does not get to it. */
async function beginningOnSlowDisk(terms: { readonly isHere?: boolean } = {}) {
  const disk = slowDisk();
  const scene = new Scene({ clock: disk.clock, database: disk.database });
  await scene.admit({ lib: {} });
  const lease = await scene.claim();
  if (!lease) throw new Error('there is nothing to start');
  disk.slowDown();
  const begun = scene.dispatcher.begin(lease, terms);
  await someTurns();
  return { disk, scene, lease, begun };
}

describe('what is not on disk yet', () => {
  it('is told to nobody, while the next moves are written; then all hear of it in order', async () => {
    const disk = slowDisk();
    const scene = new Scene({ clock: disk.clock, database: disk.database });
    const plan = await scene.admit({ lib: {}, app: { needs: ['lib'] }, tool: {} });
    const lib = await scene.start();
    const tool = await scene.start();
    const heard: string[] = [];
    scene.dispatcher.subscribe((event) => {
      if (event.kind === 'job-moved') heard.push(`${event.job.split('/')[2]} ${event.to}`);
    });
    disk.slowDown();
    const ends: string[] = [];
    const first = lib.end().then((verdict) => ends.push(`lib ${verdict}`));
    await someTurns();
    const second = tool.end().then((verdict) => ends.push(`tool ${verdict}`));
    await someTurns();
    expect(scene.states(plan)).toEqual({ lib: 'succeeded', app: 'ready', tool: 'succeeded' });
    expect([heard, ends]).toEqual([[], []]);
    // leases stand as they were, and nothing that was set free can be taken
    expect(await scene.queue.counts()).toEqual({ ready: 0, leased: 2 });
    expect(disk.flushes).toHaveLength(2);
    disk.flushes[0]?.resolve();
    await first;
    expect(heard).toEqual(['lib succeeded', 'app ready']);
    expect(ends).toEqual(['lib accepted']);
    expect((await scene.claim())?.entry.job).toBe(idOf('app'));
    disk.flushes[1]?.resolve();
    await second;
    expect(heard.at(-1)).toBe('tool succeeded');
    expect(ends).toEqual(['lib accepted', 'tool accepted']);
  });

  it('is not begun by a builder, and rejects when the disk fails', async () => {
    const { disk, scene, begun } = await beginningOnSlowDisk();
    expect(await Promise.race([begun, Promise.resolve('not yet')])).toBe('not yet');
    disk.flushes[0]?.reject(fault('QUE002', { what: 'the disk failed' }));
    await expect(begun).rejects.toThrow('QUE002');
    await scene.dispatcher.idle();
  });

  it('is begun by a builder that ends with this process, of whose end nobody hears before the disk has it', async () => {
    const { disk, scene, lease, begun } = await beginningOnSlowDisk({ isHere: true });
    const heard: string[] = [];
    scene.dispatcher.subscribe((event) => {
      if (event.kind === 'job-moved') heard.push(event.to);
    });
    const attempt = await begun;
    if (!attempt) throw new Error('it was to begin');
    const verdict = scene.dispatcher.report(lease, attempt.id, {
      outcome: { kind: 'already-built', files: [] },
    });
    await someTurns();
    expect(heard).toEqual([]);
    expect(disk.flushes).toHaveLength(2);
    disk.flushes[0]?.resolve();
    await someTurns();
    expect(heard).toEqual(['running']);
    expect(await Promise.race([verdict, Promise.resolve('not yet')])).toBe('not yet');
    disk.flushes[1]?.resolve();
    expect(await verdict).toBe('accepted');
    expect(heard).toEqual(['running', 'already-built']);
  });

  it('does not keep such a builder waiting, whatever others wait for', async () => {
    const disk = slowDisk();
    const scene = new Scene({ clock: disk.clock, database: disk.database });
    await scene.admit({ lib: {}, app: {}, tool: {}, doc: {} });
    const leases = [await scene.claim(), await scene.claim(), await scene.claim(), await scene.claim()];
    disk.slowDown();
    const begun: string[] = [];
    for (const [at, lease] of leases.entries()) {
      if (!lease) throw new Error('there is nothing to start');
      const isHere = at === 3;
      void scene.dispatcher.begin(lease, { isHere }).then((attempt) => begun.push(attempt?.job.name ?? ''));
      if (at < 2) await someTurns();
    }
    await someTurns();
    expect(begun).toEqual(['doc']);
    for (const { resolve } of disk.flushes) resolve();
    disk.speedUp();
    await scene.dispatcher.idle();
    await someTurns();
    expect(begun).toHaveLength(4);
  });

  it('stops an attempt that was canceled before its builder heard that it had begun', async () => {
    const { disk, scene, begun } = await beginningOnSlowDisk();
    const canceled = scene.dispatcher.cancel([idOf('lib')], 'not wanted');
    await someTurns();
    for (const { resolve } of disk.flushes) resolve();
    disk.speedUp();
    await canceled;
    const { signal } = (await begun) ?? {};
    expect(signal?.aborted).toBe(true);
    expect(signal?.reason).toBe('not wanted');
  });
});
