import type { AbiPackage } from '../../database/index.ts';
import { fault } from '../../diagnostics/index.ts';
import { entryFacts } from '../../host/index.ts';
import { type BreakCause, findBroken, type LibraryChange, orderUnits } from '../../planner/index.ts';
import { jobId, nearestNames } from '../../primitives/index.ts';
import type { RepositoryMember } from '../../publisher/pacman-repo/index.ts';
import { nextPkgrel } from '../../recipes/pkgbuild/index.ts';
import type { TargetRef } from '../artifacts-at-hand.ts';
import type { Farm } from '../farm.ts';
import { readAbi } from './reading.ts';
import { scanPackages } from './scan.ts';
import { type PackageChange, RecordedWorld } from './world.ts';

type AbiFarm = Pick<Farm, 'database' | 'store' | 'repositories'>;

/** A package that would be built anew, as it is published and as it becomes. */
export interface RebuiltPackage {
  readonly name: string;
  readonly version: string;
  /** By the farm's own rule for what is built again; a recipe that has a newer version gives that one. */
  readonly becomes: string;
}

/** Packages of one recipe that are built anew together. */
export interface PreviewedRebuild {
  /** Name of the recipe. */
  readonly base: string;
  readonly packages: readonly RebuiltPackage[];
  readonly because: readonly BreakCause[];
  /** Recipes of the same preview that come before it. */
  readonly after: readonly string[];
}

export interface RebuildPreview extends TargetRef {
  /** `file`: a new build is compared; `any`: as if every library of the package changed its name. */
  readonly kind: 'file' | 'any';
  readonly packages: readonly string[];
  readonly libraries: readonly LibraryChange[];
  /** In the order in which they would be built. */
  readonly rebuild: readonly PreviewedRebuild[];
}

/** One package of a preview, and the file of its new build. */
export interface PreviewSubject {
  readonly name: string;
  readonly file?: string | undefined;
}

/**
 * What would have to be built anew if packages were published as they are in files, or (without a file) if every
 * library of theirs changed; the name of a recipe stands for all that it makes. Published packages that were not read yet are read first where the farm may write. Throws ABI001,
 * ABI002 for a package that is not published.
 */
export async function previewRebuild(
  farm: AbiFarm,
  of: TargetRef,
  subjects: readonly PreviewSubject[],
): Promise<RebuildPreview> {
  const members = new Map(farm.repositories.members(of.target, of.arch).map((one) => [one.name, one]));
  const changes: PackageChange[] = [];
  const gone: string[] = [];
  for (const { name, file } of subjects.flatMap((one) =>
    members.has(one.name) ? one : madeBy(farm, of, one),
  )) {
    const member = members.get(name);
    if (!member) throw unknownPackage(of, name, [...members.keys()]);
    await mustKnow(farm, of, member);
    if (file === undefined) gone.push(name);
    changes.push({ name, after: file === undefined ? undefined : await readNewBuild(farm, name, file) });
  }
  const kind = gone.length > 0 ? 'any' : 'file';
  return { ...of, kind, ...previewChanges(farm, of, changes) };
}

/** What a recipe of this name last made; the subject itself where there is none. */
function madeBy(
  { database }: AbiFarm,
  { target, arch }: TargetRef,
  subject: PreviewSubject,
): readonly PreviewSubject[] {
  const wanted = jobId({ target, arch, name: subject.name });
  const attempt = database.packages.ofName(subject.name).find(({ job }) => job === wanted)?.attempt;
  if (attempt === undefined || subject.file !== undefined) return [subject];
  const made = database.artifacts.ofAttempt(attempt).map(({ artifact }) => ({ name: artifact.name }));
  return made.length > 0 ? made : [subject];
}

/** ABI002 for a name that no published package has, with the nearest ones that there are. */
export function unknownPackage({ target, arch }: TargetRef, name: string, known: readonly string[]): Error {
  const near = nearestNames(name, known);
  const next = near.length === 0 ? undefined : `Did you mean '${near.join("' or '")}'?`;
  return fault('ABI002', { what: `'${target}/${arch}' has no package '${name}'`, next });
}

async function mustKnow(farm: AbiFarm, of: TargetRef, { object, fileName }: RepositoryMember): Promise<void> {
  if (object && !farm.database.abi.package(object)) await scanPackages(farm, of, [{ object, fileName }]);
}

/** Reads a file and records it under its own hash, as if it had been built here. */
async function readNewBuild(farm: AbiFarm, name: string, path: string): Promise<number> {
  if (!entryFacts(path)) throw fault('ABI002', { what: `there is no file '${path}'` });
  const read = await readAbi({ path, fileName: path.split('/').at(-1) ?? path, object: undefined });
  if (read.name !== name)
    throw fault('ABI002', { what: `'${path}' is a build of '${read.name}', not of '${name}'` });
  farm.database.abi.record([read]);
  return (farm.database.abi.package(read.object) as AbiPackage).id;
}

/** What changes of packages mean for all others that are published. */
export function previewChanges(
  farm: Pick<Farm, 'database' | 'repositories'>,
  of: TargetRef,
  changes: readonly PackageChange[],
): Pick<RebuildPreview, 'packages' | 'libraries' | 'rebuild'> {
  const world = RecordedWorld.of(farm, of, changes);
  const before = changes.flatMap(({ name }): (readonly [number, string])[] => {
    const id = world.publishedId(name);
    return id === undefined ? [] : [[id, name]];
  });
  const after = changes.flatMap(({ name, after: id }) => (id === undefined ? [] : [[id, name] as const]));
  const { libraries, broken } = findBroken(world.sidesOf(before), world.sidesOf(after), world);
  const changing = new Set(changes.filter((one) => one.after === undefined).map(({ name }) => name));
  const rest = broken.filter((one) => !changing.has(one.package));
  const names = new Set(rest.map((one) => one.package));
  const facts = factsOf(farm, world, names);
  const pairs = world.needsAmong(names);
  const units = orderUnits(
    rest.map((one) => facts(one.package).base),
    pairs.map(([by, on]) => [facts(by).base, facts(on).base] as const),
  );
  const byBase = Map.groupBy(rest, (one) => facts(one.package).base);
  return {
    packages: changes.map(({ name }) => name),
    libraries,
    rebuild: units.map(({ base, after: earlier }): PreviewedRebuild => {
      const members = byBase.get(base) ?? [];
      return {
        base,
        packages: members.map((one) => rebuiltPackage(facts(one.package))),
        because: members.flatMap(({ causes }) => causes),
        after: earlier,
      };
    }),
  };
}

type Facts = Pick<AbiPackage, 'name' | 'base' | 'version'>;

function factsOf(
  farm: Pick<Farm, 'database'>,
  world: RecordedWorld,
  names: ReadonlySet<string>,
): (name: string) => Facts {
  const ids = world.idsAfter();
  const known = new Map<string, Facts>();
  for (const name of names) {
    const id = ids.get(name);
    const facts = id === undefined ? undefined : farm.database.abi.facts(id);
    known.set(name, facts ?? { name, base: name, version: '' });
  }
  return (name) => known.get(name) as Facts;
}

function rebuiltPackage({ name, version }: Facts): RebuiltPackage {
  const dash = version.lastIndexOf('-');
  const becomes = dash < 0 ? version : `${version.slice(0, dash)}-${nextPkgrel(version.slice(dash + 1))}`;
  return { name, version, becomes };
}

/** Libraries that packages of one generation have and lost something of in another one; of packages that were read. */
export function lostLibraries(
  farm: Pick<Farm, 'database'>,
  before: readonly RepositoryMember[],
  after: readonly RepositoryMember[],
): readonly LibraryChange[] {
  const { abi } = farm.database;
  const differing = (these: readonly RepositoryMember[], others: readonly RepositoryMember[]) => {
    const known = new Set(others.map(({ object }) => object));
    return these.flatMap(({ name, object }) => {
      const id = object === undefined || known.has(object) ? undefined : abi.package(object)?.id;
      return id === undefined ? [] : [[id, name] as const];
    });
  };
  const world = new RecordedWorld(abi, new Map(), []);
  const now = differing(after, before);
  const read = new Set(now.map(([, name]) => name));
  const names = new Set(after.map(({ name }) => name));
  // of a package whose new file was not read nothing is known
  const old = differing(before, after).filter(([, name]) => read.has(name) || !names.has(name));
  const { libraries } = findBroken(world.sidesOf(old), world.sidesOf(now), world);
  return libraries.filter(({ fate }) => fate !== 'kept');
}
