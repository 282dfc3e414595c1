import { decisionTree, type Row, type Tree } from './decision-tree.ts';
import { flagsOf } from './table.ts';

/** Combinations in which some flags are decided and the others do not matter. */
export interface MatrixPattern {
  readonly on: readonly string[];
  readonly off: readonly string[];
  /** Combinations that it stands for, of those that are meant. */
  readonly combinations: number;
  /** Flags that are on in the first of them. */
  readonly first: readonly string[];
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
  // as combinations are counted, whatever the tree asked first
  return leaves.sort((one, other) => one.on - other.on || one.decided - other.decided);
}

function patternOf(
  flags: readonly string[],
  { decided, on }: Leaf,
  members: readonly number[],
): MatrixPattern {
  const first = flagsOf(flags, members[0] ?? 0);
  const off = flagsOf(flags, decided & ~on);
  return { on: flagsOf(flags, on), off, combinations: members.length, first };
}

/** Groups of combinations, each as patterns. */
export interface GroupPatterns {
  readonly groups: readonly (readonly MatrixPattern[])[];
  readonly missing: readonly MatrixPattern[];
}

/**
 * Each group of combinations, and those that are missing, as patterns. No pattern holds anything of another group, or a missing
 * combination that is not its own; what is neither in a group nor missing is free, so that patterns are short.
 */
export function patternsOf(
  flags: readonly string[],
  groups: readonly (readonly number[])[],
  missing: readonly number[],
): GroupPatterns {
  const all = [...groups, missing];
  const rows: Row[] = all.flatMap((group, index) =>
    group.map((combination) => ({ combination, value: index + 1 })),
  );
  const tree = decisionTree({ rows, flags: flags.map(() => 1), cost: () => 1, order: 'best' });
  const found: MatrixPattern[][] = all.map(() => []);
  for (const leaf of leavesOf(tree, flags.length)) {
    const group = all[leaf.value - 1] ?? [];
    const members = group.filter((one) => (one & leaf.decided) === leaf.on);
    if (members.length > 0) found[leaf.value - 1]?.push(patternOf(flags, leaf, members));
  }
  return { groups: found.slice(0, groups.length), missing: found[groups.length] ?? [] };
}
