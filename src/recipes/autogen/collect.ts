import { join, relative } from 'node:path';
import { problem } from '../../diagnostics/index.ts';
import { parseManifest } from '../../formats/gentoo/index.ts';
import { digestBytes, type FileTree, pathKind, readFileTree, realPath } from '../../host/index.ts';
import type { Artifact, JobContext, KindServices, Outcome } from '../../model/index.ts';
import { type AutogenDetails, isWorkshop, staticJob } from './autogen-recipe.ts';
import { packFiles } from './package-archive.ts';
import type { RunResult } from './report.ts';

/** Archives and downloads of a run, for those who install its ebuilds. */
export type KeepDistfile = (path: string, sha512: string) => Promise<void>;

export interface Collecting {
  readonly context: JobContext<AutogenDetails>;
  readonly services: KindServices;
  /** The overlay as the run left it; it belongs to the sandboxed builder, so nothing in it is trusted. */
  readonly overlay: string;
  readonly result: RunResult;
  /** Where the run kept its objects. */
  readonly blobs: string | undefined;
  readonly keepDistfile: KeepDistfile;
}

const skip: ReadonlySet<string> = new Set(['.git', 'node_modules', 'templates', 'generators']);
const mostBytes = 256 * 1024 * 1024;

/** Stores each package that a run made as an archive of its folder; tells when all of them are published already. */
export async function collectPackages(input: Collecting): Promise<Outcome> {
  const { result, overlay, context } = input;
  const { recipe } = context;
  if (result.packages.length === 0) {
    return failed(`'${recipe.name}' ran without an error, but made no ebuild`);
  }
  const artifacts: Artifact[] = [];
  for (const { category, name, version } of result.packages) {
    const catpkg = `${category}/${name}`;
    const folder = join(overlay, category, name);
    if (!isOwn(overlay, folder)) return failed(`'${catpkg}' of '${recipe.name}' is a link and no folder`);
    const files = await filesOf(folder, `${catpkg}/`);
    await keepDistfiles(input, files, catpkg);
    artifacts.push(await store(input, { name: catpkg, version, files }));
  }
  return outcomeOf(context, artifacts);
}

/** Stores what the overlay has without autogens: eclasses, profiles, ebuilds written by hand. */
export async function collectStatic(input: Omit<Collecting, 'result' | 'blobs'>): Promise<Outcome> {
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
      .filter(([path]) => !isWorkshop(path))
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
  { blobs, keepDistfile }: Collecting,
  files: FileTree,
  catpkg: string,
): Promise<void> {
  const text = files.get(`${catpkg}/Manifest`)?.bytes;
  if (blobs === undefined || text === undefined) return;
  const { manifest } = parseManifest(Buffer.from(text).toString('utf8'), 'Manifest');
  for (const { hashes } of manifest.entries) {
    const sha512 = hashes['SHA512'];
    if (sha512 === undefined) continue;
    const shelf = [sha512.slice(0, 2), sha512.slice(2, 4), sha512.slice(4, 6)].join('/');
    const path = join(blobs, shelf, `${sha512}.blob`);
    if (isOwn(blobs, path) && pathKind(path) === 'file') await keepDistfile(path, sha512);
  }
}

const failed = (what: string): Outcome => ({ kind: 'failed', problem: problem('AGN037', { what }) });
