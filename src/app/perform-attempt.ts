import {
  type AttemptEnd,
  remarkDependencies,
  resolveDependencies,
  runAttempt,
  type SandboxPolicy,
} from '../builder/index.ts';
import { isFault, renderText } from '../diagnostics/index.ts';
import type { BegunAttempt } from '../dispatcher/index.ts';
import { ensureFolder, machine } from '../host/index.ts';
import { findErrorExcerpt, openAttemptLog } from '../logs/index.ts';
import type { Artifact, AvailableArtifact, KindServices, Recipe, RecipeKind } from '../model/index.ts';
import { renderReason } from '../planner/index.ts';
import type { PkgbuildDetails } from '../recipes/pkgbuild/index.ts';
import { artifactsAtHand, lastMade, readPackageFacts } from './artifacts-at-hand.ts';
import type { Farm } from './farm.ts';
import { sourceCacheFor } from './source-cache.ts';

export interface AttemptScene {
  readonly farm: Farm;
  readonly kind: RecipeKind<PkgbuildDetails>;
  /** The recipe of a planned job, as it is now. */
  readonly recipeOf: (name: string) => Recipe<PkgbuildDetails>;
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
  const log = openAttemptLog({
    farm: paths.root,
    subject: { target: config.repository, arch: config.arch, name: job.name, attempt: String(begun.id) },
    limitBytes: config.sandbox['log-limit'] + (1 << 20),
    clock: farm.clock,
  });
  database.attempts.setLogPath(begun.id, log.path);
  try {
    for (const line of introduction(begun)) log.say(line);
    const recipe = recipeOf(job.name);
    const services = servicesOf(farm);
    const dependencies = await gatherDependencies(farm, kind, recipe);
    const result = await runAttempt({
      kind: kind as RecipeKind,
      context: {
        recipe,
        target: config.repository,
        arch: config.arch,
        reasons: job.reasons,
        sourceCache: kind.keepsSources(recipe) ? await sourceCacheFor(farm, recipe.name) : undefined,
        dependencies: dependencies.available,
        published: lastMade(farm, job.id).map(({ artifact: { fileName, version } }) => ({
          fileName,
          version,
        })),
        processors,
      },
      folder: `${paths.work}/${begun.id}`,
      policy: await policyOf(farm),
      remarks: dependencies.remarks,
      services,
      sandbox: farm.sandbox,
      log,
      clock: farm.clock,
      signal,
      findExcerpt: (text) => findErrorExcerpt(text)?.lines.join('\n'),
    });
    const { outcome, durationMs, peakMemoryBytes } = result;
    return { outcome, facts: { durationMs, peakMemoryBytes, logPath: log.path } };
  } catch (error) {
    if (!isFault(error)) throw error;
    for (const line of renderText(error.problem).split('\n')) log.say(line);
    return { outcome: { kind: 'failed', problem: error.problem }, facts: { logPath: log.path } };
  } finally {
    await log.close();
  }
}

/** What a log begins with: which build this is, and why there is one. */
function introduction({ job, continues, failedDependencies }: BegunAttempt): readonly string[] {
  return [
    `building ${job.name} ${job.version} on ${machine.name()}`,
    ...job.reasons.map((reason) => `why: ${renderReason(reason)}`),
    ...(continues === undefined ? [] : [`the attempt before was interrupted; its log is ${continues}`]),
    ...failedDependencies.map(
      (failed) => `dependency '${failed.job}' ended as ${failed.state}; building against what is published`,
    ),
  ];
}

async function policyOf(farm: Farm): Promise<SandboxPolicy> {
  const { sandbox } = farm.config;
  return {
    root: await farm.sandboxRoot(),
    network: sandbox.network,
    timeoutMs: sandbox.timeout,
    killGraceMs: sandbox['kill-grace'],
    memoryBytes: sandbox.memory,
    processes: sandbox.processes,
    outputBytes: sandbox['log-limit'],
  };
}

function servicesOf({ sandbox, store }: Farm): KindServices {
  return {
    putFile: (path) => store.putFile(path, { move: true }),
    putBytes: (bytes) => store.putBytes(bytes),
    makeBuilderFolder: (path) => sandbox.makeFolder(path),
    giveToBuilder: (path) => sandbox.giveToBuilder(path),
  };
}

async function gatherDependencies(
  farm: Farm,
  kind: RecipeKind<PkgbuildDetails>,
  recipe: Recipe<PkgbuildDetails>,
): Promise<{ available: readonly AvailableArtifact[]; remarks: readonly string[] }> {
  const { dependencies } = farm.config;
  const resolved = resolveDependencies(
    recipe,
    artifactsAtHand(farm, kind),
    {
      hostProvides: new Set(dependencies['host-provides']),
      official: new Set(dependencies.official),
      otherwise: dependencies.otherwise,
    },
    kind,
  );
  const available: AvailableArtifact[] = [];
  for (const artifact of resolved.install) {
    const path = await farm.store.path(artifact.object);
    available.push({ artifact, path, folders: await foldersOf(farm, artifact) });
  }
  const { hostProvided, unmet } = resolved;
  const remarks = remarkDependencies({
    name: recipe.name,
    installed: available,
    hostProvided,
    unmet,
    otherwise: dependencies.otherwise,
  });
  return { available, remarks };
}

/** Folders that a package puts files in, as its facts list them. */
async function foldersOf(farm: Farm, { facts }: Artifact): Promise<readonly string[]> {
  const { files } = await readPackageFacts(farm.store, facts);
  return [...new Set(files.map((file) => file.slice(0, Math.max(0, file.lastIndexOf('/')))))].filter(
    (path) => path !== '',
  );
}

/** Makes the folder for attempts; what a killed packmill left in it is removed. */
export async function sweepWork(farm: Farm): Promise<void> {
  ensureFolder(farm.paths.work);
  for (const path of await farm.leftovers()) await farm.sandbox.removeFolder(path);
}
