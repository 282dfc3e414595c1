import { type AttemptEnd, runAttempt, type SandboxPolicy } from '../builder/index.ts';
import { isFault, renderText } from '../diagnostics/index.ts';
import type { BegunAttempt } from '../dispatcher/index.ts';
import { ensureFolder, machine } from '../host/index.ts';
import { findErrorExcerpt, openAttemptLog } from '../logs/index.ts';
import type { AvailableArtifact, Recipe, RecipeKind } from '../model/index.ts';
import { gentooLabel } from '../recipes/ebin/index.ts';
import { gatherInputs, introduction, type NeededArtifact, targetOf } from './attempt-inputs.ts';
import { ownMachine } from './build-machine.ts';
import type { Farm } from './farm.ts';
import { kindServices } from './kind-services.ts';
import { sandboxLimits } from './sandbox-limits.ts';
import { sourceCacheFor } from './source-cache.ts';

export interface AttemptScene {
  readonly farm: Farm;
  readonly kind: RecipeKind;
  /** The recipe of an attempt's job, as it is now. */
  readonly recipeOf: (begun: BegunAttempt) => Promise<Recipe>;
  /** Processors of one build. */
  readonly processors: number;
}

/** Runs one attempt: gathers what its job needs, opens its log, and lets the builder do the work. */
export async function performAttempt(
  { farm, kind, recipeOf, processors }: AttemptScene,
  begun: BegunAttempt,
  signal: AbortSignal,
): Promise<AttemptEnd> {
  const { config, paths, database } = farm;
  const { job } = begun;
  const { target, arch } = targetOf(job.id);
  const log = openAttemptLog({
    ...{ farm: paths.root, clock: farm.clock, secrets: secretsFor(kind) },
    subject: { target, arch, name: job.name, attempt: String(begun.id) },
    limitBytes: config.sandbox['log-limit'] + (1 << 20),
  });
  database.attempts.setLogPath(begun.id, log.path);
  try {
    for (const line of introduction(begun, machine.name())) log.say(line);
    const recipe = await recipeOf(begun);
    const services = kindServices(farm, { keepsSources: config.store['keep-sources'] });
    const inputs = await gatherInputs(farm, kind, job.id, recipe);
    const caches = { root: paths.sourceCache, clock: farm.clock, sandbox: farm.sandbox };
    const result = await runAttempt({
      kind,
      context: {
        recipe,
        target,
        arch,
        reasons: job.reasons,
        sourceCache: kind.keepsSources(recipe)
          ? await sourceCacheFor(caches, target, recipe.name)
          : undefined,
        dependencies: await withPaths(farm, inputs.dependencies),
        repositoryNeeds: inputs.repositoryNeeds,
        published: inputs.published,
        processors,
      },
      folder: `${paths.work}/${begun.id}`,
      policy: await policyOf(farm, recipe),
      machine: ownMachine(machine.name()),
      remarks: inputs.remarks,
      services,
      sandbox: farm.sandbox,
      log,
      clock: farm.clock,
      signal,
      findExcerpt: (text) => findErrorExcerpt(text)?.lines.join('\n'),
    });
    const { outcome, durationMs, peakMemoryBytes, peakDiskBytes } = result;
    return { outcome, facts: { durationMs, peakMemoryBytes, peakDiskBytes, logPath: log.path } };
  } catch (error) {
    if (!isFault(error)) throw error;
    if (signal.aborted) {
      const outcome = { kind: 'canceled', requeue: false, reason: String(signal.reason) } as const;
      return { outcome, facts: { logPath: log.path } };
    }
    for (const line of renderText(error.problem).split('\n')) log.say(line);
    return { outcome: { kind: 'failed', problem: error.problem }, facts: { logPath: log.path } };
  } finally {
    await log.close();
  }
}

/** What keeps secrets from being read ends the job itself, which has a log for it. */
function secretsFor(kind: RecipeKind): readonly string[] {
  try {
    return kind.secrets?.() ?? [];
  } catch (error) {
    if (isFault(error)) return [];
    throw error;
  }
}

async function policyOf(farm: Farm, { labels = [] }: Recipe): Promise<SandboxPolicy> {
  const { sandbox } = farm.config;
  return {
    root: (labels.includes(gentooLabel) ? farm.gentooRoot() : undefined) ?? (await farm.sandboxRoot()),
    network: sandbox.network,
    ...sandboxLimits(farm.config),
  };
}

/** Needed packages with the paths of their bytes in the store. Throws STO problems. */
async function withPaths(
  farm: Farm,
  needed: readonly NeededArtifact[],
): Promise<readonly AvailableArtifact[]> {
  const available: AvailableArtifact[] = [];
  for (const one of needed) available.push({ ...one, path: await farm.store.path(one.artifact.object) });
  return available;
}

/** Makes the folder for attempts; what a killed packmill left in it is removed. */
export async function sweepWork(farm: Farm): Promise<void> {
  ensureFolder(farm.paths.work);
  for (const path of await farm.leftovers()) await farm.sandbox.removeFolder(path);
}
