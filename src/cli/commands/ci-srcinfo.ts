import type { Command } from 'commander';
import { ciSrcinfo } from '../../app/ci/index.ts';
import { interruptible } from '../../host/index.ts';
import { ProgressLine } from '../progress-line.ts';
import { exitCodes, type Shell } from '../shell.ts';
import { type CiOptions, CiSession, recipesAt, repositoryOption } from './ci-session.ts';

const help = `
makepkg --printsrcinfo runs for each package in a sandbox without network and without secrets, several at a time. A file
that says the same stays untouched, since a push builds what it touches; nothing is committed. The sandbox is that of update
hooks: bubblewrap on this system, CI_SANDBOX_ROOT, or containers of BUILDER_IMAGE with CONTAINER_ENGINE.

Exit codes: 0 done, 1 makepkg cannot read a recipe, or --check found a file that differs, 2 there is no such package.

Examples:
  packmill ci srcinfo                         # all packages
  packmill ci srcinfo foo bar                 # these two; in the folder of a package: that one
  packmill ci srcinfo --check                 # only say which ones differ, for a merge request`;

interface SrcinfoCommand extends CiOptions {
  readonly check?: boolean;
}

/** `packmill ci srcinfo`: `.SRCINFO` as makepkg prints it. */
export function addCiSrcinfo(ci: Command, shell: Shell): void {
  ci.command('srcinfo')
    .description('write .SRCINFO of packages, as makepkg prints it, where it differs')
    .argument('[package...]', 'pkgbases; all when left out')
    .option('--check', 'write nothing, and fail when one differs')
    .option(...repositoryOption)
    .addHelpText('after', help)
    .action((packages: string[], options: SrcinfoCommand) => run(shell, packages, options));
}

async function run(shell: Shell, packages: readonly string[], options: SrcinfoCommand): Promise<void> {
  const session = new CiSession(shell);
  const check = options.check === true;
  const meant = recipesAt(options, packages);
  const progress = new ProgressLine(shell, 'starting makepkg');
  await interruptible(async (signal) => {
    try {
      const done = await ciSrcinfo({
        ...{ ...meant, check, signal },
        onProblem: (found) => progress.apart(() => session.complain(found)),
        onDone: ({ name, outcome, at, of }) => {
          progress.show(`read ${at} of ${of} packages: ${name}`);
          if (outcome === 'written') progress.apart(() => shell.print(`written ${name}`));
        },
      }).finally(() => progress.end());
      const { written, stale, unchanged, failed } = done;
      const counts = check ? [`${stale.length} stale`] : [`${written.length} written`];
      shell.print([...counts, `${unchanged.length} unchanged`, `${failed.length} failed`].join(', '));
      session.conclude(done);
    } catch (error) {
      if (!signal.aborted) throw error;
      shell.exitCode = exitCodes.interrupted;
      shell.tell('interrupted: what is written stays, and the same command goes on from here');
    }
  });
}
