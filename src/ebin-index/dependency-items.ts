import {
  type Atom,
  type Eapi,
  type Expression,
  evaluate,
  formatAtom,
  type Group,
  group,
  knownEapi,
  leaf,
  mapLeaves,
  parseDependencies,
  parseLicense,
  parseRestrict,
  settleAtom,
} from '../formats/gentoo/index.ts';
import { compareBytes } from '../primitives/index.ts';

/** Variables that are put together again from builds (specification 4.1). */
export const recombinedKeys = [
  'RDEPEND',
  'PDEPEND',
  'IDEPEND',
  'DEPEND',
  'BDEPEND',
  'LICENSE',
  'PROPERTIES',
] as const;

export type RecombinedKey = (typeof recombinedKeys)[number];

/** One item as text or as an atom: licences and properties have no parts. */
export type Item = Atom | string;

const place = { file: 'metadata' };

/** Reads a value of a build; undefined when it is none. */
export function readValue(key: RecombinedKey, text: string, eapi: string): Group<Item> | undefined {
  const options: { place: typeof place; eapi: Eapi | undefined } = { place, eapi: knownEapi(eapi) };
  if (key === 'LICENSE') return parseLicense(text, options).expression;
  if (key === 'PROPERTIES') return parseRestrict(text, options).expression;
  return parseDependencies(text, options).expression;
}

/** An item as text. */
export const printItem = (item: Item): string => (typeof item === 'string' ? item : formatAtom(item));

/** Whether an atom was bound to a sub-slot by a build: such atoms must not stand in ebuilds (specification 4.4). */
export function isBound(item: Item): item is Atom & { readonly slot: string } {
  return typeof item !== 'string' && item.slotOperator === '=' && item.subslot !== undefined && !item.blocker;
}

/** Whether an atom waits to be bound. */
export function isOperator(item: Item): item is Atom {
  return typeof item !== 'string' && item.slotOperator === '=' && item.subslot === undefined;
}

/** The slot and sub-slot that the content needs. */
export function pinOf(atom: Atom): Atom {
  const { slotOperator: _, ...pin } = atom;
  return pin;
}

/** The atom that makes package managers build again; `slot` when the ebuild itself named one. */
export function operatorOf(atom: Atom, slot: string | undefined): Atom {
  const { slot: _, subslot: __, ...rest } = atom;
  return { ...rest, ...(slot === undefined ? {} : { slot }), slotOperator: '=' };
}

/** What an atom asks for, apart from its slot. */
export function withoutSlot(atom: Atom): string {
  const { slot: _, subslot: __, slotOperator: ___, ...rest } = atom;
  return formatAtom(rest);
}

/** One item of a value whose conditions are settled: its canonical text, and how it is written. */
export interface SettledItem {
  readonly canonical: string;
  readonly expression: Expression<string>;
}

const canonicalOf = (expression: Expression<string>): string => {
  if (expression.kind === 'leaf') return expression.value;
  const texts = expression.children.map(canonicalOf);
  return expression.kind === 'all'
    ? `( ${texts.sort(compareBytes).join(' ')} )`
    : `|| ( ${texts.join(' ')} )`;
};

/** Choices of one are no choices, and a choice within a choice is one choice: so Portage writes what it evaluates. */
function simplified(node: Expression<string>): Expression<string>[] {
  if (node.kind === 'leaf' || node.kind === 'use') return [node];
  const children = node.children.flatMap((child) => {
    const inner = simplified(child);
    return inner.flatMap((one) => (one.kind === 'leaf' || one.kind !== node.kind ? [one] : one.children));
  });
  if (children.length <= 1) return children;
  return [group(node.kind, children)];
}

/** The items of a value under some flags, each once, in order (specification 4.1). */
export function settledItems(value: Group<string>, flags: ReadonlySet<string>): SettledItem[] {
  const items = new Map<string, SettledItem>();
  for (const child of evaluate(value, flags).children) {
    for (const outer of simplified(child)) {
      for (const expression of outer.kind === 'all' ? outer.children : [outer]) {
        const canonical = canonicalOf(expression);
        if (!items.has(canonical)) items.set(canonical, { canonical, expression });
      }
    }
  }
  return [...items.values()];
}

/** A value whose atoms ask for nothing of the package's own flags any more, as texts. */
export function settledTexts(value: Group<Item>, flags: ReadonlySet<string>): Group<string> {
  return mapLeaves(value, (item) =>
    leaf(printItem(typeof item === 'string' ? item : settleAtom(item, flags))),
  );
}

/**
 * A value of a build as it can stand in an ebuild: bound atoms become pin and operator (specification 4.4). `slotOf` says
 * which slot the ebuild of the build named itself.
 */
export function unboundTexts(value: Group<Item>, slotOf: (atom: Atom) => string | undefined): Group<string> {
  return mapLeaves(value, (item) =>
    isBound(item)
      ? group('all', [leaf(formatAtom(pinOf(item))), leaf(formatAtom(operatorOf(item, slotOf(item))))])
      : leaf(printItem(item)),
  );
}
