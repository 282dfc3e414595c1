import type { PythonDistribution } from '../formats/python-graph/index.ts';
import { CorpusRow } from './corpus-row.ts';

/** Values that code passes for one argument, of which the same is known. */
export interface SeenValues {
  /** Types or things that the values are, as far as somebody could tell. */
  readonly symbols: readonly SeenSymbol[];
  readonly count: number;
  /** How they are written, and how often. */
  readonly sources: ReadonlyMap<string, number>;
}

export interface SeenSymbol {
  readonly distribution: PythonDistribution | undefined;
  readonly path: string;
}

/** One way to call a function: how often, and what was passed by position and by name. */
export interface SeenCall {
  readonly count: number;
  readonly positional: readonly (readonly SeenValues[])[];
  readonly keywords: ReadonlyMap<string, readonly SeenValues[]>;
}

/**
 * The calls of one function that were seen: `{"Func": {"Dist", "Path"}, "Calls": [{"Count", "Positional": [[value]], "Keyword":
 * {name: [value]}}]}` with values `{"Syms": [{"Dist", "Path", "Kind"}], "Count", "SrcStrs": {text: count}}`. `Dist` may be left
 * out everywhere.
 */
export interface SeenCalls {
  readonly of: SeenSymbol;
  readonly calls: readonly SeenCall[];
}

/** What a function of others returned tells nothing of its type; the original marks such values so. */
const unknownKind = 'ExternalReturnValueKind';

/** Throws MPY406. */
export function readSeenCalls(row: CorpusRow): SeenCalls {
  return { of: readSymbol(row.row('Func')), calls: row.rows('Calls').map(readCall) };
}

function readCall(row: CorpusRow): SeenCall {
  const keywords = row
    .names('Keyword')
    .map((name) => [name, row.row('Keyword').rows(name).map(readValues)] as const);
  return {
    count: row.count('Count'),
    // an argument that nothing is known of stands as null
    positional: row
      .list('Positional')
      .map((one) => (Array.isArray(one) ? one.map(CorpusRow.of).map(readValues) : [])),
    keywords: new Map(keywords),
  };
}

function readValues(row: CorpusRow): SeenValues {
  const symbols = row.rows('Syms').filter((one) => !one.has('Kind') || one.text('Kind') !== unknownKind);
  return { symbols: symbols.map(readSymbol), count: row.count('Count'), sources: row.counts('SrcStrs') };
}

function readSymbol(row: CorpusRow): SeenSymbol {
  return { distribution: row.distribution('Dist'), path: row.path('Path') };
}
