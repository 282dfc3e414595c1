import type { Command } from 'commander';
import { collectStore, isFarm, openFarm, storeUsage, verifyStore } from '../../app/index.ts';
import { formatBytes } from '../../primitives/index.ts';
import { exitCodes, type Shell } from '../shell.ts';
import { addObjectCommands } from './blos.ts';

/** `packmill store …`: the content-addressed objects behind everything published. */
export function addStore(program: Command, shell: Shell): void {
  const store = program.command('store').description('the objects behind everything: usage, verify, collect');
  store
    .command('usage')
    .description('number and size of objects')
    .action(async () => {
      const farm = await openFarm(shell.farmFolder(isFarm), 'read');
      try {
        const usage = await storeUsage(farm);
        shell.printJson(usage);
        shell.print(`${usage.objects} objects, ${formatBytes(usage.bytes)}`);
      } finally {
        await farm.close();
      }
    });
  addObjectCommands(store, shell, 'fsck');
  store
    .command('verify')
    .description('read every object and compare it with its name; damaged ones go to quarantine')
    .action(async () => {
      const farm = await openFarm(shell.farmFolder(isFarm), 'write');
      try {
        const damaged = await verifyStore(farm);
        shell.printJson({ damaged });
        shell.print(
          damaged.length === 0 ? 'every object is good' : `damaged, in quarantine:\n${damaged.join('\n')}`,
        );
        if (damaged.length > 0) shell.exitCode = exitCodes.failed;
      } finally {
        await farm.close();
      }
    });
  store
    .command('collect')
    .description('remove what nothing refers to any more: marks first, removes after the grace')
    .action(async () => {
      const farm = await openFarm(shell.farmFolder(isFarm), 'write');
      try {
        const report = await collectStore(farm);
        shell.printJson(report);
        shell.print(
          `${report.removed} objects removed (${formatBytes(report.removedBytes)}), ` +
            `${report.condemned} newly marked, ${report.kept} kept`,
        );
      } finally {
        await farm.close();
      }
    });
}
