import type { PackageChecks } from '../../api/index.ts';
import {
  awaitedUploads,
  checksPath,
  fetchRemoteRefs,
  readPackageChecks,
  waitingDocuments,
} from '../../pipeline/index.ts';
import { type PipelineOptions, withPipeline } from './open-pipeline.ts';

/** How the pipelines of a recipe repository stand. */
export interface PipelineStatus {
  readonly branch: string;
  /** Tip of the branch at the remote, and where tag `scheduled` is; regular runs work when they are the same. */
  readonly tip: string | undefined;
  readonly scheduled: string | undefined;
  /** Hand-overs that wait for the manager, oldest first. */
  readonly waiting: readonly { readonly id: string; readonly createdMs: number; readonly packages: number }[];
  /** Packages that the AUR has to get and may not have yet. */
  readonly uploads: readonly string[];
  /** Packages in the repository at `HEAD`. */
  readonly packages: number;
  /** What is known of each package: last check, last error, next try. */
  readonly checks: PackageChecks['packages'];
}

/** Reads branch `state` and the tag of the remote. */
export async function readPipelineStatus(options: PipelineOptions): Promise<PipelineStatus> {
  return await withPipeline(options, async (context) => {
    const { copy, repository, report } = context;
    const refs = await fetchRemoteRefs(copy);
    const files = refs.state === undefined ? undefined : await copy.readFiles(refs.state, [checksPath]);
    const { checks, problems } = readPackageChecks(files?.get(checksPath));
    for (const found of problems) report(found);
    const waiting = await waitingDocuments(context, refs);
    return {
      branch: copy.branch,
      tip: refs.main,
      scheduled: refs.scheduled,
      waiting: waiting.map(({ id, createdMs, schedule }) => ({
        id,
        createdMs,
        packages: schedule?.packages.length ?? 0,
      })),
      uploads: await awaitedUploads(context, refs),
      packages: repository.packages.length,
      checks: checks.packages,
    };
  });
}
