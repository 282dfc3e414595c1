import { fault, ProblemError } from '../../diagnostics/index.ts';
import { standardLibraryName } from '../../formats/python-graph/index.ts';
import { bytesIfThere, ensureFolder, makeSymlink } from '../../host/index.ts';
import type { JobContext, JobRun, Outcome } from '../../model/index.ts';
import {
  type Exploration,
  explore,
  type InstallSource,
  installDistribution,
  type PythonCage,
  type PythonEnvironment,
  troubleProblem,
} from '../../python-explorer/index.ts';
import type {
  ExploreDetails,
  GraphFacts,
  PythonDetails,
  PythonPiece,
  ToldTrouble,
} from '../../recipes/python/index.ts';
import type { ObjectStore } from '../../store/index.ts';
import { plainArtifact } from '../plain-artifact.ts';
import type { PythonHands } from './contract.ts';
import { packSources } from './source-archive.ts';

type Context = JobContext<PythonDetails>;

/** Troubles that are told with a graph. */
const mostTold = 20;

/**
 * Explores one distribution: what it is made of is installed in folders of the attempt, and explored in the sandbox without network.
 * What comes of it is its raw graph. Throws MPY205 for one that is nowhere to be had, MPY012 for one that cannot be installed, what
 * the explorer says when nothing could be explored, STO and SBX problems.
 */
export async function exploreOne(
  hands: PythonHands,
  context: Context,
  job: { readonly details: ExploreDetails; readonly run: JobRun },
): Promise<Outcome> {
  const { details, run } = job;
  const fileName = `${details.stem}.json`;
  if (isKnown(context)) return { kind: 'already-built', files: [fileName] };
  if (details.lacking !== undefined) throw fault('MPY205', { what: details.lacking });
  const cage = await cageFor(hands, context, run);
  const { environment, own } = await installAll(hands.store, cage, { context, details, run });
  run.phase('explore');
  const output = `${context.work}/${fileName}`;
  const exploration = await explore({
    ...{ environment, distribution: details.distribution, output, cage },
    options: { toplevels: details.toplevels, fresh: true, limits: { timeoutMs: details.timeoutMs } },
  });
  run.output(bytesIfThere(`${output}.log`) ?? new Uint8Array());
  tell(context, exploration);
  if (!exploration.succeeded) throw nothingFound(exploration, details, output);
  const sources = await packSources(details, own);
  return await succeed(hands.store, context, { details, exploration, output, sources });
}

/** Whether what it made last still counts: nothing but a request asks for it, and that has no reason of its own. */
function isKnown({ reasons, published }: Context): boolean {
  const idle = new Set(['scheduled', 'up-to-date', 'dependency-rebuilt']);
  return published.length > 0 && reasons.every(({ kind }) => idle.has(kind));
}

async function cageFor(
  { sandbox, root, clock }: PythonHands,
  { work }: Context,
  { signal }: JobRun,
): Promise<PythonCage> {
  return { sandbox, root: await root(), scratch: work, clock, signal };
}

/** Installs the distribution and what it needs, each in a folder of its own; what it needs and cannot be installed is told. */
async function installAll(
  store: ObjectStore,
  cage: PythonCage,
  job: { readonly context: Context; readonly details: ExploreDetails; readonly run: JobRun },
): Promise<{ readonly environment: PythonEnvironment; readonly own: string | undefined }> {
  const { context, details, run } = job;
  const { python, prefixes, pieces, sites } = details;
  const installedIn: string[] = [];
  let own: string | undefined;
  if (pieces.length > 0) run.phase('install');
  for (const [at, piece] of pieces.entries()) {
    const source = await sourceOf(store, piece, `${context.work}/archive-${at}`);
    const name = source.kind === 'index' ? source.distribution.name : source.path.replace(/^.*\//, '');
    const target = `${context.work}/site-${at}`;
    context.notes.uses({
      role: 'source',
      name,
      digest: piece.from === 'archive' ? { sha256: piece.object } : {},
    });
    const environment = { python, prefixes, site: [...installedIn, ...sites] };
    const installed = await installDistribution({ cage, environment, source, target });
    if (installed.problem === undefined) {
      const { distribution } = installed;
      context.say(`installed ${distribution.name} ${distribution.version} from '${name}'`);
      installedIn.push(target);
      if (piece.isOwn) own = target;
    } else if (piece.isOwn) throw new ProblemError(installed.problem);
    else context.say(`goes on without '${name}': ${installed.problem.what}`);
  }
  const isStandard = details.distribution.name === standardLibraryName;
  const site = isStandard ? [] : [...installedIn, ...sites];
  return { environment: { python, prefixes, site }, own };
}

/** An archive has the name that installers know it by, and the bytes that the store proves. Throws STO problems. */
async function sourceOf(store: ObjectStore, piece: PythonPiece, folder: string): Promise<InstallSource> {
  if (piece.from === 'index')
    return { kind: 'index', distribution: piece.distribution, index: piece.index, hashes: [] };
  await keepArchive(store, piece);
  ensureFolder(folder);
  const path = `${folder}/${piece.fileName}`;
  makeSymlink(path, await store.path(piece.object));
  return { kind: 'archive', path };
}

/** Puts an archive into the store, where the manager has it. Throws MPY205 when it is another one by now. */
export async function keepArchive(
  store: ObjectStore,
  { object, path, fileName }: Extract<PythonPiece, { from: 'archive' }>,
): Promise<number | undefined> {
  if (await store.has(object)) return undefined;
  const { digest, sizeBytes } = await store.putFile(path);
  if (digest === object) return sizeBytes;
  throw fault('MPY205', { what: `'${fileName}' was changed after it was looked at` });
}

function tell(context: Context, { summary, durationMs, end }: Exploration): void {
  const { toplevels, troubles, leftOut } = summary;
  for (const { code, what, why } of troubles)
    context.say(`${code} ${what} ${why.split('\n').at(-1) ?? ''}`.trimEnd());
  if (leftOut.troubles > 0) context.say(`MPY015 ${leftOut.troubles} more troubles`);
  const nodes = toplevels.reduce((sum, one) => sum + one.nodes, 0);
  const seconds = (durationMs / 1000).toFixed(1);
  context.say(`${toplevels.length} top-levels with ${nodes} nodes in ${seconds} s (${end.kind})`);
}

function nothingFound(
  { summary }: Exploration,
  { distribution }: ExploreDetails,
  output: string,
): ProblemError {
  const trouble = summary.troubles.at(-1);
  if (trouble !== undefined) return new ProblemError(troubleProblem(trouble, output));
  return fault('MPY002', { what: `nothing of '${distribution.name}' was explored` });
}

async function succeed(
  store: ObjectStore,
  { recipe }: Context,
  made: {
    readonly details: ExploreDetails;
    readonly exploration: Exploration;
    readonly output: string;
    readonly sources: Uint8Array | undefined;
  },
): Promise<Outcome> {
  const { details, exploration, output } = made;
  const sources = made.sources && (await store.putBytes(made.sources)).digest;
  const { digest: object, sizeBytes } = await store.putFile(output, { move: true });
  const facts = { ...graphFacts(details, exploration), ...(sources ? { sources } : {}) };
  const listed = await store.putBytes(Buffer.from(JSON.stringify(facts)));
  const { name, version } = recipe;
  const fileName = `${details.stem}.json`;
  const artifact = plainArtifact({ name, version, fileName, object, sizeBytes, facts: listed.digest });
  return { kind: 'succeeded', artifacts: [artifact] };
}

function graphFacts(
  { stem, distribution }: ExploreDetails,
  { summary, durationMs }: Exploration,
): GraphFacts {
  const { toplevels, troubles, leftOut, python } = summary;
  return {
    ...{ files: [], kind: 'graph', stem, distribution, python },
    toplevels: toplevels.length,
    nodes: toplevels.reduce((sum, one) => sum + one.nodes, 0),
    troubles: troubles.slice(0, mostTold).map(({ code, what }): ToldTrouble => ({ code, what })),
    troubleCount: troubles.length + leftOut.troubles,
    durationMs: Math.round(durationMs),
  };
}
