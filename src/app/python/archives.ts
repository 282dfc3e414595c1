import { normalisedName } from '../../formats/python/index.ts';
import type { PythonDistribution } from '../../formats/python-graph/index.ts';
import { namesIn } from '../../host/index.ts';

const wheel = /^(.+?)-([^-]+)(?:-[^-]+)?-[^-]+-[^-]+-[^-]+\.whl$/;
const source = /^(.+)-([^-]+)\.(?:tar\.gz|tgz|zip|tar\.bz2|tar\.xz)$/;

/** The distribution that an archive's name tells, as it is written there; undefined for other files. */
export function readArchiveName(
  file: string,
): (PythonDistribution & { readonly isWheel: boolean }) | undefined {
  const [, name = '', version = ''] = wheel.exec(file) ?? source.exec(file) ?? [];
  return name === '' ? undefined : { name, version, isWheel: wheel.test(file) };
}

/** The archive of a distribution in folders of archives, a wheel before sources; undefined when there is none. */
export function archiveOf(
  folders: readonly string[],
  { name, version }: PythonDistribution,
): string | undefined {
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
