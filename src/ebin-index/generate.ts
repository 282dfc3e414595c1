import { createHash } from 'node:crypto';
import { fault } from '../diagnostics/index.ts';
import type { Expression, PackageId } from '../formats/gentoo/index.ts';
import { compareBytes } from '../primitives/index.ts';
import { type Arm, armsOf, joinedArms, type SplitParts, tableDigest } from './arms.ts';
import { bundleEnding, cacheText, type EbuildModel, ebuildText } from './ebuild-text.ts';
import type { GeneratedIndex, MadeObject } from './generated.ts';
import { checkSize, forbiddenBuilds, keywords, restrictions, textProblems } from './index-checks.ts';
import { dependencies } from './index-dependencies.ts';
import { type IndexFlags, indexFlags } from './index-flags.ts';
import { type IndexOptions, mainPart, type PartClass, type TableRow } from './input.ts';
import { bumpedVersion, checkNames, distfileName, packageOf, pfOf } from './names.ts';
import { type PhasePlan, planPhases } from './phases.ts';
import { proveIndex } from './prove.ts';
import { type IndexReport, reportOn } from './report.ts';
import type { NamedObject } from './repository-text.ts';
import { requiredUse } from './required-use.ts';
import type { Selection } from './selection.ts';
import { oneLine } from './shell-text.ts';
import { distfileOf, type PartFlag, sourceUri, sourceUriLines } from './source-uri.ts';
import { subpackages } from './subpackages.ts';
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

/** The class of what builds bring along for phases. */
const phasesPart = 'phases';

const usualMaxEbuild = 1 << 20;

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

/** Every object that the ebin names, once each. */
function objectsOf(arms: readonly Arm[], parts: readonly string[], options: IndexOptions): NamedObject[] {
  const objects = arms.flatMap(({ table }) =>
    parts.flatMap((part) => [...valuesOf(table, part).objects.values()]),
  );
  checkNames(objects, (object) => distfileOf(object, options));
  const named = new Map(objects.map((object) => [distfileOf(object, options), object]));
  return [...named].map(([name, object]) => ({ name, object }));
}

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

/** Flags that the ebin does not have, and how they were: off, where builds differ. */
function droppedStates({ flags, selected }: Selection): Map<string, boolean> {
  const isOn = (flag: string): boolean => selected.every(({ build }) => build.use.includes(flag));
  return new Map(flags.dropped.map((flag) => [flag, isOn(flag)]));
}

/** Everything that is known before the ebuild is put together. */
interface Prepared {
  readonly request: IndexRequest;
  readonly id: PackageId;
  readonly original: PackageId;
  readonly arms: readonly Arm[];
  readonly made: readonly MadeObject[];
  readonly plan: PhasePlan;
  readonly parts: { readonly flags: readonly PartClass[]; readonly packages: readonly PartClass[] };
  /** Classes that have a flag in the main ebin. */
  readonly asked: readonly PartClass[];
  readonly flags: IndexFlags;
  readonly flagParts: readonly PartFlag[];
}

function prepare(request: IndexRequest): Prepared {
  const { selection, classes, options } = request;
  const original = packageOf(selection.newest.cpv);
  const id = { ...original, version: bumpedVersion(original.version, options.bump) };
  const split = armsOf(selection, request.parts);
  checkSize(split, selection.newest.cpv, options);
  const builds = split.flatMap((arm) => arm.builds);
  const plan = planPhases(builds, droppedStates(selection), options);
  const { arms, made } = withBundles(split, plan, pfOf(id));
  const parts = offered(arms, classes);
  const asked = [...parts.flags, ...(options.subpackageFlag ? parts.packages : [])];
  const flags = indexFlags(selection, arms, { parts: asked, options });
  const flagParts = parts.flags
    .map(({ name, flag }) => ({ part: name, flag }))
    .sort((a, b) => compareBytes(a.flag, b.flag));
  return { request, id, original, arms, made, plan, parts, asked, flags, flagParts };
}

/** SRC_URI of all arms (specification 6.7). */
function indexUris({ arms, flagParts, request: { options } }: Prepared): readonly Expression<string>[] {
  const always = [mainPart, phasesPart];
  return joinedArms(arms, ({ table }) => sourceUri(table, { always, flagParts }, options));
}

function modelOf(
  prepared: Prepared,
  given: { objects: readonly NamedObject[]; texts: Record<string, string> },
): EbuildModel {
  const { request, id, arms, plan, flags, flagParts } = prepared;
  const { selection, options } = request;
  const { newest } = selection;
  const buildIds = selection.selected.flatMap(({ build }) => build.buildId ?? []).sort((a, b) => a - b);
  const uris = indexUris(prepared);
  return {
    header: `${newest.cpv}, BUILD_IDs ${buildIds.join(' ') || 'none'}, table ${tableDigest(arms)}`,
    values: {
      ...given.texts,
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
    distfiles: given.objects.map(({ object }) => object.name),
    options,
  };
}

/** The text; EBN059 when it is too long. */
function limitedText(model: EbuildModel, cpv: string): string {
  const text = ebuildText(model);
  const [bytes, most] = [Buffer.byteLength(text), model.options.maxEbuild ?? usualMaxEbuild];
  if (bytes <= most) return text;
  throw fault('EBN059', { what: `the ebuild of '${cpv}' has ${bytes} bytes, more than ${most}` });
}

function reportOf({ request: { selection }, arms }: Prepared, model: EbuildModel, text: string): IndexReport {
  const rows = arms.flatMap((arm) => arm.table.entries.map(({ row }) => row));
  const sizes = {
    srcUri: Buffer.byteLength(model.values['SRC_URI'] ?? ''),
    requiredUse: Buffer.byteLength(model.values['REQUIRED_USE'] ?? ''),
    ebuild: Buffer.byteLength(text),
  };
  const newest = arms
    .flatMap(({ builds }) => builds)
    .find(({ build }) => build.path === selection.newest.path);
  const demands =
    newest?.environment && oneLine(newest.environment.variables.get('REQUIRED_USE')?.value ?? '');
  return reportOn(selection, tableOf(selection.flags.varying, rows), { sizes, demands });
}

/**
 * Makes the ebuild of one version from its builds, and proves that it does what it claims (specification 6.6): nothing is
 * written, the texts come back. The order of builds and parts does not matter. Throws the problem that refuses the package.
 */
export function generateIndex(request: IndexRequest): GeneratedIndex {
  const prepared = prepare(request);
  const { id, original, arms, made, plan, parts, flags, flagParts } = prepared;
  const { selection, options } = request;
  const { cpv } = selection.newest;
  const named = [mainPart, phasesPart, ...flagParts.map(({ part }) => part)];
  const objects = objectsOf(arms, named, options);
  const depended = dependencies(
    arms,
    objects.map(({ object }) => object.name),
    options,
  );
  const extras = subpackages(
    { id, original, arms, selection, options, classes: parts.packages },
    {
      keywords: keywords(selection, arms, options),
      license: depended.texts.LICENSE,
      restrict: restrictions(selection, options),
      isTaken: request.isTaken ?? (() => false),
    },
  );
  const pulls = options.subpackageFlag ? extras.pulls : [];
  const PDEPEND = oneLine([depended.texts.PDEPEND, ...pulls].join(' '));
  const model = modelOf(prepared, { objects, texts: { ...depended.texts, PDEPEND } });
  const text = limitedText(model, cpv);
  const proof = prove(arms, model, { flagParts, options, pins: flags.pins, cpv });
  const meanings = new Map(prepared.asked.map(({ name, flag }) => [flag, partMeaning(name)]));
  return {
    ebuilds: [{ id, text, cache: cacheText(model, text), objects, flags: meanings }, ...extras.ebuilds],
    made,
    report: reportOf(prepared, model, text),
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
