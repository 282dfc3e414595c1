import type { PackageCheck, UpkeepPackage, UpkeepPackageState, UpkeepPackages } from '../../api/index.ts';
import { fault } from '../../diagnostics/index.ts';
import type { WorkingCopy } from '../../git/index.ts';
import { machine } from '../../host/index.ts';
import { nearestWords } from '../../primitives/index.ts';

/** The packages of a repository as its clone and its branch `state` say; times that have passed are for the caller. */
export interface KeptPackages {
  readonly commit: string | undefined;
  readonly packages: readonly UpkeepPackage[];
}

const stateName = 'refs/remotes/origin/state';

/** What a list was read from: another one is only worth reading when this is another. */
export async function packagesVersion(copy: WorkingCopy): Promise<string> {
  const refs = await copy.resolve(['HEAD', stateName]);
  return `${refs.get('HEAD')} ${refs.get(stateName)}`;
}

/** Reads all packages, sorted by name, with their states as of a time (ms since the epoch). */
export async function readPackages(copy: WorkingCopy, nowMs: number): Promise<KeptPackages> {
  // most commands and most farms never get here, and the room is a large one
  const { checksPath, readPackageChecks, readRecipeRepository, readSettingsOf } = await import(
    '../../pipeline/index.ts'
  );
  const refs = await copy.resolve(['HEAD', stateName]);
  const [commit, state] = [refs.get('HEAD'), refs.get(stateName)];
  if (commit === undefined) return { commit, packages: [] };
  const repository = await readRecipeRepository(copy, commit, machine.variable);
  const settings = await readSettingsOf(copy, commit, repository.packages);
  const bytes = state === undefined ? undefined : (await copy.readFiles(state, [checksPath])).get(checksPath);
  const { checks } = readPackageChecks(bytes);
  const packages = repository.packages.map((name) => {
    const found = settings.get(name)?.settings;
    return packageOf(name, {
      check: checks.packages[name],
      follows: found?.source,
      isVcs: name.endsWith('-git') || found?.forceVcs === true || found?.nvchecker === true,
      trigger: found?.onTrigger,
      nowMs,
    });
  });
  return { commit, packages };
}

/** The state of a package as it is now: the pause of one that failed ends by itself. */
export function withState(one: UpkeepPackage, nowMs: number): UpkeepPackage {
  if (one.error === null) return one;
  return { ...one, state: one.nextTryMs !== null && one.nextTryMs > nowMs ? 'paused' : 'failed' };
}

/** How many packages are in which state. */
export async function countPackages(
  copy: WorkingCopy,
  nowMs: number,
): Promise<Readonly<Partial<Record<UpkeepPackageState, number>>>> {
  const counts: Partial<Record<UpkeepPackageState, number>> = {};
  for (const { state } of (await readPackages(copy, nowMs)).packages)
    counts[state] = (counts[state] ?? 0) + 1;
  return counts;
}

interface Known {
  readonly check: PackageCheck | undefined;
  readonly follows: string | undefined;
  /** Whether something else than a recipe of others is followed. */
  readonly isVcs: boolean;
  readonly trigger: string | undefined;
  readonly nowMs: number;
}

function packageOf(name: string, { check, follows, isVcs, trigger, nowMs }: Known): UpkeepPackage {
  const { error, review } = check ?? {};
  const isByHand = !isVcs && (follows === undefined || follows === 'custom');
  const state = review ? 'review' : isByHand ? 'by-hand' : check?.checked === undefined ? 'unseen' : 'fresh';
  const known: UpkeepPackage = {
    name,
    state,
    follows: follows ?? null,
    trigger: trigger ?? null,
    checkedMs: check?.checked ?? null,
    updatedMs: check?.updated ?? null,
    failures: check?.failures ?? 0,
    error: error ? { code: error.code, what: error.what, sinceMs: error.since } : null,
    nextTryMs: check?.nextTry ?? null,
    review: review ? { branch: review.branch, url: review.url ?? null, sinceMs: review.since } : null,
  };
  return withState(known, nowMs);
}

/** Throws CIC007 with the nearest names for a package that a source does not have; of one that was not looked at yet nobody knows. */
export function checkPackages({ source, commit, packages }: UpkeepPackages, names: readonly string[]): void {
  const there = new Set(packages.map(({ name }) => name));
  const unknown = commit === null ? undefined : names.find((name) => !there.has(name));
  if (unknown === undefined) return;
  const near = nearestWords(unknown, there);
  throw fault('CIC007', {
    what: `'${source}' has no package '${unknown}'`,
    next: `${near === undefined ? '' : `Did you mean ${near}? `}What was pushed a moment ago is known after the next look at the branch.`,
  });
}
