import type { ElementNode, MetroFile } from './nodes.ts';

/** Where an element got its value from: a file, a value that was passed, or one that wins over all files (5.2). */
export type Origin = 'file' | 'set' | 'override';

/** One definition of an element. `file` and `node` are replaced when the file is edited and the definition stays. */
export interface Definition {
  readonly name: string;
  readonly origin: Origin;
  file: MetroFile;
  node: ElementNode;
  /** Orders definitions of one name: position of its file among those that were read. */
  readonly fileIndex: number;
}

/** All definitions of one name. Usually there is one: further ones are conditional (section 6) or mistakes. */
export class Cell {
  readonly name: string;
  first: Definition;
  #more: Definition[] | undefined;
  /** What an evaluator knows of the element; it counts for that evaluator only. */
  memo: { readonly owner: object } | undefined;

  constructor(first: Definition) {
    this.name = first.name;
    this.first = first;
  }

  /** Adds one more, in the order of files and lines. */
  add(definition: Definition): void {
    const all = [this.first, ...(this.#more ?? []), definition].sort(
      (a, b) => a.fileIndex - b.fileIndex || a.node.start - b.node.start,
    );
    this.#take(all);
  }

  /** Takes one away; false when none is left. */
  remove(definition: Definition): boolean {
    const all = this.all().filter((one) => one !== definition);
    if (all.length === 0) return false;
    this.#take(all);
    return true;
  }

  #take([first, ...more]: readonly Definition[]): void {
    this.first = first as Definition;
    this.#more = more.length === 0 ? undefined : more;
  }

  all(): readonly Definition[] {
    return this.#more ? [this.first, ...this.#more] : [this.first];
  }

  /** The only definition, when there is one only and it has no condition. */
  get sole(): Definition | undefined {
    return this.#more === undefined && this.first.node.scope.when === undefined ? this.first : undefined;
  }

  /** The definition without a condition; the first of several. */
  get plain(): Definition | undefined {
    return this.all().find(({ node }) => node.scope.when === undefined);
  }

  /** Definitions with a condition; of each condition the first. */
  get conditional(): readonly Definition[] {
    const byText = new Map<string, Definition>();
    for (const one of this.all()) {
      const text = one.node.scope.when?.text;
      if (text !== undefined && !byText.has(text)) byText.set(text, one);
    }
    return [...byText.values()];
  }

  /** Definitions that say again what was said (5.1), each with the earlier one. */
  get repeats(): readonly (readonly [earlier: Definition, later: Definition])[] {
    if (!this.#more) return [];
    const seen = new Map<string | undefined, Definition>();
    const found: (readonly [Definition, Definition])[] = [];
    for (const one of this.all()) {
      const key = one.node.scope.when?.text;
      const earlier = seen.get(key);
      if (earlier) found.push([earlier, one]);
      else seen.set(key, one);
    }
    return found;
  }
}

/** All elements of a program, by name, in the order in which they were first defined. */
export class Definitions {
  readonly cells = new Map<string, Cell>();
  /** Names that were passed to win over all files: definitions in files do not count for them. */
  readonly overridden = new Set<string>();

  /** Changes whenever a name comes or goes. */
  version = 0;

  get(name: string): Cell | undefined {
    return this.cells.get(name);
  }

  /** Adds the definitions of a file. */
  addFile(file: MetroFile, fileIndex: number): void {
    for (const node of file.nodes) {
      if (node.kind !== 'element' || node.name === undefined) continue;
      if (this.overridden.size > 0 && this.overridden.has(node.name)) continue;
      this.add({ name: node.name, origin: 'file', file, node, fileIndex });
    }
  }

  /** Adds one definition. */
  add(definition: Definition): void {
    const cell = this.cells.get(definition.name);
    if (cell) {
      cell.add(definition);
      return;
    }
    this.cells.set(definition.name, new Cell(definition));
    this.version += 1;
  }

  remove(definition: Definition): void {
    const cell = this.cells.get(definition.name);
    if (!cell || cell.remove(definition)) return;
    this.cells.delete(definition.name);
    this.version += 1;
  }
}
