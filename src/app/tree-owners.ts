import type { StoredArtifact } from '../database/index.ts';
import type { PlanId } from '../primitives/index.ts';
import type { TreePackage } from '../publisher/ebuild-tree/index.ts';
import type { Farm } from './farm.ts';

/** Who made a package of a tree. */
export type TreeOwner = NonNullable<TreePackage['from']>;

/** Names of all autogens of a source, as they were when it was planned last, by source. */
type Known = Readonly<Record<string, readonly string[]>>;

const wordOf = (target: string): string => `autogens of ${target}`;

/** The autogens of a tree's sources; a source that was never planned as a whole is not among them. */
export function knownAutogens(farm: Pick<Farm, 'database'>, target: string): Known {
  const text = farm.database.words.get(wordOf(target));
  return text === undefined ? {} : (JSON.parse(text) as Known);
}

/** Writes down which autogens a source has; `source`: its id, or the path of an overlay. */
export function noteAutogens(
  farm: Pick<Farm, 'database'>,
  target: string,
  { source, names }: { readonly source: string; readonly names: readonly string[] },
): void {
  const known = knownAutogens(farm, target);
  if (String(known[source]) === String(names)) return;
  farm.database.words.set(wordOf(target), JSON.stringify({ ...known, [source]: names }));
}

/** Whether an autogen that made something is gone: its source was looked at since, and does not have it. */
export const isGone = (known: Known, { source, job }: TreeOwner): boolean =>
  known[source] !== undefined && !known[source].includes(job);

/**
 * Packages of a tree whose autogens are gone. While jobs of the tree are under way, or asked for, there are none: another autogen may be
 * about to make the same package, and nobody shall miss it in between.
 */
export function orphans(farm: Pick<Farm, 'database' | 'trees'>, target: string): readonly string[] {
  const known = knownAutogens(farm, target);
  const gone = farm.trees
    .packages(target)
    .filter(({ name, from }) => name.includes('/') && from !== undefined && isGone(known, from))
    .map(({ name }) => name);
  if (gone.length === 0) return [];
  const isBusy = farm.database.views.openRevisions().some(({ id }) => id.startsWith(`${target}/`));
  return isBusy || isAskedFor(farm, target) ? [] : gone;
}

/** Whether a request is about to become jobs of a tree. */
function isAskedFor({ database }: Pick<Farm, 'database'>, target: string): boolean {
  const wanted = database.requests
    .open()
    .flatMap(({ kind, body }) => (kind === 'schedule' ? [JSON.parse(body) as { target?: string }] : []));
  return wanted.some((request) => (request.target ?? target) === target);
}

/** Who made the results of a job: its source where a request named one, else the overlay that its folder is in. */
export function ownerOf(
  farm: Pick<Farm, 'database'>,
  target: string,
  of: { readonly plan: PlanId; readonly name: string; readonly folder: string },
): TreeOwner | undefined {
  const source = farm.database.plans.get(of.plan)?.origin?.source ?? overlayAbove(farm, target, of.folder);
  return source === undefined ? undefined : { source, job: of.name };
}

/** Who made a finished file. */
export function makerOf(
  farm: Pick<Farm, 'database'>,
  target: string,
  { attempt }: StoredArtifact,
): TreeOwner | undefined {
  const { attempts, jobs } = farm.database;
  const row = jobs.get(attempts.get(attempt)?.jobKey ?? -1);
  if (!row) return undefined;
  const { name, folder } = jobs.planned(row.key);
  return ownerOf(farm, target, { plan: row.plan, name, folder });
}

function overlayAbove(farm: Pick<Farm, 'database'>, target: string, folder: string): string | undefined {
  return Object.keys(knownAutogens(farm, target))
    .filter((path) => folder === path || folder.startsWith(`${path}/`))
    .sort((a, b) => b.length - a.length)[0];
}
