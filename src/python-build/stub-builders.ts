import type { SymbolNode } from '../formats/pyresources/index.ts';
import { bytesIfThere, textIfThere } from '../host/index.ts';
import { graphHeader } from '../python-explorer/index.ts';
import { addStubs, stubResources } from '../python-symbols/index.ts';
import { decodeAnalysis, encodeAnalysis } from './analysis-file.ts';
import type { BuilderWork } from './builder-work.ts';
import type { Found } from './datafiles.ts';
import { logLine, readSources, readStubs } from './read-stubs.ts';
import type { ResourceBuilder } from './resource-builder.ts';

/** What is parsed once, and what is made of stubs. */
export const stubBuilders: readonly ResourceBuilder[] = [
  {
    name: 'pyversion',
    about: 'the version of Python that the first graph was explored with',
    output: 'pyversion.txt',
    kinds: [],
    version: '1',
    needs: ['graphs'],
    make: { of: 'file', run: async (work) => `${(await pythonVersion(work)).join('.')}\n` },
  },
  {
    name: 'stubs',
    about: 'parses a folder of stubs, once for all builders that read them',
    output: 'stubs.json.gz',
    kinds: [],
    version: '1',
    needs: ['typeshed'],
    uses: ['pyversion', 'graphs'],
    make: { of: 'file', run: parseStubs },
  },
  {
    name: 'analyze',
    about: 'parses sources, and puts what was parsed of stubs and sources into one file',
    output: 'analyzed.json.gz',
    kinds: [],
    version: '1',
    needs: [],
    uses: ['stubs', 'typeshed', 'analyzed', 'sources', 'pyversion', 'graphs'],
    make: { of: 'file', run: analyze },
  },
  {
    name: 'stubgraphs',
    about: 'adds to symbol graphs what only stubs have',
    output: 'stubgraphs.json',
    kinds: ['SymbolGraph'],
    version: '1',
    needs: ['graph', 'stubs'],
    uses: ['distidx'],
    make: { of: 'manifest', run: addToGraphs },
  },
  {
    name: 'typeshed',
    about: 'signatures of stubs for the symbols of explored distributions',
    output: 'typeshed.json',
    kinds: ['TypeshedArgSpec'],
    version: '1',
    needs: ['graph', 'stubs'],
    uses: ['distidx', 'added'],
    make: { of: 'manifest', run: stubSignatures },
  },
];

async function parseStubs(work: BuilderWork): Promise<Uint8Array> {
  const version = await pythonVersion(work);
  const { say, signal } = work;
  return encodeAnalysis(await readStubs({ folder: work.one('typeshed'), version, say, signal }));
}

async function analyze(work: BuilderWork): Promise<Uint8Array> {
  const { say, signal } = work;
  const version = await pythonVersion(work);
  const all = new Map(
    work.has('typeshed') ? await readStubs({ folder: work.one('typeshed'), version, say, signal }) : [],
  );
  for (const path of [...work.all('stubs'), ...work.all('analyzed')]) {
    for (const [key, parts] of decodeAnalysis(bytesIfThere(path) ?? new Uint8Array(), path))
      all.set(key, parts);
  }
  for (const folder of work.all('sources')) {
    const key = folder.replace(/\/+$/u, '').replace(/^.*\//u, '');
    const read = await readSources({ key, trees: [{ folder }], version, say, signal });
    for (const [name, parts] of read) all.set(name, parts);
  }
  return encodeAnalysis(all);
}

async function* stubSignatures(work: BuilderWork): AsyncGenerator<Found> {
  const { resources, conflicts, unresolved } = stubResources(work.stubs(), work.linked());
  for (const { path, what } of conflicts) work.say(logLine('ERROR', 'MPY402', `${path}: ${what}`));
  for (const path of unresolved) work.say(logLine('WARN', 'MPY403', `no distribution has '${path}'`));
  for (const { distribution, argSpecs } of resources)
    yield { distribution, resource: { kind: 'TypeshedArgSpec', value: argSpecs } };
}

/** Symbol graphs with what stubs add to them: of those distributions to which they add something. */
async function* addToGraphs(work: BuilderWork): AsyncGenerator<Found> {
  const parts = work.stubs();
  const linked = work.linked();
  for (const { distribution, graph } of linked.all()) {
    const isStandard = distribution === linked.standardLibrary();
    const modules = parts.filter((part) => part.isStandard === isStandard).flatMap((part) => part.modules);
    const roots = new Set(modules.map(({ module }) => module));
    const value = new Map<string, readonly SymbolNode[]>();
    let sum = 0;
    for (const toplevel of graph.toplevels) {
      const nodes = Array.from({ length: graph.size(toplevel) }, (_, at) => graph.node(toplevel, at)).filter(
        (node) => node !== undefined,
      );
      if (!roots.has(toplevel)) {
        value.set(toplevel, nodes);
        continue;
      }
      const { added, conflicts, nodes: after } = addStubs(nodes, modules);
      for (const what of conflicts) work.say(logLine('CRITICAL', 'MPY405', what));
      value.set(toplevel, after);
      sum += added;
    }
    work.say(`[STATS] stubs add ${sum} to ${distribution.name}`);
    if (sum > 0) yield { distribution, resource: { kind: 'SymbolGraph', value } };
  }
}

/** The version that is named, else that of the first graph. */
export async function pythonVersion(work: BuilderWork): Promise<readonly [number, number]> {
  if (work.has('pyversion')) return versionIn(textIfThere(work.one('pyversion')) ?? '');
  const header = work.has('graphs') ? await graphHeader(work.one('graphs')) : undefined;
  return header === undefined ? usualVersion : versionIn(header.python.version);
}

function versionIn(text: string): readonly [number, number] {
  const [, major, minor] = /^(\d+)\.(\d+)/u.exec(text) ?? [];
  return major === undefined ? usualVersion : [Number(major), Number(minor)];
}

/** Where nothing tells another one. */
const usualVersion = [3, 11] as const;
