import { type BuilderView, protocolVersion } from '../../api/index.ts';
import { readManager } from '../../database/index.ts';
import { machine } from '../../host/index.ts';
import type { Farm } from '../farm.ts';
import { readOwnArches, usualArchOf } from '../service/architectures.ts';
import type { FarmViews } from '../service/views.ts';
import { Foresight } from './foresight.ts';

/** `local` as of `FarmViews`: builders of the manager's own process; undefined: this is another process, which only looks. */
export function foresightOf(
  farm: Farm,
  views: FarmViews,
  local: () => readonly BuilderView[] | undefined,
  patienceMs?: number,
): Foresight {
  const isManaged = (): boolean => local() !== undefined || readManager(farm.paths.lock) !== undefined;
  const own = machine.name();
  return new Foresight({
    farm,
    patienceMs,
    isManaged,
    isOwn: (name) => local()?.some((one) => one.name === name) ?? name === own,
    builders: () => {
      const known = views.builders();
      if (local() !== undefined || !isManaged()) return known;
      return [...known, ...assumed(farm, own, known)];
    },
  });
}

/** The builder in the process at work, as far as one who only looks can know it. */
function assumed(farm: Farm, name: string, known: readonly BuilderView[]): readonly BuilderView[] {
  if (known.some((one) => one.name === name)) return [];
  const busy = farm.database.attempts
    .running()
    .flatMap(({ builder, job }) => (builder === name ? [job] : []));
  const arches = readOwnArches(farm);
  return [
    {
      name,
      instance: 'assumed',
      class: null,
      labels: [],
      arches: arches.length > 0 ? [...arches] : [usualArchOf(farm)],
      slots: Math.max(farm.jobs, busy.length),
      busy,
      protocol: protocolVersion,
      state: busy.length >= farm.jobs ? 'busy' : 'idle',
      lastSeenMs: farm.clock.nowMs(),
    },
  ];
}
