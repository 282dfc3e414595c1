import { dirname } from 'node:path';
import { fsyncDirectory, kindsIn, removeEntry, removeTree, renameEntry } from '../host/index.ts';
import type { Mirror } from './contract.ts';
import { writeIndex } from './publish.ts';
import type { Removal } from './retention.ts';

const removing = '.removing-';

/** Removes what may go. A folder loses its name first, so that nobody sees half of it; the next call removes what a kill left. */
export async function cleanMirror(mirror: Mirror, of: readonly Removal[]): Promise<void> {
  for (const { path, kind } of of) {
    const folder = dirname(path);
    if (kind === 'snapshot') {
      for (const suffix of ['.gpg', '.hash.txt', '']) removeEntry(`${path}${suffix}`);
      continue;
    }
    renameEntry(path, `${folder}/${removing}${path.slice(folder.length + 1)}`);
    fsyncDirectory(folder);
  }
  for (const { path } of mirror.subarches) {
    for (const { name, kind } of kindsIn(path)) {
      if (kind === 'folder' && name.startsWith(removing)) await removeTree(`${path}/${name}`);
    }
  }
  await writeIndex(mirror.root);
}
