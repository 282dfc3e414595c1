import { type Problem, ProblemError, problem } from '../diagnostics/index.ts';
import { type MadeLine, type Program, placeOf } from '../formats/metro/index.ts';
import type { ScriptLine, StepScript } from './contract.ts';

/** What a planner asks of a program: values by name, with everything that is wrong collected on the way. */
export class Elements {
  readonly #program: Program;
  readonly #problems: Problem[] = [];
  readonly #missing: string[] = [];
  readonly #used = new Map<string, string>();

  constructor(program: Program) {
    this.#program = program;
  }

  /** Elements that were asked for, with their values: what a build was made of. */
  get used(): ReadonlyMap<string, string> {
    return this.#used;
  }

  has(name: string): boolean {
    return this.#program.has(name);
  }

  /** A value on one line; undefined when there is none, or when it is blank or zapped. A broken one is a problem. */
  text(name: string): string | undefined {
    const value = this.#value(name);
    if (value === undefined) return undefined;
    const text =
      value.kind === 'single'
        ? value.text.trim()
        : value.lines
            .map((line) => line.text.trim())
            .join(' ')
            .trim();
    if (text === '') return undefined;
    this.#used.set(name, text);
    return text;
  }

  /** Like `text`; a value that is not there is named by `check`. */
  required(name: string): string {
    const before = this.#problems.length;
    const value = this.text(name);
    if (value === undefined && this.#problems.length === before) this.#missing.push(name);
    return value ?? '';
  }

  /** A script with the place of each of its lines; undefined when the element is not there, blank or without lines. */
  script(name: string): StepScript | undefined {
    const value = this.#value(name);
    if (value === undefined) return undefined;
    if (value.kind === 'single') {
      if (value.text.trim() === '') return undefined;
      this.#used.set(name, value.text);
      const text = `${value.text}\n`;
      if (!value.definition) return { element: name, text, lines: [] };
      const { nameAt, nameEnd } = value.definition.node;
      const { file, line } = placeOf({ owner: value.definition, from: nameAt, to: nameEnd });
      return { element: name, text, lines: [{ file, line, through: [] }] };
    }
    if (value.lines.length === 0) return undefined;
    const text = value.lines.map((line) => `${line.text}\n`).join('');
    this.#used.set(name, text);
    return { element: name, text, lines: value.lines.map(scriptLine) };
  }

  /** A value that is right; what is wrong with another one is remembered. */
  #value(name: string) {
    const value = this.#program.value(name);
    if (value?.kind !== 'error') return value;
    this.#problems.push(...value.problems);
    return undefined;
  }

  /** Remembers that an element has to be there. */
  miss(name: string): void {
    this.#missing.push(name);
  }

  /** Everything that is wrong so far, all missing elements in one problem. */
  problems(): readonly Problem[] {
    const missing = [...new Set(this.#missing)];
    if (missing.length === 0) return this.#problems;
    const [first] = missing;
    const what =
      missing.length === 1
        ? `the element '${first}' is not defined`
        : `${missing.length} elements are not defined: ${missing.map((name) => `'${name}'`).join(', ')}`;
    return [...this.#problems, problem('MST001', { what })];
  }

  /** Throws the first problem, if there is any. */
  check(): void {
    const [first] = this.problems();
    if (first) throw new ProblemError(first);
  }
}

/** Whether results are packed and published; others only prove that the build works (9.3). */
export const isOfficial = (elements: Elements): boolean =>
  (elements.text('release/type') ?? 'official') === 'official';

/** Whether what is there is to be made anew. */
export const isReplaced = (elements: Elements): boolean =>
  (elements.text('metro/options') ?? '').split(/\s+/).includes('replace');

function scriptLine({ site, through }: MadeLine): ScriptLine {
  const { file, line } = placeOf(site);
  const includes: { file: string; line: number }[] = [];
  for (let at = through; at; at = at.outer) {
    const place = placeOf(at.site);
    includes.push({ file: place.file, line: place.line });
  }
  return { file, line, through: includes };
}
