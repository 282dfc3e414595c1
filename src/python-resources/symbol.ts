import type {
  ArgSpec,
  Documentation,
  Kwargs,
  PopularSignature,
  SignatureStats,
  SymbolCounts,
  SymbolKind,
} from '../formats/pyresources/index.ts';
import { compareDistributions, distributionKey } from '../formats/pyresources/index.ts';
import type { PythonDistribution } from '../formats/python-graph/index.ts';
import { compareBytes } from '../primitives/index.ts';

/** A dotted path in a distribution. */
export interface SymbolPlace {
  readonly distribution: PythonDistribution;
  readonly path: string;
}

/** What a path leads to. Plain data: it may be kept, compared, and sent elsewhere. */
export interface PySymbol extends SymbolPlace {
  /** The same object by its own name, which may be in another distribution. */
  readonly canonical: SymbolPlace;
  /** Its node in the graph of the canonical distribution. */
  readonly node: { readonly toplevel: string; readonly index: number };
}

/** A type that a function returns, with the bits of `returnTypeSources` that say who found it. */
export interface ReturnedType {
  readonly symbol: PySymbol;
  readonly sources: number;
}

/** The same distribution and path. */
export function sameSymbol(a: SymbolPlace, b: SymbolPlace): boolean {
  return a.path === b.path && distributionKey(a.distribution) === distributionKey(b.distribution);
}

/** By distribution, then the number of parts, then the parts. */
export function compareSymbols(a: SymbolPlace, b: SymbolPlace): number {
  const [one, two] = [a.path.split('.'), b.path.split('.')];
  return (
    compareDistributions(a.distribution, b.distribution) ||
    one.length - two.length ||
    one.map((part, index) => compareBytes(part, two[index] as string)).find((order) => order !== 0) ||
    0
  );
}

/** Everything that can be asked about symbols. Each call loads what it needs; null says that nothing is known. */
export interface SymbolManager {
  /** Distributions of the manifest in their order. */
  distributions(): Promise<readonly PythonDistribution[]>;
  /** Whether something of a distribution is in memory now. */
  isLoaded(distribution: PythonDistribution): Promise<boolean>;
  /** Top-levels of the index. */
  toplevels(): Promise<readonly string[]>;
  /** Distributions with a top-level, in their order; none for an unknown one. */
  distributionsFor(toplevel: string): Promise<readonly PythonDistribution[]>;
  /** What a path leads to in each distribution that has it. Throws MPY330, MPY331 and MPY335. */
  pathSymbols(path: string): Promise<readonly PySymbol[]>;
  /** The first of them. */
  pathSymbol(path: string): Promise<PySymbol>;
  /** A path in one distribution; a top-level is looked up in the index alone. Throws MPY332, MPY333, MPY334, MPY335. */
  newSymbol(distribution: PythonDistribution, path: string): Promise<PySymbol>;
  kind(symbol: PySymbol): Promise<SymbolKind>;
  /** Its class; null for top-levels and where the class is not known. */
  type(symbol: PySymbol): Promise<PySymbol | null>;
  /** Base classes in order, without those that lead to nothing. */
  bases(symbol: PySymbol): Promise<readonly PySymbol[]>;
  /** Names of attributes, sorted. */
  children(symbol: PySymbol): Promise<readonly string[]>;
  /** An attribute; its path is that of the symbol with the name behind it. Throws MPY334. */
  childSymbol(symbol: PySymbol, name: string): Promise<PySymbol>;
  /** Every node of a distribution by its canonical path. Throws MPY332. */
  canonicalSymbols(distribution: PythonDistribution): Promise<readonly PySymbol[]>;
  /** Top-levels that a distribution's graph has. Throws MPY332. */
  toplevelsOf(distribution: PythonDistribution): Promise<readonly string[]>;
  argSpec(symbol: PySymbol): Promise<ArgSpec | null>;
  documentation(symbol: PySymbol): Promise<Documentation | null>;
  /** Counts of the path that was asked for, not of the canonical one. */
  symbolCounts(symbol: PySymbol): Promise<SymbolCounts | null>;
  popularSignatures(symbol: PySymbol): Promise<readonly PopularSignature[]>;
  signatureStats(symbol: PySymbol): Promise<SignatureStats | null>;
  kwargs(symbol: PySymbol): Promise<Kwargs | null>;
  returnTypes(symbol: PySymbol): Promise<readonly PySymbol[]>;
  /** The same with who found each. */
  truthyReturnTypes(symbol: PySymbol): Promise<readonly ReturnedType[]>;
  /** Share of calls with at least `count` positional arguments, from 0 to 1; null where nobody counted so far. */
  cumulativeNumArgsFrequency(symbol: PySymbol, count: number): Promise<number | null>;
  /** Share of calls with exactly `count` arguments, from 0 to 1; null without signatures. */
  numArgsFrequency(symbol: PySymbol, count: number): Promise<number | null>;
  /** Number of calls with a keyword; null where nobody counted. */
  keywordArgFrequency(symbol: PySymbol, keyword: string): Promise<number | null>;
}

/** Every call there is, for wrappers that pass calls on. */
export const managerMethods = [
  ...(['distributions', 'isLoaded', 'toplevels', 'distributionsFor', 'pathSymbols', 'pathSymbol'] as const),
  ...(['newSymbol', 'kind', 'type', 'bases', 'children', 'childSymbol', 'canonicalSymbols'] as const),
  ...(['toplevelsOf', 'argSpec', 'documentation', 'symbolCounts', 'popularSignatures'] as const),
  ...(['signatureStats', 'kwargs', 'returnTypes', 'truthyReturnTypes'] as const),
  ...(['cumulativeNumArgsFrequency', 'numArgsFrequency', 'keywordArgFrequency'] as const),
] as const satisfies readonly (keyof SymbolManager)[];

export type ManagerMethod = keyof SymbolManager;

/** A manager whose every call goes through one function. */
export function managerOf(
  call: (method: ManagerMethod, args: readonly unknown[]) => Promise<unknown>,
): SymbolManager {
  const methods = managerMethods.map((method) => [
    method,
    (...args: readonly unknown[]) => call(method, args),
  ]);
  return Object.fromEntries(methods) as SymbolManager;
}

/** Makes one call by its name. */
export async function callManager(
  manager: SymbolManager,
  method: ManagerMethod,
  args: readonly unknown[],
): Promise<unknown> {
  const work = manager[method] as (...args: readonly unknown[]) => Promise<unknown>;
  return await work.apply(manager, [...args]);
}
