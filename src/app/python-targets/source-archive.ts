import { bytesIfThere, entryFacts, namesIn, pathKind, type TreeFile } from '../../host/index.ts';
import { packFiles } from '../../recipes/autogen/index.ts';
import type { ExploreDetails } from '../../recipes/python/index.ts';
import { filesOf, findInstalled } from '../python/installed-files.ts';

/** Sources are read by a parser later on: what is larger was written by a program, and tells it nothing. */
const mostFileBytes = 4 * 1024 * 1024;
const mostBytes = 256 * 1024 * 1024;

/**
 * Python files and stubs of a distribution alone, as a tar that is the same for the same files: of the folder that it was installed in, or of
 * the site that has it. No link is followed. Undefined when there are none. Throws SYS004.
 */
export async function packSources(
  { distribution, sites }: ExploreDetails,
  own: string | undefined,
): Promise<Uint8Array | undefined> {
  const files = new Map<string, TreeFile>();
  let left = mostBytes;
  const add = (folder: string, path: string): void => {
    const full = path === '' ? folder : `${folder}/${path}`;
    const facts = entryFacts(full);
    if (facts?.kind === 'folder') {
      for (const name of [...namesIn(full)].sort())
        if (name !== '__pycache__') add(folder, path === '' ? name : `${path}/${name}`);
    } else if (facts?.kind === 'file' && /\.pyi?$/.test(path)) {
      if (facts.sizeBytes > Math.min(mostFileBytes, left)) return;
      left -= facts.sizeBytes;
      files.set(path, { bytes: bytesIfThere(full) ?? new Uint8Array(), mode: '100644' });
    }
  };
  if (own !== undefined) {
    if (pathKind(own) === 'folder') add(own, '');
  } else {
    const installed = await findInstalled(sites, distribution);
    if (installed !== undefined)
      for (const path of filesOf(installed)) add(installed.site, path.slice(installed.site.length + 1));
  }
  return files.size === 0 ? undefined : packFiles(files);
}
