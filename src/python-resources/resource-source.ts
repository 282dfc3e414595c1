import { fault, type Problem, problem } from '../diagnostics/index.ts';
import {
  decodeUnpacked,
  distributionKey,
  distributionText,
  type GraphView,
  InternTable,
  type Manifest,
  type ResourceKind,
  type ResourceTypes,
  resourceCodecs,
  unpackDatafile,
  viewGraph,
  viewGraphBytes,
} from '../formats/pyresources/index.ts';
import type { PythonDistribution } from '../formats/python-graph/index.ts';
import { readDatafileBytes } from './datafiles.ts';

/** Something that was loaded and about how much memory it takes. */
export interface Sized<T> {
  readonly value: T;
  readonly bytes: number;
}

/** Kinds other than the graph: tables by symbol. */
export type TableKind = Exclude<ResourceKind, 'SymbolGraph'>;

/** Where a manager's data comes from. */
export interface ResourceSource {
  readonly distributions: readonly PythonDistribution[];
  kinds(distribution: PythonDistribution): readonly ResourceKind[];
  /** Undefined: the distribution has none. Throws MPY300 to MPY309, MPY318, MPY319, SYS004. */
  graph(distribution: PythonDistribution): Sized<GraphView> | undefined;
  table<K extends TableKind>(distribution: PythonDistribution, kind: K): Sized<ResourceTypes[K]> | undefined;
}

const isKind = (kind: string): kind is ResourceKind => Object.hasOwn(resourceCodecs, kind);

/** The datafiles of a manifest. Kinds that are not known here are told once each to `onProblem`, and left out. */
export function datafilesOf(manifest: Manifest, onProblem?: (problem: Problem) => void): ResourceSource {
  const texts = new InternTable();
  const told = new Set<string>();
  const paths = new Map(manifest.map((entry) => [distributionKey(entry.distribution), entry.paths]));
  const pathOf = (distribution: PythonDistribution, kind: ResourceKind): string | undefined => {
    const path = paths.get(distributionKey(distribution))?.get(kind);
    return path === '' ? undefined : path;
  };
  for (const { distribution, paths: places } of manifest) {
    for (const kind of places.keys()) {
      if (isKind(kind) || told.has(kind)) continue;
      told.add(kind);
      onProblem?.(
        problem('MPY313', { what: `'${distributionText(distribution)}' has datafiles of '${kind}'` }),
      );
    }
  }
  return {
    distributions: manifest.map(({ distribution }) => distribution),
    kinds: (distribution) => [...(paths.get(distributionKey(distribution))?.keys() ?? [])].filter(isKind),
    graph: (distribution) => {
      const path = pathOf(distribution, 'SymbolGraph');
      if (path === undefined) return undefined;
      const { body } = unpackDatafile('SymbolGraph', readDatafileBytes(path));
      return { value: viewGraphBytes(body, texts), bytes: 2 * body.length };
    },
    table: (distribution, kind) => {
      const path = pathOf(distribution, kind);
      if (path === undefined) return undefined;
      const unpacked = unpackDatafile(kind, readDatafileBytes(path));
      return { value: decodeUnpacked(kind, unpacked, texts), bytes: 3 * unpacked.body.length };
    },
  };
}

/** What one distribution holds, in memory. */
export interface MemoryDistribution {
  readonly distribution: PythonDistribution;
  readonly resources: Partial<ResourceTypes>;
}

/** Data that is in memory already. */
export function memorySource(list: readonly MemoryDistribution[]): ResourceSource {
  const known = new Map(
    list.map(({ distribution, resources }) => [distributionKey(distribution), resources]),
  );
  const of = (distribution: PythonDistribution): Partial<ResourceTypes> => {
    const resources = known.get(distributionKey(distribution));
    if (resources === undefined)
      throw fault('MPY332', { what: `'${distributionText(distribution)}' is not in the manifest` });
    return resources;
  };
  return {
    distributions: list.map(({ distribution }) => distribution),
    kinds: (distribution) => Object.keys(of(distribution)).filter(isKind),
    graph: (distribution) => {
      const graph = of(distribution).SymbolGraph;
      return graph && { value: viewGraph(graph), bytes: 1 };
    },
    table: <K extends TableKind>(distribution: PythonDistribution, kind: K) => {
      const value: ResourceTypes[K] | undefined = of(distribution)[kind];
      return value === undefined ? undefined : { value, bytes: 1 };
    },
  };
}
