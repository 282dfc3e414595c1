import {
  type Condition,
  type Expression,
  group,
  leaf,
  printExpression,
  when,
} from '../formats/gentoo/index.ts';
import { nothing, type Tree } from './decision-tree.ts';

/** The tree as nested conditionals (specification 6.4); a value for which nothing comes back is not written. */
export function nestedConditions<T>(
  tree: Tree | undefined,
  flags: readonly string[],
  items: (value: number) => readonly Expression<T>[],
): readonly Expression<T>[] {
  if (!tree) return [];
  if (tree.kind === 'end') return tree.value === nothing ? [] : items(tree.value);
  const flag = flags[tree.flag] ?? '';
  const on = nestedConditions(tree.on, flags, items);
  const off = nestedConditions(tree.off, flags, items);
  return [
    ...(on.length > 0 ? [when<T>({ flag, negated: false }, on)] : []),
    ...(off.length > 0 ? [when<T>({ flag, negated: true }, off)] : []),
  ];
}

/** One nested chain: `a? ( !b? ( ... ) )` (specification 6.1). */
export function chain<T>(
  conditions: readonly Condition[],
  items: readonly Expression<T>[],
): readonly Expression<T>[] {
  return conditions.reduceRight<readonly Expression<T>[]>((inner, one) => [when(one, inner)], items);
}

/** All flags of a combination with their state. */
export function literalsOf(flags: readonly string[], combination: number): Condition[] {
  return flags.map((flag, index) => ({
    flag,
    negated: ((combination >>> (flags.length - 1 - index)) & 1) === 0,
  }));
}

/** A literal of REQUIRED_USE. */
export const literal = ({ flag, negated }: Condition): Expression<string> =>
  leaf(`${negated ? '!' : ''}${flag}`);

/** Several expressions as one. */
export const together = <T>(children: readonly Expression<T>[]) => group<T>('all', children);

/** Items that are texts, on one line. */
export const printTexts = (children: readonly Expression<string>[]): string =>
  printExpression(together(children), (text) => text);

export { leaf, when };
