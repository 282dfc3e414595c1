import type { Command } from 'commander';
import {
  ciCheck,
  ciDependencies,
  ciDependencyText,
  ciStatus,
  type PipelineStatus,
} from '../../app/ci/index.ts';
import type { Shell } from '../shell.ts';
import { type CiOptions, CiSession, checkoutOf, repositoryOption } from './ci-session.ts';

const checkHelp = `
Looks at the files of the checkout, committed or not, and runs nothing of them: folder names, PKGBUILD and .SRCINFO and
whether the two agree, settings and their names, needs that nobody meets or several do, circles, dead triggers.
Exit code 1 when an error is found; warnings alone leave it 0.

Examples:
  packmill ci check
  packmill ci check foo bar
  packmill ci check --with-databases          # also asks the databases of CI_LIB_DB what they offer`;

const deptreeHelp = `
Examples:
  packmill ci deptree                         # how many, circles, ambiguous needs
  packmill ci deptree --edges                 # who waits for whom
  packmill ci deptree --text                  # pkgbase:names:needs;...
  packmill ci deptree --legacy                # the reference's rule, to compare`;

/** `packmill ci check`, `deptree` and `status`: they look and change nothing. */
export function addCiLooks(ci: Command, shell: Shell): void {
  ci.command('check')
    .description('whether all packages are in order')
    .argument('[package...]', 'only what these are about')
    .option(...repositoryOption)
    .option('--with-databases', 'ask the databases of CI_LIB_DB for what they offer')
    .addHelpText('after', checkHelp)
    .action((packages: string[], options: CheckOptions) => check(shell, packages, options));
  ci.command('deptree')
    .description('who waits for whom')
    .option(...repositoryOption)
    .option('--edges', 'every pair')
    .option('--text', 'the text form that older clients send')
    .option('--legacy', "by the reference's rule")
    .addHelpText('after', deptreeHelp)
    .action((options: TreeOptions) => deptree(shell, options));
  ci.command('status')
    .description('the tag, hand-overs that wait, and of each package last check, last error, next try')
    .option(...repositoryOption)
    .option('--all', 'packages without trouble too')
    .action(async (options: CiOptions & { readonly all?: boolean }) => {
      const session = new CiSession(shell);
      const status = await ciStatus(session.options(options));
      showStatus(shell, status, options.all === true);
      session.conclude(status);
    });
}

interface CheckOptions extends CiOptions {
  readonly withDatabases?: boolean;
}

async function check(shell: Shell, packages: readonly string[], options: CheckOptions): Promise<void> {
  const session = new CiSession(shell);
  const done = await ciCheck({
    repository: checkoutOf(options),
    packages,
    withDatabases: options.withDatabases === true,
  });
  for (const found of done.problems) session.complain(found);
  const errors = done.problems.filter(({ severity }) => severity === 'error').length;
  shell.print(`${done.packages} packages, ${errors} errors, ${done.problems.length - errors} warnings`);
  session.conclude({ packages: done.packages });
}

interface TreeOptions extends CiOptions {
  readonly edges?: boolean;
  readonly text?: boolean;
  readonly legacy?: boolean;
}

async function deptree(shell: Shell, options: TreeOptions): Promise<void> {
  const session = new CiSession(shell);
  const repository = checkoutOf(options);
  const legacy = options.legacy === true;
  if (options.text) {
    const text = await ciDependencyText(repository, legacy);
    shell.print(text);
    return session.conclude({ text });
  }
  const tree = await ciDependencies({ repository, legacy });
  for (const found of tree.problems) session.complain(found);
  if (options.edges) for (const [by, on] of tree.edges) shell.print(`${by} waits for ${on}`);
  for (const members of tree.cycles) shell.print(`circle: ${members.join(', ')}`);
  shell.print(`deptree: ${tree.packages} packages, ${tree.edges.length} edges`);
  const { problems: _, ...rest } = tree;
  session.conclude(rest);
}

function showStatus(shell: Shell, status: PipelineStatus, all: boolean): void {
  const { branch, tip, scheduled, waiting, uploads, packages, checks } = status;
  shell.print(`${packages} packages, branch ${branch} at ${tip?.slice(0, 7) ?? 'nothing'}`);
  if (tip !== undefined && tip === scheduled) shell.print('everything is looked at');
  else
    shell.print(`tag 'scheduled' is at ${scheduled?.slice(0, 7) ?? 'nothing'}: on-commit has to run first`);
  for (const { id, createdMs, packages: count } of waiting) {
    shell.print(`waiting ${id}: ${count} packages, since ${when(createdMs)}`);
  }
  if (uploads.length > 0) shell.print(`the AUR has to get ${uploads.join(', ')}: the next run uploads`);
  for (const [name, one] of Object.entries(checks)) {
    const parts = [
      one.error && `${one.error.code} ${one.error.what} (since ${when(one.error.since)})`,
      one.review && `review ${one.review.url ?? one.review.branch}`,
      one.nextTry !== undefined && `next try ${when(one.nextTry)}`,
    ].filter((part) => typeof part === 'string');
    if (parts.length === 0 && !all) continue;
    const checked = one.checked === undefined ? 'never checked' : `checked ${when(one.checked)}`;
    shell.print(`${name}: ${[checked, ...parts].join(', ')}`);
  }
}

const when = (ms: number): string => new Date(ms).toISOString().slice(0, 16).replace('T', ' ');
