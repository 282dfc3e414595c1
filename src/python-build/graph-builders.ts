import { isFault } from '../diagnostics/index.ts';
import {
  type Documentation,
  distributionKey,
  encodeIndex,
  encodeToplevelFacts,
  hashPath,
  makeIndex,
  type ResourceKind,
  type ToplevelFacts,
} from '../formats/pyresources/index.ts';
import { type CorpusRow, PlacedRows, readOldOrNew } from '../python-corpora/index.ts';
import { datafilesOf } from '../python-resources/index.ts';
import type { BuilderWork } from './builder-work.ts';
import type { Found } from './datafiles.ts';
import { type GraphOfDistribution, openGraph, type Resource } from './graph-of-distribution.ts';
import { argSpecsOf, documentationOf } from './graph-tables.ts';
import { logLine } from './read-stubs.ts';
import type { ResourceBuilder } from './resource-builder.ts';
import { symbolGraphOf, symbolTypesOf } from './symbol-graph.ts';

type OfGraph = (graph: GraphOfDistribution, say: (line: string) => void) => Promise<Resource | undefined>;

/** Made of each valid graph alone: one datafile for each, in a manifest of its own and in the merged one. */
export const packageBuilders: readonly ResourceBuilder[] = [
  ofGraphs('symgraphs', 'SymbolGraph', {
    ...{ about: 'symbol graphs: nodes by canonical path', version: '1', build: symbolGraphOf },
  }),
  ofGraphs('symtypes', 'SymbolTypes', {
    ...{ about: 'kind, class and bases of each symbol', version: '1', build: symbolTypesOf },
  }),
  ofGraphs('argspecs', 'ArgSpec', {
    ...{
      about: 'signatures, of the graph and of the first line of documentation',
      version: '2',
      build: argSpecsOf,
    },
  }),
];

function ofGraphs(
  name: string,
  kind: ResourceKind,
  { about, version, build }: { readonly about: string; readonly version: string; readonly build: OfGraph },
): ResourceBuilder {
  return {
    ...{ name, about, version, output: `${name}.json`, kinds: [kind], needs: ['graphs'] },
    make: {
      of: 'manifest',
      run: async function* (work: BuilderWork): AsyncGenerator<Found> {
        for (const path of work.all('graphs')) {
          const graph = await openGraph(path);
          yield { distribution: graph.distribution, resource: await build(graph, work.say) };
        }
      },
    },
  };
}

export const indexBuilder: ResourceBuilder = {
  name: 'distidx',
  about: 'the index: which distributions have a top-level',
  output: 'distidx.json',
  kinds: [],
  version: '1',
  needs: ['graph'],
  make: {
    of: 'file',
    run: async (work) => {
      const source = datafilesOf(work.manifest('graph'));
      // one graph in memory at a time
      const pairs = source.distributions.map((one) => {
        try {
          return [one, source.graph(one)?.value.toplevels ?? []] as const;
        } catch (error) {
          if (!isFault(error)) throw error;
          work.say(logLine('ERROR', error.problem.code, `${one.name} is left out: ${error.problem.what}`));
          return [one, []] as const;
        }
      });
      return encodeIndex(makeIndex(pairs));
    },
  },
};

export const docsBuilder: ResourceBuilder = {
  name: 'docs',
  about: 'documentation: texts of the graphs, and HTML of a corpus',
  output: 'docs.json',
  kinds: ['Documentation'],
  version: '3',
  needs: ['graphs'],
  uses: ['graph', 'distidx', 'compat'],
  corpus: 'used',
  make: { of: 'manifest', run: document },
};

const readPage = (
  row: CorpusRow,
): { readonly of: ReturnType<typeof readOldOrNew>; readonly html: string } => ({
  of: readOldOrNew(row, ['Symbol']),
  html: row.text('HTML'),
});

/** Texts of documentation, and where the corpus has a page for a symbol its HTML beside (specification, 7.3). */
async function* document(work: BuilderWork): AsyncGenerator<Found> {
  const pages = new Map<string, ReadonlyMap<bigint, string>>();
  if (work.hasCorpus) {
    const placed = new PlacedRows<string>(work.linked(), work.former());
    let lost = 0;
    for await (const { of, html } of work.rows(readPage)) if (html !== '' && !placed.add(of, html)) lost += 1;
    if (lost > 0) work.say(logLine('WARN', 'MPY408', `${lost} pages belong to no symbol`));
    for (const { distribution, rows } of placed.tables()) {
      pages.set(distributionKey(distribution), new Map([...rows].map(([hash, { value }]) => [hash, value])));
    }
  }
  for (const path of work.all('graphs')) {
    const graph = await openGraph(path);
    const { distribution } = graph;
    const resource = await documentationOf(graph);
    const texts = resource?.kind === 'Documentation' ? resource.value : new Map<bigint, Documentation>();
    const value = withPages(texts, pages.get(distributionKey(distribution)));
    yield { distribution, resource: value.size === 0 ? undefined : { kind: 'Documentation', value } };
  }
}

function withPages(
  texts: ReadonlyMap<bigint, Documentation>,
  pages: ReadonlyMap<bigint, string> | undefined,
): ReadonlyMap<bigint, Documentation> {
  if (pages === undefined) return texts;
  const both = new Map(texts);
  for (const [hash, html] of pages) both.set(hash, { html, text: texts.get(hash)?.text ?? '' });
  return both;
}

export const toplevelBuilder: ResourceBuilder = {
  name: 'toplevel',
  about: 'documentation and counts of every top-level, to show it before its distribution is loaded',
  output: 'toplevel.msgpack.gz',
  kinds: [],
  version: '1',
  needs: ['manifest'],
  make: { of: 'file', run: async (work) => describeToplevels(work) },
};

/** The facts of all top-levels (specification, 7.11). What is not known of one is told. */
function describeToplevels(work: BuilderWork): Uint8Array {
  const source = datafilesOf(work.manifest('manifest'));
  const all = new Map<string, ReadonlyMap<string, ToplevelFacts>>();
  for (const distribution of source.distributions) {
    const facts = new Map<string, ToplevelFacts>();
    try {
      const documentation = source.table(distribution, 'Documentation')?.value;
      const symbolCounts = source.table(distribution, 'SymbolCounts')?.value;
      for (const toplevel of source.graph(distribution)?.value.toplevels ?? []) {
        const docs = documentation?.get(hashPath(toplevel)) ?? null;
        const counts = symbolCounts?.get(toplevel) ?? null;
        if (docs === null) work.say(`[INFO] no documentation of '${toplevel}' of ${distribution.name}`);
        if (counts === null) work.say(`[INFO] no counts of '${toplevel}' of ${distribution.name}`);
        facts.set(toplevel, { docs, counts });
      }
    } catch (error) {
      if (!isFault(error)) throw error;
      work.say(
        logLine('ERROR', error.problem.code, `${distribution.name} is left out: ${error.problem.what}`),
      );
    }
    if (facts.size > 0) all.set(distributionKey(distribution), facts);
  }
  return encodeToplevelFacts(all);
}
