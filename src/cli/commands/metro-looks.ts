import type { Command } from 'commander';
import { Option } from 'commander';
import {
  type ComparedValue,
  comparePrograms,
  type ElementDifference,
  explain,
  type GraphSubject,
  graphData,
  graphDot,
  graphLines,
  renderExplanation,
} from '../../app/metro/index.ts';
import { exitCodes, type Shell } from '../shell.ts';
import { elementOf, openFor, type ReadingOptions, reading, several, withReading } from './metro-values.ts';

const explainHelp = `
Prints where the element is defined, which annotations led to its file, and the same for everything that its value is made of.

Example:
  packmill metro explain farm.conf path/mirror/target target=stage3`;

const graphHelp = `
Examples:
  packmill metro graph farm.conf target=stage3 --of files
  packmill metro graph farm.conf --of elements --dot | dot -Tsvg > elements.svg
  packmill --json metro graph farm.conf`;

const diffHelp = `
Compares what elements come to, not how they are written. VALUES count for both files; --left and --right for one of them. Exit
code 1 when something differs.

Examples:
  packmill metro diff old/farm.conf farm.conf target=stage3
  packmill metro diff farm.conf farm.conf --left target=stage1 --right target=stage3`;

interface DiffOptions extends ReadingOptions {
  readonly left?: readonly string[];
  readonly right?: readonly string[];
}

/** `packmill metro explain`, `graph` and `diff`. */
export function addMetroLooks(metro: Command, shell: Shell): void {
  withReading(metro.command('explain'))
    .description('where an element and all that it is made of come from')
    .argument('<file>', 'file to begin with')
    .argument('<element>', 'its name')
    .argument('[values...]', 'name=value')
    .addHelpText('after', explainHelp)
    .action((file: string, name: string, values: readonly string[], options: ReadingOptions) => {
      const program = openFor(shell, { file, values, query: true, ...reading(options) });
      elementOf(program, name);
      const explanation = explain(program, name);
      shell.printJson(explanation);
      shell.print(...renderExplanation(explanation));
    });
  withReading(metro.command('graph'))
    .description('which file collects which, which element refers to which')
    .argument('<file>', 'file to begin with')
    .argument('[values...]', 'name=value')
    .addOption(new Option('--of <what>', 'what to show').choices(['files', 'elements']).default('files'))
    .option('--dot', 'in the dot language')
    .addHelpText('after', graphHelp)
    .action(
      (
        file: string,
        values: readonly string[],
        options: ReadingOptions & { of: GraphSubject; dot?: boolean },
      ) => {
        const program = openFor(shell, { file, values, query: true, ...reading(options) });
        shell.printJson(graphData(program));
        if (options.dot) shell.print(graphDot(program, options.of).trimEnd());
        else shell.print(...graphLines(program, options.of));
      },
    );
  withReading(metro.command('diff'))
    .description('elements that two files do not have alike')
    .argument('<a>', 'file to begin with')
    .argument('<b>', 'another one')
    .argument('[values...]', 'name=value')
    .option('--left <name=value>', 'a value for the first file', several)
    .option('--right <name=value>', 'a value for the second', several)
    .addHelpText('after', diffHelp)
    .action((a: string, b: string, values: readonly string[], options: DiffOptions) =>
      compare(shell, { a, b, values }, options),
    );
}

function compare(
  shell: Shell,
  { a, b, values }: { a: string; b: string; values: readonly string[] },
  options: DiffOptions,
): void {
  const open = (file: string, more: readonly string[] = []) =>
    openFor(shell, { file, values: [...values, ...more], ...reading(options) });
  const differences = comparePrograms(open(a, options.left), open(b, options.right));
  shell.printJson(differences);
  if (differences.length > 0) shell.print(...differences.flatMap(differenceLines));
  if (differences.length > 0) shell.exitCode = exitCodes.failed;
}

function differenceLines({ name, before, after }: ElementDifference): readonly string[] {
  return [
    name,
    ...valueLines(before).map((line) => `  - ${line}`),
    ...valueLines(after).map((line) => `  + ${line}`),
  ];
}

function valueLines(side: ComparedValue | undefined): readonly string[] {
  if (!side) return [];
  const { value } = side;
  if (typeof value === 'string') return [value];
  return 'error' in value ? [`has no value: ${value.error}`] : value;
}
