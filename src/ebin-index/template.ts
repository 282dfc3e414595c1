import {
  type Atom,
  type Expression,
  formatAtom,
  type Group,
  group,
  leaves,
  settleAtom,
  when,
} from '../formats/gentoo/index.ts';
import { decisionTree } from './decision-tree.ts';
import {
  type Item,
  isBound,
  isOperator,
  operatorOf,
  pinOf,
  printItem,
  withoutSlot,
} from './dependency-items.ts';
import type { ReadBuild, Recombination } from './recombination.ts';
import { leaf, nestedConditions } from './tree-expression.ts';

type Texts = readonly Expression<string>[];

/** A flag that neither branches nor is the same in all builds. */
class Unsettled extends Error {}

/** Where something of the template stands. */
interface Context {
  /** The builds whose flags meet the conditions around it. */
  readonly builds: readonly ReadBuild[];
  readonly isAlternative: boolean;
}

class Template {
  readonly #given: Recombination;

  constructor(given: Recombination) {
    this.#given = given;
  }

  #stateOf(flag: string): boolean | undefined {
    if (this.#given.flags.includes(flag)) return undefined;
    const state = this.#given.settled(flag);
    if (state === undefined) throw new Unsettled(flag);
    return state;
  }

  /** An atom whose `[flag?]` asks only for flags on which the ebin branches. */
  #folded(atom: Atom): Atom {
    const own = new Set<string>();
    const open = atom.use.filter(({ flag, kind }) => {
      if (kind === 'enabled' || kind === 'disabled') return true;
      const state = this.#stateOf(flag);
      if (state) own.add(flag);
      return state === undefined;
    });
    const settled = settleAtom({ ...atom, use: atom.use.filter((one) => !open.includes(one)) }, own);
    return { ...atom, use: [...open, ...settled.use] };
  }

  /** Slot and sub-slot that the builds were made with, by what they have in place of the atom. */
  #pins(atom: Atom, { builds }: Context): Texts {
    const texts = new Map<string, number>();
    const rows = builds.map(({ combination, flags, value }) => {
      const wanted = withoutSlot(settleAtom(atom, flags));
      const found = leaves(value).find(
        (item) =>
          isBound(item) &&
          withoutSlot(item) === wanted &&
          (atom.slot === undefined || atom.slot === item.slot),
      );
      if (found === undefined || !isBound(found)) return { combination, value: 0 };
      const text = formatAtom(pinOf({ ...atom, slot: found.slot, subslot: found.subslot ?? '' }));
      const number = texts.get(text) ?? texts.size + 1;
      texts.set(text, number);
      return { combination, value: number };
    });
    const byNumber = new Map([...texts].map(([text, number]) => [number, text]));
    const tree = decisionTree({
      rows,
      flags: this.#given.flags.map((flag) => flag.length),
      cost: (number) => (byNumber.get(number)?.length ?? 0) + 1,
      order: this.#given.options.order ?? 'best',
    });
    return nestedConditions(tree, this.#given.flags, (number) => [leaf(byNumber.get(number) ?? '')]);
  }

  #leaf(item: Item, context: Context): Texts {
    if (typeof item === 'string') return [leaf(item)];
    const atom = this.#folded(item);
    if (!isOperator(atom)) return [leaf(printItem(atom))];
    const texts = [...this.#pins(atom, context), leaf(formatAtom(operatorOf(atom, atom.slot)))];
    return context.isAlternative && texts.length > 1 ? [group('all', texts)] : texts;
  }

  texts(node: Expression<Item>, context: Context): Texts {
    if (node.kind === 'leaf') return this.#leaf(node.value, context);
    const inner = (builds: readonly ReadBuild[], isAlternative: boolean): Texts =>
      node.children.flatMap((child) => this.texts(child, { builds, isAlternative }));
    if (node.kind === 'use') {
      const state = this.#stateOf(node.flag);
      if (state !== undefined) {
        const kept = state === node.negated ? [] : inner(context.builds, false);
        return context.isAlternative && kept.length > 1 ? [group('all', kept)] : kept;
      }
      const children = inner(
        context.builds.filter(({ flags }) => flags.has(node.flag) !== node.negated),
        false,
      );
      return children.length === 0 ? [] : [when({ flag: node.flag, negated: node.negated }, children)];
    }
    const children = inner(context.builds, node.kind !== 'all');
    if (children.length === 0) return [];
    return node.kind === 'all' && !context.isAlternative ? children : [group(node.kind, children)];
  }
}

/**
 * The text of the ebuild, with flags that are the same everywhere settled, and with pins for what builds were bound to
 * (specification 4.2, 4.4). Undefined when it asks for a flag that differs and is none of the package's.
 */
export function templateTexts(
  template: Group<Item>,
  builds: readonly ReadBuild[],
  given: Recombination,
): Texts | undefined {
  try {
    return new Template(given).texts(template, { builds, isAlternative: false });
  } catch (error) {
    if (error instanceof Unsettled) return undefined;
    throw error;
  }
}
