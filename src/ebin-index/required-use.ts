import { type Expression, group } from '../formats/gentoo/index.ts';
import { coverOf, recognised } from './cover.ts';
import { decisionTree, nothing, type Row, type Tree } from './decision-tree.ts';
import type { IndexOptions } from './input.ts';
import type { Existence } from './table.ts';
import { literal, literalsOf, printTexts, when } from './tree-expression.ts';

type Texts = readonly Expression<string>[];

/** Up to so many flags every combination is written down to look for the shortest text. */
const wholeUpTo = 12;

/** The form of the document: one group of all literals for each combination (specification 7.2). */
function naive({ flags, combinations }: Existence): Texts {
  const groups = combinations.map((one) => group('all', literalsOf(flags, one).map(literal)));
  return [group('any', groups)];
}

function treeTexts(tree: Tree, flags: readonly string[]): Texts {
  if (tree.kind === 'end') return [];
  const flag = flags[tree.flag] ?? '';
  const isNever = (branch: Tree): boolean => branch.kind === 'end' && branch.value === nothing;
  if (isNever(tree.off)) return [literal({ flag, negated: false }), ...treeTexts(tree.on, flags)];
  if (isNever(tree.on)) return [literal({ flag, negated: true }), ...treeTexts(tree.off, flags)];
  return [false, true].flatMap((negated) => {
    const inner = treeTexts(negated ? tree.off : tree.on, flags);
    return inner.length === 0 ? [] : [when({ flag, negated }, inner)];
  });
}

/** A sorted list without what lies outside of a half, for tables that are too large to be written down. */
function sparseTree(existing: Existence): Tree | undefined {
  let id = 0;
  const end = (value: number): Tree => ({ kind: 'end', id: id++, value });
  const build = (combinations: readonly number[], flag: number): Tree => {
    const left = existing.flags.length - flag;
    if (combinations.length === 0) return end(nothing);
    if (combinations.length === 2 ** left) return end(1);
    const bit = 2 ** (left - 1);
    const on = combinations.filter((one) => (one & bit) !== 0).map((one) => one & ~bit);
    const off = combinations.filter((one) => (one & bit) === 0);
    if (on.length === off.length && on.every((one, index) => one === off[index])) return build(off, flag + 1);
    return { kind: 'split', id: id++, flag, on: build(on, flag + 1), off: build(off, flag + 1) };
  };
  return build(existing.combinations, 0);
}

/** The decision tree of existence (specification 7.3). */
export function requiredTree(existing: Existence, order: IndexOptions['order']): Texts {
  const { flags, combinations } = existing;
  if (flags.length > wholeUpTo) return treeTexts(sparseTree(existing) as Tree, flags);
  const exists = new Set(combinations);
  const rows: Row[] = Array.from({ length: 2 ** flags.length }, (_, combination) => ({
    combination,
    value: exists.has(combination) ? 1 : nothing,
  }));
  const tree = decisionTree({
    rows,
    flags: flags.map((flag) => flag.length),
    cost: () => 0,
    order: order ?? 'best',
    style: 'demand',
  });
  return tree ? treeTexts(tree, flags) : [];
}

/** The shorter of two, the first one of equals. */
function shorter(a: Texts, b: Texts): Texts {
  return printTexts(b).length < printTexts(a).length ? b : a;
}

/** The existing combinations with a flag on or off, of the flags without it. */
function cofactor({ flags, combinations }: Existence, index: number, isOn: boolean): Existence {
  const bit = 2 ** (flags.length - 1 - index);
  const low = bit - 1;
  return {
    flags: flags.filter((_, at) => at !== index),
    combinations: combinations
      .filter((one) => ((one & bit) !== 0) === isOn)
      .map((one) => ((one & ~(bit | low)) >>> 1) | (one & low)),
  };
}

/** The groups of flags that have nothing to do with each other, as far as existence goes; each with its own combinations. */
function factors(existing: Existence): Existence[] {
  const { flags, combinations } = existing;
  const projected = (members: number): Existence => {
    const chosen = flags.filter((_, index) => (members >>> (flags.length - 1 - index)) & 1);
    const narrow = (one: number): number =>
      flags.reduce((number, _, index) => {
        const bit = flags.length - 1 - index;
        return (members >>> bit) & 1 ? number * 2 + ((one >>> bit) & 1) : number;
      }, 0);
    return { flags: chosen, combinations: [...new Set(combinations.map(narrow))].sort((a, b) => a - b) };
  };
  const isSplit = (part: number, rest: number): boolean =>
    projected(part).combinations.length * projected(rest).combinations.length === combinations.length;
  const all = 2 ** flags.length - 1;
  const parts: number[] = [];
  let rest = all;
  // A flag is alone, or a group is what remains when all flags that are alone are taken away, or halves of that.
  for (let bit = 2 ** (flags.length - 1); bit >= 1; bit /= 2) {
    if (!isSplit(bit, all & ~bit)) continue;
    parts.push(bit);
    rest &= ~bit;
  }
  while (rest !== 0) {
    const found = smallestPart(rest, (part) => isSplit(part, all & ~part));
    parts.push(found);
    rest &= ~found;
  }
  return parts.map(projected);
}

/** The smallest part with the first member of a set that a test likes; the set itself at the latest. */
function smallestPart(members: number, isGood: (part: number) => boolean): number {
  const bits = [...Array(31).keys()].map((at) => 2 ** at).filter((bit) => members & bit);
  const [first = 0, ...others] = bits.reverse();
  // More than this many flags that hang together are one group: looking at every part of them takes too long.
  if (others.length > 8) return members;
  const parts = Array.from({ length: 2 ** others.length }, (_, number) =>
    others.reduce((part, bit, at) => ((number >>> at) & 1 ? part | bit : part), first),
  );
  const size = (part: number): number => bits.filter((bit) => part & bit).length;
  return parts.sort((a, b) => size(a) - size(b) || b - a).find(isGood) ?? members;
}

/** One factor, as short as recognisers, covers and trees find it. */
function shortest(existing: Existence, depth: number): Texts {
  const { flags, combinations } = existing;
  if (combinations.length === 2 ** flags.length) return [];
  const known = recognised(existing);
  if (known) return known;
  let best = shorter(requiredTree(existing, 'best'), coverOf(existing));
  if (depth === 0) return best;
  for (const [index, flag] of flags.entries()) {
    const halves = [true, false].map((isOn) => cofactor(existing, index, isOn));
    if (halves.some((half) => half.combinations.length === 0)) continue;
    const texts = halves.flatMap((half, at) => {
      const inner = factors(half).flatMap((one) => shortest(one, depth - 1));
      return inner.length === 0 ? [] : [when({ flag, negated: at === 1 }, inner)];
    });
    best = shorter(best, texts);
  }
  return best;
}

/** Demands that are met by exactly the existing combinations (specification 7); none when all of them exist. */
export function requiredUse(existing: Existence, options: IndexOptions): Texts {
  const { flags, combinations } = existing;
  if (flags.length === 0) return [];
  const isWhole = combinations.length === 2 ** flags.length;
  if (isWhole) return options.explicitRequiredUse ? naive(existing) : [];
  const form = options.requiredUse ?? 'tree';
  if (form === 'naive') return naive(existing);
  if (form === 'tree' || flags.length > wholeUpTo) return requiredTree(existing, options.order);
  const parts = factors(existing);
  if (form === 'auto') return parts.flatMap((part) => shortest(part, flags.length <= 8 ? 1 : 0));
  return parts.flatMap((part) => recognised(part) ?? coverOf(part));
}
