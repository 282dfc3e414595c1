import type { Command } from 'commander';
import type { Shell } from '../shell.ts';
import { addTreeCache } from './tree-cache.ts';
import { addTreeLog } from './tree-log.ts';
import { addRegen } from './tree-regen.ts';

/** `packmill tree ...`: ebuild repositories. */
export function addTree(program: Command, shell: Shell): void {
  const tree = program.command('tree').description('ebuild repositories: kits, metadata and checks');
  addRegen(tree.command('regen'), shell);
  addTreeCache(tree, shell);
  addTreeLog(tree, shell);
}

/** `packmill merge-kits`: the old name of `packmill tree regen`. */
export function addMergeKits(program: Command, shell: Shell): void {
  addRegen(program.command('merge-kits', { hidden: true }), shell);
}
