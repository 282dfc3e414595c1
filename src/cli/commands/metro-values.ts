import type { Command } from 'commander';
import {
  type ElementValue,
  lintProgram,
  openProgram,
  type Program,
  plainValue,
} from '../../app/metro/index.ts';
import { fault, type Problem } from '../../diagnostics/index.ts';
import { nearestWords } from '../../primitives/index.ts';
import { exitCodes, type Shell } from '../shell.ts';

/** Options that all commands take which read a file with what it collects. */
export interface ReadingOptions {
  readonly root?: readonly string[];
  readonly override?: readonly string[];
}

/** Takes an option that may be given several times. */
export const several = (value: string, before: readonly string[] = []): readonly string[] => [
  ...before,
  value,
];

/** Adds the options of `ReadingOptions`. */
export function withReading(command: Command): Command {
  return command
    .option('--root <dir>', 'read nothing outside of this folder; may be given several times', several)
    .option(
      '--override <name=value>',
      'a value that wins over every file; may be given several times',
      several,
    );
}

const checkHelp = `
Reads each FILE with what it collects and works every element out. Exit code 1 when there is a mistake.

Examples:
  packmill metro check farm.conf
  packmill metro check etc/*.conf --with target=stage3
  packmill --json metro check farm.conf | jq '.[].problems[].code'`;

const getHelp = `
Prints the value: one line, or the lines of a block. A name that ends in '?' asks whether the element is defined. Exit code 1 when
there is no such element, or when it has no value.

Examples:
  packmill metro get farm.conf path/mirror
  packmill metro get farm.conf steps/run target=stage3 > run.sh`;

const dumpHelp = `
Prints every element with its value, in the order of definition. With --json one object: the value of an element is a text, a list
of lines, or {"error": CODE}.

Examples:
  packmill metro dump farm.conf target=stage3
  packmill metro dump farm.conf --json target=stage3 | jq '."path/mirror"'`;

/** `packmill metro check`, `get` and `dump`. */
export function addMetroValues(metro: Command, shell: Shell): void {
  withReading(metro.command('check'))
    .description('whether files are right: syntax, collections, every value')
    .argument('<file...>', 'files to begin with')
    .option('--with <name=value>', 'a value for all of them; may be given several times', several)
    .addHelpText('after', checkHelp)
    .action((files: readonly string[], options: ReadingOptions & { with?: readonly string[] }) =>
      check(shell, files, options),
    );
  withReading(metro.command('get'))
    .description('the value of one element')
    .argument('<file>', 'file to begin with')
    .argument('<element>', 'its name')
    .argument('[values...]', 'name=value')
    .addHelpText('after', getHelp)
    .action((file: string, name: string, values: readonly string[], options: ReadingOptions) =>
      get(shell, { file, name, values }, options),
    );
  withReading(metro.command('dump'))
    .description('all elements and their values')
    .argument('<file>', 'file to begin with')
    .argument('[values...]', 'name=value')
    .addHelpText('after', dumpHelp)
    .action((file: string, values: readonly string[], options: ReadingOptions) => {
      const program = openFor(shell, { file, values, ...reading(options) });
      shell.printJson(dumpJson(program));
      if (!shell.json) dumpText(shell, program);
    });
}

/** The same options under the names that the use case has for them. */
export function reading(options: ReadingOptions): { roots: readonly string[]; overrides: readonly string[] } {
  return { roots: options.root ?? [], overrides: options.override ?? [] };
}

/** Opens a program and reports the problems of loading: errors make the exit code 1. */
export function openFor(shell: Shell, request: Parameters<typeof openProgram>[0]): Program {
  const program = openProgram(request);
  complainAll(shell, program.problems);
  return program;
}

/** What an element comes to. Throws MTR072 when it is not defined. */
export function elementOf(program: Program, name: string): ElementValue {
  const value = program.value(name);
  if (value) return value;
  const near = nearestWords(name, program.definitions.cells.keys());
  const next = near === undefined ? undefined : `Did you mean ${near}?`;
  throw fault('MTR072', { what: `there is no element '${name}'`, next });
}

const mostProblems = 200;

/** Reports problems, the first 200 of them; errors make the exit code 1. */
export function complainAll(shell: Shell, problems: readonly Problem[]): void {
  for (const one of problems.slice(0, mostProblems)) shell.complain(one);
  if (problems.length > mostProblems) shell.tell(`and ${problems.length - mostProblems} more problems`);
  if (problems.some(({ severity }) => severity === 'error')) shell.exitCode = exitCodes.failed;
}

function check(
  shell: Shell,
  files: readonly string[],
  options: ReadingOptions & { with?: readonly string[] },
): void {
  const reports = files.map((file) => {
    const program = openProgram({ file, values: options.with ?? [], ...reading(options) });
    const warnings = lintProgram(program).map((trouble) => program.problemOf(trouble));
    const problems = [...program.problems, ...program.check(), ...warnings];
    complainAll(shell, problems);
    return { file, elements: program.names().length, files: program.files.size, problems };
  });
  shell.printJson(reports);
  for (const { file, elements, files: count, problems } of reports) {
    const errors = problems.filter(({ severity }) => severity === 'error').length;
    const warnings = problems.length - errors;
    shell.print(`${file}: ${elements} elements in ${count} files, ${errors} errors, ${warnings} warnings`);
  }
}

function get(
  shell: Shell,
  { file, name, values }: { file: string; name: string; values: readonly string[] },
  options: ReadingOptions,
): void {
  const program = openFor(shell, { file, values, query: true, ...reading(options) });
  const value = elementOf(program, name);
  shell.printJson(plainValue(value));
  if (value.kind === 'error') complainAll(shell, value.problems);
  else if (value.kind === 'single') shell.print(value.text);
  else if (value.lines.length > 0) shell.print(...value.lines.map(({ text }) => text));
}

function dumpJson(program: Program): Readonly<Record<string, unknown>> {
  const values: Record<string, unknown> = Object.create(null);
  for (const name of program.names()) {
    const value = program.value(name);
    if (value) values[name] = plainValue(value);
  }
  return values;
}

function dumpText(shell: Shell, program: Program): void {
  for (const name of program.names()) {
    const value = program.value(name);
    if (value) shell.print(...dumpedLines(value));
  }
}

/** An element as a file of the language would have it; what has no value is a comment. */
function dumpedLines(value: ElementValue): readonly string[] {
  switch (value.kind) {
    case 'error':
      return [`# ${value.name}: ${value.word}`];
    case 'single':
      return [value.zapped ? `${value.name}: # zapped` : `${value.name}:${value.text && ` ${value.text}`}`];
    case 'block':
      return [`${value.name}: [`, ...value.lines.map(({ text }) => text), ']'];
  }
}
