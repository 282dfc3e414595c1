import {
  parseShell,
  type ShellAssignment,
  type ShellCommand,
  type ShellScript,
  type ShellWord,
} from '../formats/shell/index.ts';
import { asCause } from './package-trouble.ts';

/** What an update has to know of a PKGBUILD, without running anything of it. */
export interface RecipeOutline {
  /** Assignments that always happen, in their order: not in functions, nor under conditions. */
  readonly assignments: readonly ShellAssignment[];
  /** Assignments under conditions and in loops, outside of functions. */
  readonly conditional: readonly ShellAssignment[];
}

/** Reads a PKGBUILD; a text when it is no Bash. */
export function outlineRecipe(pkgbuild: string): RecipeOutline | string {
  const { statements, problems } = parseShell(pkgbuild, 'PKGBUILD');
  const [first] = problems;
  if (first) return asCause(first);
  const outline = { assignments: [] as ShellAssignment[], conditional: [] as ShellAssignment[] };
  collect({ statements }, outline, false);
  return outline;
}

function collect(
  script: ShellScript,
  into: { assignments: ShellAssignment[]; conditional: ShellAssignment[] },
  isConditional: boolean,
): void {
  for (const { commands } of script.statements) {
    const isAlone = commands.length === 1;
    for (const command of commands) {
      if (command.kind === 'simple') {
        const list = isConditional || !isAlone ? into.conditional : into.assignments;
        list.push(...assignmentsOf(command));
      } else if (command.kind === 'compound') {
        const always = isAlone && command.keyword === '{';
        for (const body of command.bodies) collect(body, into, isConditional || !always);
      }
    }
  }
}

function assignmentsOf(command: Extract<ShellCommand, { kind: 'simple' }>): readonly ShellAssignment[] {
  // in front of a command an assignment holds for this command only
  if (command.words.length === 0) return command.assignments;
  return command.words.filter(
    (word): word is ShellAssignment => 'kind' in word && word.kind === 'assignment',
  );
}

/** Assignments of one plain variable. */
export function scalars(
  assignments: readonly ShellAssignment[],
  name: string,
): readonly (ShellAssignment & { readonly value: ShellWord })[] {
  return assignments.filter(
    (one): one is ShellAssignment & { value: ShellWord } =>
      one.name === name && one.value !== undefined && one.subscript === undefined && one.operator === '=',
  );
}

/** Elements of `source` and of `source_<arch>`, with the array and their place in it. */
export interface SourceElement {
  readonly array: string;
  readonly index: number;
  readonly word: ShellWord;
}

/** All elements of all source arrays, conditions or not; an array that is appended to goes on counting. */
export function sourceElements(outline: RecipeOutline): readonly SourceElement[] {
  return elementsOf(outline, /^source(?:_\w+)?$/);
}

function elementsOf({ assignments, conditional }: RecipeOutline, name: RegExp): readonly SourceElement[] {
  const counts = new Map<string, number>();
  const elements: SourceElement[] = [];
  const all = [...assignments, ...conditional].sort((a, b) => a.place.offset - b.place.offset);
  for (const { name: array, operator, elements: words } of all) {
    if (!words || !name.test(array)) continue;
    let index = operator === '+=' ? (counts.get(array) ?? 0) : 0;
    for (const { word } of words) {
      elements.push({ array, index, word });
      index += 1;
    }
    counts.set(array, index);
  }
  return elements;
}

/** Whether a word is several in truth: `foo.tar.gz{,.sig}`. */
export const hasBraces = (word: ShellWord): boolean => /(?<!\$)\{[^{}]*(?:,|\.\.)[^{}]*\}/.test(word.raw);

/** Whether a source has a checksum in any array of checksums that says something. */
export function hasChecksum(outline: RecipeOutline, { array, index }: SourceElement): boolean {
  const suffix = array.slice('source'.length);
  // with braces in front of it nobody knows which checksum belongs to which source
  const isShifted = sourceElements(outline).some((one) => one.array === array && hasBraces(one.word));
  return elementsOf(outline, /^(?:ck|md5|sha\d+|b2)sums(?:_\w+)?$/).some(
    (sum) =>
      sum.array.replace(/^[a-z0-9]+sums/, '') === suffix &&
      (isShifted || sum.index === index) &&
      sum.word.literal !== 'SKIP',
  );
}

/** Whether a word takes the value of a variable in. */
export function mentions(word: ShellWord, variable: string): boolean {
  return word.expansions.some(({ raw }) => new RegExp(`\\$\\{?[#!]?${variable}(?![A-Za-z0-9_])`).test(raw));
}

/** The word's value with plain variables put in, as far as they have literal values; the rest stays as it is written. */
export function expandWord(word: ShellWord, { assignments }: RecipeOutline): string {
  return word.text.replaceAll(
    /\$(?:\{(\w+)\}|([A-Za-z_]\w*))/g,
    (written, braced?: string, bare?: string) => {
      const values = scalars(assignments, braced ?? bare ?? '');
      return values.at(-1)?.value.literal ?? written;
    },
  );
}

/** A replacement of a piece of text. */
export interface TextEdit {
  readonly from: number;
  readonly to: number;
  readonly text: string;
}

/** Applies edits that do not overlap, in any order; those at the same place are written in the order of the list. */
export function applyEdits(text: string, edits: readonly TextEdit[]): string {
  let result = text;
  const lastFirst = edits.toReversed().sort((a, b) => b.from - a.from);
  for (const { from, to, text: by } of lastFirst) {
    result = result.slice(0, from) + by + result.slice(to);
  }
  return result;
}

/** The edit that gives a word another value and leaves its kind of quotes. The value has only characters of versions. */
export function replaceValue(word: ShellWord, value: string): TextEdit {
  const quote = word.quoting === 'single' ? "'" : word.quoting === 'double' ? '"' : '';
  return { from: word.place.offset, to: word.end, text: `${quote}${value}${quote}` };
}
