import { fault, type Problem, problem } from '../diagnostics/index.ts';
import { type Atom, type Expression, type Group, leaves, settleAtom } from '../formats/gentoo/index.ts';
import { decisionTree } from './decision-tree.ts';
import {
  type Item,
  isOperator,
  printItem,
  readValue,
  type SettledItem,
  settledItems,
  settledTexts,
  unboundTexts,
  withoutSlot,
} from './dependency-items.ts';
import type { ReadBuild, Recombination } from './recombination.ts';
import { flagsOf } from './table.ts';
import { templateTexts } from './template.ts';
import { nestedConditions, printTexts, together } from './tree-expression.ts';

/** A variable as it can stand in the ebuild. */
export interface Recombined {
  readonly text: string;
  readonly method: 'template' | 'set';
  readonly problems: readonly Problem[];
}

/** The slot that the ebuild named for an atom, by what the atom asks for apart from it. */
function namedSlots(
  templates: readonly Group<Item>[],
  flags: ReadonlySet<string>,
): ReadonlyMap<string, string> {
  const slots = new Map<string, string>();
  for (const item of templates.flatMap((template) => leaves(template))) {
    if (!isOperator(item) || item.slot === undefined) continue;
    slots.set(withoutSlot(settleAtom(item, flags)), item.slot);
  }
  return slots;
}

function readBuilds(given: Recombination): { builds: ReadBuild[]; template: Group<Item> | undefined } {
  const { key, eapi, flags, cpv } = given;
  const read = new Map<string, Group<Item> | undefined>();
  const valueOfText = (text: string): Group<Item> | undefined => {
    if (!read.has(text)) read.set(text, readValue(key, text, eapi));
    return read.get(text);
  };
  const texts = new Set(given.values.map(({ template }) => template));
  const templates = [...texts].flatMap((text) => (text === undefined ? [] : (valueOfText(text) ?? [])));
  const builds = given.values.map(({ combination, text }) => {
    const value = valueOfText(text);
    if (!value)
      throw fault('EBN054', { what: `${key} of a build of '${cpv}' cannot be read: '${text.slice(0, 80)}'` });
    const on = new Set(flagsOf(flags, combination));
    const slots = namedSlots(templates, on);
    const unbound = unboundTexts(value, (atom: Atom) => slots.get(withoutSlot(atom)));
    return { combination, flags: on, value, items: settledItems(unbound, new Set()) };
  });
  return { builds, template: texts.size === 1 ? templates[0] : undefined };
}

/** Each item under the tree of the combinations that have it (specification 4.3). */
function setTexts(builds: readonly ReadBuild[], given: Recombination): readonly Expression<string>[] {
  const having = new Map<string, { readonly item: SettledItem; readonly on: Set<number> }>();
  for (const { combination, items } of builds) {
    for (const item of items) {
      const known = having.get(item.canonical) ?? { item, on: new Set<number>() };
      known.on.add(combination);
      having.set(item.canonical, known);
    }
  }
  const groups = new Map<string, { on: ReadonlySet<number>; items: Expression<string>[] }>();
  for (const { item, on } of having.values()) {
    const key = [...on].join(' ');
    const known = groups.get(key) ?? { on, items: [] };
    known.items.push(item.expression);
    groups.set(key, known);
  }
  return [...groups.values()].flatMap(({ on, items }) => {
    const tree = decisionTree({
      rows: builds.map(({ combination }) => ({ combination, value: on.has(combination) ? 1 : 0 })),
      flags: given.flags.map((flag) => flag.length),
      cost: (value) => (value === 0 ? 0 : printTexts(items).length),
      order: given.options.order ?? 'best',
    });
    return nestedConditions(tree, given.flags, () => items);
  });
}

/** Whether a text gives each build the items that it has (specification 4.1). */
function gives(text: string, builds: readonly ReadBuild[], given: Recombination): boolean {
  const value = readValue(given.key, text, given.eapi);
  if (!value) return false;
  return builds.every(({ flags, items }) => {
    const got = settledItems(settledTexts(value, flags), flags).map(({ canonical }) => canonical);
    return got.length === items.length && items.every(({ canonical }) => got.includes(canonical));
  });
}

function unboundProblems(builds: readonly ReadBuild[], { key, cpv }: Recombination): Problem[] {
  const unbound = builds.flatMap(({ value }) => leaves(value).filter(isOperator).map(printItem));
  return [...new Set(unbound)].map((atom) =>
    problem('EBN064', { what: `a build of '${cpv}' has '${atom}' in ${key}, which is not bound` }),
  );
}

/**
 * One variable with conditions, such that each build gets what it has (specification 4.1): from the text of the ebuild, or, when
 * that is not at hand or gives something else, from the sets of what the builds have. Throws EBN054 when neither does.
 */
export function recombine(given: Recombination): Recombined {
  const { builds, template } = readBuilds(given);
  const problems = given.key === 'RDEPEND' ? unboundProblems(builds, given) : [];
  const fromTemplate = template && templateTexts(template, builds, given);
  const first = fromTemplate && printTexts(fromTemplate);
  if (first !== undefined && gives(first, builds, given))
    return { text: first, method: 'template', problems };
  const text = printTexts([...together(setTexts(builds, given)).children]);
  if (gives(text, builds, given)) return { text, method: 'set', problems };
  throw fault('EBN054', { what: `no ${given.key} gives each build of '${given.cpv}' what it has` });
}
