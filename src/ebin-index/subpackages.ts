import { fault, type Problem, problem } from '../diagnostics/index.ts';
import { bareFlag, type PackageId } from '../formats/gentoo/index.ts';
import { type Arm, joinedArms, tableDigest, unconditional } from './arms.ts';
import { decisionTree } from './decision-tree.ts';
import { cacheText, decompressorsFor, type EbuildModel, ebuildText } from './ebuild-text.ts';
import type { GeneratedEbuild } from './generated.ts';
import { type IndexOptions, mainPart, type PartClass } from './input.ts';
import { sameVersionAtom, subpackageName } from './names.ts';
import { proveIndex } from './prove.ts';
import { requiredUse } from './required-use.ts';
import type { Selection } from './selection.ts';
import { oneLine } from './shell-text.ts';
import { distfileOf, partIndex, sourceUriLines } from './source-uri.ts';
import { combinationOf, decidingFlags, existenceOf, flagsOf, type Table, valuesOf } from './table.ts';
import { leaf, nestedConditions, printTexts, when } from './tree-expression.ts';

/** What sub-packages are made from. */
export interface SubpackagePlan {
  /** Of the ebin, with its own revision. */
  readonly id: PackageId;
  readonly original: PackageId;
  readonly arms: readonly Arm[];
  readonly selection: Selection;
  readonly classes: readonly PartClass[];
  readonly options: IndexOptions;
}

/** What they have in common with the ebin. */
export interface Shared {
  readonly keywords: string;
  readonly license: string;
  readonly restrict: string;
  readonly isTaken: (categoryAndName: string) => boolean;
}

export interface Subpackages {
  readonly ebuilds: readonly GeneratedEbuild[];
  /** What the ebin says in PDEPEND to have them when their flag is on, one a class. */
  readonly pulls: readonly string[];
  readonly problems: readonly Problem[];
}

/** The table of one class alone, over the flags that decide it. */
function partTable(table: Table, part: string, flags: readonly string[]): Table {
  const entries = new Map<number, Table['entries'][number]>();
  for (const { combination, row } of table.entries) {
    const object = row.parts[part];
    if (!object) continue;
    const narrow = combinationOf(flags, flagsOf(table.flags, combination));
    if (!entries.has(narrow))
      entries.set(narrow, { combination: narrow, row: { ...row, parts: { [mainPart]: object } } });
  }
  return { flags, entries: [...entries.values()].sort((a, b) => a.combination - b.combination) };
}

/** `flag? ( ~sub[f=] )`, where the class is there. */
function pull(plan: SubpackagePlan, { name, flag }: PartClass, atom: string): string {
  const inner = joinedArms(plan.arms, ({ table }) => {
    const tree = decisionTree({
      rows: table.entries.map(({ combination, row }) => ({ combination, value: row.parts[name] ? 1 : 0 })),
      flags: table.flags.map((one) => one.length),
      cost: (value) => (value === 0 ? 0 : atom.length),
      order: plan.options.order ?? 'best',
    });
    return nestedConditions(tree, table.flags, () => [leaf(atom)]);
  });
  return printTexts([when({ flag, negated: false }, inner)]);
}

function prove(arms: readonly Arm[], model: EbuildModel, cpv: string): void {
  const iuse = new Set((model.values.IUSE ?? '').split(' ').map(bareFlag));
  const arches = new Set(arms.length > 1 ? arms.map(({ arch }) => arch) : []);
  for (const { arch, table } of arms) {
    const [first] = proveIndex({
      table,
      flagParts: [],
      sourceUri: model.values.SRC_URI ?? '',
      requiredUse: model.values.REQUIRED_USE ?? '',
      pins: new Map(),
      arch: arms.length > 1 ? arch : undefined,
      isKnown: (flag) => iuse.has(flag) || arches.has(flag),
      options: model.options,
      cpv,
    }).problems;
    if (first) throw fault('EBN060', { what: first.what });
  }
}

function subpackage(plan: SubpackagePlan, shared: Shared, part: string): GeneratedEbuild {
  const { id, selection, options } = plan;
  const name = subpackageName(plan.original, part, { isTaken: shared.isTaken });
  const deciding = new Set(plan.arms.flatMap(({ table }) => decidingFlags(table, part)));
  const flags = selection.flags.varying.filter((flag) => deciding.has(flag));
  const arms = plan.arms
    .map((arm): Arm => ({ ...arm, table: partTable(arm.table, part, flags) }))
    .filter(({ table }) => table.entries.length > 0);
  const own = { ...id, name };
  const uris = joinedArms(arms, ({ table }) => partIndex(table, mainPart, options));
  const objects = new Map(
    arms.flatMap(({ table }) =>
      [...valuesOf(table, mainPart).objects.values()].map(
        (object) => [distfileOf(object, options), object] as const,
      ),
    ),
  );
  const names = [...objects.values()].map((object) => object.name);
  const description = oneLine(selection.newest.metadata.DESCRIPTION ?? '') || id.name;
  const model: EbuildModel = {
    header: `${selection.newest.cpv}, part ${part}, table ${tableDigest(arms)}`,
    values: {
      DESCRIPTION: `${description} (part ${part}; fits only the package of this repository)`,
      HOMEPAGE: selection.newest.metadata.HOMEPAGE ?? '',
      SRC_URI: printTexts(uris),
      LICENSE: unconditional('LICENSE', shared.license),
      SLOT: selection.newest.slot,
      KEYWORDS: shared.keywords,
      IUSE: selection.flags.iuse.filter((flag) => flags.includes(bareFlag(flag))).join(' '),
      REQUIRED_USE: printTexts(joinedArms(arms, ({ table }) => requiredUse(existenceOf(table), options))),
      RESTRICT: shared.restrict,
      RDEPEND: sameVersionAtom(id, flags),
      BDEPEND: decompressorsFor(names).join(' '),
    },
    sourceUriLines: sourceUriLines(uris, options.form),
    variables: [],
    helpers: [],
    functions: new Map(),
    distfiles: names,
    options,
  };
  prove(arms, model, `${own.category}/${name}`);
  const text = ebuildText(model);
  return {
    id: own,
    text,
    cache: cacheText(model, text),
    objects: [...objects].map(([file, object]) => ({ name: file, object })),
    flags: new Map(),
  };
}

/** Packages of their own for classes (specification 9.8). Throws EBN058, and EBN060 when a proof fails. */
export function subpackages(plan: SubpackagePlan, shared: Shared): Subpackages {
  const ebuilds = plan.classes.map(({ name }) => subpackage(plan, shared, name));
  const pulls = plan.classes.map((one, index) => {
    const made = ebuilds[index];
    const deciding = new Set(plan.arms.flatMap(({ table }) => decidingFlags(table, one.name)));
    const flags = plan.selection.flags.varying.filter((flag) => deciding.has(flag));
    return made ? pull(plan, one, sameVersionAtom(made.id, flags)) : '';
  });
  const problems = ebuilds.map(({ id }) =>
    problem('EBN067', {
      what: `'${id.category}/${id.name}' goes with any '${plan.id.category}/${plan.id.name}' of its version`,
    }),
  );
  return { ebuilds, pulls, problems };
}
