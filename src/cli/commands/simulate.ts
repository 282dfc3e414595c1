import { type Command, InvalidArgumentError, Option } from 'commander';
import { policies, type SimulateQuery, type SimulationReply } from '../../api/index.ts';
import { systemClock } from '../../host/index.ts';
import { formatDuration } from '../../primitives/index.ts';
import type { ManagerOption } from '../asked-farm.ts';
import { looking } from '../look-ahead.ts';
import { parseCount } from '../parse-count.ts';
import type { Shell } from '../shell.ts';

interface SimulateOptions extends ManagerOption {
  readonly history?: number;
  readonly builders?: string;
  readonly policy?: SimulateQuery['policy'];
}

const help = `
Jobs take as long as they did before; nothing is changed.

Examples:
  packmill simulate                         # what is open now, on the builders that are at work
  packmill simulate 182 --builders +8@2     # a plan with one builder more: eight slots, class 2
  packmill simulate --history 7d --policy fifo`;

/** `packmill simulate [PLAN]`: what would be with other builders or another order. */
export function addSimulate(program: Command, shell: Shell): void {
  program
    .command('simulate')
    .description(
      'run a plan, history or what is open forward in virtual time: how long, and with other builders or orders?',
    )
    .argument('[plan]', 'number of a plan; without it what is open now', parseCount)
    .option('--history <since>', 'all plans since a time: 24h, 7d, or a date such as 2026-11-20', parseSince)
    .option(
      '--builders <list>',
      'builders as SLOTS, COUNTxSLOTS@CLASS or NAME:SLOTS@CLASS+LABEL/ARCH*SPEED, with commas; +4 adds to those there, -NAME takes one away',
    )
    .addOption(new Option('--policy <name>', 'only this order of dispatch').choices([...policies]))
    .option('--manager <url>', 'web address of the manager')
    .addHelpText('after', help)
    .action(async (plan: number | undefined, options: SimulateOptions) => {
      const { history: since, builders, policy } = options;
      await looking(shell, options, async (look) => {
        const reply = await look.simulate({
          ...(plan === undefined ? {} : { plan }),
          ...(since === undefined || plan !== undefined ? {} : { since }),
          ...(builders === undefined ? {} : { builders }),
          ...(policy === undefined ? {} : { policy }),
        });
        shell.printJson(reply);
        shell.print(...linesOf(reply));
      });
    });
}

const percent = (share: number): string => `${(share * 100).toFixed(0)} %`;

function linesOf(reply: SimulationReply): readonly string[] {
  const { bound, builders, stuck } = reply;
  const slots = builders.reduce((sum, one) => sum + one.slots, 0);
  const guess =
    reply.withoutHistory === 0 ? '' : `; of ${reply.withoutHistory} nobody knows how long they take`;
  return [
    `${reply.what}: ${reply.ran} of ${reply.jobs} jobs run on ${builders.length} builders with ${slots} slots${guess}`,
    `no order is faster than ${formatDuration(bound.boundMs)}: longest chain ${formatDuration(bound.pathMs)}, work over builders ${formatDuration(bound.workMs)}`,
    ...(reply.recordedMs === null ? [] : [`it really took ${formatDuration(reply.recordedMs)}`]),
    'order            makespan   of the bound  waiting (mean, 9 of 10)  slots in use',
    ...reply.policies.map((one) =>
      [
        one.policy.padEnd(16),
        formatDuration(one.makespanMs).padEnd(10),
        (one.ratio === null ? '-' : one.ratio.toFixed(3)).padEnd(13),
        `${formatDuration(one.waiting.meanMs)}, ${formatDuration(one.waiting.p90Ms)}`.padEnd(24),
        percent(one.utilisation),
      ].join(' '),
    ),
    ...(builders.length > 1 && builders.length <= 40
      ? builders.map(({ name, utilisation }) => `builder ${name}: ${percent(utilisation)} in use`)
      : []),
    ...(stuck.length === 0
      ? []
      : [
          `${stuck.length} jobs no such builder may take, or what they wait for: ${stuck.slice(0, 8).join(', ')}`,
        ]),
  ];
}

const units: Readonly<Record<string, number>> = { m: 60_000, h: 3_600_000, d: 86_400_000, w: 604_800_000 };

/** A time in ms since the epoch: so long ago, or a date. */
function parseSince(text: string): number {
  const [, count, unit = ''] = /^(\d{1,6})([mhdw])$/.exec(text) ?? [];
  if (count !== undefined) return systemClock.nowMs() - Number(count) * (units[unit] ?? 0);
  const at = Date.parse(text);
  if (Number.isNaN(at))
    throw new InvalidArgumentError("expected a span such as '24h' or '7d', or a date such as 2026-11-20");
  return at;
}
