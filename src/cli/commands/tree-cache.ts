import type { Command } from 'commander';
import { Option } from 'commander';
import { cacheTree, checkTreeFolder } from '../../app/ebuild-tree/index.ts';
import type { Problem } from '../../diagnostics/index.ts';
import { interruptible, machine } from '../../host/index.ts';
import { collect } from '../collect.ts';
import { parseCount } from '../parse-count.ts';
import { exitCodes, type Shell } from '../shell.ts';

interface ReadingWords {
  readonly master: readonly string[];
  readonly jobs?: number;
  readonly metadataBy: 'packmill' | 'portage';
}

interface CacheWords extends ReadingWords {
  readonly fresh?: boolean;
  readonly check?: boolean;
}

const cacheHelp = `
Writes metadata/md5-cache: what each ebuild says, as Portage writes it. Entries whose ebuild and eclasses are the same are
kept, entries of ebuilds that are gone are removed. Ebuilds are programs, and are read in a sandbox. One that cannot be
read gets no entry, stops no other, and makes the exit code 1.

Examples:
  packmill tree cache ./my-kit                          # masters are looked for beside it
  packmill tree cache ./my-kit --master ../core-kit     # or where they are said to be
  packmill tree cache ./my-kit --check                  # write nothing; exit code 1 when something would change`;

const checkHelp = `
Reads every ebuild in a sandbox and holds the repository against the Package Manager Specification and against itself:
names, categories, layout, Manifests and SRC_URI, dependencies, REQUIRED_USE, licences, the metadata cache.

Examples:
  packmill tree check ./my-kit --master ../core-kit
  packmill --json tree check ./my-kit | jq '.problems[].code'`;

function withReading(command: Command): Command {
  return command
    .argument('[dir]', 'top folder of the repository', '.')
    .option('--master <dir>', 'folder of a master; may be given several times', collect, [])
    .option('-j, --jobs <n>', 'ebuilds read at one time (default: one for each processor)', parseCount)
    .addOption(
      new Option(
        '--metadata-by <what>',
        "who reads ebuilds: packmill's own Bash program, or egencache of Portage",
      )
        .choices(['packmill', 'portage'])
        .default('packmill'),
    );
}

/** `packmill tree cache` and `packmill tree check`. */
export function addTreeCache(tree: Command, shell: Shell): void {
  withReading(tree.command('cache').description('bring metadata/md5-cache in line with the ebuilds'))
    .option('--fresh', 'read every ebuild, whatever the cache says')
    .option('--check', 'write nothing; tell what is old')
    .addHelpText('after', cacheHelp)
    .action((dir: string, words: CacheWords) => cache(shell, dir, words));
  withReading(tree.command('check').description('whether a repository keeps to the rules and to itself'))
    .addHelpText('after', checkHelp)
    .action((dir: string, words: ReadingWords) => check(shell, dir, words));
}

async function cache(shell: Shell, dir: string, words: CacheWords): Promise<void> {
  const report = await interruptible((signal) =>
    cacheTree({
      folder: machine.absolute(dir),
      masters: words.master,
      by: words.metadataBy,
      workers: words.jobs,
      fresh: words.fresh === true,
      checkOnly: words.check === true,
      signal,
    }),
  );
  complain(shell, report.problems);
  if (!report.complete) shell.exitCode = exitCodes.interrupted;
  shell.printJson(report);
  const { ebuilds, kept, written, removed, failed } = report;
  const would = words.check === true ? 'would be ' : '';
  shell.print(
    `${ebuilds} ebuilds: ${kept} entries kept, ${written.length} ${would}written, ${removed.length} ${would}removed, ${failed.length} ebuilds cannot be read`,
  );
}

async function check(shell: Shell, dir: string, words: ReadingWords): Promise<void> {
  const report = await interruptible((signal) =>
    checkTreeFolder({
      folder: machine.absolute(dir),
      masters: words.master,
      by: words.metadataBy,
      workers: words.jobs,
      signal,
    }),
  );
  complain(shell, report.problems);
  if (!report.complete) shell.exitCode = exitCodes.interrupted;
  shell.printJson(report);
  const errors = report.problems.filter(({ severity }) => severity === 'error').length;
  shell.print(`${report.ebuilds} ebuilds: ${errors} errors, ${report.problems.length - errors} warnings`);
}

/** Errors of a repository are its own: they do not stop the command, and make it end with 1. */
function complain(shell: Shell, problems: readonly Problem[]): void {
  for (const one of problems) shell.complain(one);
  if (problems.some(({ severity }) => severity === 'error')) shell.exitCode = exitCodes.failed;
}
