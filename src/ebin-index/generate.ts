import { createHash } from 'node:crypto';
import { fault, type Problem, problem } from '../diagnostics/index.ts';
import type { PackageId } from '../formats/gentoo/index.ts';
import { type Arm, armsOf, joinedArms, recombinedText, type SplitParts, tableDigest } from './arms.ts';
import { bundleEnding, cacheText, decompressorsFor, type EbuildModel, ebuildText } from './ebuild-text.ts';
import { isUnreadable, readText, requiredUseHolds } from './evaluate.ts';
import { indexFlags } from './index-flags.ts';
import { type IndexedObject, type IndexOptions, mainPart, type PartClass, type TableRow } from './input.ts';
import { keywordsFor } from './keywords.ts';
import { bumpedVersion, checkNames, distfileName, packageOf, pfOf } from './names.ts';
import { accountDependencies, operatorDependencies } from './needed-dependencies.ts';
import { type PhasePlan, planPhases } from './phases.ts';
import { proveIndex } from './prove.ts';
import { type IndexReport, reportOn } from './report.ts';
import type { NamedObject } from './repository-text.ts';
import { requiredUse } from './required-use.ts';
import type { Selection } from './selection.ts';
import { oneLine } from './shell-text.ts';
import { distfileOf, type PartFlag, partIndex, sourceUriLines } from './source-uri.ts';
import { type SubpackagePlan, subpackages } from './subpackages.ts';
import { existenceOf, partsOf, tableOf, valuesOf } from './table.ts';
import { leaf, printTexts, when } from './tree-expression.ts';

/** What an ebin is made of. */
export interface IndexRequest {
  readonly selection: Selection;
  /** What the image of each selected build was split into, by path of the build. */
  readonly parts: SplitParts;
  /** Classes beside `main`; those that no build has are ignored. */
  readonly classes: readonly PartClass[];
  readonly options: IndexOptions;
  /** Whether the source repository has a package of this category and name. */
  readonly isTaken?: ((categoryAndName: string) => boolean) | undefined;
}

/** One ebuild with everything that belongs to it. */
export interface GeneratedEbuild {
  readonly id: PackageId;
  readonly text: string;
  readonly cache: string;
  readonly objects: readonly NamedObject[];
  /** What flags of parts mean, for `metadata.xml`. */
  readonly flags: ReadonlyMap<string, string>;
}

/** An object that the generator itself made: shell text for phases. */
export interface MadeObject {
  readonly object: IndexedObject;
  readonly text: string;
}

export interface GeneratedIndex {
  /** The ebin, then its sub-packages. */
  readonly ebuilds: readonly GeneratedEbuild[];
  readonly made: readonly MadeObject[];
  readonly report: IndexReport;
  /** Warnings only: errors are thrown, or stand in `refused`. */
  readonly problems: readonly Problem[];
  /** How many combinations the proof looked at, and whether these were all. */
  readonly proof: { readonly combinations: number; readonly isExhaustive: boolean };
}

/** The class of what builds bring along for phases. */
const phasesPart = 'phases';

const usualMaxCombinations = 4096;
const usualMaxFlags = 12;
const usualMaxEbuild = 1 << 20;
/** As many as fit into one number. */
const mostFlags = 30;

/** Throws EBN059 for what is above the limits (specification 6.9). */
function checkSize(arms: readonly Arm[], cpv: string, options: IndexOptions): void {
  const most = options.maxCombinations ?? usualMaxCombinations;
  const flags = arms[0]?.table.flags.length ?? 0;
  const mostOfFlags = Math.min(mostFlags, Math.max(usualMaxFlags, Math.ceil(Math.log2(most))));
  if (flags > mostOfFlags)
    throw fault('EBN059', {
      what: `the builds of '${cpv}' differ in ${flags} flags, more than ${mostOfFlags}`,
    });
  for (const { table } of arms)
    if (table.entries.length > most)
      throw fault('EBN059', { what: `'${cpv}' has ${table.entries.length} combinations, more than ${most}` });
}

function madeObject(text: string, pf: string): MadeObject {
  const digest = (algorithm: string): string => createHash(algorithm).update(text).digest('hex');
  const sha512 = digest('sha512');
  const name = distfileName(pf, { part: phasesPart, sha512, ending: bundleEnding });
  const object = {
    canonical: sha512,
    sha512,
    blake2b: digest('blake2b512'),
    size: Buffer.byteLength(text),
    name,
  };
  return { object, text };
}

/** The arms with what builds bring along for phases as one more class. */
function withBundles(arms: readonly Arm[], plan: PhasePlan, pf: string): { arms: Arm[]; made: MadeObject[] } {
  const made = new Map<string, MadeObject>();
  const done = arms.map((arm) => {
    const rows = arm.table.entries.map(({ row }): TableRow => {
      const text = plan.bundles.get(row.build);
      if (text === undefined) return row;
      const one = made.get(text) ?? madeObject(text, pf);
      made.set(text, one);
      return { ...row, parts: { ...row.parts, [phasesPart]: one.object } };
    });
    return { ...arm, table: tableOf(arm.table.flags, rows) };
  });
  return { arms: done, made: [...made.values()] };
}

function textProblems({ selected, newest }: Selection): Problem[] {
  const found: Problem[] = [];
  for (const key of ['DESCRIPTION', 'HOMEPAGE']) {
    const texts = new Set(selected.map(({ build }) => oneLine(build.metadata[key] ?? '')));
    if (texts.size > 1) found.push(problem('EBN063', { what: `builds of '${newest.cpv}' differ in ${key}` }));
  }
  return found;
}

/** Builds whose flags their own ebuild forbids (specification 4.9). */
function forbiddenBuilds(arms: readonly Arm[]): Problem[] {
  return arms.flatMap(({ builds }) =>
    builds.flatMap(({ build, environment }) => {
      const text = environment?.variables.get('REQUIRED_USE')?.value ?? '';
      const read = readText(text, { kind: 'required-use' });
      if (isUnreadable(read) || requiredUseHolds(read, new Set(build.use))) return [];
      return [problem('EBN074', { what: `the flags of '${build.path}' do not meet '${oneLine(text)}'` })];
    }),
  );
}

/** KEYWORDS (specification 3.8). Throws EBN070 when the architecture of a build is not known. */
function keywords({ newest, selected }: Selection, arms: readonly Arm[], options: IndexOptions): string {
  const original = newest.metadata.KEYWORDS ?? '';
  const hasPrograms = selected.some(({ build }) => oneLine(build.metadata['NEEDED.ELF.2'] ?? '') !== '');
  if (options.noarch && hasPrograms)
    throw fault('EBN071', {
      what: `'${newest.cpv}' has programs of an architecture, which --noarch does not go with`,
    });
  if (options.noarch) return oneLine(original);
  const arches = arms.map(({ arch }) => {
    if (arch === undefined)
      throw fault('EBN070', { what: `the architecture of '${newest.cpv}' is not known` });
    return arch;
  });
  return keywordsFor(original, arches);
}

/** Dependencies of an ebin (specification 4.6). */
function dependencies(arms: readonly Arm[], names: readonly string[], options: IndexOptions) {
  const problems: Problem[] = [];
  const of = (key: Parameters<typeof recombinedText>[0]): string => {
    const { text, problems: found } = recombinedText(key, arms, options);
    problems.push(...found);
    return text;
  };
  const [RDEPEND, PDEPEND, IDEPEND] = [of('RDEPEND'), of('PDEPEND'), of('IDEPEND')];
  const owners = arms.some(({ builds }) => builds.some(({ build }) => (build.owners ?? []).length > 0));
  const original = owners || options.keepBuildDeps ? of('DEPEND') : '';
  const accounts = owners ? accountDependencies(`${original} ${RDEPEND}`) : '';
  const DEPEND = options.keepBuildDeps ? original : `${operatorDependencies(RDEPEND)} ${accounts}`;
  const tools = decompressorsFor(names).join(' ');
  const BDEPEND = `${options.keepBuildDeps ? of('BDEPEND') : ''} ${tools}`;
  const texts = {
    RDEPEND,
    PDEPEND,
    IDEPEND,
    DEPEND,
    BDEPEND,
    LICENSE: of('LICENSE'),
    PROPERTIES: of('PROPERTIES'),
  };
  return { texts, problems };
}

/** Every object that the ebin names, once each. */
function objectsOf(arms: readonly Arm[], parts: readonly string[], options: IndexOptions): NamedObject[] {
  const objects = arms.flatMap(({ table }) =>
    parts.flatMap((part) => [...valuesOf(table, part).objects.values()]),
  );
  checkNames(objects, (object) => distfileOf(object, options));
  const named = new Map(objects.map((object) => [distfileOf(object, options), object]));
  return [...named].map(([name, object]) => ({ name, object }));
}

const restrictions = ({ selected }: Selection, options: IndexOptions): string => {
  const isBound = selected.some(({ build }) => /\bbindist\b/.test(build.metadata.RESTRICT ?? ''));
  return [...(isBound ? ['bindist'] : []), ...(options.useGentooMirrors ? [] : ['mirror']), 'strip'].join(
    ' ',
  );
};

/** Demands of the ebin (specification 7): pins, existence, and existence of parts that are asked for. */
function demands(arms: readonly Arm[], pins: ReadonlyMap<string, boolean>, given: Parts) {
  const pinned = [...pins].map(([flag, isOn]) => leaf(isOn ? flag : `!${flag}`));
  const { options, flagParts } = given;
  const own = joinedArms(arms, ({ table }) => [
    ...requiredUse(existenceOf(table), options),
    ...(options.partialExtra === 'require' ? flagParts : []).flatMap(({ part, flag }) => {
      const inner = requiredUse(existenceOf(table, part), { ...options, requiredUse: 'tree' });
      return inner.length === 0 ? [] : [when({ flag, negated: false }, inner)];
    }),
  ]);
  return [...pinned, ...own];
}

interface Parts {
  readonly flagParts: readonly PartFlag[];
  readonly options: IndexOptions;
}

/** Holds every arm against the texts; EBN060 when one of them is wrong. */
function prove(
  arms: readonly Arm[],
  model: EbuildModel,
  given: Parts & { pins: ReadonlyMap<string, boolean>; cpv: string },
) {
  const iuse = new Set((model.values.IUSE ?? '').split(' ').map((flag) => flag.replace(/^\+/, '')));
  const arches = arms.length > 1 ? new Set(arms.map(({ arch }) => arch)) : new Set();
  let combinations = 0;
  let isExhaustive = true;
  for (const { arch, table } of arms) {
    const done = proveIndex({
      table,
      flagParts: given.flagParts,
      alwaysParts: partsOf(table).filter((part) => part === phasesPart),
      sourceUri: model.values.SRC_URI ?? '',
      requiredUse: model.values.REQUIRED_USE ?? '',
      pins: given.pins,
      arch: arms.length > 1 ? arch : undefined,
      isKnown: (flag) => iuse.has(flag) || arches.has(flag),
      options: given.options,
      cpv: given.cpv,
    });
    const [first] = done.problems;
    if (first) throw fault('EBN060', { what: first.what });
    combinations += done.combinations;
    isExhaustive &&= done.isExhaustive;
  }
  return { combinations, isExhaustive };
}

/** How each class is offered: by a flag of the ebin, or as a package of its own (specification 9.1). */
function offered(
  arms: readonly Arm[],
  classes: readonly PartClass[],
): { flags: PartClass[]; packages: PartClass[] } {
  const there = new Set(arms.flatMap(({ table }) => partsOf(table)));
  const isShared = ({ name }: PartClass): boolean =>
    arms.every(({ table }) => valuesOf(table, name).objects.size <= 1);
  const isPackage = (one: PartClass): boolean =>
    one.mode === 'subpackage' || (one.mode === 'auto' && !isShared(one));
  const present = classes.filter(({ name }) => there.has(name));
  return { flags: present.filter((one) => !isPackage(one)), packages: present.filter(isPackage) };
}

const partMeaning = (part: string): string =>
  ({
    splitdebug: 'Install debug data of the programs',
    installsources: 'Install the sources that debug data refers to',
  })[part] ?? `Install the files of the part ${part}`;

/**
 * Makes the ebuild of one version from its builds, and proves that it does what it claims (specification 6.6): nothing is
 * written, the texts come back. The order of builds and parts does not matter. Throws the problem that refuses the package.
 */
export function generateIndex(request: IndexRequest): GeneratedIndex {
  const { selection, classes, options } = request;
  const { newest } = selection;
  const original = packageOf(newest.cpv);
  const id = { ...original, version: bumpedVersion(original.version, options.bump) };
  const split = armsOf(selection, request.parts);
  checkSize(split, newest.cpv, options);
  const plan = planPhases(
    split.flatMap(({ builds }) => builds),
    new Map(selection.flags.dropped.map((flag) => [flag, isOnEverywhere(selection, flag)])),
    options,
  );
  const { arms, made } = withBundles(split, plan, pfOf(id));
  const parts = offered(arms, classes);
  const askedFor = [...parts.flags, ...(options.subpackageFlag ? parts.packages : [])];
  const flags = indexFlags(selection, arms, { parts: askedFor, options });
  const flagParts = parts.flags
    .map(({ name, flag }) => ({ part: name, flag }))
    .sort((a, b) => (a.flag < b.flag ? -1 : 1));
  const uris = joinedArms(arms, ({ table }) => [
    ...partIndex(table, mainPart, options),
    ...partIndex(table, phasesPart, options),
    ...flagParts.flatMap(({ part, flag }) => {
      const index = partIndex(table, part, options);
      return index.length === 0 ? [] : [when<string>({ flag, negated: false }, index)];
    }),
  ]);
  const objects = objectsOf(arms, [mainPart, phasesPart, ...flagParts.map(({ part }) => part)], options);
  const names = objects.map(({ object }) => object.name);
  const depended = dependencies(arms, names, options);
  const subs: SubpackagePlan = { id, original, arms, selection, options, classes: parts.packages };
  const extras = subpackages(subs, {
    keywords: keywords(selection, arms, options),
    license: depended.texts.LICENSE,
    restrict: restrictions(selection, options),
    isTaken: request.isTaken ?? (() => false),
  });
  const buildIds = selection.selected.flatMap(({ build }) => build.buildId ?? []).sort((a, b) => a - b);
  const model: EbuildModel = {
    header: `${newest.cpv}, BUILD_IDs ${buildIds.join(' ') || 'none'}, table ${tableDigest(arms)}`,
    values: {
      ...depended.texts,
      PDEPEND: [depended.texts.PDEPEND, ...(options.subpackageFlag ? extras.pulls : [])].join(' ').trim(),
      DESCRIPTION: oneLine(newest.metadata.DESCRIPTION ?? '') || id.name,
      HOMEPAGE: newest.metadata.HOMEPAGE ?? '',
      SRC_URI: printTexts(uris),
      SLOT: newest.slot,
      KEYWORDS: keywords(selection, arms, options),
      IUSE: flags.iuse.join(' '),
      REQUIRED_USE: printTexts(demands(arms, flags.pins, { flagParts, options })),
      RESTRICT: restrictions(selection, options),
    },
    sourceUriLines: sourceUriLines(uris, options.form),
    variables: plan.variables,
    helpers: plan.helpers,
    functions: plan.functions,
    distfiles: names,
    options,
  };
  const text = ebuildText(model);
  const most = options.maxEbuild ?? usualMaxEbuild;
  if (Buffer.byteLength(text) > most)
    throw fault('EBN059', {
      what: `the ebuild of '${newest.cpv}' has ${Buffer.byteLength(text)} bytes, more than ${most}`,
    });
  const proof = prove(arms, model, { flagParts, options, pins: flags.pins, cpv: newest.cpv });
  const meanings = new Map(askedFor.map(({ name, flag }) => [flag, partMeaning(name)]));
  const own = { id, text, cache: cacheText(model, text), objects, flags: meanings };
  const sizes = {
    srcUri: Buffer.byteLength(model.values.SRC_URI ?? ''),
    requiredUse: Buffer.byteLength(model.values.REQUIRED_USE ?? ''),
    ebuild: Buffer.byteLength(text),
  };
  const table = tableOf(
    selection.flags.varying,
    arms.flatMap((arm) => arm.table.entries.map(({ row }) => row)),
  );
  return {
    ebuilds: [own, ...extras.ebuilds],
    made,
    report: reportOn(selection, table, sizes),
    problems: [
      ...selection.problems,
      ...flags.problems,
      ...textProblems(selection),
      ...forbiddenBuilds(arms),
      ...plan.problems,
      ...depended.problems,
      ...extras.problems,
    ],
    proof,
  };
}

/** Whether a dropped flag was on in all builds. */
function isOnEverywhere({ selected }: Selection, flag: string): boolean {
  return selected.every(({ build }) => build.use.includes(flag));
}
