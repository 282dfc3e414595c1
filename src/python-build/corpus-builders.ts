import { distributionKey, type PopularSignature, type SignatureStats } from '../formats/pyresources/index.ts';
import type { PythonDistribution } from '../formats/python-graph/index.ts';
import { gzipBytes } from '../host/index.ts';
import {
  encodeFormerSymbols,
  type FindSymbol,
  FormerGraph,
  type FormerNode,
  findFormerSymbols,
  PlacedRows,
  plausibleKeywords,
  poolCalls,
  popularSignatures,
  readCountedPath,
  readFormerNode,
  readSeenCalls,
  readSeenKeywords,
  type SeenCall,
  type SeenKeywords,
  SymbolCounting,
  signatureStats,
} from '../python-corpora/index.ts';
import type { CanonicalSymbol, LinkedGraphs } from '../python-symbols/index.ts';
import type { BuilderWork } from './builder-work.ts';
import type { Found } from './datafiles.ts';
import { logLine } from './read-stubs.ts';
import type { ResourceBuilder } from './resource-builder.ts';

/** What is made of corpora: of what others counted, called and wrote (specification, 7.6 to 7.9). */
export const corpusBuilders: readonly ResourceBuilder[] = [
  {
    name: 'compat',
    about: 'which symbol each node of a former graph is today',
    output: 'compat.json.gz',
    kinds: [],
    version: '2',
    needs: ['graph'],
    uses: ['distidx'],
    corpus: 'used',
    make: { of: 'file', run: leadBack },
  },
  {
    name: 'kwargs',
    about: 'names that code passes through **kwargs',
    output: 'kwargs.json',
    kinds: ['Kwargs'],
    version: '1',
    needs: ['graph'],
    uses: ['distidx', 'added', 'compat', 'argspecs'],
    corpus: 'needed',
    make: { of: 'manifest', run: collectKeywords },
  },
  {
    name: 'symbolcounts',
    about: 'how often code uses each path',
    output: 'symbolcounts.json',
    kinds: ['SymbolCounts'],
    version: '1',
    needs: ['graph'],
    uses: ['distidx', 'added'],
    corpus: 'needed',
    make: { of: 'manifest', run: countSymbols },
  },
  {
    name: 'sigpatterns',
    about: 'the ways in which code calls functions, and statistics of arguments',
    output: 'sigpatterns.json',
    kinds: ['PopularSignatures', 'SignatureStats'],
    version: '1',
    needs: ['graph'],
    uses: ['distidx', 'added', 'argspecs'],
    corpus: 'needed',
    make: { of: 'manifest', run: collectCalls },
  },
];

/** Tells what of a corpus belongs to no symbol: how much, by top-level. */
class Lost {
  readonly #byToplevel = new Map<string, number>();

  add(path: string): void {
    const [toplevel = ''] = path.split('.');
    this.#byToplevel.set(toplevel, (this.#byToplevel.get(toplevel) ?? 0) + 1);
  }

  tell(say: (line: string) => void): void {
    for (const [toplevel, count] of [...this.#byToplevel].sort(([a], [b]) => (a < b ? -1 : 1)))
      say(
        logLine(
          'WARN',
          'MPY408',
          `${toplevel === '' ? 'former nodes' : `top-level '${toplevel}'`}: ${count} belong to no symbol`,
        ),
      );
  }
}

async function leadBack(work: BuilderWork): Promise<Uint8Array> {
  const nodes: FormerNode[] = [];
  for await (const node of work.rows(readFormerNode)) nodes.push(node);
  if (nodes.length === 0) return gzipBytes(Buffer.from('{}'));
  const { symbols, missing } = findFormerSymbols(new FormerGraph(nodes), work.linked());
  for (const [toplevel, count] of [...missing].sort(([a], [b]) => (a < b ? -1 : 1)))
    work.say(`[STATS] top-level '${toplevel}': ${count} nodes lead to no symbol`);
  work.say(`[STATS] ${symbols.size} of ${nodes.length} nodes lead to symbols`);
  return gzipBytes(Buffer.from(encodeFormerSymbols(symbols)));
}

async function* collectKeywords(work: BuilderWork): AsyncGenerator<Found> {
  const placed = new PlacedRows<SeenKeywords>(work.linked(), work.former());
  const argSpecOf = work.argSpecs();
  const lost = new Lost();
  for await (const row of work.rows(readSeenKeywords)) {
    if (!placed.add(row.of, row)) lost.add(row.of.by === 'path' ? row.of.path : '');
  }
  lost.tell(work.say);
  for (const { distribution, rows } of placed.tables()) {
    const value = new Map(
      [...rows].flatMap(([hash, one]) => {
        const kwargs = plausibleKeywords(one.value, argSpecOf(distribution, hash));
        return kwargs === undefined ? [] : [[hash, kwargs] as const];
      }),
    );
    yield { distribution, resource: value.size === 0 ? undefined : { kind: 'Kwargs', value } };
  }
}

async function* countSymbols(work: BuilderWork): AsyncGenerator<Found> {
  const counting = new SymbolCounting(work.linked());
  const lost = new Lost();
  for await (const row of work.rows(readCountedPath)) if (!counting.add(row)) lost.add(row.path);
  lost.tell(work.say);
  for (const { distribution, counts } of counting.tables())
    yield { distribution, resource: { kind: 'SymbolCounts', value: counts } };
}

interface Called {
  readonly symbol: CanonicalSymbol;
  readonly calls: SeenCall[];
}

async function* collectCalls(work: BuilderWork): AsyncGenerator<Found> {
  const linked = work.linked();
  const find = finder(linked);
  const argSpecOf = work.argSpecs();
  const lost = new Lost();
  const tables = new Map<string, { distribution: PythonDistribution; called: Map<bigint, Called> }>();
  for await (const { of, calls } of work.rows(readSeenCalls)) {
    const symbol = symbolOf(linked, of);
    if (symbol === undefined) {
      lost.add(of.path);
      continue;
    }
    const { distribution, node } = symbol;
    const key = distributionKey(distribution);
    const table = tables.get(key) ?? { distribution, called: new Map<bigint, Called>() };
    tables.set(key, table);
    // rows for other paths of one function are rows for it
    const known = table.called.get(node.canonical.hash) ?? { symbol, calls: [] };
    table.called.set(node.canonical.hash, known);
    known.calls.push(...calls);
  }
  lost.tell(work.say);
  for (const { distribution, called } of tables.values()) {
    const signatures = new Map<bigint, readonly PopularSignature[]>();
    const stats = new Map<bigint, SignatureStats>();
    for (const [hash, { calls }] of called) {
      const argSpec = argSpecOf(distribution, hash);
      const pooled = poolCalls(calls, argSpec, find);
      const popular = popularSignatures(pooled, argSpec);
      if (popular.length === 0) continue;
      signatures.set(hash, popular);
      stats.set(hash, signatureStats(pooled));
    }
    if (signatures.size === 0) yield { distribution, resource: undefined };
    else {
      yield { distribution, resource: { kind: 'PopularSignatures', value: signatures } };
      yield { distribution, resource: { kind: 'SignatureStats', value: stats } };
    }
  }
}

/** In the distribution that a row names, where it is there in this version, else in the first that has the path. */
function symbolOf(
  linked: LinkedGraphs,
  { distribution, path }: { readonly distribution: PythonDistribution | undefined; readonly path: string },
): CanonicalSymbol | undefined {
  const parts = path.split('.');
  const named = distribution === undefined ? undefined : linked.resolveIn(distribution, parts);
  return named ?? linked.resolve(parts);
}

function finder(linked: LinkedGraphs): FindSymbol {
  const known = new Map<string, ReturnType<FindSymbol>>();
  return (seen) => {
    const { distribution, path } = seen;
    const key = `${distribution === undefined ? '' : distributionKey(distribution)}\n${path}`;
    if (known.has(key)) return known.get(key);
    const symbol = symbolOf(linked, seen);
    const found =
      symbol === undefined
        ? undefined
        : { distribution: symbol.distribution, parts: symbol.node.canonical.parts };
    known.set(key, found);
    return found;
  };
}
