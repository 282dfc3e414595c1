import type { Code, Problem } from '../../diagnostics/index.ts';
import { argumentSite, type Collect, type CollectedFile, type Collector } from './collector.ts';
import type { Cell, Definition, Definitions } from './definitions.ts';
import { Evaluator } from './evaluator.ts';
import type { Surroundings } from './knowledge.ts';
import { headOf, type InputRead, type MadeLine, madeLines, type Result, type Trouble } from './results.ts';
import { syntaxTroubles } from './syntax-troubles.ts';
import { nearNames, placeWords, troubleProblem, wordOf } from './trouble-problem.ts';

/** What an element comes to. */
export type ElementValue =
  | {
      readonly kind: 'single';
      readonly name: string;
      readonly text: string;
      /** `:zap` took the value away: the text is empty (3.4). */
      readonly zapped: boolean;
      readonly definition: Definition | undefined;
    }
  | {
      readonly kind: 'block';
      readonly name: string;
      readonly lines: readonly MadeLine[];
      readonly definition: Definition;
    }
  | {
      readonly kind: 'error';
      readonly name: string;
      readonly code: Code;
      /** The specification's word for it (10.3). */
      readonly word: string;
      readonly problems: readonly Problem[];
      readonly definition: Definition | undefined;
    };

/** A root file with all that it collects: elements, and what they come to. */
export class Program {
  readonly definitions: Definitions;
  /** Files in the order in which they were read, by path. */
  readonly files: ReadonlyMap<string, CollectedFile>;
  readonly collects: readonly Collect[];
  /** What is wrong with collections. */
  readonly collectTroubles: readonly Trouble[];
  readonly evaluator: Evaluator;
  #near = { version: -1, found: new Map<string, string | undefined>() };

  constructor(collector: Collector, surroundings: Surroundings, collectTroubles: readonly Trouble[]) {
    this.definitions = collector.definitions;
    this.files = collector.files;
    this.collects = collector.collects;
    this.collectTroubles = collectTroubles;
    this.evaluator = new Evaluator(this.definitions, surroundings);
  }

  /** What is wrong with files, definitions and collections; values have problems of their own (`check`). */
  get troubles(): readonly Trouble[] {
    const troubles = [...this.files.values()].flatMap(({ file }) => syntaxTroubles(file));
    for (const cell of this.definitions.cells.values()) {
      if (cell.sole) continue;
      for (const [earlier, later] of cell.repeats) troubles.push(repeatTrouble(earlier, later));
    }
    return [...troubles, ...this.collectTroubles];
  }

  /** The same as problems. */
  get problems(): readonly Problem[] {
    return this.troubles.map((trouble) => this.problemOf(trouble));
  }

  /** Files and variables that values were made of so far, beyond the files of the language. */
  get reads(): readonly InputRead[] {
    return this.evaluator.reads;
  }

  /** Names of all elements that have a definition which counts or conditions that fail, in the order of definition. */
  names(): readonly string[] {
    const names: string[] = [];
    for (const [name, cell] of this.definitions.cells) if (this.#isThere(cell)) names.push(name);
    return names;
  }

  /** Whether an element is defined (3.3). */
  has(name: string): boolean {
    const cell = this.definitions.get(name);
    return cell !== undefined && this.evaluator.choice(cell).definition !== undefined;
  }

  /** Those of some names that are not defined. */
  missing(names: Iterable<string>): readonly string[] {
    return [...names].filter((name) => !this.has(name));
  }

  /**
   * What an element comes to; undefined when it is not defined. A name that ends in `?` asks whether it is (Q17). Never throws:
   * an element without a value has problems instead.
   */
  value(name: string): ElementValue | undefined {
    if (name.endsWith('?')) {
      const text = this.has(name.slice(0, -1)) ? 'yes' : 'no';
      return { kind: 'single', name, text, zapped: false, definition: undefined };
    }
    const cell = this.definitions.get(name);
    if (!cell || !this.#isThere(cell)) return undefined;
    const definition = cell.sole ?? this.evaluator.choice(cell).definition;
    const result = this.result(cell);
    if (result.kind === 'lines' && definition) {
      return { kind: 'block', name, lines: madeLines(result), definition };
    }
    if (result.kind === 'error') return this.#failed(cell, result, definition);
    return { kind: 'single', name, text: result.text, zapped: result.kind === 'zapped', definition };
  }

  /** The outcome of an element in the way in which it is defined: a line, or lines. */
  result(cell: Cell): Result {
    const definition = cell.sole ?? this.evaluator.choice(cell).definition;
    const mode = definition?.node.isBlock ? 'lines' : 'text';
    return this.evaluator.value({ cell, mode, lax: false });
  }

  /** Every mistake in values, each once, in the order of definition; elements that only pass it on are counted. */
  valueTroubles(): ReadonlyMap<string, { readonly trouble: Trouble; readonly spoils: readonly string[] }> {
    const found = new Map<string, { trouble: Trouble; spoils: string[] }>();
    for (const cell of this.definitions.cells.values()) {
      for (const trouble of this.result(cell).troubles ?? []) {
        const key = troubleKey(trouble);
        const entry = found.get(key);
        if (!entry) found.set(key, { trouble, spoils: [cell.name] });
        else if (entry.spoils.at(-1) !== cell.name) entry.spoils.push(cell.name);
      }
    }
    return found;
  }

  /** Problems of all values: each mistake once, with the elements that have no value because of it. */
  check(): readonly Problem[] {
    return [...this.valueTroubles().values()].map(({ trouble, spoils }) =>
      this.problemOf(trouble, spoiledWords(spoils)),
    );
  }

  problemOf(trouble: Trouble, chain?: string): Problem {
    return troubleProblem(trouble, { near: (name) => this.#nearNames(name), chain });
  }

  /** Looking for near names takes long among many; what was found is kept until names come or go. */
  #nearNames(name: string): string | undefined {
    const { version, cells } = this.definitions;
    if (this.#near.version !== version) this.#near = { version, found: new Map() };
    const { found } = this.#near;
    if (found.size < mostNear && !found.has(name)) found.set(name, nearNames(name, cells));
    return found.get(name);
  }

  #isThere(cell: Cell): boolean {
    if (cell.sole) return true;
    const choice = this.evaluator.choice(cell);
    return choice.definition !== undefined || choice.error !== undefined;
  }

  #failed(cell: Cell, result: Result, definition: Definition | undefined): ElementValue {
    const troubles = result.troubles ?? [];
    const code = troubles[0]?.code ?? 'MTR021';
    const chain = chainWords(cell, result);
    const problems = troubles.map((trouble) => this.problemOf(trouble, chain));
    return { kind: 'error', name: cell.name, code, word: wordOf(code), problems, definition };
  }
}

/** Names for which near ones are looked for: whoever has more mistakes begins with the first ones. */
const mostNear = 300;

/** The same for the same mistake at the same place. */
export function troubleKey({ code, what, site }: Trouble): string {
  return `${code} ${site.owner.file.path} ${site.owner.file.name} ${site.owner.node.start + site.from} ${what}`;
}

function spoiledWords(names: readonly string[]): string | undefined {
  if (names.length < 2) return names.length === 0 ? undefined : `'${names[0]}' has no value because of it.`;
  const shown = names.slice(0, 4).map((name) => `'${name}'`);
  const more = names.length > 4 ? ` and ${names.length - 4} more` : '';
  return `Without a value because of it: ${shown.join(', ')}${more}.`;
}

/** How an element comes to a mistake in another one: each step with its place; undefined when the mistake is its own. */
function chainWords(cell: Cell, result: Result): string | undefined {
  const steps: string[] = [];
  let at = result;
  while (at.via && steps.length < 20) {
    steps.push(`'${at.via.cell.name}' at ${placeWords(at.via.site)}`);
    at = at.via.result;
  }
  if (steps.length === 0) return undefined;
  return `'${cell.name}' refers to ${steps.join(', which refers to ')}${at.via ? ', and so on' : ''}.`;
}

/** METRO-D01, with both places. */
export function repeatTrouble(earlier: Definition, later: Definition): Trouble {
  const site = headOf(later);
  const what = `'${later.name}' is defined already`;
  return { code: 'MTR010', what, site, why: `Its first definition is at ${placeWords(headOf(earlier))}.` };
}

/** METRO-C03: an annotation that was never carried out. */
export function leftTrouble(one: Collect): Trouble {
  const names = [...new Set(one.waitsFor)];
  const what = `'${one.argument}' cannot be collected`;
  const why = `Not defined: ${names.map((name) => `'${name}'`).join(', ')}.`;
  const [missing] = names;
  return {
    ...{ code: 'MTR043', what, site: argumentSite(one), why },
    ...(missing === undefined ? {} : { missing }),
  };
}
