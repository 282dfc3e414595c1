import { Command } from 'commander';
import type { GlobalOptions, Shell } from './shell.ts';

const epilogue = `
A first farm:
  packmill --farm ./farm init
  packmill --farm ./farm build ./my-recipes
  packmill --farm ./farm repo verify

Exit codes: 0 done, 1 recipes or builds failed, 2 wrong usage, 3 the world failed (retry may help),
70 a fault of packmill, 130 interrupted.`;

type Add = (program: Command, shell: Shell, words: readonly string[]) => void | Promise<void>;

/** Where each command comes from, in the order of the help. */
const commands: Readonly<Record<string, () => Promise<Add>>> = {
  init: async () => (await import('./commands/init.ts')).addInit,
  build: async () => (await import('./commands/build.ts')).addBuild,
  plan: async () => (await import('./commands/plan.ts')).addPlan,
  status: async () => (await import('./commands/status.ts')).addStatus,
  logs: async () => (await import('./commands/logs.ts')).addLogs,
  audit: async () => (await import('./commands/audit.ts')).addAudit,
  why: async () => (await import('./commands/why.ts')).addWhy,
  simulate: async () => (await import('./commands/simulate.ts')).addSimulate,
  abi: async () => (await import('./commands/abi.ts')).addAbi,
  rebuild: async () => (await import('./commands/rebuild.ts')).addRebuild,
  provenance: async () => (await import('./commands/provenance.ts')).addProvenance,
  'verify-build': async () => (await import('./commands/verify-build.ts')).addVerifyBuild,
  repo: async () => (await import('./commands/repo.ts')).addRepo,
  store: async () => (await import('./commands/store.ts')).addStore,
  blos: async () => (await import('./commands/blos.ts')).addBlos,
  dynamic: async () => (await import('./commands/dynamic.ts')).addDynamic,
  cdn: async () => (await import('./commands/cdn.ts')).addCdn,
  dump: async () => (await import('./commands/dump.ts')).addDump,
  up: loadServe,
  manager: loadServe,
  database: loadServe,
  web: loadServe,
  builder: async () => (await import('./commands/builder.ts')).addBuilder,
  schedule: loadSchedule,
  'auto-repo-remove': loadSchedule,
  queue: loadQueue,
  cancel: loadQueue,
  retry: loadQueue,
  drain: loadQueue,
  upkeep: async () => (await import('./commands/upkeep.ts')).addUpkeep,
  ci: async () => (await import('./commands/ci.ts')).addCi,
  import: async () => (await import('./commands/import.ts')).addImport,
  doit: async () => (await import('./commands/doit.ts')).addDoit,
  autogen: async () => (await import('./commands/autogen.ts')).addAutogen,
  tree: async () => (await import('./commands/tree.ts')).addTree,
  'merge-kits': async () => (await import('./commands/tree.ts')).addMergeKits,
  ebin: async () => (await import('./commands/ebin.ts')).addEbin,
  metro: async () => (await import('./commands/metro.ts')).addMetro,
  stage: async () => (await import('./commands/stage.ts')).addStage,
  py: async () => (await import('./commands/py.ts')).addPy,
  demo: async () => (await import('./commands/demo.ts')).addDemo,
  token: async () => (await import('./commands/token.ts')).addToken,
  doctor: async () => (await import('./commands/doctor.ts')).addDoctor,
  explain: async () => (await import('./commands/explain.ts')).addExplain,
};

async function loadServe(): Promise<Add> {
  return (await import('./commands/serve.ts')).addServe;
}

async function loadSchedule(): Promise<Add> {
  return (await import('./commands/schedule.ts')).addSchedule;
}

async function loadQueue(): Promise<Add> {
  return (await import('./commands/queue.ts')).addQueue;
}

/**
 * The command line for some words: with the one command that they begin with, so that nothing else is loaded, or with
 * all of them for help and for what is no command. Commands report through the shell and throw problems.
 */
export async function createProgram(shell: Shell, argv: readonly string[]): Promise<Command> {
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
    .configureHelp({ showGlobalOptions: true })
    .addHelpText('after', epilogue)
    .exitOverride()
    .configureOutput({
      writeOut: (text) => shell.console.out(text),
      writeErr: (text) => shell.console.err(text),
      // errors are reported as problems, when they arrive where all of them do
      outputError: () => undefined,
    })
    .hook('preAction', (_program, command) => shell.configure(command.optsWithGlobals<GlobalOptions>()));
  const words = operands(argv);
  for (const load of await wanted(words, argv)) await load(program, shell, words.slice(1));
  for (const command of program.commands) inherit(command);
  return program;
}

async function wanted(words: readonly string[], argv: readonly string[]): Promise<ReadonlySet<Add>> {
  const [name] = words;
  const one = name === undefined ? undefined : Object.entries(commands).find(([known]) => known === name);
  if (one) return new Set([await one[1]()]);
  if (name === undefined && (argv.includes('--version') || argv.includes('-V'))) return new Set();
  return new Set(await Promise.all(Object.values(commands).map((load) => load())));
}

/** The words of a command line that are no options of the program, nor their values, from the command's name on. */
function operands(argv: readonly string[]): readonly string[] {
  for (let at = 0; at < argv.length; at += 1) {
    const word = argv[at] as string;
    if (word === '--farm') at += 1;
    else if (!word.startsWith('-')) return argv.slice(at);
  }
  return [];
}

/** Subcommands behave like the program itself on errors. */
function inherit(command: Command): void {
  command.exitOverride().showSuggestionAfterError(true).configureHelp({ showGlobalOptions: true });
  for (const child of command.commands) inherit(child);
}
