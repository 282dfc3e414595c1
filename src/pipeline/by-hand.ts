import type { Problem } from '../diagnostics/index.ts';
import type { RequestedPackage } from '../formats/pkgbuild-repo/index.ts';
import { deliverFirst, deliverOrKeep } from './deliver-now.ts';
import { type HandOverPort, makeHandOver, packagesOf } from './hand-over.ts';
import type { PipelineContext } from './pipeline-context.ts';
import { readSettingsOf } from './recipe-repository.ts';
import { packagesAskedFor, preparePackages } from './request-packages.ts';

/** What a run did that neither looks at commits nor moves the tag. */
export interface ByHandReport {
  readonly commit: string;
  readonly packages: readonly RequestedPackage[];
  readonly outcome: 'nothing' | 'scheduled' | 'waiting';
  /** Why the manager has not got it. */
  readonly outOfReach: Problem | undefined;
}

/**
 * Schedules packages by name (specification 9.1): `a:b,c d/5`, `all`. Throws CIC007 for a name that is not there.
 */
export async function scheduleByHand(
  context: PipelineContext,
  port: HandOverPort | undefined,
  names: string,
): Promise<ByHandReport> {
  return await handOver(context, port, { wanted: packagesAskedFor(names, context.repository), why: names });
}

/**
 * The run of a trigger (specification 8): schedules the managed packages whose `CI_ON_TRIGGER` is this name, exactly.
 * No guard, no updates, no tag; an unknown name schedules nothing.
 */
export async function triggerRun(
  context: PipelineContext,
  port: HandOverPort | undefined,
  trigger: string,
): Promise<ByHandReport> {
  const { copy, repository } = context;
  const settings = await readSettingsOf(copy, repository.commit, repository.packages);
  const wanted = repository.packages
    .filter((name) => settings.get(name)?.settings.onTrigger === trigger)
    .map((name) => ({ name }));
  if (wanted.length === 0) context.tell(`no package has trigger '${trigger}'`);
  return await handOver(context, port, { wanted, why: `trigger ${trigger}` });
}

async function handOver(
  context: PipelineContext,
  port: HandOverPort | undefined,
  { wanted, why }: { readonly wanted: readonly RequestedPackage[]; readonly why: string },
): Promise<ByHandReport> {
  const { copy, repository, ci, clock } = context;
  const before = await deliverFirst(context, port);
  const { packages, problems } = await preparePackages(copy, repository, wanted);
  for (const found of problems) context.report(found);
  const told = { commit: repository.commit, packages };
  const createdMs = clock.nowMs();
  const document = makeHandOver({
    settings: repository.settings,
    commit: repository.commit,
    movesTag: false,
    createdMs,
    pipeline: ci.pipeline,
    packages,
    // the same wish of another run is another request; that of a job that is started again is not
    nonce: `${why} ${ci.pipeline ?? createdMs}`,
  });
  if (packagesOf(document).length === 0)
    return { ...told, outcome: 'nothing', outOfReach: before.outOfReach };
  const now = await deliverOrKeep(context, port, { before, document });
  return {
    ...told,
    outcome: now.waiting.length === 0 ? 'scheduled' : 'waiting',
    outOfReach: now.outOfReach,
  };
}
