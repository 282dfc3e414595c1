import type { Command } from 'commander';
import { type UpkeepRun, type UpkeepView, upkeepRunRequestSchema } from '../../api/index.ts';
import type { FarmClient } from '../../app/client/index.ts';
import { fault } from '../../diagnostics/index.ts';
import { systemClock } from '../../host/index.ts';
import { formatDuration } from '../../primitives/index.ts';
import { askFarm, type ManagerOption } from '../asked-farm.ts';
import type { Shell } from '../shell.ts';

interface RunOptions extends ManagerOption {
  readonly kind: string;
  readonly trigger?: string;
}

const help = `
Sources with 'upkeep' in packmill.yaml are looked after by the manager itself: pushes and upstream changes are noticed,
committed, proposed for review and built, without any CI service (docs/service.md).

Examples:
  packmill upkeep                                  # how the sources stand
  packmill upkeep run recipes                      # the regular run now
  packmill upkeep run recipes foo bar              # look at these two
  packmill upkeep run recipes --kind on-commit     # what does the last push mean?
  packmill upkeep run recipes --trigger daily
  packmill upkeep pause recipes                    # by hand only, until 'resume'`;

/** `packmill upkeep`: recipe sources that the farm keeps up to date by itself. */
export function addUpkeep(program: Command, shell: Shell): void {
  const upkeep = program
    .command('upkeep')
    .description('recipe sources that the farm keeps up to date: show them, run them now, pause them')
    .addHelpText('after', help);
  const manager = ['--manager <url>', 'web address of the manager'] as const;
  upkeep
    .command('status', { isDefault: true })
    .description('runs, what is due, what is the matter')
    .option(...manager)
    .action((options: ManagerOption) => askFarm(shell, options, (client) => show(shell, client)));
  upkeep
    .command('run')
    .description('look at a source now')
    .argument('<source>', 'id of the recipe source')
    .argument('[package...]', 'only these')
    .option('--kind <kind>', "'on-schedule' or 'on-commit'", 'on-schedule')
    .option('--trigger <name>', 'build the packages that wait for this trigger')
    .option(...manager)
    .action((source: string, packages: string[], options: RunOptions) =>
      askFarm(shell, options, (client) => run(shell, client, { source, packages, options })),
    );
  for (const [name, paused] of [
    ['pause', true],
    ['resume', false],
  ] as const) {
    upkeep
      .command(name)
      .description(
        paused ? 'no runs by pushes and by the clock any more' : 'runs by pushes and by the clock again',
      )
      .argument('<source>', 'id of the recipe source')
      .option(...manager)
      .action((source: string, options: ManagerOption) =>
        askFarm(shell, options, async (client) => {
          await client.pauseUpkeep(source, paused);
          shell.printJson({ source, paused });
          shell.print(`${source}: ${paused ? 'paused' : 'goes on'}`);
        }),
      );
  }
}

async function run(
  shell: Shell,
  client: FarmClient,
  { source, packages, options }: { source: string; packages: readonly string[]; options: RunOptions },
): Promise<void> {
  const request = upkeepRunRequestSchema.safeParse({
    kind: options.trigger === undefined ? options.kind : 'trigger',
    ...(options.trigger === undefined ? {} : { trigger: options.trigger }),
    ...(packages.length === 0 ? {} : { packages }),
  });
  if (!request.success) throw fault('CLI001', { what: request.error.issues[0]?.message ?? 'wrong words' });
  const reply = await client.runUpkeep(source, request.data);
  shell.printJson(reply);
  shell.print(
    `${source}: ${reply.kind} ${reply.ahead === 0 ? 'begins' : `waits for ${reply.ahead} other(s)`}`,
  );
}

async function show(shell: Shell, client: FarmClient): Promise<void> {
  const views = await client.upkeep();
  shell.printJson(views);
  if (views.length === 0) shell.print("no recipe source has 'upkeep' in packmill.yaml");
  const nowMs = systemClock.nowMs();
  for (const view of views) shell.print(...upkeepLines(view, nowMs));
}

/** How one source stands, for people. */
export function upkeepLines(view: UpkeepView, nowMs: number): readonly string[] {
  const { source, branch, commit, paused, running, problem } = view;
  const counts = Object.entries(view.packages).map(([state, count]) => `${count} ${state}`);
  const head = [
    `upkeep ${source}${branch === null ? '' : ` (${branch}${commit === null ? '' : ` at ${commit.slice(0, 7)}`})`}`,
    paused ? 'paused' : running ? `${nameOf(running)} is at work` : 'waits',
  ].join(': ');
  const due = view.next.map((one) => `${nameOf(one)} ${when(one.atMs, nowMs)}`);
  return [
    counts.length > 0 ? `${head}; packages: ${counts.join(', ')}` : head,
    ...view.last.map((one) => `  ${nameOf(one)} ${when(one.startedMs, nowMs)}: ${endOf(one)}`),
    ...(due.length > 0 ? [`  next: ${due.join(', ')}`] : []),
    ...(problem ? [`  trouble: ${problem.code} ${problem.what}`] : []),
    ...(problem?.next ? [`    next: ${problem.next}`] : []),
  ];
}

function nameOf({
  kind,
  trigger,
  packages,
}: Pick<UpkeepRun, 'kind' | 'packages'> & { readonly trigger?: string | undefined }): string {
  if (packages !== undefined) return `${kind} of ${packages.join(', ')}`;
  return trigger === undefined ? kind : `trigger ${trigger}`;
}

function when(atMs: number, nowMs: number): string {
  if (atMs > nowMs) return `in ${formatDuration(atMs - nowMs)}`;
  return `${formatDuration(nowMs - atMs)} ago`;
}

function endOf({ outcome, problem, scheduled, warnings }: UpkeepRun): string {
  const words = [
    outcome,
    ...(scheduled.length > 0 ? [`${scheduled.length} scheduled`] : []),
    ...(warnings > 0 ? [`${warnings} warnings`] : []),
    ...(problem ? [`${problem.code} ${problem.what}`] : []),
  ];
  return words.join(', ');
}
