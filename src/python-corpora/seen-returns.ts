import { returnTypeSources } from '../formats/pyresources/index.ts';
import type { PythonDistribution } from '../formats/python-graph/index.ts';
import type { LinkedGraphs, ReturnSource } from '../python-symbols/index.ts';
import type { CorpusRow } from './corpus-row.ts';

/**
 * What somebody found a function to return. Seen when it ran: `{"Function": path, "Types": [path]}`. Guessed by a model from how
 * what it returns is used: `{"Func": path, "Dist", "ReturnTypes": [{"Sym": path, "Prob"}]}`.
 */
export interface SeenReturns {
  readonly path: string;
  readonly distribution: PythonDistribution | undefined;
  readonly seen: readonly string[];
  readonly guessed: readonly { readonly path: string; readonly share: number }[];
}

/** Throws MPY406. */
export function readSeenReturns(row: CorpusRow): SeenReturns {
  const guessed = row.rows('ReturnTypes').map((one) => ({ path: one.path('Sym'), share: one.share('Prob') }));
  return {
    path: row.path(row.has('Func') ? 'Func' : 'Function'),
    distribution: row.distribution('Dist'),
    seen: row.texts('Types'),
    guessed,
  };
}

/** A guess among several has to be this much better than chance. */
const betterThanChance = 1.2;

/** Tables of what was seen and of what was guessed (specification, 7.10), to be united with those of other sources. */
export function seenReturnSources(
  rows: readonly SeenReturns[],
  linked: LinkedGraphs,
): readonly ReturnSource[] {
  return rows.flatMap(({ path, distribution, seen, guessed }): readonly ReturnSource[] => {
    const sources: ReturnSource[] = [];
    if (seen.length > 0) {
      const types = seen.map((type) => [withBuiltins(type, linked), returnTypeSources.dynamic] as const);
      sources.push({ distribution, table: new Map([[path, new Map(types)]]) });
    }
    const least = guessed.length > 1 ? betterThanChance / guessed.length : 0;
    const likely = guessed.filter(({ share }) => share >= least);
    if (likely.length > 0) {
      const types = likely.map((one) => [one.path, returnTypeSources.attributeModel] as const);
      sources.push({ distribution, table: new Map([[path, new Map(types)]]), onlyAlone: true });
    }
    return sources;
  });
}

/** Traces may call a type of `builtins` by its bare name. */
function withBuiltins(path: string, linked: LinkedGraphs): string {
  return !path.includes('.') && linked.resolve([path]) === undefined ? `builtins.${path}` : path;
}
