import type { Command } from 'commander';
import {
  isFarm,
  listGenerations,
  listRepositories,
  openFarm,
  removePackages,
  rollbackRepository,
  showRepository,
  verifyRepository,
} from '../../app/index.ts';
import { formatBytes } from '../../primitives/index.ts';
import { parseCount } from '../parse-count.ts';
import type { Shell } from '../shell.ts';

/** `packmill repo …`: what is published, and going back. */
export function addRepo(program: Command, shell: Shell): void {
  const repo = program
    .command('repo')
    .description('published repositories: list, show, verify, go back, remove');
  addListing(repo, shell);
  addLooking(repo, shell);
  addChanging(repo, shell);
}

function addListing(repo: Command, shell: Shell): void {
  repo
    .command('list')
    .description('published repositories with their generation and number of packages')
    .action(async () => {
      const farm = await openFarm(shell.farmFolder(isFarm), 'read');
      try {
        const all = await listRepositories(farm);
        shell.printJson(all);
        if (all.length === 0) shell.print('nothing is published yet');
        for (const { name, arch, generation, packages, path } of all) {
          shell.print(`${name}/${arch}  generation ${generation}  ${packages} packages  ${path}`);
        }
      } finally {
        await farm.close();
      }
    });
  repo
    .command('show')
    .description('packages of a repository')
    .argument('[name]', 'name of the repository (default: the one of this farm)')
    .option('--arch <arch>', 'architecture (default: the one of this farm)')
    .action(async (name: string | undefined, options: { arch?: string }) => {
      const farm = await openFarm(shell.farmFolder(isFarm), 'read');
      try {
        const shown = await showRepository(farm, { name, arch: options.arch });
        shell.printJson(shown);
        for (const entry of shown.packages) {
          shell.print(`${entry.name} ${entry.version}  ${formatBytes(entry.sizeBytes)}  ${entry.fileName}`);
        }
      } finally {
        await farm.close();
      }
    });
}

function addLooking(repo: Command, shell: Shell): void {
  repo
    .command('verify')
    .description('check every published file against its database and signature')
    .argument('[name]', 'name of the repository (default: the one of this farm)')
    .option('--arch <arch>', 'architecture (default: the one of this farm)')
    .option('--quick', 'names, sizes and database signatures only')
    .action(async (name: string | undefined, options: { arch?: string; quick?: boolean }) => {
      const farm = await openFarm(shell.farmFolder(isFarm), 'read');
      try {
        const report = await verifyRepository(farm, {
          name,
          arch: options.arch,
          quick: options.quick === true,
        });
        for (const problem of report.problems) shell.complain(problem, true);
        shell.printJson(report);
        shell.print(
          `${report.name}/${report.arch}: generation ${report.generation}, ${report.packages} packages: ` +
            (report.problems.length === 0 ? 'good' : `${report.problems.length} problems`),
        );
      } finally {
        await farm.close();
      }
    });
  repo
    .command('generations')
    .description('kept states of a repository, newest first')
    .argument('[name]', 'name of the repository (default: the one of this farm)')
    .option('--arch <arch>', 'architecture (default: the one of this farm)')
    .action(async (name: string | undefined, options: { arch?: string }) => {
      const farm = await openFarm(shell.farmFolder(isFarm), 'read');
      try {
        const generations = await listGenerations(farm, { name, arch: options.arch });
        shell.printJson(generations);
        for (const one of generations) {
          const mark = one.visible ? '*' : ' ';
          shell.print(`${mark} ${one.generation}  ${one.when}  ${one.packages} packages  ${one.reason}`);
        }
      } finally {
        await farm.close();
      }
    });
}

function addChanging(repo: Command, shell: Shell): void {
  repo
    .command('rollback')
    .description('make a kept generation the visible one again')
    .argument('[generation]', 'its number (default: the one before the visible one)', parseCount)
    .option('--repo <name>', 'name of the repository (default: the one of this farm)')
    .option('--arch <arch>', 'architecture (default: the one of this farm)')
    .action(async (generation: number | undefined, options: { repo?: string; arch?: string }) => {
      const farm = await openFarm(shell.farmFolder(isFarm), 'write');
      try {
        const result = await rollbackRepository(farm, { name: options.repo, arch: options.arch, generation });
        shell.printJson(result);
        shell.print(`${result.name}/${result.arch}: generation ${result.generation} is visible again`);
      } finally {
        await farm.close();
      }
    });
  repo
    .command('remove')
    .description('take packages out of a repository; their files go to archive/')
    .argument('<package...>', 'names of packages')
    .option('--repo <name>', 'name of the repository (default: the one of this farm)')
    .option('--arch <arch>', 'architecture (default: the one of this farm)')
    .action(async (packages: string[], options: { repo?: string; arch?: string }) => {
      const farm = await openFarm(shell.farmFolder(isFarm), 'write');
      try {
        const result = await removePackages(farm, { name: options.repo, arch: options.arch, packages });
        shell.printJson(result);
        shell.print(`removed ${result.removed.join(', ')}; generation ${result.generation} is visible`);
      } finally {
        await farm.close();
      }
    });
}
