import type { Command } from 'commander';
import { isFarm, openFarm, readRegenLog, regenLogs } from '../../app/index.ts';
import type { Shell } from '../shell.ts';

const help = `
Examples:
  packmill tree log my-release              # what the newest regeneration said
  packmill tree log my-release --list       # which there are, newest first
  packmill tree log my-release 2026-11-27T11-45-00.000Z`;

/** `packmill tree log`: what a farm's regenerations of a release said. */
export function addTreeLog(tree: Command, shell: Shell): void {
  tree
    .command('log')
    .description('what regenerations of a release on the farm said')
    .argument('<source>', 'id of the recipe source that defines the release')
    .argument('[name]', 'when it began, as --list shows it (default: the newest)')
    .option('--list', 'which there are, newest first')
    .addHelpText('after', help)
    .action(async (source: string, name: string | undefined, options: { list?: boolean }) => {
      const farm = await openFarm(shell.farmFolder(isFarm), 'read');
      try {
        if (options.list === true) {
          const all = await regenLogs(farm, source);
          shell.printJson(all);
          shell.print(...all.map((one) => one.name));
          return;
        }
        const text = await readRegenLog(farm, source, name);
        shell.printJson({ source, text });
        shell.print(text.trimEnd());
      } finally {
        await farm.close();
      }
    });
}
