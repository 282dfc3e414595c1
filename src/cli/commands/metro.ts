import type { Command } from 'commander';
import type { Shell } from '../shell.ts';
import { addMetroLooks } from './metro-looks.ts';
import { addMetroRun } from './metro-run.ts';
import { addMetroValues } from './metro-values.ts';
import { addMetroWork } from './metro-work.ts';

const help = `
VALUES are name=value, or name: and the value as the next word; they take the place of what FILE itself defines. Files are read
from anywhere unless --root says otherwise. Nothing in them is ever executed.

Examples:
  packmill metro check farm.conf
  packmill metro get farm.conf path/mirror target=stage3
  packmill metro explain farm.conf path/mirror/target target=stage3`;

/** `packmill metro ...`: files of the Metro language. */
export function addMetro(program: Command, shell: Shell): void {
  const metro = program
    .command('metro')
    .description('files of the Metro language: check, ask, explain, format, compare')
    .addHelpText('after', help);
  addMetroValues(metro, shell);
  addMetroLooks(metro, shell);
  addMetroWork(metro, shell);
  addMetroRun(metro, shell);
}
