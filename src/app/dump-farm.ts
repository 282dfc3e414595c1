import { EmbeddedQueue } from '../queue/embedded/index.ts';
import type { DumpSubject } from './dump-subjects.ts';
import type { Farm } from './farm.ts';

/** The live state of one part of the farm, as values for JSON. */
export async function dumpFarm(farm: Farm, subject: DumpSubject): Promise<unknown> {
  const { database, config } = farm;
  switch (subject) {
    case 'config':
      return config;
    case 'plan': {
      const [head] = database.plans.list(1);
      return head ? database.plans.load(head.id) : null;
    }
    case 'queue': {
      const queue = new EmbeddedQueue({ path: farm.paths.queue, clock: farm.clock });
      try {
        return { counts: await queue.counts(), entries: await queue.list() };
      } finally {
        await queue.close();
      }
    }
    case 'events':
      return database.events.since(0, 100_000);
    case 'attempts':
      return database.attempts.running();
    case 'inventory':
      return Object.fromEntries(database.inventory.recipes(config.repository, config.arch));
    case 'generations':
      return farm.repositories.list().flatMap(({ name, arch }) => farm.repositories.generations(name, arch));
    case 'store': {
      const objects = [];
      for await (const object of farm.store.list()) objects.push(object);
      return objects;
    }
  }
}
