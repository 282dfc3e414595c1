import { distributionKey, type ReturnTypes, returnTypeSources } from '../formats/pyresources/index.ts';
import type { PythonDistribution } from '../formats/python-graph/index.ts';
import { annotationNames } from './annotation-names.ts';
import { noneType, type ReturnTable } from './doc-returns.ts';
import type { CanonicalSymbol, LinkedGraphs } from './linked-graphs.ts';
import { StubNames } from './stub-names.ts';
import type { StubPart } from './stub-resource.ts';
import type { StubEntry, StubModule } from './stub-tree.ts';

/** What functions return as the stubs of a part declare it, by the path in the stub. `async` functions return no such type. */
export function stubReturns({ modules }: StubPart): ReturnTable {
  const names = new StubNames(modules);
  const table = new Map<string, Map<string, number>>();
  const walk = (
    module: StubModule,
    path: string,
    body: readonly StubEntry[],
    self: string | undefined,
  ): void => {
    for (const entry of body) {
      if (entry.kind === 'class') walk(module, `${path}.${entry.name}`, entry.body, `${path}.${entry.name}`);
      if (entry.kind !== 'function' || entry.returns === null || entry.async) continue;
      const key = `${path}.${entry.name}`;
      for (const name of annotationNames(entry.returns)) {
        const type = typeOfName(names, module, { name, self });
        if (type === undefined) continue;
        const types = table.get(key) ?? new Map<string, number>();
        table.set(key, types.set(type, returnTypeSources.stub));
      }
    }
  };
  for (const module of names.modules) walk(module, module.module, module.body, undefined);
  return table;
}

/** The path of the class that a name in an annotation means; `self` is that of the class around. Undefined: it means none. */
export function typeOfName(
  names: StubNames,
  module: StubModule,
  { name, self }: { readonly name: string; readonly self: string | undefined },
): string | undefined {
  if (name === noneType) return noneType;
  if (name === 'Self' || name.endsWith('.Self')) return self;
  const found = names.resolve(module, name);
  if (found.at === 'elsewhere') return found.path;
  // a variable of types is no type
  return found.at === 'entry' && found.entry.kind === 'class' ? found.path : undefined;
}

/** Return types of the functions of one distribution. */
export interface ReturnResource {
  readonly distribution: PythonDistribution;
  readonly returns: ReadonlyMap<bigint, ReturnTypes>;
}

/** A table of return types, and where its functions are: in one distribution, or in the first that has them. */
export interface ReturnSource {
  readonly distribution: PythonDistribution | undefined;
  readonly table: ReturnTable;
  /** Counts only for functions of which no source before it tells anything. */
  readonly onlyAlone?: boolean;
}

/**
 * The union of tables (specification, 7.10), by distribution: functions by their own path, types by the path that they
 * themselves have. What is no type in the graphs is left out.
 */
export function returnResources(
  sources: readonly ReturnSource[],
  linked: LinkedGraphs,
): readonly ReturnResource[] {
  const found = new Map<
    string,
    { distribution: PythonDistribution; returns: Map<bigint, Map<string, number>> }
  >();
  const known = new Map<string, string | undefined>();
  const hasBuiltins = linked.having('builtins').length > 0;
  const typePath = (path: string): string | undefined => {
    // without the standard library nobody can tell that a type is one of its own
    if (path === noneType || (path.startsWith('builtins.') && !hasBuiltins)) return path;
    if (!known.has(path)) known.set(path, canonicalType(linked.resolve(path.split('.'))));
    return known.get(path);
  };
  for (const { distribution, table, onlyAlone = false } of sources) {
    for (const [path, types] of table) {
      const parts = path.split('.');
      const symbol =
        distribution === undefined ? linked.resolve(parts) : linked.resolveIn(distribution, parts);
      if (symbol === undefined) continue;
      const key = distributionKey(symbol.distribution);
      const one = found.get(key) ?? {
        distribution: symbol.distribution,
        returns: new Map<bigint, Map<string, number>>(),
      };
      const { hash } = symbol.node.canonical;
      if (onlyAlone && one.returns.has(hash)) continue;
      const all = one.returns.get(hash) ?? new Map<string, number>();
      for (const [type, bits] of types) {
        const own = typePath(type);
        if (own !== undefined) all.set(own, (all.get(own) ?? 0) | bits);
      }
      if (all.size === 0) continue;
      one.returns.set(hash, all);
      found.set(key, one);
    }
  }
  return [...found.values()];
}

const canonicalType = (symbol: CanonicalSymbol | undefined): string | undefined =>
  symbol?.node.kind === 'type' ? symbol.node.canonical.parts.join('.') : undefined;
