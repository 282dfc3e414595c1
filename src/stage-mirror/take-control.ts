import { dirname } from 'node:path';
import { ensureFolders, replaceFile, textIfThere } from '../host/index.ts';
import { compareVersions } from '../stages/index.ts';

/**
 * Writes values into a control folder, by their names below it (9.2): versions only grow, and of everything else what is there stays.
 * Returns how many were written.
 */
export function takeValues(folder: string, values: Iterable<readonly [name: string, value: string]>): number {
  let taken = 0;
  for (const [name, value] of values) {
    const path = `${folder}/${name}`;
    const before = textIfThere(path)?.trim();
    const stays = name.startsWith('version/') ? compareVersions(before ?? '', value) >= 0 : true;
    if (before !== undefined && stays) continue;
    ensureFolders([dirname(path)]);
    replaceFile(path, `${value}\n`);
    taken += 1;
  }
  return taken;
}
