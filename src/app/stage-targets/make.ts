import { basename } from 'node:path';
import { fault } from '../../diagnostics/index.ts';
import { ensureFolder, makeSymlink, pathExists } from '../../host/index.ts';
import type { JobContext, JobRun, Outcome } from '../../model/index.ts';
import type { Digest } from '../../primitives/index.ts';
import type {
  ResultDetails,
  SeedDetails,
  SnapshotDetails,
  StageDetails,
  StageFacts,
  StageInput,
  StageMaker,
} from '../../recipes/stage/index.ts';
import {
  buildSnapshot,
  emulatorHere,
  makeTarget,
  type StageHands,
  type StagePlan,
} from '../../stages/index.ts';
import type { ObjectStore } from '../../store/index.ts';
import { plainArtifact } from '../plain-artifact.ts';
import { seedFileName, typeOf } from './recipes.ts';

/** What stages are made with, wherever the builder is. */
export interface MakerParts {
  readonly store: ObjectStore;
  /** Opened when the first stage is made. */
  readonly hands: (more: Pick<StageHands, 'onEvent' | 'signal'>) => StageHands;
}

/** Makes stages: in trees of their own, from inputs that the store has; what comes of it is an artifact. */
export function stageMaker(parts: MakerParts): StageMaker {
  return async (context, run) => {
    const { details } = context.recipe;
    switch (details.kind) {
      case 'seed':
        return await takeSeed(parts, context, details);
      case 'snapshot':
        return await packTree(parts, context, { details, run });
      case 'result':
        return await build(parts, context, { details, run });
    }
  };
}

type Context = JobContext<StageDetails>;

/** A seed becomes an object; its bytes are those that the settings state. Throws MST010, MST011, SYS003. */
async function takeSeed({ store }: MakerParts, context: Context, details: SeedDetails): Promise<Outcome> {
  const { file, sha256, place, type, version } = details;
  if (!pathExists(file)) throw fault('MST010', { what: `the seed '${file}' is not there` });
  const { digest, sizeBytes } = await store.putFile(file);
  if (digest !== sha256)
    throw fault('MST011', {
      what: `the seed '${file}' is not what 'packmill.yaml' says`,
      why: `It says ${sha256}; the file has ${digest}.`,
    });
  const fileName = seedFileName(details);
  context.notes.uses({ role: 'source', name: fileName, digest: { sha256: digest } });
  const control = [{ name: `version/${type}`, value: version, isVersion: true }];
  const facts: StageFacts = {
    ...{ files: [], kind: 'seed', place, version, target: `seed-${type}`, type },
    path: `${place.build}/${place.archDesc}/${place.subarch}/${version}/${fileName}`,
    latest: undefined,
    ...{ control, extras: [] },
  };
  context.say(`'${file}' has the digest that was stated: ${sha256}`);
  return await succeed(store, context, { facts, fileName, object: digest, sizeBytes });
}

interface Job<Details> {
  readonly details: Details;
  readonly run: JobRun;
}

/** A package tree is packed in the folder of the attempt. Throws MCA, SYS problems. */
async function packTree(
  parts: MakerParts,
  context: Context,
  { details, run }: Job<SnapshotDetails>,
): Promise<Outcome> {
  const { plan, build: of, version, link } = details;
  const hands = parts.hands(eventsOf(context, run));
  const fileName = basename(plan.path);
  const path = `${context.work}/${fileName}`;
  // the tree of a version is packed once, whatever its source has by now
  const isAsked = context.reasons.some(({ kind }) => kind === 'inputs-changed' || kind === 'asked');
  if (!isAsked && context.published.some((one) => one.fileName === fileName && one.version === version))
    return { kind: 'already-built', files: [fileName] };
  await buildSnapshot(hands, { ...plan, path, link: undefined });
  const { digest, sizeBytes } = await parts.store.putFile(path, { move: true });
  const facts: StageFacts = {
    ...{ files: [], kind: 'snapshot', place: { build: of }, version, target: 'snapshot', type: 'snapshot' },
    path: plan.path.slice(details.mirror.length + 1),
    latest: link,
    ...{ control: [], extras: [] },
  };
  return await succeed(parts.store, context, { facts, fileName, object: digest, sizeBytes });
}

/** A target is built from its inputs. Throws what `makeTarget` does. */
async function build(
  parts: MakerParts,
  context: Context,
  { details, run }: Job<ResultDetails>,
): Promise<Outcome> {
  const { store } = parts;
  const { plan } = details;
  const hands = parts.hands(eventsOf(context, run));
  const inputs = `${context.work}/inputs`;
  ensureFolder(inputs);
  const seed = await putInput(store, context, { input: details.seed, folder: inputs });
  const tree =
    details.snapshot && (await putInput(store, context, { input: details.snapshot, folder: inputs }));
  const here: StagePlan = {
    ...plan,
    source: { ...plan.source, folder: inputs, name: basename(seed) },
    snapshot: tree === undefined || !plan.snapshot ? undefined : { ...plan.snapshot, path: tree },
    emulator: emulatorHere(plan.identity.archDesc),
  };
  const { how, key, record } = await makeTarget(hands, here);
  if (how === 'found') context.say(`the same was built before, under the key ${key}: nothing is done`);
  if (!record) return { kind: 'succeeded', artifacts: [] };
  const extras = await stillThere(store, record.extras);
  const facts = resultFacts(details, { ...record, key, extras });
  for (const name of ['key', 'inputs', 'tools'] as const) context.notes.setting(name, facts[name] ?? null);
  const fileName = basename(plan.result);
  return await succeed(store, context, {
    facts,
    fileName,
    object: record.digest,
    sizeBytes: record.sizeBytes,
  });
}

/** What is said beside a result: where it goes, and what it was made of. */
export function resultFacts(
  { plan, begun }: ResultDetails,
  made: Pick<StageFacts, 'extras' | 'key' | 'inputs' | 'tools' | 'durationMs'>,
): StageFacts {
  const { build: of, archDesc, subarch, version } = plan.identity;
  const inside = (path: string): string => path.slice(plan.mirror.length + 1);
  const { extras, key = '', inputs = {}, tools = {}, durationMs = 0 } = made;
  return {
    ...{ files: [], kind: 'result', place: { build: of, archDesc, subarch }, version },
    ...{ target: plan.target, type: typeOf(plan.target), path: inside(plan.result) },
    latest: plan.latest === undefined ? undefined : inside(plan.latest),
    control: plan.controlUpdates,
    ...{ extras, begun, key, inputs, tools, durationMs },
  };
}

/** What was left beside a result that was found again may have been collected since. */
async function stillThere(store: ObjectStore, extras: StageFacts['extras']): Promise<StageFacts['extras']> {
  const found: StageFacts['extras'][number][] = [];
  for (const one of extras) if (await store.has(one.digest)) found.push(one);
  return found;
}

/** Gives an input its name in a folder; the bytes are those of the store. Throws MST010, STO problems. */
async function putInput(
  store: ObjectStore,
  context: Context,
  { input, folder }: { readonly input: StageInput; readonly folder: string },
): Promise<string> {
  const path = `${folder}/${input.fileName}`;
  const object = input.from === 'mirror' ? input.object : madeFor(context, input);
  makeSymlink(path, await store.path(object));
  context.say(`input: ${input.fileName} (sha256 ${object})`);
  context.notes.uses({ role: 'source', name: input.fileName, digest: { sha256: object } });
  return path;
}

function madeFor({ dependencies, recipe }: Context, input: Extract<StageInput, { from: 'job' }>): Digest {
  const found = dependencies.find(({ artifact }) => artifact.name === input.job);
  if (found?.artifact.version === input.version) return found.artifact.object;
  const what = `'${recipe.name}' begins with '${input.job}' ${input.version}`;
  const why = found ? `What that job made last is ${found.artifact.version}.` : 'That job has made nothing.';
  throw fault('MST010', { what, why, next: `Schedule '${input.job}' as well.` });
}

interface Made {
  readonly facts: StageFacts;
  readonly fileName: string;
  readonly object: Digest;
  readonly sizeBytes: number;
}

async function succeed(
  store: ObjectStore,
  { recipe, published }: Context,
  { facts, fileName, object, sizeBytes }: Made,
): Promise<Outcome> {
  const isOut = published.some((one) => one.fileName === fileName && one.object === object);
  if (isOut) return { kind: 'already-built', files: [fileName] };
  const listed = await store.putBytes(Buffer.from(JSON.stringify(facts)));
  const { name, version } = recipe;
  const artifact = plainArtifact({ name, version, fileName, object, sizeBytes, facts: listed.digest });
  return { kind: 'succeeded', artifacts: [artifact] };
}

/** What happens in a build as log of the job: each step is a phase of it. */
function eventsOf(context: Context, run: JobRun): Pick<StageHands, 'onEvent' | 'signal'> {
  return {
    signal: run.signal,
    onEvent: (event) => {
      switch (event.kind) {
        case 'begin':
          return context.say(`building '${event.plan.name}', key ${event.key}`);
        case 'phase':
          return run.phase(event.phase);
        case 'step':
          run.phase(event.element);
          return context.say(`step ${event.number} of ${event.count}: ${event.element}`);
        case 'output':
          return run.output(event.bytes);
        case 'problem':
          return context.say(`${event.problem.code} ${event.problem.what}`);
      }
    },
  };
}
