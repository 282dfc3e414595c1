import type { JobReason } from '../../model/index.ts';
import { jobId } from '../../primitives/index.ts';
import type { TargetRef } from '../artifacts-at-hand.ts';
import type { Farm } from '../farm.ts';
import type { OpenRebuild } from './abi-gate.ts';
import { reasonsOf } from './rebuild-detail.ts';

/** A build of recipes that are broken. */
export interface FollowUp {
  readonly jobs: number | undefined;
  readonly failFast: boolean;
  readonly rebuild: false;
  readonly target: TargetRef;
  readonly paths: readonly string[];
  readonly only: readonly string[];
  readonly broken: ReadonlyMap<string, readonly JobReason[]>;
}

/**
 * The request that builds what a rebuild asks for by its setting, from the folders that its recipes were last built from;
 * undefined when all of that was built meanwhile, or the farm knows none of the recipes.
 */
export function followUp(
  farm: Pick<Farm, 'database'>,
  request: Pick<FollowUp, 'jobs' | 'failFast'>,
  { record, detail, toAsk }: OpenRebuild,
): FollowUp | undefined {
  const { target, arch } = record;
  const { jobs, rebuilds } = farm.database;
  if (rebuilds.get(record.id)?.state !== 'building') return undefined;
  const folders = new Map(
    toAsk.flatMap((name) => {
      const newest = jobs.newestWithId(jobId({ target, arch, name }));
      return newest ? [[name, jobs.planned(newest.key).folder] as const] : [];
    }),
  );
  if (folders.size === 0) return undefined;
  return {
    ...{ jobs: request.jobs, failFast: request.failFast, rebuild: false, target: { target, arch } },
    paths: [...folders.values()],
    only: [...folders.keys()],
    broken: reasonsOf(detail),
  };
}
