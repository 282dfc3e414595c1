import {
  copyTree,
  ensureFolder,
  linkNew,
  listFolder,
  readPieces,
  writeFileWithMode,
} from '../../host/index.ts';
import type { JobContext, JobReason, KindServices, Outcome, StagedJob, Step } from '../../model/index.ts';
import { collectPackages, type PackagesFolder } from './collect.ts';
import {
  genericFixes,
  interfereScript,
  needsInterfereScript,
  type RebuildBump,
  recipeTail,
} from './interfere.ts';
import { explainFailure, judge } from './judge.ts';
import { noteInstalled, noteRecipe, noteSources } from './note-materials.ts';
import type { PkgbuildSettings } from './pkgbuild-settings.ts';
import { notOfTheRecipe } from './recipe-archive.ts';
import type { PkgbuildDetails } from './recipe-details.ts';
import { buildSteps, fetchScript, hookSteps, installScript, type StepsInput } from './steps.ts';
import { downloadScript, gitConfig, makepkgConf, pacmanConf } from './tool-settings.ts';
import { upstreamMounts } from './upstream-map.ts';

/** Why a version that is published already may have to be built once more; the version alone decides then. */
const rebuildReasons: ReadonlySet<JobReason['kind']> = new Set([
  'recipe-changed',
  'inputs-changed',
  'version-changed',
  'soname-missing',
  'abi-changed',
  'dependency-rebuilt',
  'asked',
]);

/**
 * pacman's records of what is installed: makepkg asks it for `.BUILDINFO`, also when nothing was installed, and
 * it refuses an empty database that it may not write to. "9" has been the version of its format since 2014.
 */
const pacmanDatabase = {
  present: ['var/lib/pacman/local', 'var/lib/pacman/sync', 'var/cache/pacman/pkg', 'var/log'],
  files: [{ path: 'var/lib/pacman/local/ALPM_DB_VERSION', text: '9\n' }],
} as const;

/** Fills the work folder of an attempt and describes the job (specification 16.2). */
export async function stagePkgbuild(
  settings: PkgbuildSettings,
  context: JobContext<PkgbuildDetails>,
  services: KindServices,
): Promise<StagedJob> {
  const { work, recipe } = context;
  ensureFolder(`${work}/dependencies`);
  for (const { artifact, path } of context.dependencies) {
    linkNew(path, `${work}/dependencies/${artifact.fileName}`);
  }
  for (const name of ['recipe', 'sources', 'packages', 'work', 'home']) {
    await services.makeBuilderFolder(`${work}/${name}`);
  }
  await copyTree(recipe.folder, `${work}/recipe`, notOfTheRecipe);
  const mounts = await upstreamMounts(
    recipe.details.localSourceFolders,
    settings.upstreams,
    settings.localSources,
  );
  const ci = new Set((await listFolder(`${recipe.folder}/.CI`)).map((entry) => entry.name));
  const interferes = needsInterfereScript(ci);
  await writeControl(settings, context, mounts.rewrites);
  const generic = await fixRecipe(settings, context, interferes);
  await placeFillers(context);
  for (const name of ['recipe', 'packages', 'home']) await services.giveToBuilder(`${work}/${name}`);

  const input: StepsInput = {
    work,
    fetchMounts: mounts.mounts,
    sourceCache: context.sourceCache,
    installsDependencies: context.dependencies.length > 0 || context.repositoryNeeds.length > 0,
    usesRepositories: context.repositoryNeeds.length > 0,
    interferes,
    fetches: recipe.details.sources.some(({ url }) => url !== undefined),
    hooks: { onSuccess: ci.has('on-success.sh'), onFailure: ci.has('on-failure.sh') },
    processors: context.processors,
    packageName: recipe.name,
    epochSeconds: context.epochSeconds,
  };
  await noteRecipe(settings, context, services);
  return describe({ settings, context, services, input, generic });
}

interface Description {
  readonly settings: PkgbuildSettings;
  readonly context: JobContext<PkgbuildDetails>;
  readonly services: KindServices;
  readonly input: StepsInput;
  /** Generic fix-ups that were applied, for the summary. */
  readonly generic: readonly string[];
}

function describe({ settings, context, services, input, generic }: Description): StagedJob {
  const { recipe, work } = context;
  const packages: PackagesFolder = {
    recipe,
    arch: context.arch,
    folder: `${work}/packages`,
    scratch: `${work}/finished`,
    compressionLevel: settings.compressionLevel,
    say: context.say,
  };
  let applied: readonly string[] = generic;
  let stripped: readonly string[] = [];
  return {
    rootContents: { ...pacmanDatabase, writable: context.dependencies.flatMap(({ folders }) => folders) },
    steps: buildSteps(input),
    judge: (step, end) =>
      judge(recipe.name, step, end, {
        published: context.published.map((file) => file.fileName),
        skipCode: settings.skipCode,
      }),
    async afterStep(step: Step) {
      if (step.name === 'dependencies') await noteInstalled(context);
      if (step.name === 'fetch') await noteSources(context, services, input.sourceCache ?? `${work}/sources`);
      if (step.name !== 'interfere') return;
      await services.giveToBuilder(`${work}/recipe`);
      applied = [...generic, ...(await readApplied(`${work}/work/interfere.applied`))];
    },
    explain: (outcome, tail, excerpt) => explainFailure(recipe.name, outcome, tail, excerpt),
    async collect() {
      const collected = await collectPackages(packages, services);
      stripped = collected.stripped;
      return collected.outcome;
    },
    epilogue: (outcome: Outcome) => hookSteps(input, outcome),
    summary: () => [
      `maintainer info: interfere before the build: ${applied.length === 0 ? 'none applied' : applied.join(', ')}`,
      `maintainer info: changes after the build: ${stripped.length === 0 ? 'none applied' : stripped.join(', ')}`,
    ],
  };
}

async function writeControl(
  settings: PkgbuildSettings,
  context: JobContext<PkgbuildDetails>,
  rewrites: readonly { prefix: string; replacement: string }[],
): Promise<void> {
  const control = `${context.work}/control`;
  ensureFolder(control);
  const conf = makepkgConf({
    arch: context.arch,
    processors: context.processors,
    packager: settings.packager,
  });
  const script = interfereScript(interfereInput(settings, context));
  await writeFileWithMode(`${control}/makepkg.conf`, conf, 0o644);
  await writeFileWithMode(`${control}/pacman.conf`, pacmanConf(context.arch, settings.repositories), 0o644);
  await writeFileWithMode(`${control}/interfere`, script, 0o755);
  await writeFileWithMode(`${control}/fetch`, fetchScript(), 0o755);
  await writeFileWithMode(`${control}/install-dependencies`, installScript(context, settings.assumed), 0o755);
  await writeFileWithMode(`${control}/download`, downloadScript(rewrites), 0o755);
  await writeFileWithMode(`${context.work}/home/.gitconfig`, gitConfig(rewrites), 0o644);
}

/** The steps that the interfere script says it applied; the file may be anything by now, even nothing. */
async function readApplied(path: string): Promise<readonly string[]> {
  const pieces: Uint8Array[] = [];
  try {
    for await (const piece of readPieces(path)) pieces.push(piece);
  } catch {
    return [];
  }
  const text = Buffer.concat(pieces).toString('utf8').trim();
  return text === '' ? [] : text.split('\n');
}

const interfereInput = (settings: PkgbuildSettings, context: JobContext<PkgbuildDetails>) => ({
  skipCode: settings.skipCode,
  bump: context.recipe.details.settings.bump,
  rebuild: rebuildBump(settings, context),
});

/**
 * Generic fix-ups on the copy of the PKGBUILD, and its tail where no interfere script will add it. Nothing has
 * run in the folder yet, but the recipe's author may have put a link in the place of the file.
 */
async function fixRecipe(
  settings: PkgbuildSettings,
  context: JobContext<PkgbuildDetails>,
  interferes: boolean,
): Promise<readonly string[]> {
  const path = `${context.work}/recipe/PKGBUILD`;
  const pieces: Uint8Array[] = [];
  for await (const piece of readPieces(path)) pieces.push(piece);
  const fixed = genericFixes(Buffer.concat(pieces).toString('utf8'));
  const input = interfereInput(settings, context);
  await writeFileWithMode(path, interferes ? `${fixed.text}\n\n` : fixed.text + recipeTail(input), 0o644);
  const bumped = input.bump || input.rebuild ? ['pkgrel bump'] : [];
  return [...fixed.applied, ...bumped];
}

/** The published version whose pkgrel a rebuild has to pass; undefined when this job is no rebuild. */
export function rebuildBump(
  settings: Pick<PkgbuildSettings, 'sameVersion'>,
  context: Pick<JobContext, 'reasons' | 'published'>,
): RebuildBump | undefined {
  const isRebuild = context.reasons.some(({ kind }) => rebuildReasons.has(kind));
  const newest = context.published[0];
  // the published package does not work any more: there is nothing to keep
  const keeps =
    settings.sameVersion === 'keep' && !context.reasons.some(({ kind }) => kind === 'abi-changed');
  if (!isRebuild || keeps || !newest) return undefined;
  const dash = newest.version.lastIndexOf('-');
  return dash < 0
    ? undefined
    : { version: newest.version.slice(0, dash), pkgrel: newest.version.slice(dash + 1) };
}

/**
 * Empty files with the names that are published already: makepkg then ends with code 13 instead of
 * building the same version again (specification 14.10).
 */
async function placeFillers(context: JobContext): Promise<void> {
  for (const { fileName } of context.published) {
    const name = fileName.replace(/\.pkg\.tar\.[a-z0-9]+$/, '.pkg.tar');
    await writeFileWithMode(`${context.work}/packages/${name}`, '', 0o644);
  }
}
