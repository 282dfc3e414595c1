import { join, relative } from 'node:path';
import { isAutogenPart, parseManifest } from '../../formats/gentoo/index.ts';
import { digestBytes, type FileTree, pathKind, readFileTree, realPath } from '../../host/index.ts';
import {
  type Artifact,
  failed,
  type JobContext,
  type KindServices,
  type Outcome,
} from '../../model/index.ts';
import { compareText } from '../../primitives/index.ts';
import { type AutogenDetails, staticJob } from './autogen-recipe.ts';
import { packFiles } from './package-archive.ts';
import type { RunResult } from './report.ts';

/** A file that a Manifest names and a run has. */
export interface HeldDistfile {
  readonly path: string;
  readonly sha512: string;
}

/** Where a distfile travels as an object of the store. */
export interface DistfileObject {
  readonly sha512: string;
  readonly object: Artifact['object'];
  readonly sizeBytes: number;
}

/** Archives and downloads of runs, for those who install their ebuilds. */
export interface DistfileSettings {
  /** Where a run whose workspace that is keeps an object, if it has it. */
  readonly objectPath: (workspace: string, sha512: string) => string;
  /** Takes a file over; returns it as an object where it still has to travel. */
  readonly keepDistfile: (file: HeldDistfile) => Promise<DistfileObject | undefined>;
}

export interface Collecting {
  readonly context: JobContext<AutogenDetails>;
  readonly services: KindServices;
  /** What the run wrote; it belongs to the sandboxed builder, so nothing in it is trusted. */
  readonly made: string;
  readonly result: RunResult;
  readonly settings: DistfileSettings;
  /** Texts that may stand in no file that is published. */
  readonly secrets: readonly string[];
}

const skip: ReadonlySet<string> = new Set(['.git', 'node_modules', 'templates', 'generators']);
const mostBytes = 256 * 1024 * 1024;

/** Stores each package that a run made as an archive of its folder; tells when all of them are published already. */
export async function collectPackages(input: Collecting): Promise<Outcome> {
  const { result, made, context, secrets } = input;
  const { recipe } = context;
  if (result.packages.length === 0) {
    return failed('AGN037', `'${recipe.name}' ran without an error, but made no ebuild`);
  }
  const artifacts: Artifact[] = [];
  for (const { category, name, version } of result.packages) {
    const catpkg = `${category}/${name}`;
    const folder = join(made, category, name);
    if (!isOwn(made, folder))
      return failed('AGN037', `'${catpkg}' of '${recipe.name}' is a link and no folder`);
    const own = await filesOf(folder, `${catpkg}/`);
    const leak = [...own].find(([, { bytes }]) => secrets.some((one) => Buffer.from(bytes).includes(one)));
    if (leak) return failed('AGN050', `'${leak[0]}' holds a password or token of '${recipe.name}'`);
    const files = await withWorkOfHands(input, own, catpkg);
    const distfiles = await keepDistfiles(input, files, catpkg);
    artifacts.push(await store(input, { name: catpkg, version, files, distfiles }));
  }
  return outcomeOf(context, artifacts);
}

/** What the overlay itself has in the folder of a package; the Manifest of the run speaks of these files, too. */
async function withWorkOfHands({ context }: Collecting, own: FileTree, catpkg: string): Promise<FileTree> {
  const folder = join(context.recipe.details.overlay, catpkg);
  if (pathKind(folder) !== 'folder') return own;
  const hands = new Map(await filesOf(folder, `${catpkg}/`));
  hands.delete(`${catpkg}/Manifest`);
  return new Map([...hands, ...own].sort(([a], [b]) => compareText(a, b)));
}

/** Stores what the overlay has without autogens: eclasses, profiles, ebuilds written by hand. */
export async function collectStatic(input: Pick<Collecting, 'context' | 'services'>): Promise<Outcome> {
  const files = await filesOf(input.context.recipe.details.overlay, '');
  const artifact = await store(input, { name: staticJob, version: '0', files, distfiles: [] });
  return outcomeOf(input.context, [artifact]);
}

/** Whether nothing on the way to a path is a link, by which an autogen could hand out files that are not its own. */
const isOwn = (folder: string, path: string): boolean => {
  const inside = relative(folder, path);
  return realPath(path) === join(realPath(folder), inside);
};

async function filesOf(folder: string, prefix: string): Promise<FileTree> {
  const tree = await readFileTree(folder, { skip, mostBytes });
  return new Map(
    [...tree]
      .filter(([path]) => !isAutogenPart(path))
      .map(([path, file]) => [`${prefix}${path}`, file] as const),
  );
}

interface Made {
  readonly name: string;
  readonly version: string;
  readonly files: FileTree;
  readonly distfiles: readonly DistfileObject[];
}

async function store(
  { services, context }: Pick<Collecting, 'services' | 'context'>,
  { name, version, files, distfiles }: Made,
): Promise<Artifact> {
  const bytes = packFiles(files);
  const digest = digestBytes(bytes);
  const { sizeBytes } = await services.putBytes(bytes);
  const fileName = archiveName(name, digest);
  context.say(`${name}: ${files.size} files, sha256 ${digest}`);
  const listed = distfiles.length === 0 ? undefined : await services.putBytes(listOf(distfiles));
  const nothing = { depends: [], provides: [], providedSonames: [], neededSonames: [] };
  return {
    name,
    version,
    arch: 'any',
    fileName,
    object: digest,
    sizeBytes,
    ...nothing,
    facts: listed?.digest ?? digest,
  };
}

function outcomeOf({ published }: JobContext, artifacts: readonly Artifact[]): Outcome {
  const before = published.map(({ fileName }) => fileName).sort();
  const now = artifacts.map(({ fileName }) => fileName).sort();
  return before.join() === now.join()
    ? { kind: 'already-built', files: now }
    : { kind: 'succeeded', artifacts };
}

/** Objects that a Manifest names and the run has; what was there before it is somebody else's. */
async function keepDistfiles(
  { context, settings }: Collecting,
  files: FileTree,
  catpkg: string,
): Promise<readonly DistfileObject[]> {
  const text = files.get(`${catpkg}/Manifest`)?.bytes;
  const workspace = context.sourceCache;
  const travelling = new Map<string, DistfileObject>();
  if (workspace === undefined || text === undefined) return [];
  const { manifest } = parseManifest(Buffer.from(text).toString('utf8'), 'Manifest');
  for (const { hashes, name } of manifest.entries) {
    const sha512 = hashes['SHA512'];
    // the autogen wrote the Manifest, too: what is no digest could lead out of its workspace
    if (sha512 === undefined || !/^[0-9a-f]{128}$/.test(sha512)) continue;
    const path = settings.objectPath(workspace, sha512);
    if (!isOwn(workspace, path) || pathKind(path) !== 'file') continue;
    context.notes.uses({ role: 'source', name, digest: { sha512 } });
    const object = await settings.keepDistfile({ path, sha512 });
    if (object) travelling.set(sha512, object);
  }
  return [...travelling.values()];
}

const listOf = (distfiles: readonly DistfileObject[]): Uint8Array =>
  Buffer.from(JSON.stringify({ distfiles }));

/** The name of an archive tells its content, so that a result that is published already is known by it. */
export const archiveName = (name: string, digest: string): string =>
  `${name.replace('/', '+')}-${digest.slice(0, 16)}.tar`;
