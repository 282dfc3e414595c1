import type { WorkOrder } from '../api/index.ts';
import {
  type AttemptEnd,
  type AttemptPass,
  type LandedFile,
  passingTrouble,
  type ResultsTransport,
  runAttempt,
  type TravellingObject,
} from '../builder/index.ts';
import { fault, isFault, ProblemError, renderText } from '../diagnostics/index.ts';
import { type Clock, ensureFolder, hashFile, machine } from '../host/index.ts';
import { type AttemptLog, findErrorExcerpt } from '../logs/index.ts';
import type {
  Artifact,
  AvailableArtifact,
  KindServices,
  Outcome,
  PlannedJob,
  PublishedFile,
  Recipe,
  RecipeKind,
} from '../model/index.ts';
import type { Digest } from '../primitives/index.ts';
import {
  createPkgbuildKind,
  load,
  type PkgbuildSettings,
  printSrcinfo,
  unpackRecipe,
} from '../recipes/pkgbuild/index.ts';
import { createPythonKind } from '../recipes/python/index.ts';
import { createStageKind } from '../recipes/stage/index.ts';
import type { SandboxDriver, SandboxRoot } from '../sandbox/index.ts';
import type { ObjectStore } from '../store/index.ts';
import { autogenKindOf, autogenObjects, autogenRecipeOf, type Overlays } from './autogen-orders.ts';
import { ownMachine } from './build-machine.ts';
import { recordObjects } from './build-records.ts';
import { hasPortage } from './ebin-targets/has-portage.ts';
import { ebinKindOf, ebinRecipeOf } from './ebin-targets/orders.ts';
import { pythonMaker } from './python-targets/maker.ts';
import { pythonObjects, pythonRecipeOf } from './python-targets/orders.ts';
import { sourceCacheFor } from './source-cache.ts';
import { makerParts } from './stage-targets/hands.ts';
import { stageMaker } from './stage-targets/make.ts';
import { stageObjects, stageRecipeOf } from './stage-targets/orders.ts';

/** The machine on which orders are carried out. */
export interface OrderScene {
  readonly sandbox: SandboxDriver;
  readonly root: SandboxRoot;
  /** A folder with a Gentoo system, for orders of ebins. */
  readonly gentooRoot?: string | undefined;
  readonly store: ObjectStore;
  readonly transport: ResultsTransport;
  readonly clock: Clock;
  /** Folder for attempts; each gets one below it. */
  readonly work: string;
  readonly sourceCache: string;
  /** Overlays of autogens, unpacked. */
  readonly overlays: Overlays;
  /** Folders for trees of stages. */
  readonly stages: { readonly stages: string; readonly sandbox: string };
  readonly processors: number;
  /** Exit code by which recipes say that they are to be skipped. */
  readonly skipCode: number;
  /** The builder's own limits, where it has some; the order's count otherwise. */
  readonly limits: { readonly timeoutMs?: number | undefined; readonly memoryBytes?: number | undefined };
}

export interface CarriedOut extends AttemptEnd {
  readonly landed: readonly LandedFile[];
}

/**
 * Carries out one order: fetches what it names, builds, hands in what was made. Decides nothing: the recipe is the
 * archive that the manager made of the scheduled commit.
 */
export async function carryOutOrder(
  scene: OrderScene,
  order: WorkOrder,
  log: AttemptLog,
  signal: AbortSignal,
): Promise<CarriedOut> {
  const folder = `${scene.work}/${order.attempt}-${order.fence}`;
  const pass: AttemptPass = { attempt: order.attempt, fence: order.fence, token: order.token };
  try {
    for (const line of order.introduction) log.say(line);
    await scene.transport.fetch(pass, inputsOf(order), signal);
    const end = await build(scene, order, { log, folder, signal });
    const objects = [
      ...(await objectsFor(order, end.outcome, scene.store)),
      ...(await recordObjects(end.outcome, scene.store)),
    ];
    const landed = await scene.transport.handIn(pass, objects, signal);
    return { ...end, landed };
  } catch (error) {
    if (signal.aborted) {
      return { outcome: { kind: 'canceled', requeue: false, reason: String(signal.reason) }, landed: [] };
    }
    const passing = passingTrouble(error);
    if (isFault(error)) for (const line of renderText(error.problem).split('\n')) log.say(line);
    // the job is another builder's, or ours again, for as often as jobs may be lost
    if (passing !== undefined) return { outcome: { kind: 'lost', reason: passing }, landed: [] };
    if (!isFault(error)) throw error;
    return { outcome: { kind: 'failed', problem: error.problem }, landed: [] };
  } finally {
    await scene.sandbox.removeFolder(folder).catch(() => undefined);
  }
}

interface Site {
  readonly log: AttemptLog;
  readonly folder: string;
  readonly signal: AbortSignal;
}

const objectsFor = async (
  order: WorkOrder,
  outcome: Outcome,
  store: ObjectStore,
): Promise<readonly TravellingObject[]> => {
  if (order.kind === 'stage') return await stageObjects(outcome, store);
  if (order.kind === 'python') return await pythonObjects(outcome, store);
  return isAutogen(order) ? await autogenObjects(outcome, store) : objectsOf(outcome);
};

async function build(scene: OrderScene, order: WorkOrder, site: Site): Promise<AttemptEnd> {
  const { sandbox, store, clock } = scene;
  const planned = order.planned as unknown as PlannedJob;
  const kind = kindOfOrder(scene, order);
  const recipe = await recipeOfOrder(scene, order, `${site.folder}/source`);
  const caches = { root: scene.sourceCache, clock, sandbox };
  const { outcome, durationMs, peakMemoryBytes, peakDiskBytes } = await runAttempt({
    kind,
    context: {
      recipe,
      target: order.target,
      arch: order.arch,
      reasons: planned.reasons,
      sourceCache: kind.keepsSources(recipe)
        ? await sourceCacheFor(caches, order.target, recipe.name)
        : undefined,
      dependencies: await dependenciesOf(store, order),
      repositoryNeeds: order.repositoryNeeds,
      published: order.published as readonly PublishedFile[],
      processors: scene.processors,
    },
    folder: `${site.folder}/attempt`,
    policy: {
      root: order.kind === 'ebin' ? gentooRootOf(scene) : scene.root,
      network: order.limits.network,
      timeoutMs: scene.limits.timeoutMs ?? order.limits.timeoutMs,
      killGraceMs: order.limits.killGraceMs,
      memoryBytes: scene.limits.memoryBytes ?? order.limits.memoryBytes,
      processes: order.limits.processes,
      outputBytes: order.limits.logBytes,
    },
    machine: ownMachine(machine.name()),
    remarks: order.remarks,
    services: servicesOf(sandbox, store),
    sandbox,
    log: site.log,
    clock,
    signal: site.signal,
    findExcerpt: (text) => findErrorExcerpt(text)?.lines.join('\n'),
  });
  return { outcome, facts: { durationMs, peakMemoryBytes, peakDiskBytes } };
}

const isAutogen = ({ kind }: WorkOrder): boolean => kind === 'autogen';

function kindOfOrder(scene: OrderScene, order: WorkOrder): RecipeKind {
  if (order.kind === 'ebin') return ebinKindOf(order, scene.gentooRoot);
  if (order.kind === 'stage')
    return createStageKind(stageMaker(makerParts({ ...scene, paths: scene.stages }))) as RecipeKind;
  if (order.kind === 'python')
    return createPythonKind(pythonMaker({ ...scene, root: async () => scene.root })) as RecipeKind;
  return isAutogen(order) ? autogenKindOf(order, scene.store) : kindOf(order, scene.skipCode);
}

async function recipeOfOrder(scene: OrderScene, order: WorkOrder, parent: string): Promise<Recipe> {
  if (order.kind === 'ebin') return ebinRecipeOf(order);
  if (order.kind === 'stage') return stageRecipeOf(order);
  if (order.kind === 'python') return pythonRecipeOf(order);
  if (isAutogen(order)) return await autogenRecipeOf(order, scene);
  return await readRecipe(scene, order, order.planned as unknown as PlannedJob, parent);
}

/** Throws SBX006 when the root that the builder had is gone. */
function gentooRootOf({ gentooRoot }: OrderScene): SandboxRoot {
  if (hasPortage(gentooRoot)) return { kind: 'folder', path: gentooRoot };
  throw fault('SBX006', { what: `the root file system '${gentooRoot}' has no 'usr/bin/emerge'` });
}

function kindOf(order: WorkOrder, skipCode: number): RecipeKind {
  const settings = order.settings as unknown as Omit<PkgbuildSettings, 'upstreams'> & {
    readonly upstreams: readonly (readonly [string, string])[];
  };
  const own = { ...settings, upstreams: new Map(settings.upstreams), skipCode };
  return createPkgbuildKind(own) as RecipeKind;
}

/** The recipe as the manager packed it; what it makes of it is what the manager made of it, digest included. */
async function readRecipe(scene: OrderScene, order: WorkOrder, planned: PlannedJob, parent: string) {
  const folder = `${parent}/${planned.name}`;
  ensureFolder(parent);
  await unpackRecipe(await scene.store.path(order.recipe.object as Digest), folder);
  const { recipe, problems } = await load(folder, {
    arch: order.arch,
    regenerate: (of) =>
      printSrcinfo({
        folder: of,
        scratch: `${parent}/srcinfo`,
        arch: order.arch,
        root: scene.root,
        sandbox: scene.sandbox,
      }),
  });
  const flaw = problems.find(({ severity }) => severity === 'error');
  if (!recipe && flaw) throw new ProblemError(flaw);
  if (!recipe) throw new Error(`'${planned.name}' was sent and is no recipe`);
  return { ...recipe, inputDigest: planned.inputDigest };
}

async function dependenciesOf(store: ObjectStore, order: WorkOrder): Promise<readonly AvailableArtifact[]> {
  const available: AvailableArtifact[] = [];
  for (const { artifact: sent, folders } of order.dependencies) {
    const artifact = sent as unknown as Artifact;
    available.push({ artifact, folders, path: await store.path(artifact.object) });
  }
  return available;
}

function servicesOf(sandbox: SandboxDriver, store: ObjectStore): KindServices {
  return {
    putFile: (path) => store.putFile(path, { move: true }),
    putBytes: (bytes) => store.putBytes(bytes),
    // what a builder elsewhere keeps is not what the farm has; its digest is enough to know it again
    keepSource: async (path) => ({ digest: (await hashFile(path)).digest, isKept: false }),
    makeBuilderFolder: (path) => sandbox.makeFolder(path),
    giveToBuilder: (path) => sandbox.giveToBuilder(path),
  };
}

function inputsOf(order: WorkOrder): readonly TravellingObject[] {
  const packages = order.dependencies.map(({ artifact }) => {
    const { object, sizeBytes } = artifact as unknown as Artifact;
    return { object, sizeBytes };
  });
  return [order.recipe, ...packages];
}

/** The packages of a success. What else is to be known of them the manager reads from their bytes. */
function objectsOf(outcome: Outcome): readonly TravellingObject[] {
  if (outcome.kind !== 'succeeded') return [];
  return outcome.artifacts.map(({ object, sizeBytes }) => ({ object, sizeBytes }));
}
