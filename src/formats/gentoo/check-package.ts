import { createHash } from 'node:crypto';
import { type Problem, problem } from '../../diagnostics/index.ts';
import { parseCacheEntry, staleness } from './cache-entry.ts';
import { checkMetadata, type MetadataRules } from './check-metadata.ts';
import type { SourceUri } from './dependencies.ts';
import { eapiOfEbuild } from './eapi.ts';
import {
  type Manifest,
  manifestHashes,
  parseManifest,
  printManifest,
  usualManifestHashes,
} from './manifest.ts';
import { isPackageName } from './names.ts';
import { parseNamedVersion } from './package-id.ts';
import { compareVersions, type Version } from './version.ts';

/** A package's folder and how its files are read. */
export interface PackageFolder {
  /** `category/name`. */
  readonly path: string;
  /** Names of files right in the folder. */
  readonly fileNames: readonly string[];
  readonly read: (path: string) => Uint8Array;
  readonly exists: (path: string) => boolean;
}

export interface PackageRules extends MetadataRules {
  readonly isThin: boolean;
  /** Whether every ebuild needs its entry in `metadata/md5-cache`. */
  readonly needsCache: boolean;
  readonly eclassMd5: (name: string) => string | undefined;
}

export interface CheckedPackage {
  readonly problems: readonly Problem[];
  readonly manifest: Manifest;
}

/** The MD5 of a file as the cache has it. */
export const md5Of = (bytes: Uint8Array): string => createHash('md5').update(bytes).digest('hex');

/** The text of a file. */
export const textOf = (bytes: Uint8Array): string => new TextDecoder('utf-8').decode(bytes);

interface EbuildFile {
  readonly fileName: string;
  readonly version: Version;
}

function namedEbuilds(folder: PackageFolder, problems: Problem[]): EbuildFile[] {
  const [, name = ''] = folder.path.split('/');
  if (!isPackageName(name))
    problems.push(
      problem('PMS002', { what: `'${name}' is not the name of a package`, place: { file: folder.path } }),
    );
  const found: EbuildFile[] = [];
  for (const fileName of folder.fileNames.filter((one) => one.endsWith('.ebuild'))) {
    const place = { file: `${folder.path}/${fileName}` };
    const named = parseNamedVersion(fileName.slice(0, -'.ebuild'.length));
    if (!named) problems.push(problem('PMS051', { what: `'${fileName}' is no name with a version`, place }));
    else if (named.name !== name)
      problems.push(problem('PMS051', { what: `'${fileName}' lies in the folder of '${name}'`, place }));
    else {
      const same = found.find(({ version }) => compareVersions(version, named.version) === 0);
      if (same)
        problems.push(
          problem('PMS051', { what: `'${fileName}' and '${same.fileName}' are the same version`, place }),
        );
      found.push({ fileName, version: named.version });
    }
  }
  return found;
}

/** Holds the cache entry of an ebuild against the ebuild and PMS; the files of its SRC_URI come back. */
function checkCached(
  folder: PackageFolder,
  rules: PackageRules,
  facts: { readonly fileName: string; readonly problems: Problem[] },
): readonly SourceUri[] | undefined {
  const { fileName, problems } = facts;
  const [category = ''] = folder.path.split('/');
  const file = `metadata/md5-cache/${category}/${fileName.slice(0, -'.ebuild'.length)}`;
  const ebuild = folder.read(`${folder.path}/${fileName}`);
  const eapi = eapiOfEbuild(textOf(ebuild));
  if (!folder.exists(file)) {
    if (rules.needsCache)
      problems.push(problem('PMS053', { what: `'${fileName}' has no metadata`, place: { file } }));
    return undefined;
  }
  const { entry, problems: damage } = parseCacheEntry(textOf(folder.read(file)), file);
  problems.push(...damage);
  if (!entry) return undefined;
  const stale = staleness(entry, { ebuildMd5: md5Of(ebuild), eclassMd5: rules.eclassMd5 });
  if (stale)
    problems.push(
      problem('PMS053', { what: `the metadata of '${fileName}' is old: ${stale}`, place: { file } }),
    );
  const cached = entry.variables['EAPI'] ?? '0';
  if (cached !== eapi)
    problems.push(
      problem('PMS053', {
        what: `the metadata of '${fileName}' has EAPI ${cached}, not ${eapi}`,
        place: { file },
      }),
    );
  const { problems: found, sources } = checkMetadata(entry, rules, file);
  problems.push(...found);
  return sources;
}

interface ManifestCheck {
  readonly manifest: Manifest;
  readonly text: string;
  readonly file: string;
  readonly wrong: (what: string) => void;
}

function checkEntries({ manifest, text, wrong }: ManifestCheck, rules: PackageRules): void {
  if (printManifest(manifest) !== text) wrong('it is not in the order that Portage writes');
  for (const { type, name, hashes } of manifest.entries) {
    if (rules.isThin && type !== 'DIST') wrong(`'${name}' is no distfile, and the Manifests are thin`);
    for (const usual of usualManifestHashes) if (!hashes[usual]) wrong(`'${name}' has no ${usual}`);
    for (const [hash, value] of Object.entries(hashes)) {
      const length = manifestHashes[hash];
      if (length === undefined) wrong(`'${name}' has a digest '${hash}' that nobody knows`);
      else if (!/^[0-9a-f]+$/.test(value) || value.length !== length)
        wrong(`the ${hash} of '${name}' is none`);
    }
  }
}

function checkSources(
  { manifest, wrong, file }: ManifestCheck,
  sources: readonly SourceUri[],
  facts: { readonly isComplete: boolean; readonly problems: Problem[] },
): void {
  const listed = new Set(manifest.entries.filter(({ type }) => type === 'DIST').map(({ name }) => name));
  const named = new Set(sources.map(({ fileName }) => fileName));
  for (const name of named) if (!listed.has(name)) wrong(`'${name}' of SRC_URI is not in it`);
  if (!facts.isComplete) return;
  for (const name of listed) {
    if (named.has(name)) continue;
    facts.problems.push(
      problem('PMS052', { what: `no ebuild names '${name}'`, severity: 'warning', place: { file } }),
    );
  }
}

/** Holds one package's folder against its rules: PMS002, PMS010 to PMS054, each with the file. */
export function checkPackage(folder: PackageFolder, rules: PackageRules): CheckedPackage {
  const problems: Problem[] = [];
  const ebuilds = namedEbuilds(folder, problems);
  const sources = ebuilds.map(({ fileName }) => checkCached(folder, rules, { fileName, problems }));
  const file = `${folder.path}/Manifest`;
  const text = folder.exists(file) ? textOf(folder.read(file)) : '';
  const { manifest, problems: damage } = parseManifest(text, file);
  problems.push(...damage);
  const wrong = (what: string, next?: string): void => {
    problems.push(problem('PMS052', { what, place: { file }, ...(next === undefined ? {} : { next }) }));
  };
  const check = { manifest, text, file, wrong };
  if (damage.length === 0) checkEntries(check, rules);
  const isComplete = sources.every((one) => one !== undefined);
  checkSources(
    check,
    sources.flatMap((one) => one ?? []),
    { isComplete, problems },
  );
  if (!rules.isThin) {
    for (const { fileName } of ebuilds) {
      if (!manifest.entries.some(({ type, name }) => type === 'EBUILD' && name === fileName))
        wrong(
          `'${fileName}' is not in it, and the Manifests are not thin`,
          "Write 'thin-manifests = true' into metadata/layout.conf, as it is usual where git keeps the tree, or list every file.",
        );
    }
  }
  return { problems, manifest };
}
