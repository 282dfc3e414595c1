import type { Command } from 'commander';
import { isFarm } from '../../app/index.ts';
import { openProgram, type Program, plainValue } from '../../app/metro/index.ts';
import { openStages, type RunEnd, runRequest, runTargets } from '../../app/stages/index.ts';
import { fault, isFault, type Problem, ProblemError } from '../../diagnostics/index.ts';
import { entryFacts, interruptible, machine } from '../../host/index.ts';
import { exitCodes, type Shell } from '../shell.ts';
import { elementOf } from './metro-values.ts';
import { conclude, showStageEvent } from './stage-display.ts';

const help = `
Runs builds as they are known from Metro: the files begin with ~/.metro, and values are words in pairs, 'key: value'. 'packmill stage'
does the same with a file that you name.

Exit codes: 0 done, 1 a build failed, 2 wrong usage, 3 a mistake in files or control files, 4 somebody else holds the lock,
130 interrupted. With --compat only 0 and 1.

Examples:
  packmill metro run -k path/mirror
  packmill metro run multi: yes multi/mode: full target/build: tiny-current target/arch_desc: x86-64bit \\
    target/subarch: generic_64 target/version: 2026-01-31`;

/** Exit codes of `metro run` (8.2). */
const runCodes = { failed: 1, usage: 2, data: 3, locked: 4 } as const;

interface RunWords {
  readonly debug?: boolean;
  readonly verbose?: boolean;
  readonly debugFlexdata?: boolean;
  readonly key?: string;
  readonly compat?: boolean;
  readonly config?: string;
  readonly show?: boolean;
}

/** `packmill metro run`: the command that builds are run with (section 8). */
export function addMetroRun(metro: Command, shell: Shell): void {
  metro
    .enablePositionalOptions()
    .command('run')
    // a value may begin with a dash: options come before the first key
    .passThroughOptions()
    .description("run builds: 'key: value' words, and the file ~/.metro")
    .argument('[words...]', "'key:' and 'value', in pairs")
    .option('-d, --debug', 'name each file that is read')
    .option('-f, --debug-flexdata', 'print all elements before each target')
    .option('-k, --key <name>', 'print a value and end')
    .option('-x, --xfiles', 'accepted, without effect')
    .option('-l, --libdir <dir>', 'accepted, without effect')
    .option('--config <file>', 'a file in place of ~/.metro')
    .option('--compat', 'exit codes 0 and 1 only')
    .option('--show', 'print what steps print')
    .addHelpText('after', help)
    .action(async (words: readonly string[], options: RunWords, command: Command) => {
      try {
        await act(shell, { words, options, usage: () => command.helpInformation() });
      } catch (error) {
        if (!isFault(error)) throw error;
        shell.complain(error.problem);
        shell.exitCode = codeOf(error.problem);
      }
      if (options.compat && shell.exitCode !== exitCodes.done) shell.exitCode = runCodes.failed;
    });
}

function codeOf({ code, blame }: Problem): number {
  if (code === 'MST013') return runCodes.locked;
  if (code === 'MTR071') return runCodes.usage;
  if (/^MTR|^MST00/.test(code)) return runCodes.data;
  return blame === 'usage' ? runCodes.usage : runCodes.failed;
}

interface Call {
  readonly words: readonly string[];
  readonly options: RunWords;
  readonly usage: () => string;
}

/** Pairs of words; a key without a colon, or without a value, is no usage of this command (Q31). */
function pairsOf(words: readonly string[]): readonly string[] {
  return words.map((word, index) => {
    const isKey = index % 2 === 0;
    if (isKey && (!word.endsWith(':') || word === ':'))
      throw fault('MTR071', { what: `'${word}' is no key: it does not end in a colon` });
    if (isKey && words[index + 1] === undefined) throw fault('MTR071', { what: `'${word}' has no value` });
    return word;
  });
}

async function act(shell: Shell, { words, options, usage }: Call): Promise<void> {
  if (words.length === 0 && options.key === undefined) {
    shell.console.out(usage());
    shell.exitCode = runCodes.usage;
    return;
  }
  const values = pairsOf(words);
  const file = options.config ?? `${machine.variable('HOME') ?? ''}/.metro`;
  if (entryFacts(machine.absolute(file)) === undefined) {
    const next = 'Make it: it collects the files of your builds and says where the mirror is.';
    throw fault('MTR041', { what: `'${file}' does not exist`, next });
  }
  if (shell.verbose) shell.tell(`configuration: ${file}`);
  const own = [...values, `path/config=${machine.absolute(file).replace(/\/[^/]*$/, '')}`];
  const query = openProgram({ file, values: own, query: true });
  if (options.key !== undefined) {
    printKey(shell, query, options.key);
    return;
  }
  await interruptible((signal) =>
    run(shell, { file, values: [...own, ...makeOptions(query)], options, signal }),
  );
}

/** How much is made at once has to be said; `auto` is one more than there are processors (8.1). */
function makeOptions(program: Program): readonly string[] {
  const value = elementOf(program, 'portage/MAKEOPTS');
  const isAuto = value.kind === 'single' && value.text.trim() === 'auto';
  return isAuto ? [`portage/MAKEOPTS=-j${machine.processors() + 1}`] : [];
}

function printKey(shell: Shell, program: Program, name: string): void {
  const value = elementOf(program, name);
  if (value.kind === 'error') throw new ProblemError(value.problems[0] as Problem);
  shell.printJson(plainValue(value));
  if (value.kind === 'single') shell.print(value.text);
  else shell.print(...value.lines.map(({ text }) => text));
}

async function run(
  shell: Shell,
  {
    file,
    values,
    options,
    signal,
  }: { file: string; values: readonly string[]; options: RunWords; signal: AbortSignal },
): Promise<void> {
  const request = runRequest({ file, values, overrides: [], target: undefined, replace: false });
  const open = (target: string | undefined): Program => {
    const program = request.open(target);
    if (target === undefined) return program;
    if (options.debug) for (const name of program.files.keys()) shell.tell(`collected ${name}`);
    if (options.debugFlexdata) shell.print(...elementLines(program));
    return program;
  };
  const tmp = request.open(undefined).value('path/tmp');
  const folder =
    shell.namedFarm() ??
    (tmp?.kind === 'single' && tmp.text !== '' ? `${tmp.text}/packmill` : shell.farmFolder(isFarm));
  const hands = openStages(folder, { onEvent: (event) => showStageEvent(shell, event, options), signal });
  const end: RunEnd = await runTargets(hands, { ...request, open });
  conclude(shell, end);
  if (end.end === 'locked') shell.exitCode = runCodes.locked;
  else if (end.end === 'failed') shell.exitCode = end.problem ? codeOf(end.problem) : runCodes.failed;
}

function elementLines(program: Program): readonly string[] {
  return [...program.names()].sort().map((name) => {
    const value = program.value(name);
    if (value?.kind === 'single') return `${name}: ${value.text}`;
    return value?.kind === 'block' ? `${name}: [...]` : `${name}: (cannot be worked out)`;
  });
}
