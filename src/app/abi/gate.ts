import type { StoredArtifact } from '../../database/index.ts';
import type { Problem } from '../../diagnostics/index.ts';
import { findBroken } from '../../planner/index.ts';
import type { TargetRef } from '../artifacts-at-hand.ts';
import type { Farm } from '../farm.ts';
import { gather, type HeldGroup } from './held-groups.ts';
import { previewChanges } from './preview.ts';
import { scanPackages } from './scan.ts';
import { type PackageChange, RecordedWorld } from './world.ts';

type GateFarm = Pick<Farm, 'config' | 'database' | 'store' | 'repositories'>;

/** How results that break published packages are treated. */
export type AbiMode = 'off' | 'preview' | 'auto';

/** The setting of a target: its own, else that of the farm. */
export function abiModeOf({ config }: Pick<Farm, 'config'>, target: string): AbiMode {
  return config.targets[target]?.abi ?? config.rebuild.abi;
}

/** Finished packages of a target, sorted by what may become of them now. */
export interface SortedResults {
  readonly out: readonly StoredArtifact[];
  /** What the published package of the same version is already. */
  readonly same: readonly StoredArtifact[];
  /** What would break published packages, with all that needs it. */
  readonly held: readonly HeldGroup[];
  readonly problems: readonly Problem[];
}

/** Packages that go out of the repository with results that wait, and the recipes that make them no more. */
export type GoneWith = (waiting: readonly StoredArtifact[]) => ReadonlyMap<string, string>;

/** What a look at results has to know besides them. */
export interface KnownOfResults {
  /** Attempts whose results go out whatever they break. */
  readonly released: ReadonlySet<number>;
  readonly goneWith: GoneWith;
}

/**
 * Sorts results that wait for being published. Reads those that are not known yet; what cannot be read holds nothing back.
 */
export async function sortResults(
  farm: GateFarm,
  of: TargetRef,
  waiting: readonly StoredArtifact[],
  known: KnownOfResults,
): Promise<SortedResults> {
  const packages = waiting.map(({ artifact: { fileName, object, sizeBytes } }) => ({
    fileName,
    object,
    sizeBytes,
  }));
  const { problems } = await scanPackages(farm, of, packages);
  const same = farm.config.rebuild.unchanged === 'skip' ? unchanged(farm, of, waiting) : [];
  const rest = waiting.filter((one) => !same.includes(one));
  if (abiModeOf(farm, of.target) === 'off') return { out: rest, same, held: [], problems };
  const held = holdBack(farm, of, rest, known);
  const heldBack = new Set(held.flatMap(({ results }) => results));
  return { out: rest.filter((one) => !heldBack.has(one)), same, held, problems };
}

/** Groups of results that may only go out together with packages that are still to be built anew. */
function holdBack(
  farm: GateFarm,
  of: TargetRef,
  waiting: readonly StoredArtifact[],
  { released, goneWith }: KnownOfResults,
): readonly HeldGroup[] {
  const gone = goneWith(waiting);
  const leaving = [...gone.keys()].map((name): PackageChange => ({ name, after: undefined }));
  const { libraries, rebuild } = previewChanges(farm, of, [...changesOf(farm, waiting), ...leaving]);
  if (rebuild.length === 0) return [];
  const groups = gather(waiting, { libraries, rebuild }, gone).filter(
    ({ results }) => !results.every(({ attempt }) => released.has(attempt)),
  );
  wholeBuilds(groups, waiting);
  // what was built against a library that is held back must not go out before it
  for (;;) {
    const heldBack = new Set(groups.flatMap(({ results }) => results));
    const others = waiting.filter((one) => !heldBack.has(one));
    const broken = brokenWithout(farm, of, [...heldBack], others);
    if (broken.size === 0 || groups.length === 0) return groups;
    for (const one of others) {
      const by = broken.get(one.artifact.name);
      if (by === undefined) continue;
      const isOwner = ({ results }: HeldGroup): boolean =>
        results.some(({ artifact }) => by.has(artifact.name));
      const { results } = (groups.find(isOwner) ?? groups[0]) as HeldGroup;
      if (!results.includes(one)) results.push(one);
    }
    wholeBuilds(groups, waiting);
  }
}

/** All packages of one build go together. */
function wholeBuilds(groups: readonly HeldGroup[], waiting: readonly StoredArtifact[]): void {
  for (const { results } of groups) {
    const attempts = new Set(results.map(({ attempt }) => attempt));
    results.push(...waiting.filter((one) => attempts.has(one.attempt) && !results.includes(one)));
  }
}

/** What results change, as far as they could be read. */
function changesOf(
  farm: Pick<Farm, 'database'>,
  waiting: readonly StoredArtifact[],
): readonly PackageChange[] {
  return waiting.flatMap(({ artifact }): PackageChange[] => {
    const after = farm.database.abi.package(artifact.object)?.id;
    return after === undefined ? [] : [{ name: artifact.name, after }];
  });
}

/** Which of some results need what others have that are held back and the published packages have not, and of whom. */
function brokenWithout(
  farm: GateFarm,
  of: TargetRef,
  heldBack: readonly StoredArtifact[],
  others: readonly StoredArtifact[],
): ReadonlyMap<string, ReadonlySet<string>> {
  const world = RecordedWorld.of(farm, of, changesOf(farm, others));
  const held = changesOf(farm, heldBack);
  const before = held.map(({ name, after }) => [after as number, name] as const);
  const after = held.flatMap(({ name }) => {
    const id = world.publishedId(name);
    return id === undefined ? [] : [[id, name] as const];
  });
  const { broken } = findBroken(world.sidesOf(before), world.sidesOf(after), world);
  const names = new Set(others.map(({ artifact }) => artifact.name));
  return new Map(
    broken
      .filter((one) => names.has(one.package))
      .map((one) => [one.package, new Set(one.causes.map(({ by }) => by))]),
  );
}

/** Results that differ from the published package of the same version in nothing but times and pkgrel; whole builds only. */
function unchanged(
  farm: GateFarm,
  of: TargetRef,
  waiting: readonly StoredArtifact[],
): readonly StoredArtifact[] {
  const members = new Map(farm.repositories.members(of.target, of.arch).map((one) => [one.name, one]));
  const { abi } = farm.database;
  const isSame = ({ artifact }: StoredArtifact): boolean => {
    const member = members.get(artifact.name);
    if (!member?.object || withoutRelease(member.version) !== withoutRelease(artifact.version)) return false;
    // one that is published under its name has to be found there, whatever it is
    if (member.object === artifact.object) return false;
    const [published, made] = [abi.package(member.object), abi.package(artifact.object)];
    return made?.payload !== undefined && made.payload === published?.payload;
  };
  const differing = new Set(waiting.filter((one) => !isSame(one)).map(({ attempt }) => attempt));
  return waiting.filter(({ attempt }) => !differing.has(attempt));
}

const withoutRelease = (version: string): string => version.slice(0, version.lastIndexOf('-'));
