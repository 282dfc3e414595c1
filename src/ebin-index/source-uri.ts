import { contentPath, type Expression } from '../formats/gentoo/index.ts';
import { decisionTree } from './decision-tree.ts';
import type { IndexedObject, IndexOptions } from './input.ts';
import { type Table, valuesOf } from './table.ts';
import { chain, leaf, literalsOf, nestedConditions, printTexts, when } from './tree-expression.ts';

/** A class that is asked for by a flag. */
export interface PartFlag {
  readonly part: string;
  readonly flag: string;
}

/** The name of the mirror in addresses when nothing else is said. */
export const usualMirror = 'binhost';

/** Digits of addresses of the style `short` when nothing else is said. */
export const usualUriDigits = 32;

/** Under what name an object lies among the distfiles (specification 6.2). */
export function distfileOf(object: IndexedObject, options: IndexOptions): string {
  return options.uriStyle === 'short' ? shortName(object, options) : object.name;
}

const shortName = ({ sha512 }: IndexedObject, { uriDigits = usualUriDigits }: IndexOptions): string =>
  sha512.slice(0, uriDigits);

/** How SRC_URI refers to an object (specification 6.2). */
export function objectUri(object: IndexedObject, options: IndexOptions): string {
  const base = `mirror://${options.mirrorName ?? usualMirror}`;
  if (options.uriStyle === 'bare') return object.name;
  if (options.uriStyle === 'short') return `${base}/${shortName(object, options)}`;
  return `${base}/${contentPath(object.sha512)} -> ${object.name}`;
}

/** The index of one class (specification 6.4). */
export function partIndex(table: Table, part: string, options: IndexOptions): readonly Expression<string>[] {
  const { rows, objects } = valuesOf(table, part);
  const uris = new Map([...objects].map(([value, object]) => [value, objectUri(object, options)]));
  const items = (value: number): readonly Expression<string>[] => [leaf(uris.get(value) ?? '')];
  if (options.form === 'naive')
    return rows
      .filter(({ value }) => value > 0)
      .flatMap(({ combination, value }) => chain(literalsOf(table.flags, combination), items(value)));
  const tree = decisionTree({
    rows,
    flags: table.flags.map((flag) => flag.length),
    cost: (value) => (value === 0 ? 0 : (uris.get(value)?.length ?? 0) + 1),
    order: options.order ?? 'best',
  });
  return nestedConditions(tree, table.flags, items);
}

/** SRC_URI: the indexes of what is always there, then that of each class under its flag, in the given order (specification 6.7). */
export function sourceUri(
  table: Table,
  parts: { readonly always: readonly string[]; readonly flagParts: readonly PartFlag[] },
  options: IndexOptions,
): readonly Expression<string>[] {
  const extra = parts.flagParts.flatMap(({ part, flag }) => {
    const index = partIndex(table, part, options);
    return index.length === 0 ? [] : [when<string>({ flag, negated: false }, index)];
  });
  return [...parts.always.flatMap((part) => partIndex(table, part, options)), ...extra];
}

/** A conditional with one thing in it, which has one thing in it, and so on. */
function isChain(node: Expression<string>): boolean {
  if (node.kind === 'leaf') return true;
  const [only, ...more] = node.children;
  return only !== undefined && more.length === 0 && isChain(only);
}

/** The lines of SRC_URI in an ebuild (specification 9.10): a chain of the naive form is one line. */
export function sourceUriLines(
  children: readonly Expression<string>[],
  form: IndexOptions['form'],
): string[] {
  const lines: string[] = [];
  const print = (node: Expression<string>, depth: number): void => {
    const indent = '\t'.repeat(depth);
    const hasLeaf = node.kind !== 'leaf' && node.children.length === 1 && node.children[0]?.kind === 'leaf';
    const isShort = form === 'naive' ? isChain(node) && depth < 3 : hasLeaf && depth > 1;
    if (node.kind === 'leaf' || isShort) {
      lines.push(indent + printTexts([node]));
      return;
    }
    const head = node.kind === 'use' ? `${node.negated ? '!' : ''}${node.flag}? (` : '(';
    lines.push(indent + head);
    for (const child of node.children) print(child, depth + 1);
    lines.push(`${indent})`);
  };
  for (const child of children) print(child, 1);
  return lines;
}
