import type { StoredArtifact } from '../database/index.ts';
import type { DecisionInput, DecisionResult } from '../dispatcher/index.ts';
import { findBroken } from '../planner/index.ts';
import { type JobId, parseJobId } from '../primitives/index.ts';
import { scanPackages } from './abi/scan.ts';
import { RecordedWorld } from './abi/world.ts';
import { lastMade, successesOf } from './artifacts-at-hand.ts';
import type { Farm } from './farm.ts';
import { isPythonTarget } from './python-targets/is-python-target.ts';
import { isTreeTarget } from './target-kinds.ts';

/**
 * Whether a job has to be rebuilt because a dependency was: when a soname that its packages use was provided by an earlier
 * build of the dependency and is provided by none of its packages now, or the library lost symbols that they take from it.
 * By the setting `rebuild.dependants` also when the dependency is another in anything that its dependants can see, always, or never.
 */
export async function decideRebuild(farm: Farm, { job, rebuilt }: DecisionInput): Promise<DecisionResult> {
  const names = rebuilt.map(nameOf).join(', ');
  // a manifest is of all graphs; it looks at them itself, and does nothing when they are the same
  if (isPythonTarget(farm, parseJobId(job.id)?.target ?? ''))
    return { run: true, reason: `${names} was explored` };
  switch (farm.config.rebuild.dependants) {
    case 'all':
      return { run: true, reason: `${names} was rebuilt` };
    case 'none':
      return { run: false, reason: `${names} was rebuilt; setting rebuild.dependants is none` };
    case 'changed':
      return await decideBySight(farm, rebuilt);
    case 'broken':
      break;
  }
  const lost = lostSoname(farm, job.id, rebuilt) ?? (await lostSymbol(farm, job.id, rebuilt));
  if (lost !== undefined) return { run: true, reason: lost };
  return {
    run: false,
    reason: `up to date: ${names} was rebuilt and still provides every soname and symbol that is used`,
  };
}

const nameOf = (job: JobId): string => parseJobId(job)?.name ?? job;

/** A soname that a job's packages use and that its dependencies have no more, in words. */
function lostSoname(farm: Farm, job: JobId, rebuilt: readonly JobId[]): string | undefined {
  const needed = new Set(lastMade(farm, job).flatMap(({ artifact }) => artifact.neededSonames));
  for (const dependency of rebuilt) {
    const now = new Set(lastMade(farm, dependency).flatMap(({ artifact }) => artifact.providedSonames));
    for (const before of successesOf(farm, dependency)) {
      const lost = before
        .flatMap(({ artifact }) => artifact.providedSonames)
        .find((soname) => needed.has(soname) && !now.has(soname));
      if (lost !== undefined) return `'${nameOf(dependency)}' no longer provides '${lost}'`;
    }
  }
  return undefined;
}

interface BeforeAndAfter {
  readonly before: readonly (readonly [id: number, name: string])[];
  readonly after: readonly (readonly [id: number, name: string])[];
}

/** The newest build of a job and the one before it, as they are recorded; undefined when one of them cannot be read. */
async function lastTwo(farm: Farm, job: JobId): Promise<BeforeAndAfter | undefined> {
  const { target, arch } = parseJobId(job) ?? {};
  if (target === undefined || arch === undefined || isTreeTarget(farm, target)) return undefined;
  const [after, before] = successesOf(farm, job);
  if (!after || !before) return undefined;
  await scanPackages(
    farm,
    { target, arch },
    [...after, ...before].map(({ artifact }) => artifact),
  );
  const recorded = (made: readonly StoredArtifact[]) =>
    made.map(
      ({ artifact }) => [farm.database.abi.package(artifact.object)?.id ?? -1, artifact.name] as const,
    );
  const found = { before: recorded(before), after: recorded(after) };
  return [...found.before, ...found.after].some(([id]) => id < 0) ? undefined : found;
}

/** A symbol that a job's packages take and that its dependencies lost, in words. */
async function lostSymbol(farm: Farm, job: JobId, rebuilt: readonly JobId[]): Promise<string | undefined> {
  const own = lastMade(farm, job).flatMap(({ artifact }) => {
    const id = farm.database.abi.package(artifact.object)?.id;
    return id === undefined ? [] : [[id, artifact.name] as const];
  });
  if (own.length === 0) return undefined;
  for (const dependency of rebuilt) {
    const builds = await lastTwo(farm, dependency);
    if (!builds) continue;
    const world = new RecordedWorld(farm.database.abi, new Map(own), []);
    const { broken } = findBroken(world.sidesOf(builds.before), world.sidesOf(builds.after), world);
    const [cause] = broken.flatMap(({ causes }) => causes).filter(({ symbols }) => symbols.length > 0);
    if (cause) return `'${nameOf(dependency)}' lost '${cause.symbols[0]}' of ${cause.name}`;
  }
  return undefined;
}

/** Early cut-off: a dependency that looks as it did before makes nobody be built anew. */
async function decideBySight(farm: Farm, rebuilt: readonly JobId[]): Promise<DecisionResult> {
  for (const dependency of rebuilt) {
    const builds = await lastTwo(farm, dependency);
    const sight = (side: BeforeAndAfter['before'] | undefined): string | undefined => {
      const seen = side?.map(([id]) => farm.database.abi.facts(id)?.seen);
      return seen?.every((one) => one !== undefined) ? seen.join(' ') : undefined;
    };
    const [before, after] = [sight(builds?.before), sight(builds?.after)];
    if (before !== undefined && before === after) continue;
    return { run: true, reason: `${nameOf(dependency)} was rebuilt and is not the same to its dependants` };
  }
  const names = rebuilt.map(nameOf).join(', ');
  return { run: false, reason: `up to date: ${names} was rebuilt and is the same to its dependants` };
}
