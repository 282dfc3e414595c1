import { fault, type Problem, problem } from '../diagnostics/index.ts';
import {
  decodeOpened,
  distributionKey,
  distributionText,
  type GraphView,
  InternTable,
  type Manifest,
  type MapCodec,
  type OpenedDatafile,
  openDatafile,
  type ResourceKind,
  type ResourceTypes,
  resourceCodecs,
  type TableView,
  viewGraph,
  viewGraphSections,
  viewTableSections,
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

/** A table that may be read entry by entry. */
export type TableOf<K extends TableKind> =
  ResourceTypes[K] extends ReadonlyMap<infer Key, infer Value> ? TableView<Key, Value> : never;

/** Where a manager's data comes from. */
export interface ResourceSource {
  readonly distributions: readonly PythonDistribution[];
  kinds(distribution: PythonDistribution): readonly ResourceKind[];
  /** Undefined: the distribution has none. Throws MPY300 to MPY309, MPY318, MPY319, SYS004. */
  graph(distribution: PythonDistribution): Sized<GraphView> | undefined;
  table<K extends TableKind>(distribution: PythonDistribution, kind: K): Sized<TableOf<K>> | undefined;
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
      const opened = openDatafile('SymbolGraph', readDatafileBytes(path));
      return { value: viewGraphSections(opened.sections, texts), bytes: 2 * sizeOf(opened) };
    },
    table: (distribution, kind) => {
      const path = pathOf(distribution, kind);
      if (path === undefined) return undefined;
      const opened = openDatafile(kind, readDatafileBytes(path));
      return { value: openTable(kind, opened, texts), bytes: 2 * sizeOf(opened) };
    },
  };
}

/** About what a datafile takes in memory when all of it was asked for, as bytes unpacked. */
const sizeOf = ({ sections }: OpenedDatafile): number => sections.reduce((sum, { size }) => sum + size, 0);

function openTable<K extends TableKind>(kind: K, opened: OpenedDatafile, texts: InternTable): TableOf<K> {
  const isHashed = !opened.original && kind !== 'SymbolCounts';
  const codec = resourceCodecs[kind] as unknown as MapCodec<bigint, unknown>;
  const table = isHashed
    ? viewTableSections(codec, opened.sections, { name: kind, texts })
    : decodeOpened(kind, opened, texts);
  return table as TableOf<K>;
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
      return value === undefined ? undefined : { value: value as unknown as TableOf<K>, bytes: 1 };
    },
  };
}
