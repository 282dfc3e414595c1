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
import { type AutogenDetails, staticJob } from './autogen-recipe.ts';
import { packFiles } from './package-archive.ts';
import type { RunResult } from './report.ts';

/** Archives and downloads of runs, for those who install their ebuilds. */
export interface DistfileSettings {
  /** Where a run whose workspace that is keeps an object, if it has it. */
  readonly objectPath: (workspace: string, sha512: string) => string;
  /** Takes a file over. */
  readonly keepDistfile: (path: string) => Promise<void>;
}

export interface Collecting {
  readonly context: JobContext<AutogenDetails>;
  readonly services: KindServices;
  /** The overlay as the run left it; it belongs to the sandboxed builder, so nothing in it is trusted. */
  readonly overlay: string;
  readonly result: RunResult;
  readonly settings: DistfileSettings;
}

const skip: ReadonlySet<string> = new Set(['.git', 'node_modules', 'templates', 'generators']);
const mostBytes = 256 * 1024 * 1024;

/** Stores each package that a run made as an archive of its folder; tells when all of them are published already. */
export async function collectPackages(input: Collecting): Promise<Outcome> {
  const { result, overlay, context } = input;
  const { recipe } = context;
  if (result.packages.length === 0) {
    return failed('AGN037', `'${recipe.name}' ran without an error, but made no ebuild`);
  }
  const artifacts: Artifact[] = [];
  for (const { category, name, version } of result.packages) {
    const catpkg = `${category}/${name}`;
    const folder = join(overlay, category, name);
    if (!isOwn(overlay, folder))
      return failed('AGN037', `'${catpkg}' of '${recipe.name}' is a link and no folder`);
    const files = await filesOf(folder, `${catpkg}/`);
    await keepDistfiles(input, files, catpkg);
    artifacts.push(await store(input, { name: catpkg, version, files }));
  }
  return outcomeOf(context, artifacts);
}

/** Stores what the overlay has without autogens: eclasses, profiles, ebuilds written by hand. */
export async function collectStatic(input: Omit<Collecting, 'result' | 'settings'>): Promise<Outcome> {
  const files = await filesOf(input.overlay, '');
  const version = '0';
  return outcomeOf(input.context, [await store(input, { name: staticJob, version, files })]);
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
}

async function store(
  { services, context }: Pick<Collecting, 'services' | 'context'>,
  { name, version, files }: Made,
): Promise<Artifact> {
  const bytes = packFiles(files);
  const digest = digestBytes(bytes);
  const { sizeBytes } = await services.putBytes(bytes);
  // the name tells the content, so that a result that is published already is known by it
  const fileName = `${name.replace('/', '+')}-${digest.slice(0, 16)}.tar`;
  context.say(`${name}: ${files.size} files, sha256 ${digest}`);
  const nothing = { depends: [], provides: [], providedSonames: [], neededSonames: [] };
  return { name, version, arch: 'any', fileName, object: digest, sizeBytes, ...nothing, facts: digest };
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
): Promise<void> {
  const text = files.get(`${catpkg}/Manifest`)?.bytes;
  const workspace = context.sourceCache;
  if (workspace === undefined || text === undefined) return;
  const { manifest } = parseManifest(Buffer.from(text).toString('utf8'), 'Manifest');
  for (const { hashes } of manifest.entries) {
    const sha512 = hashes['SHA512'];
    // the autogen wrote the Manifest, too: what is no digest could lead out of its workspace
    if (sha512 === undefined || !/^[0-9a-f]{128}$/.test(sha512)) continue;
    const path = settings.objectPath(workspace, sha512);
    if (isOwn(workspace, path) && pathKind(path) === 'file') await settings.keepDistfile(path);
  }
}
