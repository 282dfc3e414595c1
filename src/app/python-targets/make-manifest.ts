import { fault } from '../../diagnostics/index.ts';
import { distributionStem } from '../../formats/python-graph/index.ts';
import {
  bytesIfThere,
  digestBytes,
  ensureFolder,
  namesIn,
  removeEntry,
  replaceFile,
  textIfThere,
} from '../../host/index.ts';
import type { Outcome } from '../../model/index.ts';
import { contentDigest } from '../../python-explorer/index.ts';
import type {
  GraphFacts,
  ManifestDetails,
  ManifestFacts,
  ManifestItem,
  PythonFailure,
} from '../../recipes/python/index.ts';
import { plainArtifact } from '../plain-artifact.ts';
import { graphOf, readPythonFacts } from './artifact.ts';
import { collectManifest } from './collect-manifest.ts';
import type { ManifestHands, ManifestJob, PythonGraph, PythonHands } from './contract.ts';
import { placeGraphs } from './place-graphs.ts';
import { programDigest } from './program.ts';
import { runBuild } from './run-build.ts';

/**
 * Makes the data of all symbols of the graphs that are there, as far as they changed since the last time, and a manifest of it. What
 * failed is listed in it: a distribution whose exploration failed has its earlier graph of the same version, or none. Throws MPY206
 * when too few are left, MPY251 when the build fails, STO and SBX problems.
 */
export async function makeManifest(
  hands: PythonHands,
  own: ManifestHands,
  job: ManifestJob,
): Promise<Outcome> {
  const { context, details } = job;
  const graphs = await graphsOf(hands, job);
  const failures = failuresOf(own, details, graphs);
  const key = await keyOf(details, graphs, failures);
  const last = await own.last(context);
  const isAsked = context.reasons.some(({ kind }) => kind === 'asked');
  if (!isAsked && last?.key === key && context.published.length > 0)
    return { kind: 'already-built', files: context.published.map(({ fileName }) => fileName) };
  checkShare(details, graphs);
  const root = context.sourceCache;
  if (root === undefined) throw new Error('a manifest needs a folder that outlives the attempt');
  await select(hands, root, graphs);
  const end = await runBuild(hands, own, { ...job, root });
  if (end !== undefined) return end;
  const late = lateFailures(root, details.items);
  const made = await collectManifest(hands.store, { root, last, failures: [...failures, ...late] });
  const lost = new Set(late.map(({ stem }) => stem));
  const stems = graphs.map(({ item }) => item.stem).filter((stem) => !lost.has(stem));
  checkShare(details, stems);
  const facts: ManifestFacts = { files: [], kind: 'manifest', key, stems, ...made.facts };
  const listed = await hands.store.putBytes(Buffer.from(JSON.stringify(facts)));
  context.say(`${stems.length} distributions, ${facts.failures.length} failures`);
  const { name, version } = context.recipe;
  const fileName = `manifest-${key.slice(0, 12)}.tar`;
  const { object, sizeBytes } = made;
  const artifact = plainArtifact({ name, version, fileName, object, sizeBytes, facts: listed.digest });
  return { kind: 'succeeded', artifacts: [artifact] };
}

async function graphsOf(
  { store }: PythonHands,
  { context, details }: ManifestJob,
): Promise<readonly PythonGraph[]> {
  const graphs: PythonGraph[] = [];
  for (const item of details.items) {
    const file = graphOf(context.dependencies, item.job);
    if (file === undefined) continue;
    const { sources: object } = await readPythonFacts<GraphFacts>(store, file.artifact.facts);
    const sources = object && { object, path: await store.path(object) };
    graphs.push({ item, file, sources });
  }
  return graphs;
}

function failuresOf(
  own: ManifestHands,
  { items, problems }: ManifestDetails,
  graphs: readonly PythonGraph[],
): readonly PythonFailure[] {
  const there = new Set(graphs.map(({ item }) => item.stem));
  const rows = own.failed(items).map((row) => ({ ...row, kept: there.has(row.stem) }));
  const listed = problems.map(({ code, what }) => ({
    ...{ stem: '', stage: 'list', target: '', code, what, why: undefined, kept: false, log: [] },
  }));
  return [...listed, ...rows];
}

/** Of everything that a manifest is made of. */
async function keyOf(
  { stubs, corpora, share, items }: ManifestDetails,
  graphs: readonly PythonGraph[],
  failures: readonly PythonFailure[],
): Promise<string> {
  return digestBytes(
    JSON.stringify([
      programDigest(),
      stubs === undefined ? null : await contentDigest(stubs),
      corpora === undefined ? null : await contentDigest(corpora),
      share,
      items.map(({ stem, toplevels }) => [stem, toplevels]),
      graphs.map(({ item, file, sources }) => [item.stem, file.artifact.object, sources?.object ?? null]),
      failures.map(({ stem, stage, code, what }) => [stem, stage, code, what]),
    ]),
  );
}

function checkShare({ items, share }: ManifestDetails, left: readonly unknown[]): void {
  if (items.length === 0 || (left.length > 0 && left.length >= share * items.length)) return;
  throw fault('MPY206', { what: `${left.length} of ${items.length} distributions have data` });
}

/** Lets the selection of the build be the distributions that have a graph. A Dockerfile that stays as it was keeps its time. */
async function select({ sandbox }: PythonHands, root: string, graphs: readonly PythonGraph[]): Promise<void> {
  const folder = `${root}/dockerfiles/build`;
  ensureFolder(folder);
  ensureFolder(`${root}/build`);
  const wanted = new Map(graphs.map(({ item }) => [item.stem.toLowerCase(), dockerfileOf(item)]));
  for (const name of namesIn(folder)) if (!wanted.has(name)) removeEntry(`${folder}/${name}`);
  for (const [name, text] of wanted)
    if (textIfThere(`${folder}/${name}`) !== text) replaceFile(`${folder}/${name}`, text);
  await placeGraphs(`${root}/graphs`, graphs);
  await sandbox.giveToBuilder(root);
}

/** Says what is explored, and no more: how it is installed is done with. */
function dockerfileOf({ distribution, toplevels }: ManifestItem): string {
  const { name, version } = distribution;
  const stem = distributionStem(distribution);
  const named = toplevels.length === 0 ? [] : ['--toplevel', ...toplevels];
  const words = ['python3', '-m', 'packmill_probe', name, version, `${stem}.json`, `${stem}.log`, ...named];
  return `ENTRYPOINT [${words.map((word) => JSON.stringify(word)).join(', ')}]\n`;
}

/** What failed in the build itself, as its `failures.json` says. */
function lateFailures(root: string, items: readonly ManifestItem[]): readonly PythonFailure[] {
  const bytes = bytesIfThere(`${root}/build/failures.json`);
  const rows = JSON.parse(bytes === undefined ? '[]' : Buffer.from(bytes).toString('utf8')) as readonly {
    readonly stem?: string;
    readonly stage: string;
    readonly target: string;
    readonly code: string;
    readonly what: string;
    readonly why?: string;
    readonly log?: readonly string[];
  }[];
  const byLower = new Map(items.map(({ stem }) => [stem.toLowerCase(), stem]));
  return rows.map(({ stem = '', stage, target, code, what, why, log = [] }) => ({
    ...{ stem: byLower.get(stem) ?? stem, stage, target, code, what, why, kept: false },
    log: log.slice(-20).map(String),
  }));
}
