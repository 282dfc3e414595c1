import type { Command } from 'commander';
import type { FarmClient } from '../../app/client/index.ts';
import { problem } from '../../diagnostics/index.ts';
import { systemClock } from '../../host/index.ts';
import { parseJobId } from '../../primitives/index.ts';
import { askFarm, type ManagerOption } from '../asked-farm.ts';
import { rangeText, whenText } from '../look-ahead.ts';
import { exitCodes, type Shell } from '../shell.ts';
import { conclude } from './schedule.ts';

interface SelectOptions extends ManagerOption {
  readonly repo?: string;
  readonly source?: string;
  readonly match?: string;
}

/** `packmill queue`, `cancel`, `retry` and `drain`: what to do about jobs and builders of a running farm. */
export function addQueue(program: Command, shell: Shell): void {
  const queue = program.command('queue').description('the queue of a running farm: show it, clear it');
  queue
    .command('show', { isDefault: true })
    .description(
      'jobs that run and wait in the order in which they are given out, when they will be done, and builders',
    )
    .option('--manager <url>', 'web address of the manager')
    .action((options: ManagerOption) => askFarm(shell, options, (client) => show(shell, client)));
  queue
    .command('clear')
    .description('cancel queued jobs; running ones and logs are left alone')
    .option('--repo <name>', 'only jobs of this target')
    .option('--source <name>', 'only jobs of this recipe source')
    .option('--match <pattern>', 'only pkgbases that fit: * any characters, ? one')
    .option('--manager <url>', 'web address of the manager')
    .action((options: SelectOptions) =>
      askFarm(shell, options, async (client) => {
        const { repo, source, match } = options;
        const ended = await client.clearQueue({
          ...(repo === undefined ? {} : { target: repo }),
          ...(source === undefined ? {} : { source }),
          ...(match === undefined ? {} : { match }),
        });
        tellJobs(shell, 'canceled', ended);
      }),
    );
  addCommands(program, shell);
}

function addCommands(program: Command, shell: Shell): void {
  program
    .command('cancel')
    .description('end jobs: queued ones at once, running ones are stopped')
    .argument('<job...>', 'pkgbases, or whole job ids target/arch/pkgbase')
    .option('--reason <text>', 'what the log says', 'canceled by hand')
    .option('--manager <url>', 'web address of the manager')
    .action((jobs: string[], options: ManagerOption & { reason: string }) =>
      askFarm(shell, options, async (client) => {
        const ended = await client.cancel({ jobs }, options.reason);
        const unknown = jobs.filter((asked) => !ended.some((id) => isMeant(asked, id)));
        shell.printJson({ jobs: ended, unknown });
        for (const job of ended) shell.print(`canceled ${job}`);
        for (const name of unknown)
          shell.complain(problem('SCH004', { what: `no open job is called '${name}'` }), true);
        // as with `schedule`: some of what was asked for is done
        if (unknown.length > 0 && ended.length > 0) shell.exitCode = exitCodes.failed;
      }),
    );
  program
    .command('retry')
    .description('schedule jobs again, at the commit they had')
    .argument('<job...>', 'pkgbases, or whole job ids')
    .option('--manager <url>', 'web address of the manager')
    .action((jobs: string[], options: ManagerOption) =>
      askFarm(shell, options, async (client) => conclude(shell, await client.retry(jobs))),
    );
  program
    .command('drain')
    .description('give a builder no new jobs; --undo lets it work again')
    .argument('<builder>', 'its BUILDER_HOSTNAME')
    .option('--undo', 'give it jobs again')
    .option('--manager <url>', 'web address of the manager')
    .action((builder: string, options: ManagerOption & { undo?: boolean }) =>
      askFarm(shell, options, async (client) => {
        await client.drain(builder, options.undo !== true);
        shell.printJson({ builder, drained: options.undo !== true });
        shell.print(
          options.undo
            ? `'${builder}' takes jobs again`
            : `'${builder}' finishes what it has and takes no new jobs`,
        );
      }),
    );
}

/** Whether a pkgbase or a whole id means this job. */
const isMeant = (asked: string, id: string): boolean => id === asked || parseJobId(id)?.name === asked;

/** Jobs that a forecast is asked for: what nobody reads is not told. */
const mostForeseen = 500;

async function show(shell: Shell, client: FarmClient): Promise<void> {
  const [stats, builders, forecast] = await Promise.all([
    client.stats(),
    client.builders(),
    client.forecast({ limit: mostForeseen }),
  ]);
  shell.printJson({ ...stats, builders, forecast });
  const nowMs = systemClock.nowMs();
  const foreseen = new Map(forecast.jobs.map((job) => [job.job, job]));
  const when = (name: string): string => {
    const job = foreseen.get(name);
    return job ? `: ${whenText(job, nowMs)}` : '';
  };
  for (const { name, node } of stats.active.packages) shell.print(`running  ${name} on ${node}${when(name)}`);
  const placeOf = ({ name }: { readonly name: string }): number => {
    const { position, end } = foreseen.get(name) ?? { position: null, end: null };
    return position ?? (end === null ? Number.MAX_SAFE_INTEGER : -1);
  };
  for (const one of stats.waiting.packages.toSorted((a, b) => placeOf(a) - placeOf(b)))
    shell.print(
      `waiting  ${one.name}${one.build_class === null ? '' : ` (class ${one.build_class})`}${when(one.name)}`,
    );
  for (const { plan, end, open } of forecast.plans)
    shell.print(
      `plan     ${plan}: ${open} open, ${end === null ? 'nobody knows when it is done' : `done ${rangeText(end, nowMs)}`}`,
    );
  for (const { name, state, slots, busy, trouble } of builders)
    shell.print(
      `builder  ${name}: ${state}, ${busy.length} of ${slots} slots${trouble === undefined ? '' : `; takes no jobs: ${trouble}`}`,
    );
}

function tellJobs(shell: Shell, what: string, jobs: readonly string[]): void {
  shell.printJson({ jobs });
  for (const job of jobs) shell.print(`${what} ${job}`);
  if (jobs.length === 0) shell.tell('no queued job fits');
}
