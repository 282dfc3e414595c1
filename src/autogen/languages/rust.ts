import { join } from 'node:path';
import { parse } from 'smol-toml';
import { fault } from '../../diagnostics/index.ts';
import { listFolder, replaceFile, sha512Text, textIfThere } from '../../host/index.ts';
import type { Archive } from '../archive.ts';
import type { Artifact } from '../artifact.ts';
import type { DistFile } from '../dist-file.ts';
import type { HubCore } from '../hub-core.ts';
import { isMapping } from '../merge-settings.ts';
import type { PkgInfo } from '../pkg-info.ts';
import { bundleOwner, type LockSource, placeFiles, readLockFile, withArtifact } from './bundles.ts';
import { type CargoLock, type GitCrate, parseCargoLock, type RegistryCrate } from './cargo-lock.ts';
import { sourceFolder } from './source-folder.ts';

export interface CratesOptions extends Omit<LockSource, 'data' | 'path'> {
  /** Text of a Cargo.lock. */
  readonly cargoLockData?: string | undefined;
  /** A Cargo.lock on this machine. */
  readonly cargoLockPath?: string | undefined;
}

/** `hub.rust`: crates of Rust (specification 6.6). */
export interface Rust {
  /**
   * All crates of a Cargo.lock as one archive that cargo.eclass knows by its name, and each git repository in it as another.
   * Returns the package with `crates` for CRATES and the archives among its artifacts; the one that was given is not changed.
   * Crates are fetched only when the archive is not there yet, and each is held against its checksum. Throws GEN006, FPL003
   * and FET problems.
   */
  addCratesBundle(pkg: PkgInfo, options?: CratesOptions): Promise<PkgInfo>;
  /** What a Cargo.lock names. Throws GEN006. */
  lock(text: string): CargoLock;
  add_crates_bundle: Rust['addCratesBundle'];
}

export function rustOf(hub: HubCore): Rust {
  const addCratesBundle = async (pkg: PkgInfo, options: CratesOptions = {}): Promise<PkgInfo> => {
    const { cargoLockData: data, cargoLockPath: path, ...where } = options;
    const write = (source: DistFile, glob: string) => writeLock(hub, source, glob);
    const text = await readLockFile(pkg, { data, path, ...where }, { name: 'Cargo.lock', write });
    const lock = parseCargoLock(text, 'Cargo.lock');
    const crates = crateLines(lock);
    const repositories = new Map(lock.gitCrates.map((crate) => [`${crate.url}#${crate.commit}`, crate]));
    const archives: Archive[] = [];
    if (lock.crates.length > 0) archives.push(await bundleOf(hub, pkg, { crates, lock }));
    for (const crate of repositories.values()) archives.push(await gitArchive(hub, crate));
    if (archives.length === 0) return { ...pkg, crates };
    return { ...pkg, crates, artifacts: withArtifact(pkg, 'crates_bundle', archives) };
  };
  return {
    addCratesBundle,
    add_crates_bundle: addCratesBundle,
    lock: (text) => parseCargoLock(text, 'Cargo.lock'),
  };
}

/** Lines of CRATES: those of a repository carry its commit. */
function crateLines({ crates, gitCrates }: CargoLock): string {
  return [
    ...crates.map(({ name, version }) => `${name}-${version}`),
    ...gitCrates.map(({ name, version, commit }) => `${name}-${version}-${commit}`),
  ].join('\n');
}

interface Crates {
  readonly crates: string;
  readonly lock: CargoLock;
}

/** Name and top folder are what cargo.eclass looks for. */
async function bundleOf(hub: HubCore, pkg: PkgInfo, { crates, lock }: Crates): Promise<Archive> {
  const { catpkg, name, version } = bundleOwner(pkg);
  const hash = sha512Text(crates);
  return await hub.Archive.getOrCreate(
    `${name}-${version}-funtoo-crates-bundle-${hash}.tar.gz`,
    { key: { catpkg, version, crates_hash: hash }, topDirectory: `funtoo-crates-bundle-${name}` },
    (archive) => placeFiles(archive, lock.crates, (crate) => fetchCrate(hub, crate)),
  );
}

async function fetchCrate(hub: HubCore, { name, version, checksum }: RegistryCrate): Promise<Artifact> {
  const artifact = new hub.Artifact({
    url: `${hub.upstream('crates')}/api/v1/crates/${name}/${version}/download`,
    finalName: `${name}-${version}.crate`,
    ...(checksum === undefined ? {} : { expectHashes: { sha256: checksum } }),
  });
  await artifact.fetch();
  return artifact;
}

/** A repository with its submodules, and a piece of Cargo's settings that puts its crates in the place of the repository. */
async function gitArchive(hub: HubCore, { url, commit }: GitCrate): Promise<Archive> {
  const finalName = `${encodeURIComponent(url)}-${commit}.tar.xz`;
  const topDirectory = finalName.replace(/\.tar\.xz$/, '');
  return await hub.Archive.fromGit({
    url,
    ref: commit,
    submodules: true,
    finalName,
    topDirectory,
    key: { git_url: url, ref: commit },
    prepare: async (archive) => {
      const found = await cratesIn(archive.topPath, '');
      const entries = [...found]
        .sort(([a], [b]) => (a < b ? -1 : 1))
        .map(([name, folder]) => {
          const path = ['%CRATES_DIR%', topDirectory, folder].filter((part) => part !== '').join('/');
          return `${JSON.stringify(name)} = { path = ${JSON.stringify(path)} }\n`;
        });
      const text = `[patch.${JSON.stringify(url)}]\n${entries.join('')}`;
      replaceFile(join(archive.topPath, 'funtoo_config.toml'), text);
    },
  });
}

/** Folders of the crates in a tree, by name; the one nearest to the top counts. */
async function cratesIn(
  root: string,
  folder: string,
  found = new Map<string, string>(),
): Promise<Map<string, string>> {
  const manifest = textIfThere(join(root, folder, 'Cargo.toml'));
  const name = manifest === undefined ? undefined : crateName(manifest);
  if (name !== undefined && !found.has(name)) found.set(name, folder);
  for (const entry of await listFolder(join(root, folder))) {
    if (entry.kind === 'folder' && entry.name !== 'target')
      await cratesIn(root, join(folder, entry.name), found);
  }
  return found;
}

function crateName(manifest: string): string | undefined {
  try {
    const package_ = parse(manifest)['package'];
    const name = isMapping(package_) ? package_['name'] : undefined;
    return typeof name === 'string' ? name : undefined;
  } catch {
    // repositories carry broken manifests as test data
    return undefined;
  }
}

/** Has Cargo itself write the Cargo.lock that a source lacks. */
async function writeLock(hub: HubCore, source: DistFile, glob: string): Promise<string> {
  const folder = await sourceFolder(source, glob);
  if (textIfThere(join(folder, 'Cargo.toml')) === undefined) {
    throw fault('GEN006', {
      what: `'${source.finalName}' has neither Cargo.lock nor Cargo.toml in '${glob}'`,
    });
  }
  await hub.cmd.run(['cargo', 'update'], { cwd: folder });
  const text = textIfThere(join(folder, 'Cargo.lock'));
  if (text === undefined)
    throw fault('GEN006', { what: `Cargo writes no Cargo.lock for '${source.finalName}'` });
  return text;
}
