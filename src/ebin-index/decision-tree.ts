/**
 * What is chosen where all flags are decided: a small whole number with a meaning of the caller's. `nothing` is chosen where
 * a combination exists and has nothing; combinations without a row are free.
 */
export const nothing = 0;

/** One combination: bit `flags - 1 - i` is flag `i`, so that numbers count as the document does, first flag first. */
export interface Row {
  readonly combination: number;
  readonly value: number;
}

/** A decision tree; equal trees of one builder are one object. */
export type Tree =
  | { readonly kind: 'end'; readonly id: number; readonly value: number }
  | {
      readonly kind: 'split';
      readonly id: number;
      readonly flag: number;
      readonly on: Tree;
      readonly off: Tree;
    };

/** What a tree is made of and how its length is reckoned. */
export interface Decision {
  /** Each combination once; any order. */
  readonly rows: readonly Row[];
  /** Characters of each flag's name, in the order of branching. */
  readonly flags: readonly number[];
  /** Characters of what is written for a value. */
  readonly cost: (value: number) => number;
  readonly order: 'iuse' | 'best';
  /**
   * `nested`: `f? ( ) !f? ( )`, and `nothing` is not written. `demand`: as REQUIRED_USE says it, where `nothing` is what must
   * not be, and one forbidden branch becomes a literal.
   */
  readonly style?: 'nested' | 'demand' | undefined;
}

/** Up to here every tree is looked at: 3^10 parts of the table. */
const exactUpTo = 10;

/** `( ` and ` )` with the question mark and blanks of a conditional. */
const conditionLength = 6;

/** Hash-consed nodes. */
class Nodes {
  readonly #nodes = new Map<string, Tree>();

  end(value: number): Tree {
    return this.#keep(`e${value}`, (id) => ({ kind: 'end', id, value }));
  }

  split(flag: number, on: Tree, off: Tree): Tree {
    if (on === off) return on;
    return this.#keep(`${flag} ${on.id} ${off.id}`, (id) => ({ kind: 'split', id, flag, on, off }));
  }

  #keep(key: string, make: (id: number) => Tree): Tree {
    const known = this.#nodes.get(key);
    if (known) return known;
    const made = make(this.#nodes.size);
    this.#nodes.set(key, made);
    return made;
  }
}

/** What a split adds to the lengths of its branches. */
function splitLength(decision: Decision, flag: number, branches: { on: number; off: number }): number {
  const { on, off } = branches;
  const name = decision.flags[flag] ?? 0;
  if (decision.style === 'demand') {
    if (off === nothing) return name + 1;
    if (on === nothing) return name + 2;
    // A branch that is met anyhow is value 1 and is not written.
    return (on === 1 ? 0 : name + conditionLength) + (off === 1 ? 0 : name + conditionLength + 1);
  }
  return (on === nothing ? 0 : name + conditionLength) + (off === nothing ? 0 : name + conditionLength + 1);
}

const free = -1;
const mixed = -2;

/**
 * Every part of a table in which some flags are decided and the others are not, small parts first: a part is a number in base
 * 3, with digit 2 for `not decided`.
 */
class Cubes {
  readonly #decision: Decision;
  readonly #powers: readonly number[];
  /** The one value of a part; `free` or `mixed`. */
  readonly #uniform: Int32Array;
  readonly #length: Float64Array;
  readonly #choice: Int8Array;
  readonly #digits: Int8Array;

  constructor(decision: Decision) {
    const count = decision.flags.length;
    this.#decision = decision;
    this.#powers = Array.from({ length: count }, (_, flag) => 3 ** (count - 1 - flag));
    this.#uniform = new Int32Array(3 ** count).fill(free);
    this.#length = new Float64Array(3 ** count);
    this.#choice = new Int8Array(3 ** count).fill(-1);
    this.#digits = new Int8Array(count);
    for (const { combination, value } of decision.rows) {
      let cube = 0;
      for (let flag = 0; flag < count; flag += 1)
        if ((combination >>> (count - 1 - flag)) & 1) cube += this.#powers[flag] ?? 0;
      this.#uniform[cube] = value;
      this.#length[cube] = decision.cost(value);
    }
    for (let cube = 0; cube < this.#uniform.length; cube += 1) {
      this.#look(cube);
      this.#count();
    }
  }

  /** The digits of the next part. */
  #count(): void {
    for (let flag = this.#digits.length - 1; flag >= 0; flag -= 1) {
      const digit = this.#digits[flag] ?? 0;
      this.#digits[flag] = digit < 2 ? digit + 1 : 0;
      if (digit < 2) return;
    }
  }

  #look(cube: number): void {
    const first = this.#digits.indexOf(2);
    if (first < 0) return;
    const power = this.#powers[first] ?? 0;
    const [on, off] = [this.#uniform[cube - power] ?? free, this.#uniform[cube - 2 * power] ?? free];
    const both = on === off || off === free ? on : on === free ? off : mixed;
    this.#uniform[cube] = both;
    if (both === mixed) this.#choose(cube, first);
    else this.#length[cube] = this.#length[on === free ? cube - 2 * power : cube - power] ?? 0;
  }

  /** Asks the flag that leaves the least to write. */
  #choose(cube: number, first: number): void {
    let best = Number.POSITIVE_INFINITY;
    for (let flag = first; flag < this.#digits.length; flag += 1) {
      if (this.#digits[flag] !== 2) continue;
      const [on, off] = [cube - (this.#powers[flag] ?? 0), cube - 2 * (this.#powers[flag] ?? 0)];
      const branches = { on: this.#uniform[on] ?? free, off: this.#uniform[off] ?? free };
      const isSkipped = branches.on === free || branches.off === free;
      const own = isSkipped ? 0 : splitLength(this.#decision, flag, branches);
      const total = own + (this.#length[on] ?? 0) + (this.#length[off] ?? 0);
      if (total >= best) continue;
      best = total;
      this.#choice[cube] = flag;
    }
    this.#length[cube] = best;
  }

  /** The shortest of all trees, whatever flag each node asks for. */
  shortest(nodes: Nodes, cube = this.#uniform.length - 1): Tree | undefined {
    const value = this.#uniform[cube] ?? free;
    if (value === free) return undefined;
    if (value !== mixed) return nodes.end(value);
    const flag = this.#choice[cube] ?? 0;
    const power = this.#powers[flag] ?? 0;
    const [on, off] = [this.shortest(nodes, cube - power), this.shortest(nodes, cube - 2 * power)];
    return on && off ? nodes.split(flag, on, off) : (on ?? off);
  }
}

/** The rows of both halves as one, when no combination says one thing here and another there. */
function merged(on: readonly Row[], off: readonly Row[]): readonly Row[] | undefined {
  const values = new Map(off.map(({ combination, value }) => [combination, value]));
  for (const { combination, value } of on) {
    if ((values.get(combination) ?? value) !== value) return undefined;
    values.set(combination, value);
  }
  return [...values].map(([combination, value]) => ({ combination, value }));
}

/** Rows with the bit on and off, the bit taken out. */
function halves(rows: readonly Row[], bit: number): { on: Row[]; off: Row[] } {
  const on: Row[] = [];
  const off: Row[] = [];
  for (const row of rows) {
    if ((row.combination >>> bit) & 1)
      on.push({ combination: row.combination & ~(1 << bit), value: row.value });
    else off.push(row);
  }
  return { on, off };
}

/**
 * A tree that asks the flags in their order, or, when `order` is `best` and there are too many flags to look at every tree,
 * first the flag that leaves the fewest different values. A flag that nothing depends on is not asked: halves that do not
 * contradict each other are one.
 */
function plainTree(decision: Decision, nodes: Nodes): Tree | undefined {
  const count = decision.flags.length;
  const differing = (rows: readonly Row[]): number => new Set(rows.map(({ value }) => value)).size;
  const pick = (rows: readonly Row[], left: readonly number[]): number => {
    if (decision.order === 'iuse') return left[0] ?? 0;
    const scores = left.map((flag) => {
      const { on, off } = halves(rows, count - 1 - flag);
      return differing(on) + differing(off);
    });
    return left[scores.indexOf(Math.min(...scores))] ?? 0;
  };
  const build = (rows: readonly Row[], left: readonly number[]): Tree | undefined => {
    const [first] = rows;
    if (!first) return undefined;
    if (differing(rows) === 1) return nodes.end(first.value);
    const flag = pick(rows, left);
    const rest = left.filter((one) => one !== flag);
    const { on, off } = halves(rows, count - 1 - flag);
    const both = merged(on, off);
    if (both) return build(both, rest);
    const [yes, no] = [build(on, rest), build(off, rest)];
    return yes && no ? nodes.split(flag, yes, no) : (yes ?? no);
  };
  return build(
    decision.rows,
    decision.flags.map((_, flag) => flag),
  );
}

/**
 * The decision tree of a table (specification 6.4, 7.3); undefined when the table has no rows. The same rows in another order
 * give the same tree.
 */
export function decisionTree(decision: Decision): Tree | undefined {
  const nodes = new Nodes();
  const [first] = decision.rows;
  if (first && decision.rows.every(({ value }) => value === first.value)) return nodes.end(first.value);
  if (decision.order === 'best' && decision.flags.length <= exactUpTo)
    return new Cubes(decision).shortest(nodes);
  const rows = [...decision.rows].sort((a, b) => a.combination - b.combination);
  return plainTree({ ...decision, rows }, nodes);
}
