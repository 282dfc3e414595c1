import type { WorkOrder } from '../../api/index.ts';
import type { TravellingObject } from '../../builder/index.ts';
import { fault } from '../../diagnostics/index.ts';
import { entryFacts } from '../../host/index.ts';
import type { Artifact, Outcome, PlannedJob, Recipe } from '../../model/index.ts';
import { parseDigest } from '../../primitives/index.ts';
import { graphHeader } from '../../python-explorer/index.ts';
import {
  type ExploreDetails,
  type GraphFacts,
  type PythonDetails,
  pythonRecipe,
  type ToldTrouble,
} from '../../recipes/python/index.ts';
import type { ObjectStore } from '../../store/index.ts';
import { plainArtifact } from '../plain-artifact.ts';
import { readPythonFacts } from './artifact.ts';
import { keepArchive } from './explore.ts';

/** The exploration of a recipe: manifests are made where the manager is. */
const explorationOf = ({ name, details }: Recipe<PythonDetails>): ExploreDetails => {
  if (details.kind === 'explore') return details;
  throw new Error(`'${name}' is made by the manager`);
};

/** What an order says of an exploration, as JSON. Paths of the manager's machine are not among it. */
export function pythonOrderSettings(recipe: Recipe<PythonDetails>): object {
  const details = explorationOf(recipe);
  const pieces = details.pieces.map((piece) => (piece.from === 'archive' ? { ...piece, path: '' } : piece));
  return { ...details, pieces, sites: [] };
}

/** The exploration of an order as a recipe. */
export function pythonRecipeOf(order: WorkOrder): Recipe<PythonDetails> {
  const { name, folder, version, inputDigest } = order.planned as unknown as PlannedJob;
  const details = order.settings as unknown as ExploreDetails;
  return pythonRecipe({ name, folder, version, inputDigest, needs: [], by: { labels: [] }, details });
}

/** Archives of an exploration, as what travels with its order; they are in the store afterwards. Throws MPY205, STO problems. */
export async function pythonInputs(
  store: ObjectStore,
  recipe: Recipe<PythonDetails>,
): Promise<readonly { readonly artifact: Artifact; readonly folders: readonly string[] }[]> {
  const found: { artifact: Artifact; folders: readonly string[] }[] = [];
  for (const piece of explorationOf(recipe).pieces) {
    if (piece.from !== 'archive') continue;
    await keepArchive(store, piece);
    const { fileName, object } = piece;
    const sizeBytes = entryFacts(await store.path(object))?.sizeBytes ?? 0;
    const artifact = plainArtifact({
      ...{ name: fileName, version: '', fileName, object, sizeBytes, facts: object },
    });
    found.push({ artifact, folders: [] });
  }
  return found;
}

/** All that has to travel of an exploration: the graph, what tells of it, and its sources. Throws STO problems. */
export async function pythonObjects(
  outcome: Outcome,
  store: ObjectStore,
): Promise<readonly TravellingObject[]> {
  if (outcome.kind !== 'succeeded') return [];
  const objects: TravellingObject[] = [];
  for (const { object, facts, sizeBytes } of outcome.artifacts) {
    objects.push({ object, sizeBytes });
    const { sources } = await readPythonFacts<GraphFacts>(store, facts);
    for (const one of [facts, ...(sources ? [sources] : [])])
      objects.push({ object: one, sizeBytes: entryFacts(await store.path(one))?.sizeBytes ?? 0 });
  }
  return objects;
}

const mostTold = 20;

/**
 * What a builder elsewhere handed in, as the manager believes it: the graph has to be one of the distribution that was planned, and
 * what is said of it is counts and words of a readable length. Throws BLD032, STO problems.
 */
export async function verifyGraph(
  store: ObjectStore,
  claimed: readonly Artifact[],
  recipe: Recipe<PythonDetails>,
): Promise<readonly Artifact[]> {
  const { name, version } = recipe;
  const { stem, distribution } = explorationOf(recipe);
  const wrong = (what: string): Error => fault('BLD032', { what: `the graph of '${name}' ${what}` });
  const [claim, ...others] = claimed;
  const object = parseDigest(String(claim?.object));
  const told = parseDigest(String(claim?.facts));
  if (others.length > 0 || object === undefined || told === undefined) throw wrong('was not handed in');
  const path = await store.path(object);
  const header = await graphHeader(path);
  if (header?.distribution.name.toLowerCase() !== distribution.name.toLowerCase())
    throw wrong('is none of that distribution');
  const facts: GraphFacts = {
    ...(await saidOf(store, told, wrong)),
    ...{ files: [], kind: 'graph', stem, distribution, python: header.python.version.slice(0, 100) },
  };
  const listed = await store.putBytes(Buffer.from(JSON.stringify(facts)));
  const sizeBytes = entryFacts(path)?.sizeBytes ?? 0;
  const fileName = `${stem}.json`;
  return [plainArtifact({ name, version, fileName, object, sizeBytes, facts: listed.digest })];
}

type Said = Pick<GraphFacts, 'toplevels' | 'nodes' | 'troubles' | 'troubleCount' | 'durationMs' | 'sources'>;

async function saidOf(
  store: ObjectStore,
  object: Artifact['facts'],
  wrong: (what: string) => Error,
): Promise<Said> {
  let read: Partial<Record<keyof Said, unknown>> | null;
  try {
    read = JSON.parse(Buffer.from(await store.readBytes(object)).toString('utf8')) as typeof read;
  } catch (error) {
    if (error instanceof SyntaxError) throw wrong('comes with words that are no JSON');
    throw error;
  }
  const count = (value: unknown): number => Math.max(0, Math.trunc(Number(value) || 0));
  const rows: readonly unknown[] = Array.isArray(read?.troubles) ? read.troubles.slice(0, mostTold) : [];
  const troubles = rows.map((row): ToldTrouble => {
    const { code, what } = (row ?? {}) as { readonly code?: unknown; readonly what?: unknown };
    return { code: String(code).slice(0, 20), what: String(what).slice(0, 2000) };
  });
  const { toplevels, nodes, troubleCount, durationMs } = read ?? {};
  const sources = read?.sources === undefined ? undefined : parseDigest(String(read.sources));
  if (read?.sources !== undefined && sources === undefined) throw wrong('comes with sources that are none');
  if (sources !== undefined) await store.path(sources);
  return {
    troubles,
    toplevels: count(toplevels),
    nodes: count(nodes),
    troubleCount: count(troubleCount),
    durationMs: count(durationMs),
    ...(sources === undefined ? {} : { sources }),
  };
}
