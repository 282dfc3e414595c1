import type { Command } from 'commander';
import type { Shell } from '../shell.ts';

const help = `
Commands of this group work in a git checkout of a recipe repository: one folder for each package, settings in
'.ci/config' and 'PACKAGE/.CI/config' (docs/pipelines.md). They run as jobs of GitLab CI and GitHub Actions, and on any
machine.

Examples:
  packmill ci check                           # are all packages in order?
  packmill ci srcinfo                         # write .SRCINFO where it is missing or stale
  packmill ci on-commit                       # what does the last push mean? schedule it
  packmill ci schedule foo bar/5              # build these two, the second on a builder of class 5
  packmill --farm ../farm ci on-commit        # with the manager that 'packmill up' runs on this machine

Exit codes: 0 done, 1 something was refused or is not in order, 2 a name, marker or setting that is wrong, 3 the world
failed, as a manager that is away: the request waits and the next run delivers it. --json gives results to programs; what
goes on is told on standard error.`;

type Add = (ci: Command, shell: Shell) => void;

/** Where subcommands come from. */
const groups: readonly { readonly names: readonly string[]; readonly load: () => Promise<Add> }[] = [
  {
    names: ['on-commit', 'schedule', 'deliver'],
    load: async () => (await import('./ci-runs.ts')).addCiRuns,
  },
  { names: ['on-schedule'], load: async () => (await import('./ci-on-schedule.ts')).addCiOnSchedule },
  { names: ['add', 'drop', 'bump'], load: async () => (await import('./ci-changes.ts')).addCiChanges },
  { names: ['check', 'deptree', 'status'], load: async () => (await import('./ci-looks.ts')).addCiLooks },
  { names: ['srcinfo'], load: async () => (await import('./ci-srcinfo.ts')).addCiSrcinfo },
  { names: ['review'], load: async () => (await import('./ci-review.ts')).addCiReview },
  {
    names: ['commits', 'manage-aur', 'update-template'],
    load: async () => (await import('./ci-upkeep.ts')).addCiUpkeep,
  },
];

/** `packmill ci`: pipelines of recipe repositories. Only the subcommand that is asked for is loaded. */
export async function addCi(program: Command, shell: Shell, words: readonly string[]): Promise<void> {
  const ci = program
    .command('ci')
    .description('pipelines of a recipe repository: pushes, timers, reviews, manual work')
    .addHelpText('after', help);
  const [name = ''] = words;
  const one = groups.find(({ names }) => names.includes(name));
  for (const add of await Promise.all((one ? [one] : groups).map(({ load }) => load()))) add(ci, shell);
}
