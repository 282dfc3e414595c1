import { basename } from 'node:path';
import type { WorkOrder } from '../../api/index.ts';
import type { TravellingObject } from '../../builder/index.ts';
import { fault } from '../../diagnostics/index.ts';
import { entryFacts } from '../../host/index.ts';
import type { Artifact, Outcome, PlannedJob, Recipe } from '../../model/index.ts';
import { type Digest, parseDigest } from '../../primitives/index.ts';
import {
  type ResultDetails,
  type StageDetails,
  type StageFacts,
  type StageInput,
  stageRecipe,
} from '../../recipes/stage/index.ts';
import type { ObjectStore } from '../../store/index.ts';
import type { Farm } from '../farm.ts';
import { plainArtifact } from '../plain-artifact.ts';
import { resultFacts } from './make.ts';
import { readStageFacts } from './mirror-entries.ts';

/** What an order says of a target, as JSON: the elements of a plan are pairs. */
export function stageOrderSettings(details: StageDetails): object {
  if (details.kind !== 'result') throw new Error('seeds and package trees are taken in by the manager');
  return { ...details, plan: { ...details.plan, elements: [...details.plan.elements] } };
}

/** The target of an order as a recipe. */
export function stageRecipeOf(order: WorkOrder): Recipe<StageDetails> {
  const { name, folder, version, inputDigest } = order.planned as unknown as PlannedJob;
  const sent = order.settings as unknown as ResultDetails & {
    readonly plan: { readonly elements: readonly [string, string][] };
  };
  const details: ResultDetails = { ...sent, plan: { ...sent.plan, elements: new Map(sent.plan.elements) } };
  return stageRecipe({ name, folder, version, inputDigest, needs: [], by: { labels: [] }, details });
}

/** Inputs of a target that the mirror has, as what travels with an order. Throws STO problems. */
export async function mirrorInputs(
  { store }: Pick<Farm, 'store'>,
  details: StageDetails,
): Promise<readonly { readonly artifact: Artifact; readonly folders: readonly string[] }[]> {
  if (details.kind !== 'result') return [];
  const inputs = [details.seed, ...(details.snapshot ? [details.snapshot] : [])];
  const found: { artifact: Artifact; folders: readonly string[] }[] = [];
  for (const input of inputs)
    if (input.from === 'mirror') found.push({ artifact: await artifactFor(store, input), folders: [] });
  return found;
}

async function artifactFor(
  store: Pick<ObjectStore, 'path'>,
  { object, fileName }: Extract<StageInput, { from: 'mirror' }>,
): Promise<Artifact> {
  const sizeBytes = entryFacts(await store.path(object))?.sizeBytes ?? 0;
  return plainArtifact({ name: fileName, version: '', fileName, object, sizeBytes, facts: object });
}

/** All that has to travel of a target that was built: the result, what tells of it, and what was left beside it. Throws STO problems. */
export async function stageObjects(
  outcome: Outcome,
  store: ObjectStore,
): Promise<readonly TravellingObject[]> {
  if (outcome.kind !== 'succeeded') return [];
  const objects = new Map<string, TravellingObject>();
  const add = async (object: Digest): Promise<void> => {
    const sizeBytes = entryFacts(await store.path(object))?.sizeBytes ?? 0;
    objects.set(object, { object, sizeBytes });
  };
  for (const { object, facts } of outcome.artifacts) {
    await add(object);
    await add(facts);
    for (const { digest } of (await readStageFacts({ store }, facts)).extras) await add(digest);
  }
  return [...objects.values()];
}

const mostExtras = 1000;

/**
 * What a builder elsewhere handed in, as the manager believes it: where it goes and what it changes is what was planned; of the builder
 * come the bytes alone, and the files beside them, whose names stay in the folder of the result. Throws BLD032, STO problems.
 */
export async function verifyStage(
  { store }: Pick<Farm, 'store'>,
  claimed: readonly Artifact[],
  { name, version, details }: Recipe<StageDetails>,
): Promise<readonly Artifact[]> {
  if (details.kind !== 'result') throw new Error(`'${name}' is made by the manager`);
  if (!details.plan.isOfficial && claimed.length === 0) return [];
  const [claim, ...others] = claimed;
  const object = parseDigest(String(claim?.object));
  const told = parseDigest(String(claim?.facts));
  if (claim === undefined || others.length > 0 || object === undefined || told === undefined)
    throw fault('BLD032', { what: `one archive of '${details.plan.name}' was to be handed in` });
  const said = await saidOf(store, told, details.plan.name);
  for (const { digest } of said.extras) await store.path(digest);
  const sizeBytes = entryFacts(await store.path(object))?.sizeBytes ?? 0;
  const facts = resultFacts(details, said);
  const fileName = basename(details.plan.result);
  const listed = await store.putBytes(Buffer.from(JSON.stringify(facts)));
  return [plainArtifact({ name, version, fileName, object, sizeBytes, facts: listed.digest })];
}

type Said = Pick<StageFacts, 'extras' | 'key' | 'inputs' | 'tools' | 'durationMs'>;

async function saidOf(store: ObjectStore, object: Digest, name: string): Promise<Said> {
  const wrong = (what: string): Error => fault('BLD032', { what: `what tells of '${name}' ${what}` });
  let read: Partial<StageFacts>;
  try {
    read = JSON.parse(Buffer.from(await store.readBytes(object)).toString('utf8')) as Partial<StageFacts>;
  } catch (error) {
    if (error instanceof SyntaxError) throw wrong('is no JSON');
    throw error;
  }
  const listed: unknown = read.extras;
  if (!Array.isArray(listed) || listed.length > mostExtras) throw wrong('names no files');
  const extras = listed.map((one: { readonly name?: unknown; readonly digest?: unknown } | null) => {
    const digest = parseDigest(String(one?.digest));
    const path = String(one?.name);
    const isInside = path.split('/').every((part) => /^[^.\0][^\0]*$/.test(part));
    if (digest === undefined || !isInside || path.length > 200) throw wrong(`names a file '${path}'`);
    return { name: path, digest };
  });
  const texts = (of: unknown): Readonly<Record<string, string>> =>
    Object.fromEntries(Object.entries(of ?? {}).map(([key, value]) => [key, String(value).slice(0, 200)]));
  return {
    extras,
    key: String(read.key ?? ''),
    inputs: texts(read.inputs),
    tools: texts(read.tools),
    durationMs: Number(read.durationMs) || 0,
  };
}
