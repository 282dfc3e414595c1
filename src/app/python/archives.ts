import { normalisedName } from '../../formats/python/index.ts';
import type { PythonDistribution } from '../../formats/python-graph/index.ts';
import { namesIn } from '../../host/index.ts';

/** The archive of a distribution in folders of archives, a wheel before sources; undefined when there is none. */
export function archiveOf(
  folders: readonly string[],
  { name, version }: PythonDistribution,
): string | undefined {
  const wheel = /^(.+?)-([^-]+)(?:-[^-]+)?-[^-]+-[^-]+-[^-]+\.whl$/;
  const source = /^(.+)-([^-]+)\.(?:tar\.gz|tgz|zip|tar\.bz2|tar\.xz)$/;
  for (const pattern of [wheel, source]) {
    for (const folder of folders) {
      for (const file of [...namesIn(folder)].sort()) {
        const [, found = '', its] = pattern.exec(file) ?? [];
        const isIt = normalisedName(found) === normalisedName(name) && (version === '' || its === version);
        if (isIt) return `${folder}/${file}`;
      }
    }
  }
  return undefined;
}
