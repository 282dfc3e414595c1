import { type Command, Option } from 'commander';
import { followJobLog, followRemoteLog, isFarm, managerUrl, openFarm } from '../../app/index.ts';
import { interruptible } from '../../host/index.ts';
import { exitCodes, type Shell } from '../shell.ts';

interface LogOptions {
  readonly follow?: boolean;
  readonly attempt?: string;
  readonly list?: boolean;
  readonly manager?: string;
}

/** `packmill logs NAME [-f]`: the newest log of a job, or an earlier one; -f as it grows. */
export function addLogs(program: Command, shell: Shell): void {
  program
    .command('logs')
    .description("print a job's newest log; -f follows it while it grows")
    .argument('<name>', 'a recipe, or a whole job id target/arch/name')
    .option('-f, --follow', 'go on until the attempt is over')
    .option('--attempt <id>', 'an earlier attempt')
    .option('--list', 'list the attempts that have logs')
    .addOption(
      new Option(
        '--manager <url>',
        'the newest log of a manager elsewhere, by its web address (default: PACKMILL_MANAGER)',
      ).conflicts(['attempt', 'list']),
    )
    .action(async (name: string, options: LogOptions) => {
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
