import { fault } from '../diagnostics/index.ts';
import { cycles, type Digraph, digraph, shortestPath, topologicalOrder } from '../graph/index.ts';
import { shortDigest } from '../host/index.ts';
import { nearestWords } from '../primitives/index.ts';
import type { Input, Target } from './target.ts';

const byNumber = { content: 0, time: 1, order: 2 } as const;
const optionalBit = 4;

/** How a target uses a file: its way in the low two bits, and whether it can do without. */
export const use = {
  by: (bits: number): 'content' | 'time' | 'order' =>
    (['content', 'time', 'order'] as const)[bits & 3] ?? 'content',
  isOptional: (bits: number): boolean => (bits & optionalBit) !== 0,
};

/**
 * Targets with their files as numbers. Two equal lists of targets give equal numbers, so that what was recorded of one serves
 * the other.
 */
export class Rules {
  readonly targets: readonly Target[];
  /** Paths as the targets have them. */
  readonly files: readonly string[];
  /** Of each target: where its inputs begin in `inputFile` and `inputUse`; one more at the end. */
  readonly inputStart: Uint32Array;
  readonly inputFile: Uint32Array;
  readonly inputUse: Uint8Array;
  /** The target that makes a file, -1 for a source. */
  readonly maker: Int32Array;
  /** Of each target: where its outputs begin in `outputFile`; one more at the end. */
  readonly outputStart: Uint32Array;
  readonly outputFile: Uint32Array;
  /** The same for two lists of targets exactly when all but their functions is the same. */
  readonly digest: string;
  readonly #fileNumbers = new Map<string, number>();
  #targetNumbers: Map<string, number> | undefined;
  #consumers: { readonly start: Uint32Array; readonly targets: Uint32Array } | undefined;
  #order: Uint32Array | undefined;

  /** Throws INC003 when two targets have one name or one output. */
  constructor(targets: readonly Target[]) {
    this.targets = targets;
    const files: string[] = [];
    const count = targets.length;
    this.inputStart = new Uint32Array(count + 1);
    this.outputStart = new Uint32Array(count + 1);
    const inputs: number[] = [];
    const uses: number[] = [];
    const outputs: number[] = [];
    const words: string[] = [];
    for (let at = 0; at < count; at += 1) {
      const target = targets[at] as Target;
      for (const path of target.outputs) outputs.push(this.#number(files, path));
      for (const input of target.inputs) {
        const bits = useOf(input);
        inputs.push(this.#number(files, typeof input === 'string' ? input : input.path));
        uses.push(bits);
        words.push(typeof input === 'string' ? input : input.path, bits === 0 ? '' : String(bits));
      }
      this.inputStart[at + 1] = inputs.length;
      this.outputStart[at + 1] = outputs.length;
      words.push('', target.name, target.mark ?? '', traits(target), ...target.outputs, '');
    }
    this.files = files;
    this.inputFile = Uint32Array.from(inputs);
    this.inputUse = Uint8Array.from(uses);
    this.outputFile = Uint32Array.from(outputs);
    this.maker = this.#makers();
    this.digest = shortDigest(words.join('\0'));
  }

  #number(files: string[], path: string): number {
    const known = this.#fileNumbers.get(path);
    if (known !== undefined) return known;
    this.#fileNumbers.set(path, files.length);
    files.push(path);
    return files.length - 1;
  }

  #makers(): Int32Array {
    const maker = new Int32Array(this.files.length).fill(-1);
    for (let target = 0; target < this.targets.length; target += 1) {
      for (
        let at = this.outputStart[target] as number;
        at < (this.outputStart[target + 1] as number);
        at += 1
      ) {
        const file = this.outputFile[at] as number;
        const other = maker[file] as number;
        if (other !== -1) {
          const [name, second] = [this.targets[other]?.name, this.targets[target]?.name];
          throw fault('INC003', { what: `'${this.files[file]}' is made by '${name}' and by '${second}'` });
        }
        maker[file] = target;
      }
    }
    return maker;
  }

  /** Number of a file; undefined when no target knows it. */
  fileNumber(path: string): number | undefined {
    return this.#fileNumbers.get(path);
  }

  inputsOf(target: number): readonly (readonly [file: number, bits: number])[] {
    const found: (readonly [number, number])[] = [];
    for (let at = this.inputStart[target] as number; at < (this.inputStart[target + 1] as number); at += 1) {
      found.push([this.inputFile[at] as number, this.inputUse[at] as number]);
    }
    return found;
  }

  outputsOf(target: number): Uint32Array {
    return this.outputFile.subarray(this.outputStart[target], this.outputStart[target + 1]);
  }

  /** Targets that have a file among their inputs. */
  consumersOf(file: number): Uint32Array {
    this.#consumers ??= this.#invert();
    const { start, targets } = this.#consumers;
    return targets.subarray(start[file], start[file + 1]);
  }

  #invert(): { readonly start: Uint32Array; readonly targets: Uint32Array } {
    const start = new Uint32Array(this.files.length + 1);
    for (const file of this.inputFile) start[file + 1] = (start[file + 1] as number) + 1;
    for (let file = 0; file < this.files.length; file += 1) {
      start[file + 1] = (start[file + 1] as number) + (start[file] as number);
    }
    const next = start.slice();
    const targets = new Uint32Array(this.inputFile.length);
    for (let target = 0; target < this.targets.length; target += 1) {
      for (
        let at = this.inputStart[target] as number;
        at < (this.inputStart[target + 1] as number);
        at += 1
      ) {
        const file = this.inputFile[at] as number;
        const place = next[file] as number;
        targets[place] = target;
        next[file] = place + 1;
      }
    }
    return { start, targets };
  }

  /**
   * Numbers of targets by name, by output, or by path of an output. Throws INC005 with the nearest names for what is neither, and
   * INC003 for two targets of one name.
   */
  targetNumber(name: string): number {
    const numbers = this.#names();
    const made = this.#fileNumbers.get(name);
    const found = numbers.get(name) ?? (made === undefined ? -1 : (this.maker[made] as number));
    if (found !== -1) return found;
    const near = nearestWords(name, numbers.keys());
    throw fault('INC005', {
      what: `there is no target '${name}'`,
      ...(near === undefined ? {} : { next: `Did you mean ${near}?` }),
    });
  }

  #names(): Map<string, number> {
    if (this.#targetNumbers !== undefined) return this.#targetNumbers;
    const numbers = new Map<string, number>();
    for (const [at, { name }] of this.targets.entries()) {
      if (numbers.has(name)) throw fault('INC003', { what: `two targets have the name '${name}'` });
      numbers.set(name, at);
    }
    this.#targetNumbers = numbers;
    return numbers;
  }

  /** Targets with what they need before them. Throws INC001 when some need each other, INC003 for two of one name. */
  order(): Uint32Array {
    if (this.#order !== undefined) return this.#order;
    this.#names();
    const edges: [number, number][] = [];
    for (let target = 0; target < this.targets.length; target += 1) {
      for (
        let at = this.inputStart[target] as number;
        at < (this.inputStart[target + 1] as number);
        at += 1
      ) {
        const maker = this.maker[this.inputFile[at] as number] as number;
        if (maker !== -1) edges.push([maker, target]);
      }
    }
    const graph = digraph([...this.#names().keys()], edges);
    const { order, stuck } = topologicalOrder(graph);
    if (stuck.length > 0) throw circleFault(graph);
    this.#order = Uint32Array.from(order);
    return this.#order;
  }
}

/** INC001 with one way around the first circle. */
function circleFault(graph: Digraph): Error {
  const members = cycles(graph)[0] ?? [];
  const [first = 0, second = first] = members;
  const there = shortestPath(graph, first, second) ?? [];
  const back = first === second ? [] : (shortestPath(graph, second, first) ?? []);
  const way = [first, ...[...there, ...back].map((edge) => graph.to[edge] as number)];
  if (way.length === 1) way.push(first);
  const words = way.reverse().map((node) => `'${graph.keys[node]}'`);
  return fault('INC001', { what: `targets need each other: ${words.join(' needs ')}` });
}

function useOf(input: string | Input): number {
  if (typeof input === 'string') return 0;
  return byNumber[input.by ?? 'content'] | (input.optional === true ? optionalBit : 0);
}

/** What else makes a target another one. */
function traits({ seed, pin, opaque }: Target): string {
  return `${seed === true ? 's' : ''}${pin === true ? 'p' : ''}${opaque === true ? 'o' : ''}`;
}
