import { Command } from 'commander';
import { addBuild } from './commands/build.ts';
import { addBuilder } from './commands/builder.ts';
import { addDoctor } from './commands/doctor.ts';
import { addDump } from './commands/dump.ts';
import { addExplain } from './commands/explain.ts';
import { addInit } from './commands/init.ts';
import { addLogs } from './commands/logs.ts';
import { addPlan } from './commands/plan.ts';
import { addQueue } from './commands/queue.ts';
import { addRepo } from './commands/repo.ts';
import { addSchedule } from './commands/schedule.ts';
import { addServe } from './commands/serve.ts';
import { addStatus } from './commands/status.ts';
import { addStore } from './commands/store.ts';
import { addToken } from './commands/token.ts';
import { addWhy } from './commands/why.ts';
import type { GlobalOptions, Shell } from './shell.ts';

const epilogue = `
A first farm:
  packmill --farm ./farm init
  packmill --farm ./farm build ./my-recipes
  packmill --farm ./farm repo verify

Exit codes: 0 done, 1 recipes or builds failed, 2 wrong usage, 3 the world failed (retry may help),
70 a fault of packmill, 130 interrupted.`;

/** The whole command line; commands report through the shell and throw problems. */
export function createProgram(shell: Shell): Command {
  const program = new Command('packmill')
    .description(
      'From recipes to signed, installable packages: plans, builds in sandboxes, stores, signs, publishes.',
    )
    .version('0.1.0')
    .option(
      '--farm <dir>',
      'folder of the farm (default: $PACKMILL_FARM, this folder if it is a farm, else ./.farm)',
    )
    .option('--json', 'results as JSON on standard output')
    .option('-q, --quiet', 'errors only')
    .option('-v, --verbose', 'say more: reasons, next steps, traces')
    .showSuggestionAfterError(true)
    .addHelpText('after', epilogue)
    .exitOverride()
    .configureOutput({
      writeOut: (text) => shell.console.out(text),
      writeErr: (text) => shell.console.err(text),
      // errors are reported as problems, when they arrive where all of them do
      outputError: () => undefined,
    })
    .hook('preAction', (_program, command) => shell.configure(command.optsWithGlobals<GlobalOptions>()));
  for (const add of [
    addInit,
    addBuild,
    addPlan,
    addStatus,
    addLogs,
    addWhy,
    addRepo,
    addStore,
    addDump,
    addServe,
    addBuilder,
    addSchedule,
    addQueue,
    addToken,
    addDoctor,
    addExplain,
  ]) {
    add(program, shell);
  }
  for (const command of program.commands) inherit(command);
  return program;
}

/** Subcommands behave like the program itself on errors. */
function inherit(command: Command): void {
  command.exitOverride().showSuggestionAfterError(true);
  for (const child of command.commands) inherit(child);
}
