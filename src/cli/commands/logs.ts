import type { Command } from 'commander';
import { followJobLog, isFarm, openFarm } from '../../app/index.ts';
import { onInterrupt } from '../../host/index.ts';
import { exitCodes, type Shell } from '../shell.ts';

interface LogOptions {
  readonly follow?: boolean;
  readonly attempt?: string;
  readonly list?: boolean;
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
    .action(async (name: string, options: LogOptions) => {
      const farm = await openFarm(shell.farmFolder(isFarm), 'read');
      const abort = new AbortController();
      const stopListening = onInterrupt(() => abort.abort());
      try {
        const log = await followJobLog(farm, {
          name,
          attempt: options.attempt,
          follow: options.follow === true,
          signal: AbortSignal.any([abort.signal, shell.console.outGone]),
        });
        if (options.list) {
          shell.printJson(log.attempts);
          return shell.print(...log.attempts.map((one) => `attempt ${one.id}  ${one.text}  ${one.path}`));
        }
        const decoder = new TextDecoder();
        for await (const piece of log.pieces) shell.console.out(decoder.decode(piece, { stream: true }));
        shell.console.out(decoder.decode());
        if (abort.signal.aborted) shell.exitCode = exitCodes.interrupted;
      } finally {
        stopListening();
        await farm.close();
      }
    });
}
