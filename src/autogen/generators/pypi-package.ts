import { fault } from '../../diagnostics/index.ts';
import type { Artifact } from '../artifact.ts';
import { Settings } from '../forges/settings.ts';
import { pinOf } from '../forges/tag-versions.ts';
import type { Hub } from '../hub.ts';
import type { PkgInfo } from '../pkg-info.ts';
import { chooseRelease, type PypiProject, type PypiRelease, readProject } from './pypi-release.ts';
import { dependencyVariables, pythonExtensions, sortedWords } from './python-ebuild.ts';
import { releasePython } from './release-python.ts';
import type { StockTemplate } from './stock-template.ts';

export interface PypiWish {
  /** Undefined: packages bring templates of their own. */
  readonly template: StockTemplate | undefined;
  /** Whether templates get `iuse` as a list. */
  readonly hasIuseList: boolean;
}

/** What is asked for beside the settings. */
export interface PackageWish extends Pick<PypiWish, 'hasIuseList'> {
  /** Version of the ebuild for Python 2.7 that stands beside this one. */
  readonly compat: string | undefined;
}

/** The package as its template sees it. Throws GEN and FET problems. */
export async function pypiPackage(hub: Hub, pkg: PkgInfo, wish: PackageWish): Promise<PkgInfo> {
  const settings = new Settings(pkg);
  const extensions = pythonExtensions(pkg);
  const pypiName = settings.text('pypi_name') ?? pkg.name;
  const made: PkgInfo = {
    ...pkg,
    ...dependencyVariables(hub, pkg),
    pypi_name: pypiName,
    extensions,
    inherit: sortedWords(pkg['inherit'], 'inherit', [
      'distutils-r1',
      ...(extensions.includes('cargo') ? ['cargo'] : []),
    ]),
    iuse: iuseOf(pkg, wish.hasIuseList),
    // settings may have it as anything; templates ask whether it is there
    ...(wish.compat === undefined ? {} : { compat: wish.compat }),
  };
  if (extensions.includes('local-only')) return localPackage(made);
  return await indexedPackage(hub, made, { pypiName, settings });
}

function iuseOf({ iuse }: PkgInfo, isList: boolean): string | readonly string[] {
  const words = sortedWords(iuse, 'iuse');
  return isList ? words : words.join(' ');
}

/** A package whose source lies beside its ebuild. */
function localPackage(pkg: PkgInfo): PkgInfo {
  const version = pinOf(pkg);
  if (version === undefined)
    throw fault('GEN001', { what: `package '${pkg.name}' is local only and has no version` });
  return { ...withBackend(pkg, undefined), version, artifacts: [] };
}

interface Indexed {
  readonly pypiName: string;
  readonly settings: Settings;
}

async function indexedPackage(hub: Hub, pkg: PkgInfo, { pypiName, settings }: Indexed): Promise<PkgInfo> {
  const project = await readProject(hub, pypiName);
  const release = chooseRelease(project, {
    name: pypiName,
    version: pinOf({ version: settings.text('version') }),
    python: releasePython(hub),
    requiresPython: settings.text('requires_python_override'),
  });
  const source = sourceArtifact(hub, release);
  const { folder, backend } = await hub.python.source(source);
  const tail = `-${release.pypiVersion}`;
  const made: PkgInfo = {
    ...withFacts(pkg, project, settings),
    version: release.version,
    upstream_version: release.pypiVersion,
    pypi_version: release.pypiVersion,
    // the folder may spell the name with hyphens or underscores
    s_pkg_name: folder.endsWith(tail) ? folder.slice(0, -tail.length) : folder.replace(/-[^-]*$/, ''),
    pypi_folder: folder,
    artifacts: [source],
  };
  const built = withBackend(made, backend);
  if (!pythonExtensions(pkg).includes('cargo')) return built;
  const path = settings.text('cargo_path');
  return await hub.rust.addCratesBundle(built, path === undefined ? {} : { srcDirGlob: `*/${path}` });
}

/** Facts of the index where the settings are silent. */
function withFacts(pkg: PkgInfo, { desc, homepage, license }: PypiProject, settings: Settings): PkgInfo {
  const short = settings.text('desc') ?? settings.text('description') ?? desc;
  return {
    ...pkg,
    desc: short.replaceAll('"', "'"),
    homepage: settings.text('homepage') ?? homepage,
    license: settings.text('license') ?? license,
  };
}

function sourceArtifact(hub: Hub, { sdist }: PypiRelease): Artifact {
  const { url, fileName, sha256, sizeBytes } = sdist;
  return new hub.Artifact({
    url,
    finalName: fileName,
    ...(sha256 === undefined ? {} : { expectHashes: { sha256 } }),
    ...(sizeBytes === undefined ? {} : { expectSize: sizeBytes }),
  });
}

/** `du_pep517: generator` is what the source says; without a backend the setting is absent and setup.py does the work. */
function withBackend(pkg: PkgInfo, backend: string | undefined): PkgInfo {
  const { du_pep517: wanted, ...rest } = pkg;
  if (wanted === undefined || wanted === null) return rest as PkgInfo;
  if (wanted !== 'generator') return pkg;
  return (backend === undefined ? rest : { ...rest, du_pep517: backend }) as PkgInfo;
}
