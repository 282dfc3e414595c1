import { basename, dirname } from 'node:path';
import { MirrorList, nearestWith } from '../../autogen/index.ts';
import { systemRepositories } from './system-repositories.ts';

/** The mirrors that the tree around a folder and its masters know; see `MirrorList`. */
export function mirrorsAround(folder: string): MirrorList {
  const root = nearestWith(folder, 'metadata/layout.conf') ?? folder;
  const fixups = nearestWith(root, 'releases');
  return new MirrorList({ root, fixups, release: 'next', repositories: systemRepositories });
}
