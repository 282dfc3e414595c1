import type { Command } from 'commander';
import { collectStore, type Farm, isFarm, openFarm, storeUsage, verifyStore } from '../../app/index.ts';
import { formatBytes } from '../../primitives/index.ts';
import { exitCodes, type Shell } from '../shell.ts';
import {
  addObjectCommands,
  type CollectOptions,
  collectUnused,
  type VerifyOptions,
  verifyBlos,
  withCollectOptions,
  withVerifyOptions,
  withWorkspace,
} from './blos.ts';

/** `packmill store …`: the content-addressed objects behind everything published. */
export function addStore(program: Command, shell: Shell): void {
  const store = program.command('store').description('the objects behind everything: usage, verify, collect');
  store
    .command('usage')
    .description('number and size of objects')
    .action(() =>
      withFarm(shell, 'read', async (farm) => {
        const usage = await storeUsage(farm);
        shell.printJson(usage);
        shell.print(`${usage.objects} objects, ${formatBytes(usage.bytes)}`);
      }),
    );
  addObjectCommands(store, shell);
  withVerifyOptions(store.command('verify').alias('fsck'))
    .addHelpText(
      'after',
      '\nIn a farm every object is read and compared with its name; damaged ones go to quarantine.',
    )
    .action(async (options: VerifyOptions) => {
      const damaged = await inFarm(shell, (farm) => verifyObjects(farm, shell));
      await withWorkspace(shell, {}, async (workspace) => {
        const report = await verifyBlos(workspace, options, shell);
        shell.printJson({ ...report, ...(damaged ? { damaged } : {}) });
      });
    });
  withCollectOptions(store.command('collect').alias('gc'))
    .addHelpText('after', '\nObjects of a farm are marked first, and removed after the grace.')
    .action(async (options: CollectOptions) => {
      await withWorkspace(shell, {}, async (workspace) => {
        const report = await collectUnused(workspace, options, shell);
        // what was just let go of is marked at once
        const objects = options.dryRun
          ? undefined
          : await inFarm(shell, (farm) => collectObjects(farm, shell));
        shell.printJson({ ...report, ...(objects ? { objects } : {}) });
      });
    });
}

async function withFarm<Result>(
  shell: Shell,
  mode: 'read' | 'write',
  work: (farm: Farm) => Promise<Result>,
): Promise<Result> {
  const farm = await openFarm(shell.farmFolder(isFarm), mode);
  try {
    return await work(farm);
  } finally {
    await farm.close();
  }
}

/** Without a farm there are only the stores of the user. */
async function inFarm<Result>(
  shell: Shell,
  work: (farm: Farm) => Promise<Result>,
): Promise<Result | undefined> {
  return isFarm(shell.farmFolder(isFarm)) ? await withFarm(shell, 'write', work) : undefined;
}

async function verifyObjects(farm: Farm, shell: Shell): Promise<readonly string[]> {
  const damaged = await verifyStore(farm);
  shell.print(
    damaged.length === 0 ? 'every object is good' : `damaged, in quarantine:\n${damaged.join('\n')}`,
  );
  if (damaged.length > 0) {
    shell.exitCode = exitCodes.failed;
    shell.tell("next: 'packmill repo verify' names what is published and lacks them; build that again");
  }
  return damaged;
}

async function collectObjects(farm: Farm, shell: Shell): Promise<object> {
  const report = await collectStore(farm);
  shell.print(
    `${report.removed} objects removed (${formatBytes(report.removedBytes)}), ` +
      `${report.condemned} newly marked, ${report.kept} kept`,
  );
  return report;
}
