import type { QueuePage, QueuePageQuery } from '../../api/index.ts';
import type { Farm } from '../farm.ts';

const usualLimit = 500;

/** Jobs that are not over, those at work first, then in the order in which they are given out. */
export function queuePage({ database }: Pick<Farm, 'database'>, query: QueuePageQuery): QueuePage {
  const { limit = usualLimit, ...filter } = query;
  const { queue } = database;
  return { jobs: queue.list(filter, limit), counts: queue.counts(filter), ...mutable(queue.names()) };
}

const mutable = ({ targets, sources }: { targets: readonly string[]; sources: readonly string[] }) => ({
  targets: [...targets],
  sources: [...sources],
});
