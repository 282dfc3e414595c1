import type { Command } from 'commander';
import { ciDeliver, ciOnCommit, ciSchedule } from '../../app/ci/index.ts';
import type { Problem } from '../../diagnostics/index.ts';
import type { Shell } from '../shell.ts';
import {
  CiSession,
  type HandOverOptions,
  handOverOption,
  type ManagerOptions,
  managerOption,
  repositoryOption,
} from './ci-session.ts';

const onCommitHelp = `
Looks at every commit since tag 'scheduled': builds what '[deploy foo bar/5]' or '[deploy all]' in a message asks for and
every folder that changed, cleans up after folders that are gone, then moves the tag. When the manager cannot be
reached, the request waits on branch 'state', the tag stays, and the exit code is 3.

Examples:
  packmill ci on-commit                       # on a machine of one's own, or as the only job of a pipeline
  packmill ci on-commit --hand-over           # first job of a pipeline, without secrets of the manager
  packmill ci deliver                         # second job, the only one with DEPLOY_KEY and REDIS_PASSWORD`;

const scheduleHelp = `
Names are parted by blanks, commas or colons, each with a build class behind a slash if wanted: a minimum class, or the
name of a builder. 'all' is every package. A name that is not in the repository is refused, and nothing is scheduled.

Examples:
  packmill ci schedule foo bar/5 baz/catbuilder
  packmill ci schedule foo:bar,baz
  packmill ci schedule all`;

const deliverHelp = `
The second job of a pipeline whose first one ran with --hand-over, and the way to repeat what the manager has not got: each
request is taken once, however often it is delivered. The exit code is 3 when the manager cannot be reached.

Examples:
  packmill ci deliver
  packmill ci status                          # which requests wait, with their ids
  packmill ci deliver --discard ci-0f3c...    # give this one up`;

/** `packmill ci on-commit`, `schedule` and `deliver`: what hands requests to the manager. */
export function addCiRuns(ci: Command, shell: Shell): void {
  ci.command('on-commit')
    .description('what a push means: schedule what changed, clean up what is gone')
    .option(...repositoryOption)
    .option(...managerOption)
    .option(...handOverOption)
    .addHelpText('after', onCommitHelp)
    .action((options: HandOverOptions) => onCommit(shell, options));
  ci.command('schedule')
    .description('build packages at the commit of the checkout, without a new commit')
    .argument('<package...>', "pkgbase or pkgbase/class; 'all'")
    .option(...repositoryOption)
    .option(...managerOption)
    .option(...handOverOption)
    .addHelpText('after', scheduleHelp)
    .action(async (packages: string[], options: HandOverOptions) => {
      const session = new CiSession(shell);
      showRequest(shell, session, await ciSchedule(session.handing(options), packages.join(' ')));
    });
  ci.command('deliver')
    .description("hand over to the manager what waits on branch 'state'")
    .option(...repositoryOption)
    .option(...managerOption)
    .option(
      '--discard <id...>',
      'give up hand-overs instead: they are not delivered, and what they ask for is not built',
    )
    .addHelpText('after', deliverHelp)
    .action((options: ManagerOptions & { readonly discard?: string[] }) => deliver(shell, options));
}

async function onCommit(shell: Shell, options: HandOverOptions): Promise<void> {
  const session = new CiSession(shell);
  const done = await ciOnCommit(session.handing(options));
  for (const name of done.removed) shell.print(`removed ${name}`);
  showRequest(shell, session, done);
}

/** What a run asks the manager for. */
interface AskedFor {
  readonly packages: readonly { readonly name: string; readonly buildClass?: number | string }[];
  readonly outcome: 'nothing' | 'scheduled' | 'waiting';
  readonly outOfReach: Problem | undefined;
}

/** Shows the packages of a request and whether it arrived. */
export function showRequest(shell: Shell, session: CiSession, done: AskedFor): void {
  const { outOfReach, ...rest } = done;
  for (const { name, buildClass } of done.packages) {
    shell.print(`${done.outcome} ${name}${buildClass === undefined ? '' : `/${buildClass}`}`);
  }
  if (outOfReach) session.complainOutOfReach(outOfReach);
  session.conclude(rest);
}

async function deliver(
  shell: Shell,
  options: ManagerOptions & { readonly discard?: string[] },
): Promise<void> {
  const session = new CiSession(shell);
  const done = await ciDeliver({ ...session.handing(options), discard: options.discard ?? [] });
  for (const { document } of done.delivered) shell.print(`delivered ${document.id}`);
  for (const { id } of done.waiting) shell.print(`waiting ${id}`);
  if (done.delivered.length + done.waiting.length === 0) shell.tell('nothing waits');
  if (done.outOfReach) session.complainOutOfReach(done.outOfReach);
  session.conclude({
    delivered: done.delivered.map(({ document }) => document.id),
    waiting: done.waiting.map(({ id }) => id),
    scheduled: done.refs.scheduled,
  });
}
