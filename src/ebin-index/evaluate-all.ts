import { type NamedUri, type ReadText, uriOf } from './evaluate.ts';

/** Combinations of some flags, all at once: bit `flags.length - 1 - i` of a combination is flag `i`. */
export interface Space {
  readonly flags: readonly string[];
  /** Flags that are on in all of them; any other flag is off. */
  readonly on?: ReadonlySet<string> | undefined;
}

/** Combinations in which the bits of `decided` are those of `value`. */
interface Cube {
  readonly decided: number;
  readonly value: number;
}

/** A set of combinations. */
export class CombinationSet {
  readonly words: Uint32Array;

  constructor(words: Uint32Array) {
    this.words = words;
  }

  has(combination: number): boolean {
    return (((this.words[combination >>> 5] ?? 0) >>> (combination & 31)) & 1) === 1;
  }

  add(combination: number): void {
    const at = combination >>> 5;
    this.words[at] = (this.words[at] ?? 0) | (1 << (combination & 31));
  }
}

/** How many words hold the combinations of so many flags. */
const wordsFor = (count: number): number => Math.max(1, 2 ** count / 32);

/** Calls back for each combination of a cube. */
function eachOf(cube: Cube, count: number, visit: (combination: number) => void): void {
  const open = (2 ** count - 1) & ~cube.decided;
  let rest = 0;
  do {
    visit(cube.value | rest);
    rest = (rest - open) & open;
  } while (rest !== 0);
}

/** The part of a cube where a flag is so; undefined when it is nowhere so. */
function narrowed(cube: Cube, bit: number, isOn: boolean): Cube | undefined {
  if (cube.decided & bit) return ((cube.value & bit) !== 0) === isOn ? cube : undefined;
  return { decided: cube.decided | bit, value: isOn ? cube.value | bit : cube.value };
}

/** A flag, its bit when it has one, how it is to be, and how it is when it has no bit. */
interface Wanted {
  readonly bit: number | undefined;
  readonly isOn: boolean;
  readonly outside: boolean;
}

function literalCube(cube: Cube, { bit, isOn, outside }: Wanted): Cube | undefined {
  if (bit === undefined) return isOn === outside ? cube : undefined;
  return narrowed(cube, bit, isOn);
}

const everywhere: Cube = { decided: 0, value: 0 };

const isOnOutside = ({ on }: Space, flag: string): boolean => on?.has(flag) ?? false;

/** Bits of flags; a flag outside of the space has none. */
function bitsOf({ flags }: Space): ReadonlyMap<string, number> {
  return new Map(flags.map((flag, index) => [flag, 2 ** (flags.length - 1 - index)]));
}

/**
 * Everything that SRC_URI fetches under all combinations: `visit` is called for each file and each combination under which
 * it is fetched, once for each time that the text says so. Takes time in proportion to that and to the text.
 */
export function visitUris(
  read: ReadText,
  space: Space,
  visit: (file: NamedUri, combination: number) => void,
): void {
  const bits = bitsOf(space);
  const cubes: (Cube | undefined)[] = [];
  for (const node of read.nodes) {
    const outer = node.parent < 0 ? everywhere : cubes[node.parent];
    const bit = node.kind === 'use' ? bits.get(node.word) : undefined;
    if (node.kind !== 'use' || !outer) cubes.push(outer);
    else cubes.push(literalCube(outer, { bit, isOn: !node.negated, outside: isOnOutside(space, node.word) }));
    const cube = cubes.at(-1);
    if (node.kind !== 'item' || !cube) continue;
    const file = uriOf(node);
    eachOf(cube, space.flags.length, (combination) => visit(file, combination));
  }
}

/** What is known of the children of a group, while the text is read from its end. */
interface Tally {
  /** Where at least one child is there. */
  readonly counted: Uint32Array;
  /** Met by at least one, by at least two; of groups of all: missed by at least one. */
  readonly once: Uint32Array;
  readonly twice: Uint32Array;
  readonly missed: Uint32Array;
}

class Demands {
  readonly #read: ReadText;
  readonly #size: number;
  readonly #literals = new Map<string, Uint32Array>();
  readonly #space: Space;
  readonly #tallies: (Tally | undefined)[];

  constructor(read: ReadText, space: Space) {
    this.#read = read;
    this.#space = space;
    this.#size = wordsFor(space.flags.length);
    this.#tallies = read.nodes.map(() => undefined);
  }

  /** Where the flag is on. */
  #whereOn(flag: string): Uint32Array {
    const known = this.#literals.get(flag);
    if (known) return known;
    const words = new Uint32Array(this.#size);
    const index = this.#space.flags.indexOf(flag);
    const bit = this.#space.flags.length - 1 - index;
    const low = [0xaaaaaaaa, 0xcccccccc, 0xf0f0f0f0, 0xff00ff00, 0xffff0000][bit];
    for (let at = 0; index >= 0 && at < words.length; at += 1)
      words[at] = low ?? ((at >>> (bit - 5)) & 1 ? 0xffffffff : 0);
    if (index < 0 && isOnOutside(this.#space, flag)) words.fill(0xffffffff);
    this.#literals.set(flag, words);
    return words;
  }

  #tally(index: number): Tally {
    const words = (): Uint32Array => new Uint32Array(this.#size);
    const known = this.#tallies[index];
    if (known) return known;
    const made = { counted: words(), once: words(), twice: words(), missed: words() };
    this.#tallies[index] = made;
    return made;
  }

  /** Where the node is met, and where it counts in a choice. */
  #value(index: number): { readonly met: Uint32Array; readonly counts: Uint32Array | undefined } {
    const node = this.#read.nodes[index];
    const words = new Uint32Array(this.#size);
    const on = node?.word ? this.#whereOn(node.word) : words;
    const flip = node?.negated ? 0xffffffff : 0;
    if (node?.kind === 'item') return { met: on.map((word) => word ^ flip), counts: undefined };
    const tally = this.#tally(index);
    this.#tallies[index] = undefined;
    const { counted, once, twice, missed } = tally;
    for (let at = 0; at < words.length; at += 1) {
      const [one, two, miss] = [once[at] ?? 0, twice[at] ?? 0, missed[at] ?? 0];
      if (node?.kind === 'use') words[at] = ~((on[at] ?? 0) ^ flip) | ~miss;
      else if (node?.kind === 'any') words[at] = one;
      else if (node?.kind === 'one') words[at] = one & ~two;
      else words[at] = node?.kind === 'at-most-one' ? ~two : ~miss;
    }
    if (node?.kind === 'all') return { met: words, counts: counted };
    return { met: words, counts: node?.kind === 'use' ? on.map((word) => word ^ flip) : undefined };
  }

  /** Where everything is met. */
  result(): CombinationSet {
    const { nodes } = this.#read;
    for (let index = nodes.length - 1; index > 0; index -= 1) {
      const node = nodes[index];
      if (!node) continue;
      const { met, counts } = this.#value(index);
      const { counted, once, twice, missed } = this.#tally(node.parent);
      for (let at = 0; at < met.length; at += 1) {
        const isThere = counts ? (counts[at] ?? 0) : 0xffffffff;
        const here = (met[at] ?? 0) & isThere;
        counted[at] = (counted[at] ?? 0) | isThere;
        twice[at] = (twice[at] ?? 0) | ((once[at] ?? 0) & here);
        once[at] = (once[at] ?? 0) | here;
        missed[at] = (missed[at] ?? 0) | ~(met[at] ?? 0);
      }
    }
    return new CombinationSet(this.#value(0).met);
  }
}

/**
 * The combinations under which REQUIRED_USE is met, by the rules of EAPI 7 and later, flags outside of the space being off.
 * Demands that stand in no choice, and choices among groups of literals, take time in proportion to the combinations that
 * they speak of; the others are reckoned 32 combinations at a time.
 */
export function combinationsMeeting(read: ReadText, space: Space): CombinationSet {
  const quick = plainDemands(read, space);
  return quick ?? new Demands(read, space).result();
}

/** As `combinationsMeeting` for texts of conditionals, literals and one `||` of groups of literals; else undefined. */
function plainDemands({ nodes }: ReadText, space: Space): CombinationSet | undefined {
  const bits = bitsOf(space);
  const count = space.flags.length;
  const forbidden = new CombinationSet(new Uint32Array(wordsFor(count)));
  const chosen = new CombinationSet(new Uint32Array(wordsFor(count)));
  const choice = nodes.findIndex(({ kind }) => kind === 'any');
  const cubes: (Cube | undefined)[] = [];
  const inChoice: boolean[] = [];
  const flush = (cube: Cube | undefined): void => {
    if (cube) eachOf(cube, count, (combination) => chosen.add(combination));
  };
  let group = -1;
  let hasLiterals = true;
  for (const [index, node] of nodes.entries()) {
    const within = index > 0 && (inChoice[node.parent] || node.parent === choice);
    inChoice.push(within);
    const outer = node.parent < 0 ? everywhere : cubes[node.parent];
    const literal = { bit: bits.get(node.word), isOn: !node.negated, outside: isOnOutside(space, node.word) };
    cubes.push(outer);
    if (within) {
      // Only groups of literals: each narrows the cube of its group, which is complete when the next one begins.
      if (node.kind === 'all' && node.parent === choice) {
        if (!hasLiterals) return undefined;
        if (group >= 0) flush(cubes[group]);
        group = index;
        hasLiterals = false;
      } else if (node.kind === 'item' && node.parent === group && group >= 0) {
        const now = cubes[group];
        hasLiterals = true;
        cubes[group] = now && literalCube(now, literal);
      } else return undefined;
    } else if (node.kind === 'use') cubes[index] = outer && literalCube(outer, literal);
    else if (node.kind === 'item') {
      const missed = outer && literalCube(outer, { ...literal, isOn: !literal.isOn });
      if (missed) eachOf(missed, count, (combination) => forbidden.add(combination));
    } else if (node.kind !== 'all' && !(index === choice && node.parent === 0)) return undefined;
  }
  if (!hasLiterals) return undefined;
  if (group >= 0) flush(cubes[group]);
  const words = forbidden.words.map(
    (word, at) => ~word & (choice < 0 ? 0xffffffff : (chosen.words[at] ?? 0)),
  );
  return new CombinationSet(words);
}
