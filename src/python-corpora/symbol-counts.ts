import { distributionKey, type SymbolCounts } from '../formats/pyresources/index.ts';
import type { PythonDistribution } from '../formats/python-graph/index.ts';
import type { LinkedGraphs } from '../python-symbols/index.ts';
import type { CorpusRow } from './corpus-row.ts';

/** How often code was seen to use one path: `{"Symbol": path, "Data": {"Import", "Name", "Attribute", "Expr", "ImportAliases"}}`. */
export interface CountedPath {
  readonly path: string;
  readonly counts: Omit<SymbolCounts, 'importsOfThis'>;
}

/** Throws MPY406. */
export function readCountedPath(row: CorpusRow): CountedPath {
  const data = row.row('Data');
  return {
    path: row.path('Symbol'),
    counts: {
      imports: data.count('Import'),
      names: data.count('Name'),
      attributes: data.count('Attribute'),
      expressions: data.count('Expr'),
      aliases: data.counts('ImportAliases'),
    },
  };
}

type Counting = { -readonly [K in keyof SymbolCounts]: SymbolCounts[K] } & { aliases: Map<string, number> };

/**
 * Sums what was counted (specification, 7.9): each row counts for its own path as it is written, and save for the imports of
 * exactly this path and its aliases for every path above it. It belongs to the first distribution in which the path leads
 * anywhere.
 */
export class SymbolCounting {
  readonly #linked: LinkedGraphs;
  readonly #found = new Map<string, { distribution: PythonDistribution; counts: Map<string, Counting> }>();

  constructor(linked: LinkedGraphs) {
    this.#linked = linked;
  }

  /** False: no distribution has the path. */
  add({ path, counts }: CountedPath): boolean {
    const parts = path.split('.');
    const distribution = this.#linked.homeOf(parts);
    if (distribution === undefined) return false;
    const key = distributionKey(distribution);
    const one = this.#found.get(key) ?? { distribution, counts: new Map<string, Counting>() };
    this.#found.set(key, one);
    for (let count = parts.length; count > 0; count -= 1) {
      const sum = sumAt(one.counts, parts.slice(0, count).join('.'));
      sum.imports += counts.imports;
      sum.names += counts.names;
      sum.attributes += counts.attributes;
      sum.expressions += counts.expressions;
      if (count < parts.length) continue;
      sum.importsOfThis += counts.imports;
      for (const [alias, times] of counts.aliases)
        sum.aliases.set(alias, (sum.aliases.get(alias) ?? 0) + times);
    }
    return true;
  }

  tables(): readonly {
    readonly distribution: PythonDistribution;
    readonly counts: ReadonlyMap<string, SymbolCounts>;
  }[] {
    return [...this.#found.values()];
  }
}

function sumAt(counts: Map<string, Counting>, path: string): Counting {
  const known = counts.get(path);
  if (known !== undefined) return known;
  const fresh: Counting = {
    ...{ imports: 0, names: 0, attributes: 0, expressions: 0, importsOfThis: 0 },
    aliases: new Map<string, number>(),
  };
  counts.set(path, fresh);
  return fresh;
}
