import { distributionKey } from '../formats/pyresources/index.ts';
import type { PythonDistribution } from '../formats/python-graph/index.ts';
import type { CanonicalSymbol, LinkedGraphs } from '../python-symbols/index.ts';
import type { FormerSymbols } from './former-symbols.ts';
import type { OldOrNew } from './symbol-places.ts';

/** What was found for one symbol. */
export interface PlacedRow<T> {
  readonly symbol: CanonicalSymbol;
  readonly value: T;
}

export interface PlacedTable<T> {
  readonly distribution: PythonDistribution;
  /** By the hash of the symbol's own path. */
  readonly rows: ReadonlyMap<bigint, PlacedRow<T>>;
}

/**
 * Brings rows of a corpus to the symbols that they tell of. Of two rows for one symbol that with the path of today counts, then
 * that of the highest former node, then the later one (specification, 7.3).
 */
export class PlacedRows<T> {
  readonly #linked: LinkedGraphs;
  readonly #former: FormerSymbols;
  readonly #tables = new Map<
    string,
    { distribution: PythonDistribution; rows: Map<bigint, PlacedRow<T> & { readonly of: OldOrNew }> }
  >();

  constructor(linked: LinkedGraphs, former: FormerSymbols) {
    this.#linked = linked;
    this.#former = former;
  }

  /** False: it tells of no symbol that there is. */
  add(of: OldOrNew, value: T): boolean {
    const symbol = this.#find(of);
    if (symbol === undefined) return false;
    const { distribution, node } = symbol;
    const key = distributionKey(distribution);
    const one = this.#tables.get(key) ?? { distribution, rows: new Map() };
    this.#tables.set(key, one);
    const known = one.rows.get(node.canonical.hash);
    if (known === undefined || !countsMore(known.of, of))
      one.rows.set(node.canonical.hash, { of, symbol, value });
    return true;
  }

  tables(): readonly PlacedTable<T>[] {
    return [...this.#tables.values()];
  }

  #find(of: OldOrNew): CanonicalSymbol | undefined {
    if (of.by === 'path') return this.#linked.resolve(of.path.split('.'));
    const former = this.#former.get(of.id);
    return former === undefined
      ? undefined
      : this.#linked.resolveIn(former.distribution, former.path.split('.'));
  }
}

function countsMore(known: OldOrNew, other: OldOrNew): boolean {
  if (known.by === 'path') return other.by === 'node';
  return other.by === 'node' && known.id > other.id;
}
