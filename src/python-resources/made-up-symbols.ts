import {
  dottedPath,
  hashPath,
  makeIndex,
  type NodeRef,
  noPath,
  type ResourceTypes,
  type SymbolCounts,
  type SymbolGraph,
  type SymbolKind,
  type SymbolNode,
} from '../formats/pyresources/index.ts';
import { type PythonDistribution, standardLibraryName } from '../formats/python-graph/index.ts';
import { type MemoryDistribution, memorySource } from './resource-source.ts';
import { ResourceManager } from './symbol-queries.ts';

/** What a mock manager knows of one path. */
export interface MockSymbol {
  readonly path: string;
  /** `module` for paths with something below them, else `object`. */
  readonly kind?: SymbolKind;
  /** Dotted paths of its class and of its base classes. */
  readonly type?: string;
  readonly bases?: readonly string[];
  /** It is another name of this path, which may be anywhere. */
  readonly alias?: string;
  readonly returns?: readonly string[];
  readonly counts?: Partial<Omit<SymbolCounts, 'aliases'>>;
}

const builtinTypes = (
  'bool bytearray bytes complex dict float frozenset int list memoryview object property range set slice str super tuple ' +
  'type BaseException Exception ArithmeticError AttributeError ImportError IndexError KeyError LookupError NameError ' +
  'NotImplementedError OSError RuntimeError StopIteration SyntaxError TypeError ValueError ZeroDivisionError'
).split(' ');
const builtinFunctions = (
  'abs all any bin callable chr dir divmod enumerate filter format getattr hasattr hash hex id isinstance issubclass iter ' +
  'len map max min next open ord pow print repr reversed round sorted sum vars zip'
).split(' ');

const builtins: readonly MockSymbol[] = [
  ...builtinTypes.map((name): MockSymbol => ({ path: `builtins.${name}`, kind: 'type' })),
  ...builtinFunctions.map((name): MockSymbol => ({ path: `builtins.${name}`, kind: 'function' })),
  { path: 'builtins.None', kind: 'object' },
  { path: 'builtins.True', kind: 'object' },
  { path: 'builtins.False', kind: 'object' },
];

/** The distribution that a mock manager makes for a top-level: of the same name, version `1.0`. */
export const mockDistribution = (toplevel: string): PythonDistribution =>
  toplevel === 'builtins' ? { name: standardLibraryName, version: '3' } : { name: toplevel, version: '1.0' };

/**
 * A manager for tests of what asks one: a distribution for each top-level of the paths, and the builtins. Everything else is the
 * real manager.
 */
export function mockManager(symbols: readonly MockSymbol[]): ResourceManager {
  const list = mockDistributions([...builtins, ...symbols]);
  const index = makeIndex(
    list.map(({ distribution, resources }) => [distribution, resources.SymbolGraph?.keys() ?? []]),
  );
  return new ResourceManager({ source: memorySource(list), index });
}

function mockDistributions(symbols: readonly MockSymbol[]): readonly MemoryDistribution[] {
  const toplevels = Map.groupBy(symbols, ({ path }) => path.split('.')[0] ?? '');
  return [...toplevels].map(([toplevel, own]) => ({
    distribution: mockDistribution(toplevel),
    resources: {
      SymbolGraph: new Map([[toplevel, mockNodes(toplevel, own)]]),
      ReturnTypes: tableOf(
        own,
        hashPath,
        ({ returns }) => returns && new Map(returns.map((type) => [type, 1])),
      ),
      SymbolCounts: tableOf(
        own,
        (path) => path,
        ({ counts }) => counts && { ...noCounts, ...counts },
      ),
    } satisfies Partial<ResourceTypes>,
  }));
}

const noCounts: SymbolCounts = {
  ...{ imports: 0, names: 0, attributes: 0, expressions: 0, importsOfThis: 0 },
  aliases: new Map(),
};

function tableOf<K, V>(
  symbols: readonly MockSymbol[],
  key: (path: string) => K,
  value: (symbol: MockSymbol) => V | undefined,
): ReadonlyMap<K, V> {
  const table = new Map<K, V>();
  for (const symbol of symbols) {
    const one = value(symbol);
    if (one !== undefined) table.set(key(symbol.path), one);
  }
  return table;
}

function mockNodes(
  toplevel: string,
  symbols: readonly MockSymbol[],
): NonNullable<ReturnType<SymbolGraph['get']>> {
  const own = new Map(symbols.map((symbol) => [symbol.path, symbol]));
  const paths = new Set([toplevel]);
  for (const { path, alias } of symbols) {
    const parts = path.split('.');
    for (let count = 1; count < parts.length; count += 1) paths.add(parts.slice(0, count).join('.'));
    if (alias === undefined) paths.add(path);
  }
  const places = new Map([...paths].sort().map((path, index) => [path, index]));
  // an index of a sorted list begins with the top-level: it is the beginning of all the others
  const reference = (path: string): NodeRef => {
    const internal = places.get(path);
    return internal === undefined
      ? { internal: 0, external: dottedPath(path) }
      : { internal, external: noPath };
  };
  return [...places.keys()].map((path): SymbolNode => {
    const symbol = own.get(path);
    const children = childrenOf(path, [...places.keys(), ...own.keys()]);
    return {
      canonical: dottedPath(path),
      children: new Map(
        children.map((child) => [child.slice(path.length + 1), reference(own.get(child)?.alias ?? child)]),
      ),
      type: symbol?.type === undefined ? null : reference(symbol.type),
      bases: (symbol?.bases ?? []).map(reference),
      kind: symbol?.kind ?? (children.length > 0 ? 'module' : 'object'),
    };
  });
}

function childrenOf(path: string, all: readonly string[]): readonly string[] {
  const depth = path.split('.').length + 1;
  return [...new Set(all)]
    .filter((one) => one.startsWith(`${path}.`) && one.split('.').length === depth)
    .sort();
}
