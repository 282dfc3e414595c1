import type { Command } from 'commander';
import { isFarm, openFarm, pacmanTarget, scanTarget, showAbi } from '../../app/index.ts';
import { formatBytes } from '../../primitives/index.ts';
import type { Shell } from '../shell.ts';

interface TargetOptions {
  readonly repo?: string;
  readonly arch?: string;
}

/** `packmill abi …`: what published packages give one another in libraries. */
export function addAbi(program: Command, shell: Shell): void {
  const abi = program
    .command('abi')
    .description('libraries and symbols that packages provide and need: read them, show them');
  abi
    .command('scan')
    .description('read the packages of a repository that were not read yet')
    .option('--repo <name>', 'name of the repository (default: the one of this farm)')
    .option('--arch <arch>', 'architecture (default: the one of this farm)')
    .option('--again', 'read all of them, whether they are known or not')
    .addHelpText('after', '\nNew packages are read when they are published; this is for those of before.')
    .action((options: TargetOptions & { again?: boolean }) => scan(shell, options));
  abi
    .command('show')
    .description('what a published package provides and needs')
    .argument('<package>', 'name of the package')
    .option('--repo <name>', 'name of the repository (default: the one of this farm)')
    .option('--arch <arch>', 'architecture (default: the one of this farm)')
    .option('--symbols', 'every symbol by name')
    .action((name: string, options: TargetOptions & { symbols?: boolean }) => show(shell, name, options));
}

async function scan(shell: Shell, options: TargetOptions & { again?: boolean }): Promise<void> {
  const farm = await openFarm(shell.farmFolder(isFarm), 'write');
  try {
    const of = await pacmanTarget(farm, options.repo, options.arch);
    const report = await scanTarget(farm, of, { again: options.again === true });
    for (const problem of report.problems) shell.complain(problem);
    const counts = farm.database.abi.counts();
    shell.printJson({ ...of, ...report, recorded: counts });
    shell.print(
      `${of.target}/${of.arch}: ${report.read} packages read, ${report.known} known before; ` +
        `recorded: ${counts.libraries} libraries, ${formatBytes(counts.bytes)} of symbols`,
    );
  } finally {
    await farm.close();
  }
}

async function show(
  shell: Shell,
  name: string,
  options: TargetOptions & { symbols?: boolean },
): Promise<void> {
  const farm = await openFarm(shell.farmFolder(isFarm), 'read');
  try {
    const of = await pacmanTarget(farm, options.repo, options.arch);
    const shown = await showAbi(farm, of, name, options.symbols === true);
    shell.printJson(shown);
    shell.print(`${shown.name} ${shown.version}`);
    for (const one of shown.provides) {
      shell.print(`  provides ${one.name} (${one.kind}, ${one.symbols ?? 'unknown'} symbols)`);
      for (const symbol of one.names ?? []) shell.print(`    ${symbol}`);
    }
    for (const one of shown.needs) {
      const from = one.from.length === 0 ? 'nothing of this repository' : one.from.join(', ');
      shell.print(`  needs ${one.name} (${one.kind}) from ${from}, ${one.symbols ?? 0} symbols`);
      for (const symbol of one.names ?? []) shell.print(`    ${symbol}`);
    }
  } finally {
    await farm.close();
  }
}
