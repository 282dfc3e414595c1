import { expect, it } from 'vitest';
import { openFarmDatabase } from '../../src/database/index.ts';
import { Dispatcher } from '../../src/dispatcher/index.ts';
import { VirtualClock } from '../../src/host/index.ts';
import { MemoryQueue } from '../../src/queue/memory/index.ts';
import { planOf } from './scene.ts';

/** Takes nothing while it is told not to. */
class MoodyQueue extends MemoryQueue {
  takes = true;
  override async offer(...args: Parameters<MemoryQueue['offer']>): Promise<void> {
    if (!this.takes) throw new Error('no space');
    await super.offer(...args);
  }
}

it('a queue that takes nothing is told of until it does, and then gets everything', async () => {
  const clock = new VirtualClock();
  const queue = new MoodyQueue({ clock });
  const dispatcher = new Dispatcher({
    database: openFarmDatabase(':memory:', { clock }),
    queue,
    clock,
    decide: async () => ({ run: false, reason: '' }),
    service: { word: 'farm-1', leaseMs: 15_000 },
  });
  await dispatcher.recover();
  queue.takes = false;
  // accepted all the same: it is on disk
  await dispatcher.admit(planOf({ one: {}, two: {} }), { why: 'test' });
  await expect(dispatcher.tick()).rejects.toMatchObject({ problem: { code: 'QUE007' } });
  queue.takes = true;
  await dispatcher.tick();
  expect(await queue.counts()).toMatchObject({ ready: 2 });
});
