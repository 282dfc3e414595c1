import type { Command } from 'commander';
import { ciDeliver, ciOnCommit } from '../../app/ci/index.ts';
import { type Problem, problem } from '../../diagnostics/index.ts';
import type { Shell } from '../shell.ts';
import { CiSession, localFarm, type ManagerOptions, managerOption, repositoryOption } from './ci-session.ts';

interface RunOptions extends ManagerOptions {
  readonly handOver?: boolean;
}

const onCommitHelp = `
Looks at every commit since tag 'scheduled': builds what '[deploy foo bar/5]' or '[deploy all]' in a message asks for and
every folder that changed, cleans up after folders that are gone, then moves the tag. When the manager cannot be
reached, the request waits on branch 'state', the tag stays, and the exit code is 3.

Examples:
  packmill ci on-commit                       # on a machine of one's own, or as the only job of a pipeline
  packmill ci on-commit --hand-over           # first job of a pipeline, without secrets of the manager
  packmill ci deliver                         # second job, the only one with DEPLOY_KEY and REDIS_PASSWORD`;

/** `packmill ci on-commit` and `packmill ci deliver`. */
export function addCiRuns(ci: Command, shell: Shell): void {
  ci.command('on-commit')
    .description('what a push means: schedule what changed, clean up what is gone')
    .option(...repositoryOption)
    .option(...managerOption)
    .option('--hand-over', "only leave the request on branch 'state' for 'packmill ci deliver'")
    .addHelpText('after', onCommitHelp)
    .action((options: RunOptions) => onCommit(shell, options));
  ci.command('deliver')
    .description("hand over to the manager what waits on branch 'state'")
    .option(...repositoryOption)
    .option(...managerOption)
    .action((options: ManagerOptions) => deliver(shell, options));
}

async function onCommit(shell: Shell, options: RunOptions): Promise<void> {
  const session = new CiSession(shell);
  const done = await ciOnCommit({
    ...session.options(options),
    manager: options.manager,
    farm: localFarm(shell),
    handOver: options.handOver === true,
  });
  for (const { name, buildClass } of done.packages) {
    shell.print(
      `${done.outcome === 'scheduled' ? 'scheduled' : 'waiting'} ${name}${buildClass === undefined ? '' : `/${buildClass}`}`,
    );
  }
  for (const name of done.removed) shell.print(`removed ${name}`);
  const { outOfReach, ...rest } = done;
  if (outOfReach) complainOutOfReach(shell, session, outOfReach);
  session.conclude(rest);
}

async function deliver(shell: Shell, options: ManagerOptions): Promise<void> {
  const session = new CiSession(shell);
  const done = await ciDeliver({
    ...session.options(options),
    manager: options.manager,
    farm: localFarm(shell),
  });
  for (const { document } of done.delivered) shell.print(`delivered ${document.id}`);
  for (const { id } of done.waiting) shell.print(`waiting ${id}`);
  if (done.delivered.length + done.waiting.length === 0) shell.tell('nothing waits');
  if (done.outOfReach) complainOutOfReach(shell, session, done.outOfReach);
  session.conclude({
    delivered: done.delivered.map(({ document }) => document.id),
    waiting: done.waiting.map(({ id }) => id),
    scheduled: done.refs.scheduled,
  });
}

/** The request is safe on branch `state`; the exit code says that it has not arrived. */
function complainOutOfReach(shell: Shell, session: CiSession, why: Problem): void {
  const found =
    why.blame === 'world'
      ? problem('CIC015', { what: `the manager cannot be reached: ${why.code} ${why.what}` })
      : why;
  session.problems.push(found);
  shell.complain(found, true);
}
