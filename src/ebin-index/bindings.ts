import { fault } from '../diagnostics/index.ts';
import { type Atom, leaves } from '../formats/gentoo/index.ts';
import { isBound, readValue } from './dependency-items.ts';
import type { Build, IndexOptions } from './input.ts';

/** What a build was bound to: sub-slots by `category/name:slot`. */
function bindingsOf(build: Build): Map<string, Set<string>> {
  const found = new Map<string, Set<string>>();
  for (const key of ['RDEPEND', 'PDEPEND', 'IDEPEND'] as const) {
    const value = readValue(key, build.metadata[key] ?? '', build.eapi);
    for (const item of value ? leaves(value) : []) {
      if (!isBound(item)) continue;
      const { category, name, slot, subslot = '' } = item as Atom;
      const where = `${category}/${name}:${slot}`;
      found.set(where, (found.get(where) ?? new Set()).add(subslot));
    }
  }
  return found;
}

/**
 * What `--subslot` makes of builds that were bound to different sub-slots (specification 4.5): with `newest` only those remain
 * that go with the sub-slots of newer builds. The builds come oldest first. Throws EBN069 with `reject`.
 */
export function goingTogether(builds: readonly Build[], options: IndexOptions): readonly Build[] {
  if (options.subslot !== 'newest' && options.subslot !== 'reject') return builds;
  const wanted = new Map<string, Set<string>>();
  return [...builds].reverse().filter((build) => {
    const bindings = bindingsOf(build);
    for (const [where, subslots] of bindings) {
      const known = wanted.get(where);
      if (!known || [...subslots].every((one) => known.has(one))) continue;
      if (options.subslot === 'newest') return false;
      const what = `builds of '${build.cpv}' are bound to '${where}' with different sub-slots: ${[...known, ...subslots].join(', ')}`;
      throw fault('EBN069', { what, place: { file: build.path } });
    }
    for (const [where, subslots] of bindings) if (!wanted.has(where)) wanted.set(where, subslots);
    return true;
  });
}
