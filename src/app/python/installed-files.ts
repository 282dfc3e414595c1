import { normalisedName } from '../../formats/python/index.ts';
import type { PythonDistribution } from '../../formats/python-graph/index.ts';
import { namesIn, pathKind, textIfThere } from '../../host/index.ts';
import { distributionAt } from '../../python-explorer/index.ts';

/** A distribution that a site has. */
export interface InstalledDistribution {
  readonly site: string;
  /** Folder of its metadata. */
  readonly metadata: string;
  /** By the name and version that its metadata have. */
  readonly distribution: PythonDistribution;
}

/** Where the first site that has a distribution in a version (any, when it is empty) has it; undefined when none has. */
export async function findInstalled(
  sites: readonly string[],
  { name, version }: PythonDistribution,
): Promise<InstalledDistribution | undefined> {
  const wanted = normalisedName(name);
  for (const site of sites) {
    for (const entry of namesIn(site)) {
      if (!/\.(?:dist|egg)-info$/.test(entry) || !normalisedName(entry).startsWith(wanted)) continue;
      const metadata = `${site}/${entry}`;
      const distribution = await distributionAt(metadata);
      if (distribution === undefined || normalisedName(distribution.name) !== wanted) continue;
      if (version === '' || version === distribution.version) return { site, metadata, distribution };
    }
  }
  return undefined;
}

/** Says of a distribution that neither a site nor anything else has that it is not there, and which version a site has instead. */
export async function nowhereWords(
  sites: readonly string[],
  { name, version }: PythonDistribution,
): Promise<string> {
  const words = `'${version === '' ? name : `${name}==${version}`}' is nowhere to be had`;
  const other = version === '' ? undefined : await findInstalled(sites, { name, version: '' });
  return other === undefined ? words : `${words}; installed is ${other.distribution.version}`;
}

/** Folders and files that are a distribution's own, its metadata among them. */
export const filesOf = ({ site, metadata }: InstalledDistribution): readonly string[] => [
  metadata,
  ...contentsOf(site, metadata),
];

/** What stands beside the metadata: the top-levels, by the list of files, or by the list of names. */
function contentsOf(site: string, metadata: string): readonly string[] {
  const names = new Set<string>();
  const record = textIfThere(`${metadata}/RECORD`);
  for (const line of (record ?? '').split('\n')) {
    const [first = ''] = line.replace(/^"|",.*$/g, '').split(/[/,]/);
    if (first !== '' && first !== '..' && first !== '__pycache__') names.add(first);
  }
  const tops = new Set((textIfThere(`${metadata}/top_level.txt`) ?? '').split(/\s+/).filter(Boolean));
  if (names.size === 0) {
    for (const entry of namesIn(site)) if (tops.has(entry.replace(/\..*$/, ''))) names.add(entry);
  }
  return [...names]
    .map((name) => `${site}/${name}`)
    .filter((path) => path !== metadata && pathKind(path) !== 'none')
    .sort();
}
