import { decisionTree, nothing, type Row, type Tree } from './decision-tree.ts';

/** Combinations in which some flags are decided and the others do not matter. */
export interface MatrixPattern {
  readonly on: readonly string[];
  readonly off: readonly string[];
  /** Combinations that it stands for, of those that are meant. */
  readonly combinations: number;
}

/** A number of the caller's for each leaf of a tree, with the flags on the way to it. */
interface Leaf {
  readonly value: number;
  readonly decided: number;
  readonly on: number;
}

function leavesOf(tree: Tree | undefined, count: number): Leaf[] {
  if (!tree) return [];
  const leaves: Leaf[] = [];
  const walk = (node: Tree, decided: number, on: number): void => {
    if (node.kind === 'end') {
      leaves.push({ value: node.value, decided, on });
      return;
    }
    const bit = 2 ** (count - 1 - node.flag);
    walk(node.on, decided | bit, on | bit);
    walk(node.off, decided | bit, on);
  };
  walk(tree, 0, 0);
  return leaves;
}

const treeOf = (flags: readonly string[], rows: readonly Row[]): Tree | undefined =>
  decisionTree({ rows, flags: flags.map(() => 1), cost: () => 1, order: 'best' });

function patternOf(flags: readonly string[], { decided, on }: Leaf, combinations: number): MatrixPattern {
  const named = (mask: number): string[] =>
    flags.filter((_, index) => mask & (2 ** (flags.length - 1 - index)));
  return { on: named(on), off: named(decided & ~on), combinations };
}

/** Each group of combinations as patterns; what belongs to no group is free, so that patterns are as short as they can be. */
export function patternsOf(
  flags: readonly string[],
  groups: readonly (readonly number[])[],
): readonly (readonly MatrixPattern[])[] {
  const rows = groups.flatMap((group, index) =>
    group.map((combination) => ({ combination, value: index + 1 })),
  );
  const leaves = leavesOf(treeOf(flags, rows), flags.length);
  const found: MatrixPattern[][] = groups.map(() => []);
  for (const leaf of leaves) {
    const group = groups[leaf.value - 1] ?? [];
    const count = group.filter((one) => (one & leaf.decided) === leaf.on).length;
    if (count > 0) found[leaf.value - 1]?.push(patternOf(flags, leaf, count));
  }
  return found;
}

/** What is missing as patterns that hold nothing that is taken; what is neither missing nor taken is free. */
export function missingPatterns(
  flags: readonly string[],
  {
    missing,
    isTaken,
    isWithin,
  }: {
    readonly missing: readonly number[];
    readonly isTaken: (combination: number) => boolean;
    readonly isWithin: (combination: number) => boolean;
  },
): readonly MatrixPattern[] {
  if (missing.length === 0) return [];
  const rows: Row[] = missing.map((combination) => ({ combination, value: 1 }));
  for (let combination = 0; combination < 2 ** flags.length; combination += 1)
    if (isTaken(combination) && isWithin(combination)) rows.push({ combination, value: nothing });
  return leavesOf(treeOf(flags, rows), flags.length).flatMap((leaf) => {
    if (leaf.value === nothing) return [];
    const count = missing.filter((one) => (one & leaf.decided) === leaf.on).length;
    return count === 0 ? [] : [patternOf(flags, leaf, count)];
  });
}
