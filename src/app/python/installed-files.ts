import { namesIn, pathKind, textIfThere } from '../../host/index.ts';
import { distributionAt } from '../../python-explorer/index.ts';

/** Where a site has a distribution. */
export interface InstalledFiles {
  readonly site: string;
  /** Folders and files that are the distribution's own, its metadata among them. */
  readonly paths: readonly string[];
}

const normalised = (name: string): string => name.replace(/[-_.]+/g, '-').toLowerCase();

/** The first site that has a distribution in a version (any, when it is empty) and the distribution's own files there. */
export async function installedFiles(
  sites: readonly string[],
  { name, version }: { readonly name: string; readonly version: string },
): Promise<InstalledFiles | undefined> {
  const wanted = normalised(name);
  for (const site of sites) {
    for (const entry of namesIn(site)) {
      if (!/\.(?:dist|egg)-info$/.test(entry) || !normalised(entry).startsWith(wanted)) continue;
      const found = await distributionAt(`${site}/${entry}`);
      if (found === undefined || normalised(found.name) !== wanted) continue;
      if (version !== '' && version !== found.version) continue;
      return { site, paths: [`${site}/${entry}`, ...contentsOf(site, `${site}/${entry}`)] };
    }
  }
  return undefined;
}

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
