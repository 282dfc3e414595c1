import { conditionHolds } from './choice.ts';
import { Cell, type Definition, Definitions } from './definitions.ts';
import { Evaluator } from './evaluator.ts';
import { argumentFrame } from './frame.ts';
import type { Surroundings } from './knowledge.ts';
import type { AnnotationNode, MetroFile, Scope } from './nodes.ts';
import { parseMetro, shortened } from './parse-file.ts';
import { pathFrom, type Refused, refusal } from './reader.ts';
import type { Result, Site, Trouble } from './results.ts';

/** One `[collect]` annotation and what became of it. */
export interface Collect {
  readonly file: MetroFile;
  readonly node: AnnotationNode;
  /** As it is written. */
  readonly argument: string;
  /** `left`: its condition does not hold, or names in it are not defined. */
  state: 'waiting' | 'collected' | 'again' | 'skipped' | 'failed' | 'left';
  /** The file that it names, once that is known. */
  path: string | undefined;
  /** Names that have to be defined for it to be looked at again. */
  waitsFor: readonly string[];
  /** Names whose absence the decision rests on (Q23). */
  decidedWithout: readonly string[];
  /** Whether all that it waits for is that its condition becomes true. */
  isConditional: boolean;
  /** Whether it could be decided at once, by the absence of what it waits for. */
  isOpen: boolean;
}

/** A file that was read, and the annotation that asked for it first; the first file has none. */
export interface CollectedFile {
  readonly file: MetroFile;
  readonly by: Collect | undefined;
}

/** Values that come from elsewhere than files: verbatim texts by name (5.2). */
export interface GivenValues {
  readonly sets: ReadonlyMap<string, string>;
  readonly overrides: ReadonlyMap<string, string>;
  /** Replacing what a file defines is METRO-D02. */
  readonly immutable: boolean;
}

/**
 * Reads files (section 4) from the first one on. An argument that cannot be expanded yet waits for the names it lacks. One
 * that `:zap`, `:lax` or `?` would decide by the absence of a name waits until nothing else moves; then it is decided, and
 * in the end it is checked that the decision still holds (Q23).
 */
export class Collector {
  readonly definitions = new Definitions();
  readonly files = new Map<string, CollectedFile>();
  readonly collects: Collect[] = [];
  readonly troubles: Trouble[] = [];
  readonly #surroundings: Surroundings;
  #evaluator: Evaluator;
  #queue: Collect[] = [];

  constructor(surroundings: Surroundings) {
    this.#surroundings = surroundings;
    this.#evaluator = new Evaluator(this.definitions, surroundings);
  }

  /** Takes the first file in; what the answer was instead when it cannot be read. */
  begin(path: string, given: GivenValues): Refused | undefined {
    for (const name of given.overrides.keys()) this.definitions.overridden.add(name);
    const answer = this.#surroundings.files.read(path);
    if (answer.kind !== 'text') return answer;
    this.#take(parseMetro(answer.text, path), undefined);
    for (const [name, text] of given.overrides) this.#give(path, { name, text, origin: 'override' }, false);
    for (const [name, text] of given.sets) {
      if (!given.overrides.has(name)) this.#give(path, { name, text, origin: 'set' }, given.immutable);
    }
    return undefined;
  }

  /** Goes through the queue until it is empty or nothing moves any more. */
  drain(): void {
    for (;;) {
      const round = this.#queue;
      this.#queue = [];
      let moved = false;
      for (const one of round) {
        if (this.#advance(one)) moved = true;
        else this.#queue.push(one);
      }
      if (this.#queue.length === 0) return;
      if (!moved && !this.#decide()) break;
    }
    for (const one of this.#queue) one.state = 'left';
  }

  /** Decisions that the files read later contradict: METRO-C05. */
  checkDecisions(): void {
    for (const one of this.collects) {
      if (one.state !== 'collected' && one.state !== 'again' && one.state !== 'skipped') continue;
      const now = pathOf(one, this.#expand(one));
      if (now === one.path) continue;
      const what = `'${shortened(one.argument)}' was decided before it was known what it says`;
      const names = one.decidedWithout.map((name) => `'${name}'`).join(', ') || 'what came later';
      const then = one.path === undefined ? 'nothing' : `'${one.path}'`;
      const why = `Without ${names} it named ${then}; with all files read it names ${now === undefined ? 'nothing' : `'${now}'`}.`;
      this.troubles.push({ code: 'MTR045', what, site: argumentSite(one), why });
    }
  }

  /** Tries one entry; false when it has to wait. */
  #advance(one: Collect): boolean {
    if (one.waitsFor.length > 0 && !one.waitsFor.some((name) => this.definitions.get(name))) return false;
    const holds = this.#condition(one);
    if (holds !== true) return holds === 'failed';
    const result = this.#expand(one);
    one.isOpen = result.kind !== 'error';
    if (result.kind === 'error') {
      const missing = (result.troubles ?? []).map((trouble) => trouble.missing ?? '').filter(Boolean);
      if (result.troubles?.[0]?.code !== 'MTR021') return this.#fail(one, result.troubles ?? []);
      one.waitsFor = [...missing, ...(result.absent ?? [])];
      return false;
    }
    if (result.absent) {
      one.waitsFor = result.absent;
      return false;
    }
    this.#settle(one, result);
    return true;
  }

  #condition(one: Collect): boolean | 'failed' {
    const { when } = one.node;
    if (!when) return true;
    const cell = this.definitions.get(when.name);
    if (cell && !cell.plain) {
      const what = `the condition '${when.text}' asks an element that is itself conditional`;
      this.#fail(one, [{ code: 'MTR007', what, site: argumentSite(one) }]);
      return 'failed';
    }
    for (;;) {
      const verdict = conditionHolds(this.#evaluator, when, undefined);
      if ('want' in verdict) {
        this.#evaluator.value(verdict.want);
        continue;
      }
      one.isConditional = !verdict.holds;
      if (verdict.holds) return true;
      const troubles = verdict.error?.troubles ?? [];
      if (troubles.length > 0 && troubles[0]?.code !== 'MTR021') {
        this.#fail(one, troubles);
        return 'failed';
      }
      return false;
    }
  }

  #expand(one: Collect): Result {
    return this.#evaluator.run(argumentFrame(this.#evaluator, one));
  }

  /**
   * Decides what waits only because a name may still come: all entries that name a file without it, or, when there are
   * none, all the others, which then name nothing. All at once, so that their order does not matter. False when nothing waits so.
   */
  #decide(): boolean {
    const open = this.#queue
      .filter(({ isOpen, isConditional }) => isOpen && !isConditional)
      .map((one) => ({ one, result: this.#expand(one) }));
    const naming = open.filter(({ one, result }) => pathOf(one, result) !== undefined);
    const decided = naming.length > 0 ? naming : open;
    if (decided.length === 0) return false;
    const settled = new Set(decided.map(({ one }) => one));
    this.#queue = this.#queue.filter((one) => !settled.has(one));
    for (const { one, result } of decided) {
      one.decidedWithout = result.absent ?? [];
      this.#settle(one, result);
    }
    return true;
  }

  #settle(one: Collect, result: Result): void {
    const path = pathOf(one, result);
    one.path = path;
    if (path === undefined) {
      one.state = 'skipped';
      return;
    }
    if (this.files.has(path)) {
      one.state = 'again';
      return;
    }
    const answer = this.#surroundings.files.read(path);
    if (answer.kind === 'text') {
      one.state = 'collected';
      this.#take(parseMetro(answer.text, path), one);
    } else this.#fail(one, [{ ...refusal(answer, path), site: argumentSite(one) }]);
  }

  #take(file: MetroFile, by: Collect | undefined): void {
    const before = this.definitions.cells.size;
    this.definitions.addFile(file, this.files.size);
    this.files.set(file.path, { file, by });
    for (const node of file.nodes) {
      if (node.kind !== 'annotation' || node.does !== 'collect') continue;
      const argument = node.words[1] ?? '';
      const one: Collect = {
        ...{ file, node, argument, state: 'waiting', path: undefined },
        ...{ waitsFor: [], decidedWithout: [], isConditional: false, isOpen: false },
      };
      this.collects.push(one);
      this.#queue.push(one);
    }
    // what was worked out may have rested on the absence of what came now
    if (this.definitions.cells.size !== before || file.nodes.some(({ kind }) => kind === 'element')) {
      this.#evaluator = new Evaluator(this.definitions, this.#surroundings);
    }
  }

  #fail(one: Collect, [first]: readonly Trouble[]): true {
    one.state = 'failed';
    // whether the others are mistakes may depend on files that are not read yet
    if (first) this.troubles.push(first);
    return true;
  }

  #give(root: string, { name, text, origin }: GivenText, immutable: boolean): void {
    const cell = this.definitions.get(name);
    const scope: Scope = { section: cell?.first.node.scope.section, lax: false, when: undefined };
    const definition = givenDefinition(root, { name, text, origin }, scope);
    if (cell && immutable) {
      const what = `'${name}' may not be replaced`;
      this.troubles.push({ code: 'MTR011', what, site: { owner: cell.first, from: 0, to: 1 } });
      return;
    }
    // it takes the place of what the first file says, in the order of elements too
    if (cell) this.definitions.cells.set(name, new Cell(definition));
    else this.definitions.add(definition);
    this.#evaluator = new Evaluator(this.definitions, this.#surroundings);
  }
}

interface GivenText {
  readonly name: string;
  readonly text: string;
  readonly origin: 'set' | 'override';
}

/** A value from elsewhere as a definition of its own small file; relative paths start where those of the first file do. */
function givenDefinition(root: string, { name, text, origin }: GivenText, scope: Scope): Definition {
  const length = text.length;
  const node = {
    ...({ kind: 'element', start: 0, end: length, scope, slips: undefined, name } as const),
    ...{ nameAt: 0, nameEnd: 0, valueAt: 0, valueEnd: length, lineEnd: length },
    ...{ isBlock: false, bodyAt: 0, bodyEnd: 0 },
  };
  return {
    name,
    origin,
    file: { name: `(${origin} '${name}')`, path: root, text, nodes: [node] },
    node,
    fileIndex: -1,
  };
}

function pathOf(one: Collect, result: Result): string | undefined {
  if (result.kind !== 'text' || result.text === '') return undefined;
  return pathFrom(one.file.path, result.text);
}

/** Where the argument of an annotation stands. */
export function argumentSite(one: Collect): Site {
  return { owner: one, from: one.node.argumentAt, to: one.node.argumentAt + one.argument.length };
}
