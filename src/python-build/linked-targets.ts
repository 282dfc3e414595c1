import {
  decodeIndex,
  type Manifest,
  mergeManifests,
  type SymbolNode,
  viewGraph,
} from '../formats/pyresources/index.ts';
import { decodeGraphEvent, type GraphShard } from '../formats/python-graph/index.ts';
import { pathKind, readFileRange, replaceFile, textIfThere } from '../host/index.ts';
import type { Input, MakeContext, Target } from '../incremental/index.ts';
import { readManifest } from '../python-resources/index.ts';
import {
  addStubs,
  documentedReturns,
  type GraphOf,
  LinkedGraphs,
  type ReturnSource,
  returnResources,
  type StubPart,
  stubResources,
  stubReturns,
  typeNamesOf,
} from '../python-symbols/index.ts';
import { type Found, manifestText, storeFound, symbolGraphsOf } from './datafiles.ts';
import { openGraph } from './graph-of-distribution.ts';
import { logLine, readStubs } from './read-stubs.ts';

/** Where stubs are looked for, relative to the folder of the build. */
const stubFolder = 'build/typeshed';
const minedReturns = 'build/docs_returntypes.json';
/** Graphs with what stubs add, on which stand the other builders that read stubs. */
const stubGraphs = 'build/stubgraphs.json';
const graphInputs = ['build/merged_graph.json', 'build/distidx.json'] as const;

export interface LinkedTargetsInput {
  readonly root: string;
  /** Valid graphs, relative to the folder of the build. */
  readonly graphs: readonly Input[];
}

interface LinkedBuilder {
  readonly name: string;
  readonly version: string;
  readonly inputs: readonly Input[];
  readonly build: (context: MakeContext, linked: LinkedGraphs) => Promise<readonly Found[]>;
}

/** Targets that stand on the symbol graphs of all distributions, and on stubs where there are some. */
export function linkedTargets(input: LinkedTargetsInput): readonly Target[] {
  const hasStubs = pathKind(`${input.root}/${stubFolder}`) === 'folder';
  const stubs: readonly Input[] = hasStubs ? [{ path: stubFolder }] : [];
  const byStubs = [...stubs, ...input.graphs.slice(0, 1)];
  const added: readonly Input[] = hasStubs ? [{ path: stubGraphs }] : [];
  const builders: LinkedBuilder[] = [
    {
      ...{ name: 'returntypes', version: '1' },
      inputs: [{ path: minedReturns }, ...byStubs, ...added],
      build: (context, linked) => buildReturns(context, linked, input),
    },
  ];
  if (hasStubs)
    builders.push(
      {
        ...{ name: 'typeshed', version: '1', inputs: [...byStubs, ...added] },
        build: (context, linked) => buildStubs(context, linked, input),
      },
      {
        ...{ name: 'stubgraphs', version: '1', inputs: byStubs },
        build: (context, linked) => buildGraphs(context, linked, input),
      },
    );
  return [minedTarget(input), ...builders.map((builder) => linkedTarget(input.root, builder))];
}

/** Names of the manifests that `linkedTargets` makes for a folder. */
export const linkedNames = (root: string): readonly string[] =>
  pathKind(`${root}/${stubFolder}`) === 'folder'
    ? ['returntypes', 'stubgraphs', 'typeshed']
    : ['returntypes'];

function linkedTarget(root: string, builder: LinkedBuilder): Target {
  const name = `build/${builder.name}.json`;
  return {
    name,
    outputs: [name],
    inputs: [...graphInputs, ...builder.inputs],
    mark: builder.version,
    pin: true,
    log: `${name}.log`,
    make: async (context) => {
      const linked = openGraphs(
        context,
        builder.inputs.some(({ path }) => path === stubGraphs),
      );
      const manifests: Manifest[] = [];
      for (const found of await builder.build(context, linked)) {
        manifests.push(storeFound(root, found, context.say));
      }
      replaceFile(context.output(name), manifestText(mergeManifests(manifests)));
    },
  };
}

/** The symbol graphs of the merged manifest, linked by the index. Those whose datafile is not there are told and left out. */
function openGraphs(context: MakeContext, withStubs: boolean): LinkedGraphs {
  const files = withStubs ? [graphInputs[0], stubGraphs] : [graphInputs[0]];
  const manifest = mergeManifests(files.map((file) => readManifest(context.input(file) ?? '')));
  const graphs = Array.from(
    symbolGraphsOf(manifest, context.say),
    ([distribution, graph]): GraphOf => ({ distribution, graph: viewGraph(graph) }),
  );
  const index = context.input(graphInputs[1]) ?? '';
  return new LinkedGraphs(graphs, decodeIndex(textIfThere(index) ?? '{}', index));
}

async function buildStubs(
  context: MakeContext,
  linked: LinkedGraphs,
  input: LinkedTargetsInput,
): Promise<readonly Found[]> {
  const { resources, conflicts, unresolved } = stubResources(await openStubs(context, input), linked);
  for (const { path, what } of conflicts) context.say(logLine('ERROR', 'MPY402', `${path}: ${what}`));
  for (const path of unresolved) context.say(logLine('WARN', 'MPY403', `no distribution has '${path}'`));
  return resources.map(({ distribution, argSpecs }) => ({
    distribution,
    resource: { kind: 'TypeshedArgSpec', value: argSpecs },
  }));
}

/** Symbol graphs with what stubs add to them: of those distributions to which they add something. */
async function buildGraphs(
  context: MakeContext,
  linked: LinkedGraphs,
  input: LinkedTargetsInput,
): Promise<readonly Found[]> {
  const parts = await openStubs(context, input);
  const found: Found[] = [];
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
      for (const what of conflicts) context.say(logLine('CRITICAL', 'MPY405', what));
      value.set(toplevel, after);
      sum += added;
    }
    context.say(`[STATS] stubs add ${sum} to ${distribution.name}`);
    if (sum > 0) found.push({ distribution, resource: { kind: 'SymbolGraph', value } });
  }
  return found;
}

/** Stubs for the version of Python that the first graph was explored with. */
async function openStubs(context: MakeContext, { graphs }: LinkedTargetsInput): Promise<readonly StubPart[]> {
  const folder = context.input(stubFolder);
  if (folder === undefined) return [];
  const first = graphs[0] === undefined ? undefined : context.input(graphs[0].path);
  const version = first === undefined ? undefined : await pythonVersion(first);
  return await readStubs({ folder, version: version ?? [3, 11], say: context.say, signal: context.signal });
}

/** Of the graph's first line, which is short. */
async function pythonVersion(graph: string): Promise<readonly [number, number] | undefined> {
  const pieces: Uint8Array[] = [];
  for await (const piece of readFileRange(graph, 0, 65_536)) pieces.push(piece);
  const event = decodeGraphEvent(Buffer.concat(pieces).toString('utf8').split('\n', 1)[0] ?? '');
  if (event?.event !== 'header') return undefined;
  const [, major, minor] = /^(\d+)\.(\d+)/u.exec(event.header.python.version) ?? [];
  return major === undefined ? undefined : [Number(major), Number(minor)];
}

/** A line of `docs_returntypes.json`: types by function, each with its bits. */
interface MinedLine {
  readonly dist: { readonly Name: string; readonly Version: string };
  readonly returns: Readonly<Record<string, Readonly<Record<string, number>>>>;
}

/** What documentation says of return types: a line of JSON for each distribution (specification, 7.10). */
function minedTarget({ graphs }: LinkedTargetsInput): Target {
  return {
    name: minedReturns,
    outputs: [minedReturns],
    inputs: graphs,
    mark: '1',
    pin: true,
    log: `${minedReturns}.log`,
    make: async (context) => {
      const lines: string[] = [];
      for (const path of graphs.flatMap((graph) => context.input(graph.path) ?? [])) {
        lines.push(`${JSON.stringify(await mine(path))}\n`);
      }
      replaceFile(context.output(minedReturns), lines.join('') || '\n');
    },
  };
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

async function buildReturns(
  context: MakeContext,
  linked: LinkedGraphs,
  input: LinkedTargetsInput,
): Promise<readonly Found[]> {
  const sources: ReturnSource[] = [];
  for (const part of await openStubs(context, input)) {
    const distribution = part.isStandard ? linked.standardLibrary() : undefined;
    if (!part.isStandard || distribution !== undefined)
      sources.push({ distribution, table: stubReturns(part) });
  }
  for (const { dist, returns } of minedLines(context.input(minedReturns) ?? '')) {
    const table = new Map(
      Object.entries(returns).map(([path, types]) => [path, new Map(Object.entries(types))]),
    );
    sources.push({ distribution: { name: dist.Name, version: dist.Version }, table });
  }
  return returnResources(sources, linked).map(({ distribution, returns }) => ({
    distribution,
    resource: { kind: 'ReturnTypes', value: returns },
  }));
}

function minedLines(path: string): readonly MinedLine[] {
  const lines = (textIfThere(path) ?? '').split('\n').filter((line) => line !== '');
  return lines.map((line) => JSON.parse(line) as MinedLine);
}
