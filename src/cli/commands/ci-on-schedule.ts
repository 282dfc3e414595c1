import type { Command } from 'commander';
import { ciOnSchedule, ciTrigger, type ScheduleRun } from '../../app/ci/index.ts';
import { isFault, type Problem } from '../../diagnostics/index.ts';
import { machine } from '../../host/index.ts';
import type { Shell } from '../shell.ts';
import { showRequest } from './ci-runs.ts';
import {
  CiSession,
  type HandOverOptions,
  handOverOption,
  managerOption,
  repositoryOption,
} from './ci-session.ts';

const help = `
The regular run: looks for new versions, commits and libraries of all packages, commits what may be committed, opens
reviews for what a person has to see, and schedules what changed (docs/recipe-updates.md). Troubles of single packages are
warnings: they stop nothing, and 'packmill ci status' shows them. The exit code is 1 when the run could not be done, and 3
when the manager could not be reached: the request then waits on branch 'state'.

With --trigger, or TRIGGER in the environment, only the packages whose CI_ON_TRIGGER is that name are scheduled: no
updates, no guard, no tag.

Examples:
  packmill ci on-schedule                     # from a timer
  packmill ci on-schedule --dry-run           # what would it do?
  packmill ci on-schedule --packages foo bar  # these two at once, the guard does not count
  packmill ci on-schedule --trigger daily     # from a timer of its own`;

interface ScheduleCommand extends HandOverOptions {
  readonly trigger?: string;
  readonly packages?: readonly string[];
  readonly dryRun?: boolean;
}

/** `packmill ci on-schedule`: the run of a timer. */
export function addCiOnSchedule(ci: Command, shell: Shell): void {
  ci.command('on-schedule')
    .description('what a timer means: update recipes, open reviews, schedule what changed')
    .option('--trigger <name>', 'only schedule the packages with this CI_ON_TRIGGER')
    .option('--packages <name...>', 'look only at these, whatever happened to them before')
    .option('--dry-run', 'decide everything and change nothing')
    .option(...repositoryOption)
    .option(...managerOption)
    .option(...handOverOption)
    .addHelpText('after', help)
    .action((options: ScheduleCommand) => run(shell, options));
}

async function run(shell: Shell, options: ScheduleCommand): Promise<void> {
  const session = new CiSession(shell);
  const trigger = options.trigger ?? machine.variable('TRIGGER');
  if (trigger !== undefined) {
    showRequest(shell, session, await ciTrigger(session.handing(options), trigger));
    return;
  }
  const dryRun = options.dryRun === true;
  try {
    const done = await ciOnSchedule({ ...session.handing(options), only: options.packages, dryRun });
    showRun(shell, session, done);
  } catch (error) {
    // a pipeline that has to be looked at, whoever is to blame
    if (!isFault(error, 'CIS001') && !isFault(error, 'CIS013')) throw error;
    session.complain(error.problem);
    session.conclude({ kind: 'failed' });
  }
}

function showRun(shell: Shell, session: CiSession, done: ScheduleRun): void {
  if (done.kind === 'template') {
    const { commit = '' } = done.template;
    shell.print(
      `template: new pipeline files in commit ${commit.slice(0, 7)}; packages are looked at next time`,
    );
    session.conclude(done);
    return;
  }
  const { packages, problems, published, outOfReach, reviews, ...rest } = done.report;
  const remark = remarkOnce(session);
  for (const found of problems) remark(found);
  for (const one of packages) {
    // the line of what is left alone says it all
    if (one.decision !== 'paused') for (const found of one.problems) remark(found);
    const line = packageLine(one);
    if (line !== undefined) shell.print(line);
  }
  shell.print(summary(done.report));
  if (outOfReach) session.complainOutOfReach(outOfReach);
  const commit = published?.isNew ? published.commit : undefined;
  session.conclude({ kind: done.kind, ...rest, commit, reviews, packages });
}

/** Many packages may have the same trouble; that the AUR tells nothing has been said of all of them already. */
function remarkOnce(session: CiSession): (found: Problem) => void {
  const told = new Set<string>();
  return (found) => {
    const words = `${found.code} ${found.what}`;
    if (found.code === 'CIS015' || told.has(words)) return;
    told.add(words);
    session.remark(found);
  };
}

type Packages = Extract<ScheduleRun, { kind: 'packages' }>['report'];

const words = {
  commit: 'updated',
  review: 'review',
  schedule: 'scheduled',
  wait: 'waits',
  failed: 'failed',
  paused: 'paused',
} as const;

/** One line for each package that somebody may want to do something about. */
function packageLine({
  name,
  decision,
  because,
  notes,
  review,
  problems,
}: Packages['packages'][number]): string | undefined {
  if (decision === 'nothing') return undefined;
  const failure = problems.find(({ severity }) => severity === 'error');
  const where = review ? `${review.url ?? `branch ${review.branch}`}: ` : '';
  const what = decision === 'failed' && failure ? `${failure.code} ${failure.what}` : because;
  return `${words[decision].padEnd(9)} ${name}: ${where}${[what, ...notes].filter(Boolean).join('; ')}`;
}

function summary({ packages, checked, scheduled, reviews, outcome, published }: Packages): string {
  const count = (kind: Packages['packages'][number]['decision']): number =>
    packages.filter(({ decision }) => decision === kind).length;
  const parts = [
    `${count('commit')} updated`,
    `${scheduled.length} ${outcome === 'waiting' ? 'waiting for the manager' : 'scheduled'}`,
    `${count('review')} for review (${reviews.open} open)`,
    `${count('failed')} failed`,
    `${count('paused')} paused`,
  ];
  const dry = published ? '' : 'dry run: ';
  return `${dry}${checked} packages looked at: ${parts.join(', ')}`;
}
