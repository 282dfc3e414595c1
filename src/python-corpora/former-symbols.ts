import { fault, isFault, messageOf } from '../diagnostics/index.ts';
import { compareDistributions, hashPath } from '../formats/pyresources/index.ts';
import type { PythonDistribution } from '../formats/python-graph/index.ts';
import { compareBytes, compareText } from '../primitives/index.ts';
import type { LinkedGraphs } from '../python-symbols/index.ts';
import { CorpusRow } from './corpus-row.ts';
import type { FormerGraph } from './former-graph.ts';

/** A symbol by the path that is its own. */
export interface FormerSymbol {
  readonly distribution: PythonDistribution;
  readonly path: string;
}

/** Which symbol each node of the original's former graph is today. */
export type FormerSymbols = ReadonlyMap<bigint, FormerSymbol>;

export interface FormerFound {
  readonly symbols: FormerSymbols;
  /** Nodes that lead to no symbol, by top-level; of those without any path the top-level is empty. */
  readonly missing: ReadonlyMap<string, number>;
}

/**
 * Leads nodes of a former graph to symbols (specification, 7.6): by their paths, and where these lead nowhere by the paths that
 * symbols have today. Of two symbols for one node the smaller counts, unless the node's own name led to the other.
 */
export function findFormerSymbols(former: FormerGraph, linked: LinkedGraphs): FormerFound {
  const symbols = new Map<bigint, FormerSymbol>();
  const fixed = new Set<bigint>();
  const paths = former.paths();
  for (const { id, canonical } of former.nodes.values()) {
    const path = paths.get(id) ?? canonical;
    const symbol = path === '' ? undefined : linked.resolve(path.split('.'));
    if (symbol === undefined) continue;
    symbols.set(id, { distribution: symbol.distribution, path: symbol.node.canonical.parts.join('.') });
    if (path === canonical) fixed.add(id);
  }
  for (const { distribution, graph } of linked.all()) {
    for (const toplevel of graph.toplevels) {
      for (let at = 0; at < graph.size(toplevel); at += 1) {
        const parts = graph.node(toplevel, at)?.canonical.parts ?? [];
        const id = former.follow(parts)?.id;
        if (id === undefined || fixed.has(id)) continue;
        const found = { distribution, path: parts.join('.') };
        const known = symbols.get(id);
        if (known === undefined || compareSymbols(found, known) < 0) symbols.set(id, found);
      }
    }
  }
  const missing = new Map<string, number>();
  for (const { id, canonical } of former.nodes.values()) {
    if (symbols.has(id)) continue;
    const [toplevel = ''] = (paths.get(id) ?? canonical).split('.');
    missing.set(toplevel, (missing.get(toplevel) ?? 0) + 1);
  }
  return { symbols, missing };
}

/** The order of symbols: by distribution, then those with fewer parts, then part by part. */
function compareSymbols(a: FormerSymbol, b: FormerSymbol): number {
  const byDistribution = compareDistributions(a.distribution, b.distribution);
  if (byDistribution !== 0) return byDistribution;
  const [x, y] = [a.path.split('.'), b.path.split('.')];
  if (x.length !== y.length) return x.length - y.length;
  for (const [at, part] of x.entries()) {
    const order = compareBytes(part, y[at] as string);
    if (order !== 0) return order;
  }
  return 0;
}

/** The text within `compat.json.gz`, as the original writes it: `{id: {"Dist": {...}, "Path": {"Hash", "Parts"}}}`. */
export function encodeFormerSymbols(symbols: FormerSymbols): string {
  const rows = [...symbols].map(
    ([
      id,
      {
        distribution: { name, version },
        path,
      },
    ]) => {
      const dist = JSON.stringify({ Name: name, Version: version });
      return [
        String(id),
        `{"Dist":${dist},"Path":{"Hash":${hashPath(path)},"Parts":${JSON.stringify(path.split('.'))}}}`,
      ] as const;
    },
  );
  const sorted = rows.sort(([a], [b]) => compareText(a, b));
  return `{${sorted.map(([id, value]) => `"${id}":${value}`).join(',')}}`;
}

/** Reads that text. Hashes are not looked at: they follow from the parts. Throws MPY407. */
export function decodeFormerSymbols(text: string, file: string): FormerSymbols {
  const refuse = (what: string, cause: unknown): never => {
    throw fault('MPY407', { what, place: { file }, cause });
  };
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    return refuse(`it is not JSON: ${messageOf(error)}`, error);
  }
  try {
    const table = CorpusRow.of({ table: value });
    const rows = table.row('table');
    return new Map(
      table.names('table').map((key) => {
        const row = rows.row(key);
        const distribution = row.distribution('Dist');
        if (distribution === undefined) throw fault('MPY406', { what: `'${key}' has no 'Dist'` });
        return [CorpusRow.of({ id: key }).id('id'), { distribution, path: row.path('Path') }] as const;
      }),
    );
  } catch (error) {
    if (isFault(error, 'MPY406')) return refuse(error.problem.what, error);
    throw error;
  }
}
