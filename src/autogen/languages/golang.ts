import { join } from 'node:path';
import { fault } from '../../diagnostics/index.ts';
import { sha512Text, textIfThere } from '../../host/index.ts';
import type { Archive } from '../archive.ts';
import type { Artifact } from '../artifact.ts';
import type { DistFile } from '../dist-file.ts';
import type { HubCore } from '../hub-core.ts';
import type { PkgInfo } from '../pkg-info.ts';
import { bundleOwner, type LockSource, placeFiles, readLockFile, withArtifact } from './bundles.ts';
import { goSumOf } from './go-hash.ts';
import { egoSumLines, type GoModuleFile, goFileName, goProxyPath, parseGoSum } from './go-sum.ts';
import { sourceFolder } from './source-folder.ts';

export interface GosumOptions extends Omit<LockSource, 'data' | 'path'> {
  /** Text of a go.sum. */
  readonly gosumData?: string | undefined;
  /** A go.sum on this machine. */
  readonly gosumPath?: string | undefined;
}

/** What a module file is called and where it is. */
export interface GoModuleAddress {
  readonly url: string;
  readonly finalName: string;
}

/** `hub.golang`: modules of Go (specification 6.5). */
export interface Golang {
  /**
   * All modules of a go.sum as one archive that go-module.eclass knows by its name. Returns the package with `gosum` for
   * EGO_SUM and the archive among its artifacts; the one that was given is not changed. Modules are fetched only when the
   * archive is not there yet, and each is held against its sum. Throws GEN005, GEN006 and FET problems.
   */
  addGosumBundle(pkg: PkgInfo, options?: GosumOptions): Promise<PkgInfo>;
  /** Files that a go.sum names. Throws GEN006. */
  modules(gosum: string): readonly (GoModuleFile & GoModuleAddress)[];
  add_gosum_bundle: Golang['addGosumBundle'];
}

export function golangOf(hub: HubCore): Golang {
  const addressed = (file: GoModuleFile): GoModuleFile & GoModuleAddress => ({
    ...file,
    url: `${hub.upstream('go-proxy')}/${goProxyPath(file)}`,
    finalName: goFileName(file),
  });
  const addGosumBundle = async (pkg: PkgInfo, options: GosumOptions = {}): Promise<PkgInfo> => {
    const { gosumData: data, gosumPath: path, ...where } = options;
    const write = (source: DistFile, glob: string) => writeGosum(hub, source, glob);
    const text = await readLockFile(pkg, { data, path, ...where }, { name: 'go.sum', write });
    const files = parseGoSum(text, 'go.sum').map(addressed);
    const gosum = egoSumLines(files);
    // a program without modules of others has nothing to bundle
    if (files.length === 0) return { ...pkg, gosum };
    const bundle = await bundleOf(hub, pkg, { gosum, files });
    return { ...pkg, gosum, artifacts: withArtifact(pkg, 'go_bundle', [bundle]) };
  };
  return {
    addGosumBundle,
    add_gosum_bundle: addGosumBundle,
    modules: (text) => parseGoSum(text, 'go.sum').map(addressed),
  };
}

interface Modules {
  readonly gosum: string;
  readonly files: readonly (GoModuleFile & GoModuleAddress)[];
}

/** Name and top folder are what go-module.eclass looks for. */
async function bundleOf(hub: HubCore, pkg: PkgInfo, { gosum, files }: Modules): Promise<Archive> {
  const { catpkg, name, version } = bundleOwner(pkg);
  const hash = sha512Text(gosum);
  return await hub.Archive.getOrCreate(
    `${name}-${version}-funtoo-go-bundle-${hash}.tar.gz`,
    { key: { catpkg, version, gosum_hash: hash }, topDirectory: `funtoo-go-bundle-${name}` },
    (archive) =>
      placeFiles(archive, files, async (file) => {
        const artifact = new hub.Artifact({ url: file.url, finalName: file.finalName });
        await artifact.fetch();
        await checkSum(artifact, file);
        return artifact;
      }),
  );
}

async function checkSum(artifact: Artifact, { module, version, kind, sums }: GoModuleFile): Promise<void> {
  const sum = await goSumOf(artifact.finalPath, { kind });
  if (sums.includes(sum)) return;
  const file = kind === 'mod' ? 'go.mod of ' : '';
  throw fault('GEN005', {
    what: `${file}module '${module}' ${version} has the sum ${sum}`,
    why: `go.sum has ${sums.length === 0 ? 'none of a kind that is known' : sums.join(' and ')}.`,
  });
}

/** Has Go itself write the go.sum that a source lacks. */
async function writeGosum(hub: HubCore, source: DistFile, glob: string): Promise<string> {
  const folder = await sourceFolder(source, glob);
  if (textIfThere(join(folder, 'go.mod')) === undefined) {
    throw fault('GEN006', { what: `'${source.finalName}' has neither go.sum nor go.mod in '${glob}'` });
  }
  const env = {
    GOPROXY: hub.upstream('go-proxy'),
    GOMODCACHE: join(hub.tempPath, 'go-modules'),
    // so that the folder can be removed
    GOFLAGS: '-mod=mod -modcacherw',
  };
  await hub.cmd.run(['go', 'mod', 'download'], { cwd: folder, env });
  return textIfThere(join(folder, 'go.sum')) ?? '';
}
