import type { UpkeepPackage, UpkeepPackageState } from '../../api/index.ts';
import { isFinal } from '../../model/index.ts';
import { jobId } from '../../primitives/index.ts';
import { isWishName } from '../ebin-targets/is-wish-name.ts';
import type { Farm } from '../farm.ts';
import { isAutogenTarget } from '../target-kinds.ts';
import { knownAutogens } from '../tree-owners.ts';

/** A source of autogens with its target. */
interface AutogenSource {
  readonly source: string;
  readonly target: string;
}

/** How the autogens of a source stand, as their newest jobs say. */
export function autogenPackages(
  farm: Pick<Farm, 'config' | 'database' | 'trees'>,
  { source, target }: AutogenSource,
): readonly UpkeepPackage[] {
  const names = namesOf(farm, { source, target });
  return [...names].sort().map((name) => packageOf(farm, { name, target }));
}

/** Ebins and stages are known by their jobs: where they stay when their builds are gone, nobody writes names down. */
function namesOf(
  farm: Pick<Farm, 'config' | 'database' | 'trees'>,
  { source, target }: AutogenSource,
): readonly string[] {
  if (isAutogenTarget(farm, target)) return knownAutogens(farm, target)[source] ?? [];
  const made = farm.trees.packages(target).flatMap(({ from }) => (from?.source === source ? [from.job] : []));
  const jobs = farm.database.inventory.recipes(target, 'any');
  return [...new Set([...made, ...jobs.keys()])].filter((name) => !isWishName(name));
}

/** How many of them are in which state. */
export function countAutogens(
  farm: Pick<Farm, 'config' | 'database' | 'trees'>,
  of: AutogenSource,
): Readonly<Partial<Record<UpkeepPackageState, number>>> {
  const counts: Partial<Record<UpkeepPackageState, number>> = {};
  for (const { state } of autogenPackages(farm, of)) counts[state] = (counts[state] ?? 0) + 1;
  return counts;
}

function packageOf(
  { database }: Pick<Farm, 'database'>,
  { name, target }: { readonly name: string; readonly target: string },
): UpkeepPackage {
  const revisions = database.views.revisions(jobId({ target, arch: 'any', name }), 20);
  const over = revisions.filter(({ state }) => isFinal(state));
  const last = over[0];
  const isWell = (state: string): boolean => state === 'succeeded' || state === 'already-built';
  const failures = over.findIndex(({ state }) => isWell(state));
  const failed = last !== undefined && !isWell(last.state);
  const outcome =
    failed && last.attempt !== undefined ? database.attempts.get(last.attempt)?.outcome : undefined;
  const problem = outcome?.kind === 'failed' ? outcome.problem : undefined;
  return {
    name,
    state: last === undefined ? 'unseen' : failed ? 'failed' : 'fresh',
    follows: null,
    trigger: null,
    checkedMs: last?.sinceMs ?? null,
    updatedMs: over.find(({ state }) => state === 'succeeded')?.sinceMs ?? null,
    failures: failures === -1 ? over.length : failures,
    error: failed
      ? {
          code: problem?.code ?? '',
          what: problem?.what ?? last.reason ?? last.state,
          sinceMs: (over[failures === -1 ? over.length - 1 : failures - 1] ?? last).sinceMs,
        }
      : null,
    nextTryMs: null,
    review: null,
  };
}
