import { fault, isFault, type Problem } from '../diagnostics/index.ts';
import {
  type AllToplevelFacts,
  type ArgSpec,
  type DistributionIndex,
  type Documentation,
  distributionKey,
  distributionText,
  type GraphView,
  hashPath,
  type Kwargs,
  type Manifest,
  type PopularSignature,
  type ResourceTypes,
  type SignatureStats,
  type SymbolCounts,
  type SymbolKind,
  type SymbolNode,
  type TableView,
  type ToplevelFacts,
} from '../formats/pyresources/index.ts';
import type { PythonDistribution } from '../formats/python-graph/index.ts';
import { type Clock, repeatEvery, systemClock } from '../host/index.ts';
import { nearestWords, Slots } from '../primitives/index.ts';
import { notFound, PathResolver } from './resolve-path.ts';
import { ResourceCache } from './resource-cache.ts';
import { datafilesOf, type ResourceSource } from './resource-source.ts';
import type { PySymbol, ReturnedType, SymbolManager } from './symbol.ts';

export interface ManagerOptions {
  readonly source: ResourceSource;
  readonly index: DistributionIndex;
  /** Loaded beforehand; `all` of them, or none (the usual). */
  readonly preload?: 'all' | readonly PythonDistribution[];
  /** Nothing else than what is preloaded exists. */
  readonly onlyPreloaded?: boolean;
  /** What is known of top-levels without loading their distribution: by `distributionKey`, then by top-level. */
  readonly toplevelFacts?: AllToplevelFacts;
  /** Distributions in memory at one time (all). */
  readonly cacheSize?: number;
  /** About how many bytes they may take (512 MiB). */
  readonly cacheBytes?: number;
  /** Time after which what nobody asks for is dropped (30 minutes). */
  readonly idleMs?: number;
  /** How often a datafile is tried (3), and the pause before the second attempt, which grows by itself each time (5 s). */
  readonly attempts?: number;
  readonly pauseMs?: number;
  /** Preloads under way at one time (32). */
  readonly concurrency?: number;
  readonly clock?: Clock;
}

/** A manager, and when what was to be loaded beforehand is there. */
export interface OpenedManager {
  readonly manager: ResourceManager;
  /** Rejects with MPY338, which names what could not be loaded. */
  readonly loaded: Promise<void>;
}

const minute = 60_000;

/** Opens a manager; it answers at once. */
export function openManager(options: ManagerOptions): OpenedManager {
  const manager = new ResourceManager(options);
  const loaded = manager.preload();
  // whoever does not wait for it is not ended by it
  loaded.catch(() => {});
  return { manager, loaded };
}

/** The source and index of a manifest and of an index, for `openManager`. */
export function managerInput(
  manifest: Manifest,
  index: DistributionIndex,
  onProblem?: (problem: Problem) => void,
): Pick<ManagerOptions, 'source' | 'index'> {
  return { source: datafilesOf(manifest, onProblem), index };
}

type HashTable =
  | 'ArgSpec'
  | 'TypeshedArgSpec'
  | 'Documentation'
  | 'Kwargs'
  | 'PopularSignatures'
  | 'ReturnTypes'
  | 'SignatureStats';
type EntityOf<K extends HashTable> = ResourceTypes[K] extends ReadonlyMap<bigint, infer V> ? V : never;

/** Answers questions about symbols from datafiles that it loads when they are needed, and drops when memory is. */
export class ResourceManager implements SymbolManager {
  readonly #options: ManagerOptions;
  readonly #cache: ResourceCache;
  readonly #paths: PathResolver;
  readonly #known: ReadonlyMap<string, PythonDistribution>;
  readonly #stop: () => void;

  constructor(options: ManagerOptions) {
    this.#options = options;
    const { source, index, preload = [], onlyPreloaded = false } = options;
    const exists = onlyPreloaded && preload !== 'all' ? preload : source.distributions;
    this.#known = new Map(exists.map((one) => [distributionKey(one), one]));
    this.#cache = new ResourceCache(
      source,
      {
        distributions: options.cacheSize ?? Number.POSITIVE_INFINITY,
        bytes: options.cacheBytes ?? 512 * 1024 * 1024,
        idleMs: options.idleMs ?? 30 * minute,
        attempts: options.attempts ?? 3,
        pauseMs: options.pauseMs ?? 5000,
      },
      options.clock ?? systemClock,
    );
    this.#paths = new PathResolver(
      this.#cache,
      (toplevel) => this.#having(toplevel),
      () => index.keys(),
    );
    this.#stop = repeatEvery(minute, () => this.#cache.sweep());
  }

  /** Loads what the options say. Throws MPY338. */
  async preload(): Promise<void> {
    const { preload = [], concurrency = 32 } = this.#options;
    const wanted = preload === 'all' ? [...this.#known.values()] : preload;
    const slots = new Slots(concurrency);
    const failed: Problem[] = [];
    await Promise.all(
      wanted.map((distribution) =>
        slots.run(async () => {
          try {
            await this.#loadAll(distribution);
          } catch (error) {
            if (!isFault(error)) throw error;
            failed.push(error.problem);
          }
        }),
      ),
    );
    if (failed.length > 0)
      throw fault('MPY338', {
        what: `${failed.length} of ${wanted.length} distributions are not loaded: ${failed.map(({ what }) => what).join('; ')}`,
      });
  }

  /** Forgets everything that was loaded. */
  reset(): void {
    this.#cache.clear();
  }

  /** About how many bytes what is loaded takes. */
  get loadedBytes(): number {
    return this.#cache.bytes;
  }

  close(): void {
    this.#stop();
    this.reset();
  }

  async distributions(): Promise<readonly PythonDistribution[]> {
    return [...this.#known.values()];
  }

  async isLoaded(distribution: PythonDistribution): Promise<boolean> {
    return this.#cache.has(distribution);
  }

  async toplevels(): Promise<readonly string[]> {
    return [...this.#options.index.keys()];
  }

  async distributionsFor(toplevel: string): Promise<readonly PythonDistribution[]> {
    return this.#options.index.get(toplevel) ?? [];
  }

  async pathSymbols(path: string): Promise<readonly PySymbol[]> {
    return await this.#paths.resolve(path, { all: true });
  }

  async pathSymbol(path: string): Promise<PySymbol> {
    const [symbol] = await this.#paths.resolve(path, { all: false });
    return symbol as PySymbol;
  }

  async newSymbol(distribution: PythonDistribution, path: string): Promise<PySymbol> {
    this.#check(distribution);
    const [toplevel = ''] = path.split('.');
    const has = this.#options.index
      .get(toplevel)
      ?.some((one) => distributionKey(one) === distributionKey(distribution));
    if (has !== true)
      throw fault('MPY333', { what: `'${distributionText(distribution)}' has no top-level '${toplevel}'` });
    return await this.#paths.within(distribution, path);
  }

  async kind(symbol: PySymbol): Promise<SymbolKind> {
    if (this.#factsOf(symbol) !== undefined) return 'module';
    return (await this.#node(symbol))?.kind ?? 'none';
  }

  async type(symbol: PySymbol): Promise<PySymbol | null> {
    if (isToplevel(symbol)) return null;
    const type = (await this.#node(symbol))?.type;
    if (type === undefined || type === null) return null;
    return await knownOrNull(this.#paths.follow(type, from(symbol)));
  }

  async bases(symbol: PySymbol): Promise<readonly PySymbol[]> {
    const bases = (await this.#node(symbol))?.bases ?? [];
    const followed = await Promise.all(
      bases.map((base) => knownOrNull(this.#paths.follow(base, from(symbol)))),
    );
    return followed.filter((base) => base !== null);
  }

  async children(symbol: PySymbol): Promise<readonly string[]> {
    return [...((await this.#node(symbol))?.children.keys() ?? [])];
  }

  async childSymbol(symbol: PySymbol, name: string): Promise<PySymbol> {
    const node = await this.#node(symbol);
    const child = node?.children.get(name);
    if (child === undefined)
      throw notFound(
        symbol.distribution,
        [...symbol.path.split('.'), name],
        [...(node?.children.keys() ?? [])],
      );
    const { canonical, node: place } = await this.#paths.follow(child, from(symbol));
    return { distribution: symbol.distribution, path: `${symbol.path}.${name}`, canonical, node: place };
  }

  async canonicalSymbols(distribution: PythonDistribution): Promise<readonly PySymbol[]> {
    const graph = await this.#graph(distribution);
    const symbols: PySymbol[] = [];
    for (const toplevel of graph?.toplevels ?? []) {
      for (let index = 0; index < (graph?.size(toplevel) ?? 0); index += 1) {
        const place = { distribution, path: graph?.node(toplevel, index)?.canonical.parts.join('.') ?? '' };
        symbols.push({ ...place, canonical: place, node: { toplevel, index } });
      }
    }
    return symbols;
  }

  async toplevelsOf(distribution: PythonDistribution): Promise<readonly string[]> {
    return (await this.#graph(distribution))?.toplevels ?? [];
  }

  async argSpec(symbol: PySymbol): Promise<ArgSpec | null> {
    // every class without an __init__ of its own has this one: what was asked for says more
    const place = symbol.canonical.path === 'builtins.object.__init__' ? symbol : symbol.canonical;
    return (await this.#entity(place, 'ArgSpec')) ?? (await this.#entity(place, 'TypeshedArgSpec')) ?? null;
  }

  async documentation(symbol: PySymbol): Promise<Documentation | null> {
    return this.#factsOf(symbol)?.docs ?? (await this.#entity(symbol.canonical, 'Documentation')) ?? null;
  }

  async symbolCounts(symbol: PySymbol): Promise<SymbolCounts | null> {
    const facts = this.#factsOf(symbol)?.counts;
    if (facts !== undefined && facts !== null) return facts;
    return (await this.#cache.table(symbol.distribution, 'SymbolCounts'))?.get(symbol.path) ?? null;
  }

  async popularSignatures(symbol: PySymbol): Promise<readonly PopularSignature[]> {
    const signatures = (await this.#entity(symbol.canonical, 'PopularSignatures')) ?? [];
    return signatures.filter((one) => one !== null);
  }

  async signatureStats(symbol: PySymbol): Promise<SignatureStats | null> {
    return (await this.#entity(symbol.canonical, 'SignatureStats')) ?? null;
  }

  async kwargs(symbol: PySymbol): Promise<Kwargs | null> {
    return (await this.#entity(symbol.canonical, 'Kwargs')) ?? null;
  }

  async returnTypes(symbol: PySymbol): Promise<readonly PySymbol[]> {
    return (await this.truthyReturnTypes(symbol)).map((returned) => returned.symbol);
  }

  async truthyReturnTypes(symbol: PySymbol): Promise<readonly ReturnedType[]> {
    const types = (await this.#entity(symbol.canonical, 'ReturnTypes')) ?? new Map<string, number>();
    const found = await Promise.all(
      [...types].map(async ([path, sources]) => {
        const symbols = await knownOrNull(this.#paths.resolve(path, { all: true }));
        return (symbols ?? []).map((one) => ({ symbol: one, sources }));
      }),
    );
    return found.flat();
  }

  async cumulativeNumArgsFrequency(symbol: PySymbol, count: number): Promise<number | null> {
    if (count === 0) return 1;
    const stats = await this.signatureStats(symbol);
    const argument = stats?.positional[count - 1];
    return stats === null || argument === undefined || stats.count === 0
      ? null
      : argument.count / stats.count;
  }

  async numArgsFrequency(symbol: PySymbol, count: number): Promise<number | null> {
    const signatures = await this.popularSignatures(symbol);
    if (signatures.length === 0) return null;
    return signatures
      .filter(({ args, languageDetails: { python } }) => args.length + (python?.kwargs.length ?? 0) === count)
      .reduce((sum, { frequency }) => sum + frequency, 0);
  }

  async keywordArgFrequency(symbol: PySymbol, keyword: string): Promise<number | null> {
    return (await this.signatureStats(symbol))?.argsByName.get(keyword)?.count ?? null;
  }

  #having(toplevel: string): readonly PythonDistribution[] {
    const list = this.#options.index.get(toplevel) ?? [];
    return list.filter((one) => this.#known.has(distributionKey(one)));
  }

  #check(distribution: PythonDistribution): void {
    if (this.#known.has(distributionKey(distribution))) return;
    const near = nearestWords(
      distributionText(distribution),
      [...this.#known.values()].map(distributionText),
    );
    throw fault('MPY332', {
      what: `'${distributionText(distribution)}' is not in the manifest`,
      next: near === undefined ? undefined : `There is ${near}.`,
    });
  }

  async #graph(distribution: PythonDistribution): Promise<GraphView | undefined> {
    this.#check(distribution);
    return await this.#cache.graph(distribution);
  }

  async #node({ canonical, node }: PySymbol): Promise<SymbolNode | undefined> {
    return (await this.#cache.graph(canonical.distribution))?.node(node.toplevel, node.index);
  }

  #factsOf(symbol: PySymbol): ToplevelFacts | undefined {
    if (!isToplevel(symbol)) return undefined;
    return this.#options.toplevelFacts?.get(distributionKey(symbol.distribution))?.get(symbol.path);
  }

  async #entity<K extends HashTable>(
    { distribution, path }: { readonly distribution: PythonDistribution; readonly path: string },
    kind: K,
  ): Promise<EntityOf<K> | undefined> {
    const table = await this.#cache.table(distribution, kind);
    return (table as TableView<bigint, EntityOf<K>> | undefined)?.get(hashPath(path));
  }

  async #loadAll(distribution: PythonDistribution): Promise<void> {
    this.#check(distribution);
    for (const kind of this.#options.source.kinds(distribution)) {
      if (kind === 'SymbolGraph') await this.#cache.graph(distribution);
      else await this.#cache.table(distribution, kind);
    }
  }
}

const isToplevel = ({ path }: PySymbol): boolean => !path.includes('.');

const from = (symbol: PySymbol): { distribution: PythonDistribution; toplevel: string } => ({
  distribution: symbol.canonical.distribution,
  toplevel: symbol.node.toplevel,
});

/** Null for what leads nowhere; other errors go on. */
async function knownOrNull<T>(work: Promise<T>): Promise<T | null> {
  try {
    return await work;
  } catch (error) {
    if (isFault(error, 'MPY330', 'MPY331', 'MPY334', 'MPY335')) return null;
    throw error;
  }
}
