import { basename } from 'node:path';
import type { StagesConfig } from '../../config/index.ts';
import { fault, isFault, type Problem, ProblemError } from '../../diagnostics/index.ts';
import { digestBytes, machine } from '../../host/index.ts';
import type { Recipe } from '../../model/index.ts';
import { type Digest, isPlainPath } from '../../primitives/index.ts';
import { indexingBuilder } from '../../recipes/ebin/index.ts';
import {
  type ResultDetails,
  type SeedDetails,
  type StageDetails,
  type StageInput,
  type StagePlace,
  stageLabel,
  stageRecipe,
} from '../../recipes/stage/index.ts';
import {
  buildKey,
  Elements,
  machineOf,
  planOf,
  planSnapshot,
  type RunRequest,
  type SnapshotPlan,
  type StagePlan,
  targetsOf,
} from '../../stages/index.ts';
import type { Farm } from '../farm.ts';
import { openProgram } from '../metro/index.ts';
import { type MirrorEntry, mirrorEntries, mirrorFolder, placeText, resultsOf } from './mirror-entries.ts';
import { controlReader, placeOfBuild, type RunView } from './read-control.ts';
import { runVersion } from './run-version.ts';

type BuildConfig = StagesConfig['builds'][number];

/** The builder that takes seeds in and packs package trees: both lie where the manager is, as the folders of ebins do. */
const stageKeeper = indexingBuilder;

/** Stages of a source as jobs; a subarch whose files are wrong has none, and says why. */
export interface FoundStages {
  readonly recipes: readonly Recipe<StageDetails>[];
  readonly problems: readonly { readonly build: BuildConfig; readonly problem: Problem }[];
}

/** `stage3` of every kind of stage3. */
export const typeOf = (target: string): string => (target.startsWith('stage3-') ? 'stage3' : target);

/** First part of the names of a subarch's jobs. */
export const categoryOf = ({ build, 'arch-desc': archDesc, subarch }: BuildConfig): string =>
  `${build}.${archDesc}.${subarch}`;

/** Settings of a source of stages. Throws SCH001. */
export function stagesConfig(
  { config }: Pick<Farm, 'config'>,
  source: string,
): StagesConfig & { readonly target: string } {
  const { stages, target } = config['recipe-sources'][source] ?? {};
  if (stages && target !== undefined) return { ...stages, target };
  throw fault('SCH001', { what: `the farm has no source of stages '${source}'` });
}

interface Planning {
  readonly top: string;
  readonly config: StagesConfig;
  readonly mirror: string;
  readonly version: string;
  readonly entries: readonly MirrorEntry[];
}

/**
 * The jobs of a source of stages, from its files in a folder: seeds, package trees, and all targets of each subarch, as a graph.
 * Throws the first problem when no subarch can be planned.
 */
export async function stageRecipes(
  farm: Pick<Farm, 'config' | 'paths' | 'store' | 'trees' | 'database' | 'clock'>,
  source: string,
  of: { readonly top: string; readonly version?: string | undefined },
): Promise<FoundStages> {
  const config = stagesConfig(farm, source);
  const planning: Planning = {
    ...{ top: of.top, config, mirror: mirrorFolder(farm, config.target) },
    version: of.version ?? runVersion(farm, source, config),
    entries: await mirrorEntries(farm, config.target),
  };
  const recipes = new Map<string, Recipe<StageDetails>>();
  const problems: { build: BuildConfig; problem: Problem }[] = [];
  for (const build of config.builds) {
    try {
      const own = [...subarchRecipes(planning, build)];
      for (const recipe of own) recipes.set(recipe.name, recipe);
    } catch (error) {
      if (!isFault(error)) throw error;
      problems.push({ build, problem: error.problem });
    }
  }
  const [first] = problems;
  if (first && recipes.size === 0) throw new ProblemError(first.problem);
  return { recipes: [...recipes.values()], problems };
}

/** Files are opened anew for each target, with the values of a subarch. */
function requestOf(planning: Planning, build: BuildConfig, behindStage3: boolean): RunRequest {
  const { top, config, mirror, version, entries } = planning;
  const view: RunView = { mirror, entries, builds: config.builds, build, version, behindStage3 };
  const values = {
    ...config.values,
    ...build.values,
    'target/build': build.build,
    'target/arch_desc': build['arch-desc'],
    'target/subarch': build.subarch,
    'target/version': version,
  };
  const more = { multi: 'yes', 'multi/mode': build.mode, 'multi/extras': build.extras.join(' ') };
  const words = (of: object): string[] => Object.entries(of).map(([name, value]) => `${name}=${value}`);
  return {
    open: (target) =>
      openProgram({
        file: `${top}/${config.file}`,
        values: [...words(values), ...words(target === undefined ? more : { target })],
        overrides: [`path/mirror=${mirror}`],
        query: target === undefined,
      }),
    read: controlReader(view),
    // who builds decides how: here only what is to be built is asked
    processor: machineOf(build['arch-desc']) ?? machine.processor(),
    only: undefined,
    replace: false,
  };
}

function* subarchRecipes(planning: Planning, build: BuildConfig): Generator<Recipe<StageDetails>> {
  const request = requestOf(planning, build, false);
  const targets = targetsOf(request);
  const made = new Map<string, Made>();
  const place = placeOfBuild(build);
  const name = (target: string): string => `${categoryOf(build)}/${target}`;
  for (const seed of seedsOf(planning.config, build)) {
    made.set(seed.key, seed);
    yield seed.recipe;
  }
  for (const target of targets) {
    if (target === 'snapshot') {
      const elements = new Elements(request.open(target));
      const isWanted = elements.text('path/mirror/snapshot') !== undefined;
      const snapshot = isWanted ? snapshotRecipe(planning, build, planSnapshot(elements)) : undefined;
      if (!snapshot) continue;
      made.set(snapshot.key, snapshot);
      yield snapshot.recipe;
      continue;
    }
    const isBehind = typeOf(target) !== 'stage3' && made.has(keyOf(place, 'stage3', planning.version));
    const plan = planOf(requestOf(planning, build, isBehind), target);
    const recipe = resultRecipe(planning, { build, plan, made, name: name(target) });
    made.set(keyOf(place, typeOf(target), planning.version), {
      ...madeBy(recipe, plan.result),
      digest: recipe.inputDigest,
    });
    yield recipe;
  }
}

/** What a job of the same plan makes. */
interface Made {
  readonly recipe: Recipe<StageDetails>;
  /** Stands for its bytes in the inputs of others. */
  readonly digest: Digest;
  readonly fileName: string;
}

const madeBy = (recipe: Recipe<StageDetails>, path: string) => ({ recipe, fileName: basename(path) });
const keyOf = (place: StagePlace, type: string, version: string): string =>
  `${placeText(place)} ${type} ${version}`;

/** What a seed is called in the mirror. */
export function seedFileName({ file, place, type, version }: SeedDetails): string {
  const suffix = /\.tar(?:\.[a-z0-9]+)?$/.exec(file)?.[0] ?? '.tar';
  return `${type}-${place.subarch}-${place.build}-${version}${suffix}`;
}

/** Seeds that a subarch, or the one that it begins with, has by the settings. */
function* seedsOf(config: StagesConfig, own: BuildConfig): Generator<Made & { readonly key: string }> {
  const builds = config.builds.filter((one) => one === own || placeText(placeOfBuild(one)) === own.remote);
  for (const build of builds) {
    if (!build.seed) continue;
    const { file, sha256, version, type } = build.seed;
    const place = placeOfBuild(build);
    const details = { kind: 'seed', file, sha256, place, type, version } as const;
    const recipe = stageRecipe({
      ...{ name: `${categoryOf(build)}/seed-${type}`, folder: file, version, needs: [], details },
      inputDigest: digestBytes(JSON.stringify([placeText(place), type, version, sha256])),
      by: { builder: stageKeeper },
    });
    const fileName = seedFileName(details);
    yield { key: keyOf(place, type, version), recipe, digest: sha256 as Digest, fileName };
  }
}

function snapshotRecipe(
  { mirror, version, top }: Planning,
  { build }: BuildConfig,
  plan: SnapshotPlan,
): (Made & { readonly key: string }) | undefined {
  if (!plan.isOfficial) return undefined;
  const path = inMirror(mirror, plan.path);
  const link = plan.link === undefined ? undefined : inMirror(mirror, plan.link);
  const details = { kind: 'snapshot', plan, build, version, mirror, link } as const;
  const { kind, remote, branch, isLive, time } = plan;
  const recipe = stageRecipe({
    ...{ name: `${build}/snapshot`, folder: top, version, needs: [], details, by: { builder: stageKeeper } },
    inputDigest: digestBytes(JSON.stringify([path, kind, remote, branch, isLive, time])),
  });
  return { key: path, digest: recipe.inputDigest, ...madeBy(recipe, path) };
}

interface Wanted {
  readonly build: BuildConfig;
  readonly plan: StagePlan;
  readonly made: ReadonlyMap<string, Made>;
  readonly name: string;
}

function resultRecipe(planning: Planning, { build, plan, made, name }: Wanted): Recipe<StageDetails> {
  const { source, identity } = plan;
  const place = {
    build: source.identity.build,
    archDesc: source.identity.archDesc,
    subarch: source.identity.subarch,
  };
  const isOwn = placeText(place) === placeText(placeOfBuild(build));
  const seed = inputFrom(made.get(keyOf(place, source.type, source.identity.version)), () =>
    resultsOf(planning.entries, place, source.type).find(
      ({ version }) => version === source.identity.version,
    ),
  );
  if (!seed) throw missing(plan, `the ${source.type} '${source.folder}/${source.name}' (${source.why})`);
  const snapshotPath = plan.snapshot && inMirror(planning.mirror, plan.snapshot.path);
  const snapshot =
    snapshotPath === undefined
      ? undefined
      : inputFrom(made.get(snapshotPath), () =>
          planning.entries.find(({ about }) => about.path === snapshotPath),
        );
  if (snapshotPath !== undefined && !snapshot) throw missing(plan, `the package tree '${snapshotPath}'`);
  for (const path of [plan.result, ...(plan.latest === undefined ? [] : [plan.latest])])
    inMirror(planning.mirror, path);
  const digests = {
    seed: { path: '', digest: seed.digest },
    snapshot: snapshot && { path: '', digest: snapshot.digest },
    fetched: undefined,
  };
  const begins = !isOwn || source.identity.version !== planning.version;
  const begun = begins ? { place, type: source.type, version: source.identity.version } : undefined;
  const details: ResultDetails = {
    ...{ kind: 'result', plan, seed: seed.input, snapshot: snapshot?.input },
    begun: begun ?? beginOf(made, { place, type: source.type, version: source.identity.version }),
  };
  return stageRecipe({
    ...{ name, folder: planning.top, version: identity.version, details },
    needs: [seed, ...(snapshot ? [snapshot] : [])].flatMap(({ input }) =>
      input.from === 'job' ? [input.job] : [],
    ),
    inputDigest: digestBytes(
      JSON.stringify([buildKey(plan, digests, {}), plan.fetchStep?.text, plan.fetchDigest, plan.distfiles]),
    ),
    by: { labels: [stageLabel(machineOf(identity.archDesc) ?? identity.archDesc)] },
  });
}

/** What the target before began with is what the whole run began with. */
function beginOf(made: ReadonlyMap<string, Made>, otherwise: ResultDetails['begun']): ResultDetails['begun'] {
  for (const { recipe } of made.values()) if (recipe.details.kind === 'result') return recipe.details.begun;
  return otherwise;
}

function inputFrom(
  made: Made | undefined,
  published: () => MirrorEntry | undefined,
): { readonly input: StageInput; readonly digest: Digest } | undefined {
  if (made) {
    const { recipe, fileName, digest } = made;
    return { input: { from: 'job', job: recipe.name, version: recipe.version, fileName }, digest };
  }
  const entry = published();
  const [placed] = entry?.placed ?? [];
  if (!entry || !placed) return undefined;
  const input = { from: 'mirror', object: placed.object, fileName: basename(entry.about.path) } as const;
  return { input, digest: placed.object };
}

function missing(plan: StagePlan, what: string): Error {
  return fault('MST010', {
    what: `an input is missing for '${plan.name}'`,
    why: `The target '${plan.target}' needs ${what}, and neither the mirror nor a job of the farm has it.`,
    next: "Name a 'seed' or a 'remote' subarch for this build in 'packmill.yaml'.",
  });
}

/** A path of the language as a path in the mirror. Throws MST003 for one that leads out of it. */
function inMirror(mirror: string, path: string): string {
  const inside = path.startsWith(`${mirror}/`) ? path.slice(mirror.length + 1) : '';
  if (isPlainPath(inside)) return inside;
  throw fault('MST003', {
    what: `'${path}' is not in the mirror`,
    why: `A farm publishes what it builds in '${mirror}', which is 'path/mirror' here.`,
  });
}
