import { fault } from '../../diagnostics/index.ts';
import { compilePythonPattern } from '../../formats/python/index.ts';
import { type ListedFile, listedFiles } from '../forges/listing.ts';
import { Settings } from '../forges/settings.ts';
import { bothVersions, newestFirst, pinOf } from '../forges/tag-versions.ts';
import type { Hub } from '../hub.ts';
import type { PkgInfo } from '../pkg-info.ts';
import { withFind } from './source-artifacts.ts';

/** Folders with versions in their names that are looked into before one gives up. */
const mostFolders = 20;

/** `NAME-VERSION.tar.COMPRESSION` in a listing, or in listings below it (specification 6.4). */
export async function generate(hub: Hub, pkg: PkgInfo): Promise<void> {
  const settings = new Settings(pkg);
  const compression = settings.text('compression') ?? 'xz';
  const base = (settings.text('base_url') ?? `${hub.upstream('gnu')}/${pkg.name}`).replace(/\/+$/, '');
  const version = pinOf({ version: settings.text('version') });
  const wish = { name: pkg.name, format: `tar.${compression}`, version };
  const file = await findFile(hub, wish, { url: `${base}/`, folders: settings.texts('dir_paths') });
  if (!file) {
    throw fault('GEN002', {
      what: `'${base}' has no ${pkg.name}-${version ?? '…'}.tar.${compression}`,
    });
  }
  const source = new hub.Artifact({ url: file.url, finalName: file.fileName });
  hub.breezyBuild(withFind(hub, pkg, { ...bothVersions(file.version), artifacts: [source] })).push();
}

interface Wish {
  readonly name: string;
  readonly format: string;
  /** Undefined: the newest. */
  readonly version: string | undefined;
}

interface Place {
  readonly url: string;
  /** Patterns of folders on the way down, the version in the first group. */
  readonly folders: readonly string[];
}

/**
 * Newer folders are looked into first; one that lacks the file, such as that of a version to come, is passed over. Throws PEP002
 * for a pattern that is none.
 */
async function findFile(hub: Hub, wish: Wish, { url, folders }: Place): Promise<ListedFile | undefined> {
  const [pattern, ...rest] = folders;
  if (pattern === undefined) {
    const { name, format, version } = wish;
    const files = await listedFiles(hub, {
      url,
      stem: `${name}-`,
      formats: [format],
      version: String.raw`\d+(?:\.\d+)*`,
    });
    return version === undefined ? files[0] : files.find((file) => file.version === version);
  }
  const { source, flags } = compilePythonPattern(pattern);
  const match = new RegExp(`^(?:\\./)?(?:${source})/?$`, flags);
  const found = await hub.pages.links({ url, match });
  const sorted = newestFirst(found.map((link) => ({ url: link.url, version: link.groups[1] ?? link.href })));
  for (const { url: folder } of sorted.slice(0, mostFolders)) {
    const file = await findFile(hub, wish, {
      url: folder.endsWith('/') ? folder : `${folder}/`,
      folders: rest,
    });
    if (file) return file;
  }
  return undefined;
}
