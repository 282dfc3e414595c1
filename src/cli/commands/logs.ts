import { type Command, Option } from 'commander';
import { followJobLog, followRemoteLog, isFarm, managerUrl, openFarm } from '../../app/index.ts';
import { fault } from '../../diagnostics/index.ts';
import { interruptible } from '../../host/index.ts';
import { parseCount } from '../parse-count.ts';
import { parseSpan } from '../parse-span.ts';
import { exitCodes, type Shell } from '../shell.ts';
import { explainOne, listFailures, type ManySearchOptions, searchMany, searchOne } from './logs-search.ts';

interface LogOptions {
  readonly follow?: boolean;
  readonly attempt?: string;
  readonly list?: boolean;
  readonly manager?: string;
  readonly search?: string;
  readonly regex?: boolean;
  readonly case?: boolean;
  readonly firstError?: boolean;
  readonly class?: boolean;
}

/**
 * `packmill logs NAME [-f]`: the newest log of a job, or an earlier one; -f as it grows. `logs failures` and `logs search`
 * are about all logs; a package with such a name is asked for by its whole id.
 */
export function addLogs(program: Command, shell: Shell): void {
  const logs = program
    .command('logs')
    .description("print a job's newest log; -f follows it while it grows")
    .argument('[name]', 'a recipe, or a whole job id target/arch/name')
    .option('-f, --follow', 'go on until the attempt is over')
    .option('--attempt <id>', 'an earlier attempt')
    .option('--list', 'list the attempts that have logs')
    .option('--search <text>', 'only lines that have a text, with their numbers')
    .option('--regex', 'the text is a regular expression')
    .option('--case', 'capital and small letters differ')
    .option('--first-error', 'the first line that says why the newest attempt failed')
    .option('--class', 'why the newest attempt failed: the kind of failure and the lines that show it')
    .addOption(
      new Option(
        '--manager <url>',
        'the newest log of a manager elsewhere, by its web address (default: PACKMILL_MANAGER)',
      ).conflicts(['attempt', 'list', 'search', 'firstError', 'class']),
    )
    .action(async (name: string | undefined, options: LogOptions) => {
      if (name === undefined) throw fault('CLI001', { what: "missing required argument 'name'" });
      if (options.search !== undefined) await searchOne(shell, name, options.search, options);
      else if (options.firstError || options.class)
        await explainOne(shell, name, options.class ? 'class' : 'first-error');
      else await printOne(shell, name, options);
    });
  addFailures(logs, shell);
  addSearch(logs, shell);
}

/** A span of time that may be of days. */
const parseAge = (text: string): number =>
  /^\d{1,4}d$/.test(text) ? Number.parseInt(text, 10) * 86_400_000 : parseSpan(text);

function addFailures(logs: Command, shell: Shell): void {
  logs
    .command('failures')
    .description('why builds failed, those that failed alike together')
    .option('--since <span>', 'of the last 90s, 10m, 2h or 7d only', parseAge)
    .option('--of <class>', 'of one class only, such as network (see docs/failure-classes.md)')
    .option('--limit <count>', 'groups to show', parseCount, 50)
    .action(async (options: { since?: number; of?: string; limit: number }) => {
      const { since, of, limit } = options;
      await listFailures(shell, {
        limit,
        ...(since === undefined ? {} : { since }),
        ...(of === undefined ? {} : { class: of }),
      });
    });
}

function addSearch(logs: Command, shell: Shell): void {
  logs
    .command('search')
    .description('look for a text in the logs of all attempts, the newest first')
    .argument('<text>', 'what to look for')
    .option('--regex', 'the text is a regular expression')
    .option('--case', 'capital and small letters differ')
    .option('--name <name>', 'of one package or job only')
    .option('--failed', 'of attempts that failed only')
    .option('--since <span>', 'of attempts that began in the last 90s, 10m, 2h or 7d', parseAge)
    .option('--limit <count>', 'attempts to show', parseCount, 20)
    .action((text: string, options: ManySearchOptions) => searchMany(shell, text, options));
}

async function printOne(shell: Shell, name: string, options: LogOptions): Promise<void> {
  await interruptible(async (interrupted) => {
    const signal = AbortSignal.any([interrupted, shell.console.outGone]);
    try {
      const url = managerOf(options);
      if (url === undefined) await printOwn(shell, name, options, signal);
      else {
        const follow = options.follow === true;
        await print(shell, await followRemoteLog({ url, name, follow, signal }));
      }
    } catch (error) {
      if (!signal.aborted) throw error;
    }
    if (interrupted.aborted) shell.exitCode = exitCodes.interrupted;
  });
}

/** Earlier attempts are known to the farm's own folder alone, so asking for one means that folder. */
function managerOf(options: LogOptions): string | undefined {
  const isEarlier = options.list === true || options.attempt !== undefined;
  return isEarlier ? undefined : managerUrl(options.manager);
}

async function printOwn(shell: Shell, name: string, options: LogOptions, signal: AbortSignal): Promise<void> {
  const farm = await openFarm(shell.farmFolder(isFarm), 'read');
  try {
    const { attempt } = options;
    const log = await followJobLog(farm, { name, attempt, follow: options.follow === true, signal });
    if (options.list) {
      shell.printJson(log.attempts);
      shell.print(...log.attempts.map((one) => `attempt ${one.id}  ${one.text}  ${one.path}`));
    } else await print(shell, log.pieces);
  } finally {
    await farm.close();
  }
}

async function print(shell: Shell, pieces: AsyncIterable<Uint8Array>): Promise<void> {
  const decoder = new TextDecoder();
  for await (const piece of pieces) shell.console.out(decoder.decode(piece, { stream: true }));
  shell.console.out(decoder.decode());
}
