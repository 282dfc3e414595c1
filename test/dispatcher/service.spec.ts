// A dispatcher whose builders and queue live on while it is away, and the other way round.
import { describe, expect, it } from 'vitest';
import { runBuilder } from '../../src/builder/index.ts';
import { VirtualClock } from '../../src/host/index.ts';
import { builderName } from '../../src/primitives/index.ts';
import { MemoryQueue } from '../../src/queue/memory/index.ts';
import { builder, idOf, Scene } from './scene.ts';

const service = { word: 'this-farm', leaseMs: 60_000 };
const canceled = { kind: 'canceled', requeue: false, reason: 'asked to' } as const;

/** A service that has found its queue. */
async function atWork(clock = new VirtualClock()) {
  const scene = new Scene({ clock, service });
  await scene.dispatcher.recover();
  return { scene, clock };
}

describe('a queue of another farm', () => {
  it('is told nothing, and hears everything once it is this farm’s', async () => {
    const clock = new VirtualClock();
    const queue = new MemoryQueue({ clock });
    await queue.mark('other-farm', 0);
    const scene = new Scene({ clock, queue, service });
    await expect(scene.dispatcher.recover()).rejects.toThrow('QUE006');
    await scene.admit({ lib: {}, app: { needs: ['lib'] } });
    await expect(scene.dispatcher.tick()).rejects.toThrow('QUE006');
    expect(await queue.list()).toEqual([]);
    await queue.mark('this-farm', 0);
    await scene.dispatcher.recover();
    expect(await scene.runAll()).toEqual(['lib', 'app']);
  });

  it('is not told of ends either when it took the place of this one', async () => {
    const { scene } = await atWork();
    const plan = await scene.admit({ lib: {}, app: { needs: ['lib'] } });
    const { end } = await scene.start();
    await scene.queue.mark('other-farm', 0);
    await expect(scene.dispatcher.tick()).rejects.toThrow('QUE006');
    expect(await end()).toBe('accepted');
    expect(scene.states(plan)).toEqual({ lib: 'succeeded', app: 'ready' });
    expect((await scene.queue.list()).map(({ entry }) => entry.job)).toEqual([idOf('lib')]);
  });
});

describe('a queue that lost something and does not know it', () => {
  it('gets a job back whose builder reports that its lease was lost', async () => {
    const { scene } = await atWork();
    const plan = await scene.admit({ lib: {} });
    const { end } = await scene.start();
    await scene.queue.withdraw([idOf('lib')]);
    expect(await end({ kind: 'lost', reason: 'the lease was lost' })).toBe('accepted');
    expect(scene.states(plan)).toEqual({ lib: 'ready' });
    expect(await scene.runAll()).toEqual(['lib']);
  });

  it('gets a ready job back, and one whose builder is gone', async () => {
    const { scene, clock } = await atWork();
    const plan = await scene.admit({ lib: {}, other: {} });
    await scene.start();
    await scene.queue.withdraw([idOf('lib'), idOf('other')]);
    for (let minutes = 0; minutes < 3; minutes += 1) {
      await clock.advance(60_000);
      await scene.dispatcher.tick();
    }
    expect(scene.states(plan)).toEqual({ lib: 'ready', other: 'ready' });
    expect((await scene.runAll()).sort()).toEqual(['lib', 'other']);
  });

  it('loses what the record knows nothing of', async () => {
    const { scene, clock } = await atWork();
    await scene.queue.offer([
      { job: idOf('ghost'), offer: 7, priority: 0, readySinceMs: 0, buildClass: undefined },
    ]);
    for (let minutes = 0; minutes < 3; minutes += 1) {
      await clock.advance(60_000);
      await scene.dispatcher.tick();
    }
    expect(await scene.queue.list()).toEqual([]);
  });

  it('is left alone when both agree', async () => {
    const { scene, clock } = await atWork();
    const plan = await scene.admit({ lib: {}, other: {} });
    const { lease, end } = await scene.start();
    for (let minutes = 0; minutes < 5; minutes += 1) {
      await clock.advance(50_000);
      expect(await scene.queue.renew(lease, 60_000)).toBeDefined();
      await scene.dispatcher.tick();
    }
    expect(await end()).toBe('accepted');
    expect(await scene.runAll()).toEqual(['other']);
    expect(scene.database.attempts.ofJob(idOf('lib'))).toHaveLength(1);
    expect(scene.states(plan)).toEqual({ lib: 'succeeded', other: 'succeeded' });
  });
});

it('gives an attempt to one builder only, though an old queue gives its fence twice', async () => {
  const { scene } = await atWork();
  await scene.admit({ lib: {} });
  const { lease, end } = await scene.start();
  expect(await scene.dispatcher.begin({ ...lease, builder: builderName('two') })).toBeUndefined();
  expect(await end()).toBe('accepted');
});

describe('a builder whose lease is lost', () => {
  const work = async (asked: boolean) => {
    const { scene, clock } = await atWork();
    const plan = await scene.admit({ lib: {} });
    const over = new AbortController();
    const stop = new AbortController();
    const options = {
      name: builder,
      builderClass: 9,
      queue: scene.queue,
      clock,
      leaseMs: 60_000,
      slots: 1,
      workplace: {
        begin: async (lease: Parameters<typeof scene.dispatcher.begin>[0]) => {
          const begun = await scene.dispatcher.begin(lease);
          return begun && { ...begun, signal: AbortSignal.any([begun.signal, stop.signal]) };
        },
        perform: async (_: unknown, signal: AbortSignal) => {
          if (asked) stop.abort('asked to');
          await clock.sleep(1_000_000, signal);
          return { outcome: canceled };
        },
        report: async (...[lease, attempt, end]: Parameters<typeof scene.dispatcher.report>) => {
          const verdict = await scene.dispatcher.report(lease, attempt, end);
          over.abort();
          return verdict;
        },
      },
    };
    const running = runBuilder(options, over.signal);
    while (scene.states(plan)['lib'] !== 'running') await clock.advance(1);
    await scene.queue.withdraw([idOf('lib')]);
    while (!over.signal.aborted) await clock.advance(1_000);
    await running;
    return scene.states(plan)['lib'];
  };

  it('does not end the job, which nobody asked for', async () => {
    expect(await work(false)).toBe('ready');
  });

  it('ends it where somebody did', async () => {
    expect(await work(true)).toBe('canceled');
  });
});
