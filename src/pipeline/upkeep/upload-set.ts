import { type Srcinfo, sectionValues } from '../../formats/pacman/index.ts';

/** Files of a package folder that the AUR gets whatever the recipe names, where they are there (specification 10.4). */
const always: readonly string[] = ['PKGBUILD', '.SRCINFO', '.nvchecker.toml'];

const sourceKey = /^source(?:_[a-z0-9_]+)?$/;

/**
 * The files of a package folder that belong into its AUR repository (specification 10.4): the recipe, its description,
 * its version check, and what `source*`, `install` and `changelog` name that is no address. Nothing of `.CI` and
 * nothing that begins with `.git`. Sorted.
 */
export function uploadSet(srcinfo: Srcinfo, files: Iterable<string>): readonly string[] {
  const wanted = new Set(always);
  for (const section of [srcinfo.base, ...srcinfo.members]) {
    for (const key of section.fields.keys()) {
      const isSource = sourceKey.test(key);
      if (!isSource && key !== 'install' && key !== 'changelog') continue;
      for (const value of sectionValues(section, key)) {
        const named = isSource ? localSource(value) : value;
        if (named !== undefined) wanted.add(named);
      }
    }
  }
  return [...files].filter((path) => wanted.has(path) && !/^(?:\.git|\.CI\/|\.ci\/)/.test(path)).sort();
}

/** The file that a source is; undefined for one that is fetched. `name::file` means the right side. */
function localSource(source: string): string | undefined {
  const at = source.indexOf('::');
  const place = at < 0 ? source : source.slice(at + 2);
  return place.includes('://') || /^[a-z]+\+/.test(place) ? undefined : place;
}
