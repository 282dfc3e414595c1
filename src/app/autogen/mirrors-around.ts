import { MirrorList, nearestWith } from '../../autogen/index.ts';

/** Where Portage keeps repositories by their names. */
export const systemRepositories = '/var/db/repos';

/** The mirrors that the tree around a folder and its masters know; see `MirrorList`. */
export function mirrorListAround(folder: string): MirrorList {
  const root = nearestWith(folder, 'metadata/layout.conf') ?? folder;
  return new MirrorList({ root, fixups: nearestWith(root, 'releases'), repositories: systemRepositories });
}
