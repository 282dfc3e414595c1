import { parse } from 'smol-toml';
import { fault } from '../../diagnostics/index.ts';
import {
  type DependencyLines,
  type PythonDependencies,
  pythonDependencyLines,
} from '../../formats/python/index.ts';
import type { DistFile } from '../dist-file.ts';
import type { HubCore } from '../hub-core.ts';
import { isMapping } from '../merge-settings.ts';
import { sourceText, sourceTop } from './source-folder.ts';

/** How a Python source wants to be built, in the words of DISTUTILS_USE_PEP517; `undefined`: by setup.py alone. */
export type BuildBackend = 'flit' | 'hatchling' | 'setuptools' | 'poetry' | 'pdm' | 'maturin' | 'standalone';

/** What is known of a source by looking into it. */
export interface PythonSource {
  /** The one folder it unpacks into. */
  readonly folder: string;
  readonly backend: BuildBackend | undefined;
  /** Names of packages that are needed to build it, as pyproject.toml has them. */
  readonly requires: readonly string[];
}

/** `hub.python`: packages of Python (specification 6.3). */
export interface Python {
  /** The lines of an ebuild for a setting `pydeps`. Throws PEP003. */
  dependencyLines(dependencies: PythonDependencies): DependencyLines;
  /** Looks into a source. Throws GEN007 when it unpacks into more than one folder. */
  source(artifact: DistFile): Promise<PythonSource>;
  /** What a pyproject.toml says; undefined: there is none. Throws GEN007 when it is no TOML. */
  buildBackend(pyproject: string | undefined): Pick<PythonSource, 'backend' | 'requires'>;
}

export function pythonOf(_hub: HubCore): Python {
  return {
    dependencyLines: pythonDependencyLines,
    source: lookInto,
    buildBackend: readBackend,
  };
}

async function lookInto(artifact: DistFile): Promise<PythonSource> {
  const top = await sourceTop(artifact);
  const [folder] = top;
  if (top.length !== 1 || folder?.isFolder !== true) {
    const names = top.slice(0, 5).map(({ name }) => `'${name}'`);
    throw fault('GEN007', {
      what: `'${artifact.finalName}' does not unpack into one folder`,
      why: names.length === 0 ? 'It is empty.' : `At its top are ${names.join(', ')}.`,
    });
  }
  return {
    folder: folder.name,
    ...readBackend(await sourceText(artifact, '*/pyproject.toml'), artifact.finalName),
  };
}

/** Modules of backends and what the eclass calls them; any other one builds by itself (`standalone`). */
const backends: readonly (readonly [string, BuildBackend])[] = [
  ['flit_core', 'flit'],
  ['flit', 'flit'],
  ['hatchling', 'hatchling'],
  ['setuptools', 'setuptools'],
  ['setuptools_scm', 'setuptools'],
  ['poetry', 'poetry'],
  ['pdm', 'pdm'],
  ['maturin', 'maturin'],
];

function readBackend(
  pyproject: string | undefined,
  source = 'pyproject.toml',
): Pick<PythonSource, 'backend' | 'requires'> {
  if (pyproject === undefined) return { backend: undefined, requires: [] };
  let system: unknown;
  try {
    system = parse(pyproject)['build-system'];
  } catch (error) {
    const why = `${(error as Error).message.split('\n')[0]}.`;
    throw fault('GEN007', { what: `pyproject.toml of '${source}' is no TOML`, why });
  }
  if (!isMapping(system)) return { backend: undefined, requires: [] };
  const wanted = Array.isArray(system['requires']) ? system['requires'].map(String) : [];
  const requires = wanted.map((text) => /^[A-Za-z0-9][A-Za-z0-9._-]*/.exec(text.trim())?.[0] ?? text);
  const backend = system['build-backend'];
  // PEP 517: without a backend it is setuptools in its old way
  if (typeof backend !== 'string') return { backend: 'setuptools', requires };
  // PEP 517: a backend that lies in the source itself
  if (system['backend-path'] !== undefined) return { backend: 'standalone', requires };
  const module = backend.split(/[.:]/)[0] ?? '';
  return { backend: backends.find(([name]) => name === module)?.[1] ?? 'standalone', requires };
}
