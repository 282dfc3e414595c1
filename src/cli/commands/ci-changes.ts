import type { Command } from 'commander';
import { ciAdd, ciBump, ciDrop } from '../../app/ci/index.ts';
import type { Shell } from '../shell.ts';
import { type CiOptions, CiSession, repositoryOption } from './ci-session.ts';

interface ChangeOptions extends CiOptions {
  readonly dryRun?: boolean;
}

const dryRunOption = ['--dry-run', 'say what would be done, and push nothing'] as const;

const addHelp = `
A package is written PKGBASE/SOURCE; the source is 'aur' or the address of a git repository. The recipe is cloned, brought
into the style of the repository, and pushed in one commit, which on-commit then builds. Dependencies that neither this
repository nor a database of CI_LIB_DB has are named.

Examples:
  packmill ci add yay/aur
  packmill ci add foo/https://git.example.org/foo.git --origin github/5678
  packmill ci add libfoo/aur --reason depends`;

/** `packmill ci add`, `drop` and `bump`: commits that people order (specification 9). */
export function addCiChanges(ci: Command, shell: Shell): void {
  ci.command('add')
    .description('add packages: clone their recipes and push them')
    .argument('<package...>', 'PKGBASE/aur or PKGBASE/ADDRESS')
    .option(...repositoryOption)
    .option('--origin <text>', 'who asked, for .CI/info: github/5678')
    .option(
      '--reason <text>',
      "why, for .CI/info: request, depends, depends:make, ... or any words; 'unset' writes none",
      'request',
    )
    .option(...dryRunOption)
    .addHelpText('after', addHelp)
    .action((words: string[], options: AddOptions) => add(shell, words, options));
  ci.command('drop')
    .description('remove packages: their folders, and by on-commit what they built')
    .argument('<package...>', 'pkgbases')
    .option(...repositoryOption)
    .option(...dryRunOption)
    .action(async (names: string[], options: ChangeOptions) => {
      const session = new CiSession(shell);
      const done = await ciDrop(changing(session, options), names.join(' '));
      for (const name of done.dropped) shell.print(`${did(options, 'drop', 'dropped')} ${name}`);
      session.conclude(done);
    });
  ci.command('bump')
    .description('build packages again under a higher pkgrel: 1 becomes 1.1')
    .argument('<package...>', "pkgbases, or 'all'")
    .option(...repositoryOption)
    .option(...dryRunOption)
    .action(async (names: string[], options: ChangeOptions) => {
      const session = new CiSession(shell);
      const done = await ciBump(changing(session, options), names.join(' '));
      for (const { name, value } of done.bumped)
        shell.print(`${did(options, 'bump', 'bumped')} ${name} ${value}`);
      session.conclude(done);
    });
}

interface AddOptions extends ChangeOptions {
  readonly origin?: string;
  readonly reason: string;
}

async function add(shell: Shell, words: readonly string[], options: AddOptions): Promise<void> {
  const session = new CiSession(shell);
  const { origin, reason } = options;
  const done = await ciAdd({ ...changing(session, options), origin, reason }, words);
  for (const name of done.added) shell.print(`${did(options, 'add', 'added')} ${name}`);
  for (const { name, neededBy } of done.missing) shell.print(`missing ${name}, needed by ${neededBy}`);
  session.conclude(done);
}

/** What was done, or with `--dry-run` would be. */
const did = ({ dryRun }: ChangeOptions, would: string, done: string): string =>
  dryRun === true ? `would ${would}` : done;

function changing(session: CiSession, options: ChangeOptions) {
  return { ...session.options(options), dryRun: options.dryRun === true };
}
