import { join } from 'node:path';
import { fault } from '../../diagnostics/index.ts';
import {
  compareVersions,
  contentPath,
  formatVersion,
  layoutOf,
  packageNameOf,
  parseEbuildFileName,
  parseLayout,
  parseManifest,
} from '../../formats/gentoo/index.ts';
import {
  bytesIfThere,
  digestBytes,
  entryFacts,
  type FileTree,
  namesIn,
  readFileTree,
  realPath,
  subfolders,
  type TreeFile,
} from '../../host/index.ts';
import {
  type Artifact,
  failed,
  type JobContext,
  type KindServices,
  type Outcome,
} from '../../model/index.ts';
import { compareText } from '../../primitives/index.ts';
import { archiveName, packFiles } from '../autogen/index.ts';
import type { EbinDetails } from './ebin-recipe.ts';
import type { IndexSettings, KeptDistfile } from './index-settings.ts';

/** What travels beside the files of a package: its distfiles, and where its builds come from. */
export interface EbinFacts {
  readonly distfiles: readonly KeptDistfile[];
  /** Repositories that builds name. */
  readonly masters: readonly string[];
  /** What the generator remembers of the builds, as it wrote it: `readMemoryPart` reads it. */
  readonly memory?: unknown;
}

interface Collecting {
  readonly context: JobContext<EbinDetails>;
  readonly services: KindServices;
  readonly settings: IndexSettings;
  readonly workspace: string;
}

const mostBytes = 256 * 1024 * 1024;
const notPackages: ReadonlySet<string> = new Set(['profiles', 'metadata', 'eclass', 'licenses']);

/** Stores what a run made: each package as an archive of its files, and its distfiles; tells when all is published already. */
export async function collectEbins(input: Collecting): Promise<Outcome> {
  const { context, workspace } = input;
  const repository = `${workspace}/repo`;
  const names = subfolders(repository)
    .filter((category) => !notPackages.has(category) && !category.startsWith('.'))
    .flatMap((category) => subfolders(`${repository}/${category}`).map((name) => `${category}/${name}`))
    .sort(compareText);
  const artifacts: Artifact[] = [];
  for (const name of names) {
    if (realPath(`${repository}/${name}`) !== join(realPath(workspace), 'repo', name))
      return failed('EBN100', `'${name}' is a link and no folder`);
    artifacts.push(await store(input, name));
  }
  if (artifacts.length === 0)
    return failed('EBN100', `no ebuild was made of the builds of '${context.recipe.name}'`);
  const before = context.published.map(({ fileName }) => fileName).sort();
  const now = artifacts.map(({ fileName }) => fileName).sort();
  return before.join() === now.join()
    ? { kind: 'already-built', files: now }
    : { kind: 'succeeded', artifacts };
}

async function store(input: Collecting, name: string): Promise<Artifact> {
  const { services, context, workspace } = input;
  const files = await filesOf(`${workspace}/repo`, name);
  const distfiles = await keepDistfiles(input, name, files);
  const bytes = packFiles(files);
  const digest = digestBytes(bytes);
  const { sizeBytes } = await services.putBytes(bytes);
  const repository = `${workspace}/repo`;
  const facts: EbinFacts = { distfiles, masters: mastersIn(repository), ...memoryIn(repository, name) };
  const listed = await services.putBytes(Buffer.from(JSON.stringify(facts)));
  context.say(`${name}: ${files.size} files, ${distfiles.length} distfiles, sha256 ${digest}`);
  return {
    ...{
      name,
      version: newestIn(files),
      arch: 'any',
      fileName: archiveName(name, digest),
      object: digest,
      sizeBytes,
    },
    ...{ depends: [], provides: [], providedSonames: [], neededSonames: [], facts: listed.digest },
  };
}

/** Files of a package in the order of their paths: its folder, and its entries in the metadata cache. */
async function filesOf(repository: string, name: string): Promise<FileTree> {
  const files = new Map<string, TreeFile>();
  for (const [path, file] of await readFileTree(`${repository}/${name}`, { skip: new Set(), mostBytes }))
    files.set(`${name}/${path}`, file);
  const [category = ''] = name.split('/');
  const cache = `metadata/md5-cache/${category}`;
  for (const pf of namesIn(`${repository}/${cache}`)) {
    const bytes =
      packageNameOf(`${category}/${pf}`) === name && files.has(`${name}/${pf}.ebuild`)
        ? bytesIfThere(`${repository}/${cache}/${pf}`)
        : undefined;
    if (bytes) files.set(`${cache}/${pf}`, { bytes, mode: '100644' });
  }
  return new Map([...files].sort(([a], [b]) => compareText(a, b)));
}

function newestIn(files: FileTree): string {
  const versions = [...files.keys()].flatMap((path) => {
    const id = path.endsWith('.ebuild')
      ? parseEbuildFileName(path.slice(path.lastIndexOf('/') + 1))
      : undefined;
    return id ? [formatVersion(id.version)] : [];
  });
  return versions.sort(compareVersions).at(-1) ?? '0';
}

function mastersIn(repository: string): readonly string[] {
  const text = Buffer.from(bytesIfThere(`${repository}/metadata/layout.conf`) ?? []).toString('utf8');
  return layoutOf(parseLayout(text, '').settings).masters ?? [];
}

const mostMemoryBytes = 64 * 1024 * 1024;

/** What the generator knows of the versions of a package beyond its files. It was written in the sandbox: it is only passed on. */
function memoryIn(repository: string, name: string): Pick<EbinFacts, 'memory'> {
  const path = `${repository}/.ebins/state.json`;
  const facts = entryFacts(path);
  const isOwn = facts?.kind === 'file' && realPath(path) === `${realPath(repository)}/.ebins/state.json`;
  if (!isOwn || facts.sizeBytes > mostMemoryBytes) return {};
  try {
    const { packages } = JSON.parse(Buffer.from(bytesIfThere(path) ?? []).toString('utf8')) as {
      packages: Record<string, { files: unknown; report: unknown }>;
    };
    const own = Object.entries(packages).filter(([cpv]) => packageNameOf(cpv) === name);
    const kept = own.map(([cpv, { files, report }]) => [cpv, { files, report }] as const);
    return { memory: { packages: Object.fromEntries(kept) } };
  } catch {
    return {};
  }
}

/** Everything that the Manifest of a package names has to lie in the store before anybody hears of the package. */
async function keepDistfiles(
  { settings, workspace }: Collecting,
  name: string,
  files: FileTree,
): Promise<readonly KeptDistfile[]> {
  const text = Buffer.from(files.get(`${name}/Manifest`)?.bytes ?? []).toString('utf8');
  const kept = new Map<string, KeptDistfile>();
  for (const { hashes, size, name: distfile } of parseManifest(text, 'Manifest').manifest.entries) {
    const sha512 = hashes['SHA512'] ?? '';
    if (kept.has(sha512)) continue;
    const path = `${workspace}/store/${/^[0-9a-f]{128}$/.test(sha512) ? contentPath(sha512) : 'none'}`;
    const found = await settings.keepObject({ of: name, sha512, sizeBytes: size, path });
    if (!found) throw fault('EBN100', { what: `'${distfile}' of '${name}' is in no store` });
    kept.set(sha512, found);
  }
  return [...kept.values()];
}
