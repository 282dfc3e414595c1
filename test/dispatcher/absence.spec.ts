import { describe, expect, it } from 'vitest';
import { fault } from '../../src/diagnostics/index.ts';
import { VirtualClock } from '../../src/host/index.ts';
import type { QueueBackend } from '../../src/queue/index.ts';
import { MemoryQueue } from '../../src/queue/memory/index.ts';
import { Scene, success } from './scene.ts';

const service = { word: 'farm-1', leaseMs: 15_000 };

/** A queue that can be out of reach, emptied, or come back but not take anything. */
class FarQueue {
  inner: MemoryQueue;
  isAway = false;
  takesNothing = false;
  readonly #clock: VirtualClock;
  constructor(clock: VirtualClock) {
    this.#clock = clock;
    this.inner = new MemoryQueue({ clock });
  }
  empty(): void {
    this.inner = new MemoryQueue({ clock: this.#clock });
  }
  get backend(): QueueBackend {
    return new Proxy({} as QueueBackend, {
      get: (_, verb: keyof QueueBackend) => {
        if (verb === ('then' as never)) return undefined;
        return async (...args: unknown[]) => {
          const refuses = this.isAway || (this.takesNothing && ['offer', 'withdraw'].includes(verb));
          if (refuses) throw fault('QUE010', { what: 'the queue does not answer' });
          return (this.inner[verb] as (...all: unknown[]) => unknown)(...args);
        };
      },
    });
  }
}

function sceneWith(far: FarQueue, clock: VirtualClock, database?: Scene['database']): Scene {
  return new Scene({ clock, queue: far.backend, service, ...(database ? { database } : {}) });
}

describe('a dispatcher whose builders live elsewhere', () => {
  it('lets attempts go on that outlived the manager', async () => {
    const clock = new VirtualClock();
    const far = new FarQueue(clock);
    const before = sceneWith(far, clock);
    await before.dispatcher.recover();
    const plan = await before.admit({ lib: {}, app: { needs: ['lib'] } });
    const lib = await before.start();
    const after = sceneWith(far, clock, before.database);
    expect(await after.dispatcher.recover()).toMatchObject({ lost: [] });
    const end = { outcome: success('lib') };
    expect(await after.dispatcher.report(lib.lease, lib.begun.id, end)).toBe('accepted');
    expect(await after.runAll()).toEqual(['app']);
    expect(after.states(plan)).toEqual({ lib: 'succeeded', app: 'succeeded' });
  });

  it('puts everything back into a queue that was emptied, leases under way included', async () => {
    const clock = new VirtualClock();
    const far = new FarQueue(clock);
    const scene = sceneWith(far, clock);
    await scene.dispatcher.recover();
    await scene.admit({ lib: {}, tool: {} });
    const lib = await scene.start();
    far.empty();
    await scene.dispatcher.tick();
    expect(await far.inner.counts()).toEqual({ ready: 1, leased: 1 });
    expect(await far.inner.renew(lib.lease, 15_000)).toBeDefined();
    expect(await lib.end()).toBe('accepted');
    expect(await scene.runAll()).toEqual(['tool']);
    expect(await far.inner.memory()).toBe('farm-1');
  });

  it('accepts results while the queue is away, and tells it when it is back', async () => {
    const clock = new VirtualClock();
    const far = new FarQueue(clock);
    const scene = sceneWith(far, clock);
    await scene.dispatcher.recover();
    const plan = await scene.admit({ lib: {}, app: { needs: ['lib'] } });
    const lib = await scene.start();
    far.isAway = true;
    expect(await lib.end()).toBe('accepted');
    expect(scene.states(plan)).toEqual({ lib: 'succeeded', app: 'ready' });
    await expect(scene.dispatcher.tick()).rejects.toMatchObject({ problem: { code: 'QUE010' } });
    far.isAway = false;
    await scene.dispatcher.tick();
    expect(await scene.runAll()).toEqual(['app']);
  });

  it('says so while a queue that is back takes nothing (QUE007)', async () => {
    const clock = new VirtualClock();
    const far = new FarQueue(clock);
    const scene = sceneWith(far, clock);
    await scene.dispatcher.recover();
    far.takesNothing = true;
    await scene.admit({ lib: {} });
    await expect(scene.dispatcher.tick()).rejects.toMatchObject({ problem: { code: 'QUE007' } });
    far.takesNothing = false;
    await scene.dispatcher.tick();
    expect(await scene.runAll()).toEqual(['lib']);
  });

  it('takes no lease away before builders had time to renew after an outage', async () => {
    const clock = new VirtualClock();
    const far = new FarQueue(clock);
    const scene = sceneWith(far, clock);
    await scene.dispatcher.recover();
    await scene.dispatcher.tick();
    await clock.advance(20_000);
    const plan = await scene.admit({ lib: {} });
    const lib = await scene.start();
    far.isAway = true;
    await expect(scene.dispatcher.tick()).rejects.toThrow();
    await clock.advance(10 * 60_000);
    far.isAway = false;
    await scene.dispatcher.tick();
    expect(scene.states(plan)).toEqual({ lib: 'running' });
    expect(await far.inner.renew(lib.lease, 15_000)).toBeDefined();
    expect(await lib.end()).toBe('accepted');
  });

  it('takes leases away that nobody renewed after an outage', async () => {
    const clock = new VirtualClock();
    const far = new FarQueue(clock);
    const scene = sceneWith(far, clock);
    await scene.dispatcher.recover();
    const plan = await scene.admit({ lib: {} });
    await scene.start();
    await scene.dispatcher.tick();
    await clock.advance(10 * 60_000);
    await scene.dispatcher.tick();
    expect(scene.states(plan)).toEqual({ lib: 'ready' });
  });

  it("refuses another farm's queue (QUE006)", async () => {
    const clock = new VirtualClock();
    const far = new FarQueue(clock);
    await far.inner.mark('farm-2', 0);
    await expect(sceneWith(far, clock).dispatcher.recover()).rejects.toMatchObject({
      problem: { code: 'QUE006' },
    });
  });

  it('writes what is asked for at once in one transaction, and lets each stand alone', async () => {
    const clock = new VirtualClock();
    const far = new FarQueue(clock);
    const scene = sceneWith(far, clock);
    await scene.dispatcher.recover();
    const plan = await scene.admit({ a: {}, b: {}, c: {} });
    const leases = await far.inner.claim({
      builder: 'one' as never,
      builderClass: 9,
      leaseMs: 60_000,
      max: 3,
    });
    let commits = 0;
    const { database } = scene;
    const transaction = database.transactionAhead.bind(database);
    Object.assign(database, {
      transactionAhead: <T>(work: () => T): T => {
        commits += 1;
        return transaction(work);
      },
    });
    const begun = await Promise.all(leases.map((lease) => scene.dispatcher.begin(lease)));
    expect(begun.map((one) => one?.job.name).sort()).toEqual(['a', 'b', 'c']);
    expect(commits).toBe(1);
    expect(scene.states(plan)).toEqual({ a: 'running', b: 'running', c: 'running' });
  });
});
