import type { Command } from 'commander';
import type { EbinList, EbinMatrix } from '../../api/index.ts';
import { lookAtEbins } from '../../app/ebins/index.ts';
import { problem } from '../../diagnostics/index.ts';
import { formatBytes } from '../../primitives/index.ts';
import type { Shell } from '../shell.ts';
import { placeOf, wordsOf } from './ebin-options.ts';

const help = `
Without an atom: all ebins with what is built, missing and shared. With one: its USE matrix. A line stands for all combinations
that look like it: + is on, - is off, . does not matter; numbers tell which object of a class it is.

Examples:
  packmill ebin matrix ./ebins
  packmill ebin matrix ./ebins app-misc/demo
  packmill ebin matrix ./ebins app-misc/demo-1.0 --use "alpha -doc"     # only combinations with these
  packmill --json ebin matrix ./ebins app-misc/demo | jq '.[].missing'`;

interface MatrixWords {
  readonly use?: string;
}

/** `packmill ebin matrix`. */
export function addMatrix(command: Command, shell: Shell): void {
  command
    .description('what is built, shared and missing')
    .argument('<repo>', 'folder of the repository')
    .argument('[atom]', 'category/name or category/name-version')
    .option('--use <flags>', 'flags that are decided: flag or -flag')
    .addHelpText('after', help)
    .action(async (repo: string, atom: string | undefined, words: MatrixWords) => {
      const wish = wordsOf(words.use ?? '');
      const { list, matrices } = await lookAtEbins(placeOf(repo), atom, wish);
      shell.printJson(atom === undefined ? list : matrices);
      complainOfFlags(shell, matrices, wish);
      if (atom === undefined) printList(shell, list);
      for (const [index, matrix] of matrices.entries()) {
        if (index > 0) shell.print('');
        printMatrix(shell, matrix);
      }
    });
}

/** Tells flags of the question that nothing of what is shown has. */
function complainOfFlags(shell: Shell, matrices: readonly EbinMatrix[], wish: readonly string[]): void {
  const known = new Set(
    matrices.flatMap(({ flags, pinned, dropped, parts }) => [
      ...[...flags, ...pinned].map(({ flag }) => flag),
      ...dropped,
      ...parts.flatMap(({ flag }) => flag ?? []),
    ]),
  );
  const named = matrices.length === 0 ? [] : wish.map((word) => word.replace(/^[-!+]/, ''));
  for (const flag of new Set(named))
    if (!known.has(flag)) shell.complain(problem('EBN088', { what: `no ebin has the flag '${flag}'` }));
}

type Cells = readonly string[];

/** Lines with columns as wide as they need to be; those that `right` names are set to the right. */
function table(head: Cells, rows: readonly Cells[], right: readonly string[] = []): string[] {
  const widths = head.map((title, column) =>
    Math.max(title.length, ...rows.map((row) => (row[column] ?? '').length)),
  );
  const line = (cells: Cells): string =>
    cells
      .map((cell, column) => {
        const width = widths[column] ?? 0;
        return right.includes(head[column] ?? '') ? cell.padStart(width) : cell.padEnd(width);
      })
      .join('  ')
      .trimEnd();
  return [line(head), ...rows.map(line)];
}

const day = (ms: number | null | undefined): string =>
  ms === null || ms === undefined ? '' : new Date(ms).toISOString().slice(0, 10);

function printList(shell: Shell, { ebins, refused, keptBytes }: EbinList): void {
  const rows = ebins.map((one) => [
    one.cpv,
    String(one.built),
    String(one.missing ?? 'many'),
    String(one.objects),
    formatBytes(one.keptBytes),
    formatBytes(one.savedBytes),
    day(one.newestMs),
    one.problems === 0 ? '' : String(one.problems),
  ]);
  const head = ['ebin', 'built', 'missing', 'objects', 'size', 'saved', 'newest', 'problems'];
  shell.print(...table(head, rows, ['built', 'missing', 'objects', 'size', 'saved']));
  shell.print(`${ebins.length} ebins, ${formatBytes(keptBytes)} of objects`);
  for (const { cpv, problems } of refused)
    shell.print(`${cpv}: refused: ${problems.map(({ code, message }) => `${code} ${message}`).join('; ')}`);
}

const sign = (flag: string, { on, off }: { readonly on: Cells; readonly off: Cells }): string =>
  on.includes(flag) ? '+' : off.includes(flag) ? '-' : '.';

/** Flags that some line says something of. */
function shownFlags({ flags, contents, missing }: EbinMatrix): string[] {
  const lines = [...contents.flatMap(({ patterns }) => patterns), ...missing];
  return flags.map(({ flag }) => flag).filter((flag) => lines.some((line) => sign(flag, line) !== '.'));
}

function buildsOf({ builds, combinations }: EbinMatrix['contents'][number]): string {
  const known = builds.filter(({ path }) => path !== undefined);
  const [first] = known;
  if (!first) return '';
  if (combinations > 1) return `${known.length} builds`;
  return `build ${first.buildId ?? '-'}, ${day(first.builtMs)}`;
}

function printMatrix(shell: Shell, matrix: EbinMatrix): void {
  const { cpv, counts, keptBytes, savedBytes, contents, missing, parts } = matrix;
  const many = (number: number | null): string => (number === null ? 'very many' : String(number));
  shell.print(
    `${cpv}: ${counts.built} built, ${many(counts.missing)} missing, ${many(counts.forbidden)} not allowed; ` +
      `${formatBytes(keptBytes)} kept, ${formatBytes(savedBytes)} saved by sharing`,
    ...remarks(matrix),
  );
  const flags = shownFlags(matrix);
  const head = ['', 'combinations', ...flags, ...parts.map(({ part }) => part), 'builds'];
  const built = contents.flatMap((content) =>
    content.patterns.map((pattern, index) => [
      'built',
      String(pattern.combinations),
      ...flags.map((flag) => sign(flag, pattern)),
      ...parts.map(({ part }) => objectOf(content, part)),
      index === 0 ? buildsOf(content) : '',
    ]),
  );
  const absent = missing.map((pattern) => [
    'missing',
    String(pattern.combinations),
    ...flags.map((flag) => sign(flag, pattern)),
  ]);
  shell.print(...table(head, [...built, ...absent], ['combinations']));
  const left = contents.reduce((sum, { patternsLeft }) => sum + patternsLeft, 0);
  const more = left + matrix.contentsLeft + matrix.missingLeft;
  if (more > 0) shell.print(`${more} more lines: decide flags with --use to see them`);
  printParts(shell, matrix);
}

function objectOf({ objects }: EbinMatrix['contents'][number], part: string): string {
  const found = objects.find((one) => one.part === part);
  if (!found) return 'none';
  return `#${found.number} ${formatBytes(found.size)}${found.combinations > 1 ? ` x${found.combinations}` : ''}`;
}

function remarks({ pinned, dropped, flags, demands, choice }: EbinMatrix): string[] {
  const neutral = flags.filter(({ changes }) => changes.length === 0).map(({ flag }) => flag);
  const words: (readonly [string, Cells])[] = [
    ['every build has', pinned.map(({ flag, isOn }) => (isOn ? flag : `-${flag}`))],
    ['left out', dropped],
    ['change nothing', neutral],
    ['its ebuild demands', demands ? [demands] : []],
  ];
  const lines = words.flatMap(([about, flagsOf]) =>
    flagsOf.length === 0 ? [] : [`  ${about}: ${flagsOf.join(' ')}`],
  );
  if (!choice) return lines;
  const states = { built: 'is built', missing: 'is missing', forbidden: 'is not allowed' };
  const nearest = choice.nearest.map(({ use }) => `{${use.join(' ')}}`).join(' ');
  const more = nearest === '' ? '' : `; nearest: ${nearest}`;
  return [...lines, `  {${choice.use.join(' ')}} ${states[choice.state]}${more}`];
}

function printParts(shell: Shell, { parts, problems }: EbinMatrix): void {
  const rows = parts.map((one) => [
    `  ${one.part}`,
    `${one.objects} objects for ${one.combinations} combinations`,
    `${formatBytes(one.keptBytes)} kept, ${formatBytes(one.savedBytes)} saved`,
    one.flag === null ? '' : `with flag ${one.flag}`,
    one.neutral.length === 0 ? '' : `does not depend on ${one.neutral.join(' ')}`,
  ]);
  shell.print(...table(['', '', '', '', ''], rows).slice(1));
  for (const { code, severity, message } of problems) shell.print(`  ${severity} ${code}: ${message}`);
}
