import { builderName } from '../../src/primitives/index.ts';
import { MemoryQueue } from '../../src/queue/memory/index.ts';
import { describeQueueBackend } from './conformance.ts';

describeQueueBackend('memory queue', async (setting) => {
  const queue = new MemoryQueue(setting);
  return {
    connect: async () => queue,
    startHolder: async (leaseMs) => {
      const holder = { builder: builderName('holder'), builderClass: 5, leaseMs, max: 1 };
      const [lease] = await queue.claim(holder);
      return { job: lease?.entry.job ?? 'nothing', kill: async () => undefined };
    },
    dispose: async () => undefined,
  };
});
