import { fault } from '../../diagnostics/index.ts';
import { isPrerelease, parsePythonVersion } from '../../formats/python/index.ts';
import type { Artifact } from '../artifact.ts';
import { type ListedFile, listedFiles } from '../forges/listing.ts';
import { expandBraces, mapNamed, type NamedTexts, namedTexts, Settings } from '../forges/settings.ts';
import { bothVersions, pinOf } from '../forges/tag-versions.ts';
import type { Hub } from '../hub.ts';
import type { PkgInfo } from '../pkg-info.ts';
import type { ArtifactSet } from '../src-uri.ts';
import { withFind } from './source-artifacts.ts';

const usualFormats = ['tar.xz', 'tar.bz2', 'tar.gz', 'tar.zst', 'tar.lz', 'tgz', 'tbz2', 'zip'] as const;

/** Files `NAME-VERSION.FORMAT` in the listing of a folder (specification 6.4). */
export async function generate(hub: Hub, pkg: PkgInfo): Promise<void> {
  const settings = new Settings(pkg);
  const dir = settings.below('dir');
  const pinned = pinOf({ version: settings.text('version') });
  const url = expandBraces(dir.needText('url'), {
    name: pkg.name,
    ...(pinned === undefined ? {} : { version: pinned }),
  });
  // packages of the original say how their server sorts; here versions are compared
  if (dir.has('order')) dir.oneOf('order', ['asc', 'desc'] as const);
  const stems = namedTexts(dir.value('files'), 'dir.files') ?? [pkg.name];
  const format = dir.text('format');
  const wish = { url, formats: format === undefined ? usualFormats : [format] };
  const { version, artifacts } = await findFiles(hub, stems, { ...wish, pinned });
  hub.breezyBuild(withFind(hub, pkg, { ...bothVersions(version), artifacts })).push();
}

/** Listings say nothing of what is a release, so names that PEP 440 takes for an early one are taken only when pinned. */
function isEarly(version: string): boolean {
  const parsed = parsePythonVersion(version);
  return parsed !== undefined && isPrerelease(parsed);
}

interface Wish {
  readonly url: string;
  readonly formats: readonly string[];
  readonly pinned: string | undefined;
}

/** The newest version of which all files are there. */
async function findFiles(
  hub: Hub,
  stems: NamedTexts,
  { url, formats, pinned }: Wish,
): Promise<{ readonly version: string; readonly artifacts: ArtifactSet<Artifact> }> {
  const listed = new Map<string, readonly ListedFile[]>();
  const all: readonly string[] = [...new Set(Array.isArray(stems) ? stems : Object.values(stems).flat())];
  for (const stem of all) listed.set(stem, await listedFiles(hub, { url, stem: `${stem}-`, formats }));
  const fileOf = (stem: string, version: string): ListedFile | undefined => {
    const files = listed.get(stem)?.filter((file) => file.version === version) ?? [];
    return formats
      .map((format) => files.find(({ fileName }) => fileName.endsWith(`.${format}`)))
      .find((file) => file !== undefined);
  };
  const versions = [...new Set(listed.get(all[0] ?? '')?.map(({ version }) => version))].filter(
    (version) => pinned !== undefined || !isEarly(version),
  );
  const version = versions.find(
    (one) => (pinned === undefined || one === pinned) && all.every((stem) => fileOf(stem, one)),
  );
  if (version === undefined) {
    const names = all.map((stem) => `${stem}-${pinned ?? '…'}.${formats.length === 1 ? formats[0] : '…'}`);
    throw fault('GEN002', {
      what: `the listing '${url}' lacks ${names.join(', ')}`,
      ...(versions.length > 0 ? { why: `It has versions ${versions.slice(0, 20).join(', ')}.` } : {}),
    });
  }
  const artifacts = mapNamed(stems, (stem) => {
    const file = fileOf(stem, version) as ListedFile;
    return new hub.Artifact({ url: file.url, finalName: file.fileName });
  });
  return { version, artifacts };
}
