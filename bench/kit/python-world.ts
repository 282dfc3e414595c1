import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  dottedPath,
  encodeDatafile,
  hashPath,
  type ManifestEntry,
  makeIndex,
  makeManifest,
  type NodeRef,
  noPath,
  type PythonDistribution,
  type ResourceKind,
  type ResourceTypes,
  resourceFolders,
  type SymbolGraph,
  type SymbolNode,
  writeIndex,
  writeManifest,
} from '../../src/python-resources/index.ts';

const inside = (internal: number): NodeRef => ({ internal, external: noPath });
const outside = (path: string): NodeRef => ({ internal: 0, external: dottedPath(path) });

/** A module with functions and classes, shaped like those of the standard library: about 150 nodes. */
function moduleNodes(top: string, classes: number): readonly SymbolNode[] {
  const nodes: SymbolNode[] = [];
  const children = new Map<string, NodeRef>([
    ['sys', outside('sys')],
    ['partial', outside('functools.partial')],
  ]);
  nodes.push({
    canonical: dottedPath(top),
    children,
    type: outside('types.ModuleType'),
    bases: [],
    kind: 'module',
  });
  for (let f = 0; f < 4 * classes; f += 1) {
    children.set(`function_${f}`, inside(nodes.length));
    nodes.push(leaf(`${top}.function_${f}`));
  }
  for (let c = 0; c < classes; c += 1) {
    const members = new Map<string, NodeRef>();
    children.set(`Class${c}`, inside(nodes.length));
    nodes.push({
      canonical: dottedPath(`${top}.Class${c}`),
      children: members,
      type: outside('builtins.type'),
      bases: [outside('builtins.object')],
      kind: 'type',
    });
    for (let m = 0; m < 10; m += 1) {
      members.set(`method_${m}`, inside(nodes.length));
      nodes.push(leaf(`${top}.Class${c}.method_${m}`));
    }
  }
  return nodes;
}

const leaf = (path: string): SymbolNode => ({
  canonical: dottedPath(path),
  children: new Map(),
  type: outside('types.FunctionType'),
  bases: [],
  kind: 'function',
});

/** A graph of `toplevels` modules. */
export function sampleGraph(prefix: string, toplevels: number, classes = 10): SymbolGraph {
  return new Map(
    Array.from({ length: toplevels }, (_, index) => {
      const top = toplevels === 1 ? prefix : `${prefix}_${index}`;
      return [top, moduleNodes(top, classes)] as const;
    }),
  );
}

function specsOf(graph: SymbolGraph): ResourceTypes['ArgSpec'] {
  const argument = {
    ...{ name: 'obj', defaultType: '', defaultValue: '', keywordOnly: false, positionalOnly: false },
    ...{ types: ['builtins.str'], annotation: 'str' },
  };
  const spec = {
    args: [argument, argument],
    vararg: '',
    kwarg: 'kw',
    returns: 'str',
    origin: 'source',
  } as const;
  const nodes = [...graph.values()].flat().filter(({ kind }) => kind === 'function');
  return new Map(nodes.map(({ canonical }) => [canonical.hash, spec]));
}

function docsOf(graph: SymbolGraph): ResourceTypes['Documentation'] {
  return new Map(
    [...graph.values()].flat().map(({ canonical }) => {
      const path = canonical.parts.join('.');
      const text = `Do what ${path} is for.\n\nA second paragraph says how: with some words that are ${path.length} times as long.\n`;
      return [hashPath(path), { html: '', text }];
    }),
  );
}

/** Manifest and index of a release like the last one of the original: 864 distributions, the standard library with 320 top-levels. */
export function writeWorld(
  folder: string,
  distributions = 864,
): { readonly manifest: string; readonly paths: readonly string[] } {
  const entries: ManifestEntry[] = [];
  const tops: (readonly [PythonDistribution, readonly string[]])[] = [];
  const paths: string[] = [];
  for (let index = 0; index < distributions; index += 1) {
    const distribution =
      index === 0 ? { name: 'builtin-stdlib', version: '3.11.7' } : { name: `dist${index}`, version: '1.0' };
    const graph = index === 0 ? sampleGraph('std', 320) : sampleGraph(`dist${index}`, 1, 3);
    const put = <K extends ResourceKind>(kind: K, value: ResourceTypes[K]): readonly [string, string] => {
      const place = join(folder, 'data', distribution.name, resourceFolders[kind]);
      mkdirSync(place, { recursive: true });
      writeFileSync(join(place, 'x.blob'), encodeDatafile(kind, value));
      return [kind, join(place, 'x.blob')];
    };
    entries.push({
      distribution,
      paths: new Map([
        put('SymbolGraph', graph),
        put('ArgSpec', specsOf(graph)),
        put('Documentation', docsOf(graph)),
      ]),
    });
    tops.push([distribution, [...graph.keys()]]);
    for (const nodes of graph.values())
      for (const { canonical } of nodes) if (paths.length < 60_000) paths.push(canonical.parts.join('.'));
  }
  const manifest = join(folder, 'manifest.json');
  writeManifest(manifest, makeManifest(entries));
  writeIndex(join(folder, 'distidx.json'), makeIndex(tops));
  return { manifest, paths };
}
