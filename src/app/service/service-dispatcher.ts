import { Dispatcher } from '../../dispatcher/index.ts';
import { systemRandom } from '../../host/index.ts';
import type { Carriers } from '../carriers.ts';
import { decideRebuild } from '../decide-rebuild.ts';
import type { Farm } from '../farm.ts';
import { usualArchOf } from './architectures.ts';

/** Builders that are processes of their own outlive a manager; those of this process do not. */
export function dispatcherOf(farm: Farm, { queue, isRemote }: Carriers): Dispatcher {
  const { database, clock, config } = farm;
  return new Dispatcher({
    database,
    queue,
    clock,
    policy: { usualArch: usualArchOf(farm) },
    decide: async (input) => decideRebuild(farm, input),
    ...(isRemote ? { service: { word: farmWord(farm), leaseMs: config.service.lease } } : {}),
  });
}

/** The farm's word in a queue store, made once and kept in the record. */
function farmWord(farm: Farm): string {
  const known = farm.database.words.get('farm');
  if (known !== undefined) return known;
  const word = `${farm.config.service.name}-${systemRandom.hex(6)}`;
  farm.database.words.set('farm', word);
  return word;
}
