import type { Problem } from '../../diagnostics/index.ts';
import { definitionAt } from './cursor.ts';
import type { Cell, Definition } from './definitions.ts';
import { argumentFrame } from './frame.ts';
import { lintDefinition } from './lint.ts';
import { type LoadOptions, loadMetro } from './load.ts';
import type { ElementNode, MetroFile, MetroNode } from './nodes.ts';
import { type Program, troubleKey } from './program.ts';
import type { FileReader, ReadAnswer } from './reader.ts';
import { editedText, reparse, type TextEdit } from './reparse.ts';
import type { Trouble } from './results.ts';

/**
 * A program that is being edited. It remembers which element depends on which, so that after an edit only what depends on the
 * changed elements is worked out again; edits that may change which files are collected load everything anew.
 */
export class Workspace {
  readonly #options: LoadOptions;
  /** Texts that count instead of what the reader has, by path. */
  readonly #texts = new Map<string, string>();
  /** Files that were looked for, whether they are there or not. */
  readonly #asked = new Set<string>();
  readonly #users = new Map<string, Set<Cell>>();
  readonly #steering = new Set<string>();
  readonly #troubles = new Map<Cell, readonly Trouble[]>();
  readonly #lint = new Map<Cell, readonly Trouble[]>();
  #program: Program | undefined;
  #failure: Problem | undefined;

  constructor(options: LoadOptions) {
    this.#options = options;
    this.reload();
  }

  /** The program as it is; undefined when its first file cannot be read. */
  get program(): Program | undefined {
    return this.#program;
  }

  /** The paths of its files. */
  get paths(): readonly string[] {
    return [...(this.#program?.files.keys() ?? [])];
  }

  /** Whether a file belongs to the program, or is its first one. */
  has(path: string): boolean {
    return this.#program ? this.#program.files.has(path) : path === this.#options.root;
  }

  /** Loads everything anew. */
  reload(): void {
    this.#asked.clear();
    const files: FileReader = { read: (path) => this.#read(path) };
    const loaded = loadMetro({ ...this.#options, files });
    this.#program = loaded.program;
    this.#failure = loaded.program ? undefined : loaded.problem;
    for (const known of [this.#users, this.#troubles, this.#lint]) known.clear();
    this.#steering.clear();
    const { program } = loaded;
    if (!program) return;
    program.evaluator.onUse = (user, name) => this.#use(user, name);
    this.#noteSteering(program);
    for (const cell of program.definitions.cells.values()) this.#look(program, cell);
  }

  /** Takes a text in place of what the reader has, or the reader's again when it is undefined. */
  setText(path: string, text: string | undefined): void {
    const before = this.#texts.get(path);
    const read = this.#program?.files.get(path)?.file.text;
    if (text === undefined) this.#texts.delete(path);
    else this.#texts.set(path, text);
    // most files that are open in an editor have nothing to do with most programs
    if (!this.#asked.has(path) || before === text || read === text) return;
    this.reload();
  }

  /** Changes a file of the program. */
  edit(path: string, edit: TextEdit): void {
    const program = this.#program;
    const file = program?.files.get(path)?.file;
    if (!program || !file) {
      this.setText(path, editedText(this.#texts.get(path) ?? '', edit));
      return;
    }
    const { removed, added } = reparse(file, edit);
    this.#texts.set(path, file.text);
    if (collectsDiffer(removed, added)) {
      this.reload();
      return;
    }
    const names = this.#replaceDefinitions(program, file, { removed, added });
    const stale = this.#stale(program, names);
    if (stale === 'files') {
      this.reload();
      return;
    }
    for (const cell of stale) program.evaluator.forget(cell);
    for (const cell of stale) {
      if (program.definitions.get(cell.name) === cell) this.#look(program, cell);
      else {
        this.#troubles.delete(cell);
        this.#lint.delete(cell);
      }
    }
  }

  /** Everything that is wrong, by path of file; files without problems have an empty list. */
  problems(): ReadonlyMap<string, readonly Problem[]> {
    const found = new Map<string, Problem[]>();
    const program = this.#program;
    if (!program) return new Map([[this.#options.root, this.#failure ? [this.#failure] : []]]);
    const seen = new Set<string>();
    const add = (trouble: Trouble): void => {
      const key = troubleKey(trouble);
      if (seen.has(key)) return;
      seen.add(key);
      const list = found.get(trouble.site.owner.file.path);
      const problem = program.problemOf(trouble);
      if (list) list.push(problem);
      else found.set(trouble.site.owner.file.path, [problem]);
    };
    for (const path of program.files.keys()) found.set(path, []);
    program.troubles.forEach(add);
    for (const troubles of [...this.#troubles.values(), ...this.#lint.values()]) troubles.forEach(add);
    return found;
  }

  #read(path: string): ReadAnswer {
    this.#asked.add(path);
    const text = this.#texts.get(path);
    return text === undefined ? this.#options.files.read(path) : { kind: 'text', text };
  }

  #use(user: Cell | undefined, name: string): void {
    if (!user) {
      this.#steering.add(name);
      return;
    }
    const users = this.#users.get(name);
    if (users) users.add(user);
    else this.#users.set(name, new Set([user]));
  }

  /** Names that decide which files are collected. */
  #noteSteering(program: Program): void {
    for (const one of program.collects) {
      if (one.node.when) this.#steering.add(one.node.when.name);
      program.evaluator.run(argumentFrame(program.evaluator, one));
    }
  }

  #look(program: Program, cell: Cell): void {
    const { troubles } = program.result(cell);
    if (troubles) this.#troubles.set(cell, troubles);
    else this.#troubles.delete(cell);
    const look = (name: string): void => this.#use(cell, name);
    const lint = cell.sole
      ? lintDefinition(program, cell.sole, look)
      : cell.all().flatMap((one) => lintDefinition(program, one, look));
    if (lint.length > 0) this.#lint.set(cell, lint);
    else this.#lint.delete(cell);
  }

  #replaceDefinitions(
    program: Program,
    file: MetroFile,
    { removed, added }: { removed: readonly MetroNode[]; added: readonly MetroNode[] },
  ): ReadonlySet<string> {
    const { definitions } = program;
    const names = new Set<string>();
    const fileIndex = [...program.files.keys()].indexOf(file.path);
    const fresh = new Map<string, ElementNode[]>();
    for (const node of added) {
      if (node.kind !== 'element' || node.name === undefined) continue;
      const same = fresh.get(node.name);
      if (same) same.push(node);
      else fresh.set(node.name, [node]);
    }
    for (const node of removed) {
      if (node.kind !== 'element' || node.name === undefined) continue;
      const definition = definitionAt(program, file, node);
      if (!definition) continue;
      names.add(node.name);
      const [next] = fresh.get(node.name)?.splice(0, 1) ?? [];
      // a definition that stays keeps its place among the elements
      if (next && next.scope.when?.text === node.scope.when?.text) definition.node = next;
      else {
        this.#remove(program, definition);
        if (next) fresh.get(node.name)?.unshift(next);
      }
    }
    for (const [name, nodes] of fresh) {
      for (const node of nodes) {
        if (definitions.overridden.has(name)) continue;
        names.add(name);
        const set = definitions.get(name)?.first.origin === 'set' && fileIndex === 0;
        if (!set) definitions.add({ name, origin: 'file', file, node, fileIndex });
      }
    }
    return names;
  }

  #remove({ definitions }: Program, definition: Definition): void {
    const cell = definitions.get(definition.name);
    definitions.remove(definition);
    if (!cell || definitions.get(definition.name)) return;
    this.#troubles.delete(cell);
    this.#lint.delete(cell);
  }

  /** All that depends on some names; `files` when that includes which files are collected. */
  #stale(program: Program, names: ReadonlySet<string>): ReadonlySet<Cell> | 'files' {
    const stale = new Set<Cell>();
    const todo = [...names];
    const seen = new Set(todo);
    for (let name = todo.pop(); name !== undefined; name = todo.pop()) {
      if (this.#steering.has(name)) return 'files';
      const cell = program.definitions.get(name);
      if (cell) stale.add(cell);
      for (const user of this.#users.get(name) ?? []) {
        stale.add(user);
        if (seen.has(user.name)) continue;
        seen.add(user.name);
        todo.push(user.name);
      }
    }
    return stale;
  }
}

/** Whether annotations that collect differ, or would be read in another way. */
function collectsDiffer(removed: readonly MetroNode[], added: readonly MetroNode[]): boolean {
  const words = (nodes: readonly MetroNode[]): string =>
    nodes
      .flatMap((node) =>
        node.kind === 'annotation' && node.does === 'collect'
          ? [`${node.words.join(' ')} in ${node.scope.section} when ${node.when?.text}`]
          : [],
      )
      .join('\n');
  const before = words(removed);
  // nodes of annotations are referred to by what was collected because of them
  return before !== '' || words(added) !== before;
}
