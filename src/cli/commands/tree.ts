import type { Command } from 'commander';
import type { Shell } from '../shell.ts';
import { addTreeCache } from './tree-cache.ts';

/** `packmill tree ...`: ebuild repositories. */
export function addTree(program: Command, shell: Shell): void {
  const tree = program.command('tree').description('ebuild repositories: metadata and checks');
  addTreeCache(tree, shell);
}
