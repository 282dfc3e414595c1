import type { GraphShard } from '../formats/python-graph/index.ts';
import { bytesIfThere, textIfThere } from '../host/index.ts';
import { readSeenReturns, type SeenReturns, seenReturnSources } from '../python-corpora/index.ts';
import {
  documentedReturns,
  type ReturnSource,
  returnResources,
  sourceReturns,
  stubReturns,
  typeNamesOf,
} from '../python-symbols/index.ts';
import { decodeAnalysis, stubKeys } from './analysis-file.ts';
import type { BuilderWork } from './builder-work.ts';
import type { Found } from './datafiles.ts';
import { openGraph } from './graph-of-distribution.ts';
import type { ResourceBuilder } from './resource-builder.ts';

/** What functions return (specification, 7.10). */
export const returnBuilders: readonly ResourceBuilder[] = [
  {
    name: 'docs_returntypes',
    about: 'what documentation says of return types: a line of JSON for each distribution',
    output: 'docs_returntypes.json',
    kinds: [],
    version: '1',
    needs: ['graphs'],
    make: { of: 'file', run: mineAll },
  },
  {
    name: 'returntypes',
    about: 'return types of stubs, sources, documentation and a corpus of what was seen or guessed, united',
    output: 'returntypes.json',
    kinds: ['ReturnTypes'],
    version: '2',
    needs: ['graph'],
    uses: ['distidx', 'added', 'stubs', 'analyzed', 'returns'],
    corpus: 'used',
    make: { of: 'manifest', run: unite },
  },
];

/** A line of `docs_returntypes.json`: types by function, each with its bits. */
interface MinedLine {
  readonly dist: { readonly Name: string; readonly Version: string };
  readonly returns: Readonly<Record<string, Readonly<Record<string, number>>>>;
}

async function mineAll(work: BuilderWork): Promise<string> {
  const lines: string[] = [];
  for (const path of work.all('graphs')) lines.push(`${JSON.stringify(await mine(path))}\n`);
  return lines.join('') || '\n';
}

async function mine(graph: string): Promise<MinedLine> {
  const { distribution, shards: opened } = await openGraph(graph);
  const shards: GraphShard[] = [];
  for await (const shard of opened) shards.push(shard);
  const dist = { Name: distribution.name, Version: distribution.version };
  const names = typeNamesOf(shards);
  const returns = shards.flatMap((shard) =>
    Array.from(
      documentedReturns(shard, names),
      ([path, types]) => [path, Object.fromEntries(types)] as const,
    ),
  );
  return { dist, returns: Object.fromEntries(returns.sort(([a], [b]) => (a < b ? -1 : 1))) };
}

async function* unite(work: BuilderWork): AsyncGenerator<Found> {
  const linked = work.linked();
  const sources: ReturnSource[] = [];
  for (const part of work.stubs()) {
    const distribution = part.isStandard ? linked.standardLibrary() : undefined;
    if (!part.isStandard || distribution !== undefined)
      sources.push({ distribution, table: stubReturns(part) });
  }
  sources.push(...analyzedReturns(work), ...minedReturns(work));
  const seen: SeenReturns[] = [];
  for await (const row of work.rows(readSeenReturns)) seen.push(row);
  sources.push(...seenReturnSources(seen, linked));
  // what is guessed counts only where nothing else is known
  const known = sources.filter(({ onlyAlone }) => onlyAlone !== true);
  const guessed = sources.filter(({ onlyAlone }) => onlyAlone === true);
  for (const { distribution, returns } of returnResources([...known, ...guessed], linked))
    yield { distribution, resource: { kind: 'ReturnTypes', value: returns } };
}

/** One file in memory at a time: what is kept of it is small. */
function* analyzedReturns(work: BuilderWork): Generator<ReturnSource> {
  for (const path of work.all('analyzed')) {
    const analysis = decodeAnalysis(bytesIfThere(path) ?? new Uint8Array(), path);
    for (const [key, parts] of analysis) {
      if ((stubKeys as readonly string[]).includes(key)) continue;
      const [name = '', version = ''] = key.split('==');
      for (const part of parts) yield { distribution: { name, version }, table: sourceReturns(part) };
    }
  }
}

function* minedReturns(work: BuilderWork): Generator<ReturnSource> {
  const lines = work.has('returns') ? (textIfThere(work.one('returns')) ?? '').split('\n') : [];
  for (const line of lines) {
    if (line === '') continue;
    const { dist, returns } = JSON.parse(line) as MinedLine;
    const table = new Map(
      Object.entries(returns).map(([path, types]) => [path, new Map(Object.entries(types))]),
    );
    yield { distribution: { name: dist.Name, version: dist.Version }, table };
  }
}
