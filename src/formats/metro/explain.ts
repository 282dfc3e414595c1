import type { Place } from '../../diagnostics/index.ts';
import { argumentSite, type Collect } from './collector.ts';
import type { Origin } from './definitions.ts';
import type { Program } from './program.ts';
import { countingDefinition, definitionUses, type Use } from './references.ts';
import { headOf } from './results.ts';
import { placeOf } from './trouble-problem.ts';
import { writtenValue } from './value-lines.ts';

/** Where an element comes from, and what its value is made of (10.2). */
export interface Explanation {
  readonly name: string;
  /** How it is used by the element above it; undefined for the one that was asked for. */
  readonly as: Use['as'] | undefined;
  /** Where it is used. */
  readonly usedAt: Place | undefined;
  readonly outcome: 'value' | 'blank' | 'zapped' | 'error' | 'undefined';
  /** The value on one line, cut at 200 characters; the specification's word of an error. */
  readonly text: string;
  /** Of a block: how many lines it comes to. */
  readonly lines: number | undefined;
  readonly definedAt: Place | undefined;
  readonly origin: Origin | undefined;
  /** As it is written; of a block the number of its lines. */
  readonly written: string | undefined;
  readonly condition: string | undefined;
  /** The annotations that led to its file, the nearest first. */
  readonly collectedBy: readonly { readonly at: Place; readonly argument: string }[];
  /** Files that `<<` names in it. */
  readonly files: readonly string[];
  readonly uses: readonly Explanation[];
  /** Its uses are left out: they are shown elsewhere, or there are too many. */
  readonly cut: 'shown-above' | 'too-deep' | 'too-many' | undefined;
}

const mostLevels = 60;
const mostNodes = 2000;

/** The provenance of an element as a tree, at most 60 levels and 2,000 elements of it, each with its uses once. */
export function explain(program: Program, name: string): Explanation {
  return new Explainer(program).explain(name, undefined, 0);
}

interface UsedAs {
  readonly as: Use['as'];
  readonly at: Place;
}

class Explainer {
  readonly #program: Program;
  readonly #shown = new Set<string>();
  #count = 0;
  constructor(program: Program) {
    this.#program = program;
  }

  explain(name: string, used: UsedAs | undefined, level: number): Explanation {
    this.#count += 1;
    const program = this.#program;
    const cell = program.definitions.get(name);
    const head = { name, as: used?.as, usedAt: used?.at };
    const value = program.value(name);
    if (!cell || !value) {
      return { ...head, outcome: 'undefined', text: '', lines: undefined, definedAt: undefined, ...unknown };
    }
    const definition = countingDefinition(program, cell);
    const { uses, files } = definitionUses(program, definition);
    const cut = this.#cut(name, level, uses.length > 0);
    this.#shown.add(name);
    const below = cut === undefined ? uses : [];
    return {
      ...head,
      ...outcomeOf(value),
      definedAt: placeOf(headOf(definition)),
      origin: definition.origin,
      written: definition.node.isBlock ? undefined : shorten(writtenValue(definition)),
      condition: definition.node.scope.when?.text,
      collectedBy: this.#way(definition.file.path),
      files: files.map(({ path }) => path),
      uses: below.map((use) => {
        const at = placeOf({ owner: definition, from: use.from, to: use.to });
        return this.explain(use.name, { as: use.as, at }, level + 1);
      }),
      cut,
    };
  }

  #cut(name: string, level: number, hasUses: boolean): Explanation['cut'] {
    if (!hasUses) return undefined;
    if (this.#shown.has(name)) return 'shown-above';
    if (level >= mostLevels) return 'too-deep';
    return this.#count >= mostNodes ? 'too-many' : undefined;
  }

  /** Annotations from the file of an element up to the first file. */
  #way(path: string): Explanation['collectedBy'] {
    const way: { at: Place; argument: string }[] = [];
    for (let by: Collect | undefined = this.#program.files.get(path)?.by; by && way.length < mostLevels; ) {
      way.push({ at: placeOf(argumentSite(by)), argument: by.argument });
      by = this.#program.files.get(by.file.path)?.by;
    }
    return way;
  }
}

const unknown = {
  ...{ origin: undefined, written: undefined, condition: undefined, collectedBy: [], files: [], uses: [] },
  cut: undefined,
} as const;

function outcomeOf(
  value: NonNullable<ReturnType<Program['value']>>,
): Pick<Explanation, 'outcome' | 'text' | 'lines'> {
  if (value.kind === 'error') return { outcome: 'error', text: value.word, lines: undefined };
  if (value.kind === 'block') {
    const text = shorten(value.lines.map((line) => line.text).join(' ⏎ '));
    return { outcome: 'value', text, lines: value.lines.length };
  }
  const outcome = value.zapped ? 'zapped' : value.text === '' ? 'blank' : 'value';
  return { outcome, text: shorten(value.text), lines: undefined };
}

function shorten(text: string): string {
  return text.length <= 200 ? text : `${text.slice(0, 199)}…`;
}

/** The tree as lines for people. */
export function renderExplanation(explanation: Explanation): readonly string[] {
  const lines: string[] = [];
  const stack = [{ one: explanation, indent: '' }];
  for (let top = stack.pop(); top; top = stack.pop()) {
    const { one, indent } = top;
    lines.push(`${indent}${headLine(one)}`, ...detailLines(one).map((line) => `${indent}    ${line}`));
    const inner = `${indent}  `;
    for (const use of [...one.uses].reverse()) stack.push({ one: use, indent: inner });
  }
  return lines;
}

const usedWords = { reference: '', test: ' (asked for)', include: ' (included)', condition: ' (condition)' };

function headLine(one: Explanation): string {
  const { name, as, outcome, text, lines } = one;
  const how = as === undefined ? '' : usedWords[as];
  const shown = {
    value: lines === undefined ? `= ${text}` : `= ${lines} lines: ${text}`,
    blank: 'is blank',
    zapped: 'is zapped',
    error: `has no value: ${text}`,
    undefined: 'is not defined',
  }[outcome];
  return `${name}${how} ${shown}`;
}

function detailLines(one: Explanation): readonly string[] {
  const lines: string[] = [];
  if (one.definedAt) {
    const { file, line, column } = one.definedAt;
    const passed = one.origin === 'file' ? '' : ` (${one.origin === 'set' ? 'passed' : 'overrides files'})`;
    const on = one.condition === undefined ? '' : `, when ${one.condition}`;
    lines.push(`defined at ${file}:${line}:${column}${passed}${on}`);
  }
  if (one.written !== undefined && one.written !== one.text) lines.push(`written: ${one.written}`);
  for (const { at, argument } of one.collectedBy) {
    lines.push(`collected by [collect ${argument}] at ${at.file}:${at.line ?? 1}:${at.column ?? 1}`);
  }
  for (const path of one.files) lines.push(`reads ${path}`);
  if (one.cut === 'shown-above') lines.push('what it is made of stands above');
  else if (one.cut !== undefined) lines.push('what it is made of is left out: there is too much of it');
  return lines;
}
