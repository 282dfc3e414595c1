import type {
  GraphEvent,
  GraphHeader,
  GraphNode,
  GraphParameter,
  GraphSignature,
  NodeKind,
  ParameterKind,
  PythonDistribution,
  SignatureSource,
  Trait,
} from './graph.ts';
import { graphNode } from './graph.ts';

/*
 * A graph as lines of JSON. The first line tells what it is, then each shard follows between its two lines:
 *
 *   {"graph":"packmill-python","schema":2,"state":"raw","distribution":{...},"python":{...},"rules":"packmill"}
 *   {"shard":"json"}
 *   {"id":0,"kind":"module","canonical":"json","members":{"dump":1,...},...}
 *   {"shardEnd":"json","root":0,"complete":true}
 *   {"trouble":{"code":"MPY004",...}}            anywhere behind the first line
 *   {"end":true}
 *
 * Fields of a node that say nothing (null, empty, false) are left out. A file without its last line was cut short.
 */

/** The first field of a graph of lines, by which it is told from the one document of the original explorer. */
export const linesMark = 'packmill-python';
const schema = 2;

const nodeKinds: ReadonlySet<string> = new Set<NodeKind>([
  'function',
  'type',
  'module',
  'descriptor',
  'object',
]);
const parameterKinds: ReadonlySet<string> = new Set<ParameterKind>([
  'positional-only',
  'positional-or-keyword',
  'var-positional',
  'keyword-only',
  'var-keyword',
]);
const signatureSources: ReadonlySet<string> = new Set<SignatureSource>([
  'stub',
  'typeshed',
  'source',
  'runtime',
  'docstring',
]);
const traitNames: ReadonlySet<string> = new Set<Trait>([
  'abstract',
  'async',
  'classmethod',
  'final',
  'generator',
  'property',
  'staticmethod',
]);

/** One event as one line, without its line feed. Nodes keep the order of their members. */
export function encodeGraphEvent(event: GraphEvent): string {
  switch (event.event) {
    case 'header':
      return JSON.stringify({ graph: linesMark, schema, ...event.header });
    case 'shard':
      return JSON.stringify({ shard: event.toplevel });
    case 'node':
      return encodeNode(event.node);
    case 'shard-end':
      return JSON.stringify({ shardEnd: event.toplevel, root: event.root, complete: event.complete });
    case 'trouble':
      return JSON.stringify({ trouble: event.trouble });
    case 'end':
      return JSON.stringify({ end: event.complete });
  }
}

const some = <Value>(list: readonly Value[]): readonly Value[] | undefined =>
  list.length === 0 ? undefined : list;
const told = <Value>(value: Value | null | '' | false): Value | undefined =>
  value === null || value === '' || value === false ? undefined : value;

/** An object of JSON by hand: names such as `__proto__` and `1` keep their meaning and their place. */
function encodePairs(pairs: ReadonlyMap<string, number | string>): string {
  const parts = Array.from(pairs, ([name, value]) => `${JSON.stringify(name)}:${JSON.stringify(value)}`);
  return `{${parts.join(',')}}`;
}

function encodeNode(node: GraphNode): string {
  const head = JSON.stringify({
    id: node.id,
    kind: told(node.kind),
    canonical: told(node.canonical),
    reference: told(node.reference),
    origin: told(node.origin),
    type: told(node.type),
    bases: some(node.bases),
    traits: some(node.traits),
    signature: told(node.signature),
    overloads: some(node.overloads),
    undecorated: told(node.undecorated),
    // an empty text is a value
    value: node.value ?? undefined,
    source: told(node.source),
    docstring: told(node.docstring),
    docInherited: told(node.docInherited),
  });
  const annotations = node.annotations.size === 0 ? '' : `,"annotations":${encodePairs(node.annotations)}`;
  const members = node.members.size === 0 ? '' : `,"members":${encodePairs(node.members)}`;
  return `${head.slice(0, -1)}${annotations}${members}}`;
}

type Json = null | boolean | number | string | readonly Json[] | { readonly [name: string]: Json };
export type JsonObject = { readonly [name: string]: Json };

export const isJsonObject = (value: unknown): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Whether a number can be the id of a node. */
export const isId = (value: unknown): value is number =>
  typeof value === 'number' && Number.isSafeInteger(value) && value >= 0;

const textOr = <Other>(value: unknown, other: Other): string | Other =>
  typeof value === 'string' ? value : other;
const listOf = <Item>(value: unknown, read: (item: unknown) => Item | undefined): readonly Item[] =>
  Array.isArray(value) ? value.map(read).filter((item): item is Item & {} => item !== undefined) : [];
const wordOf = <Word extends string>(words: ReadonlySet<string>, value: unknown): Word | undefined =>
  typeof value === 'string' && words.has(value) ? (value as Word) : undefined;

/** The kind of a node that a word means; null for another thing. */
export const nodeKindOf = (value: unknown): NodeKind | null => wordOf<NodeKind>(nodeKinds, value) ?? null;

function pairsOf<Value>(value: unknown, is: (one: unknown) => one is Value): ReadonlyMap<string, Value> {
  if (!isJsonObject(value)) return new Map();
  return new Map(Object.entries(value).flatMap(([name, one]) => (is(one) ? [[name, one] as const] : [])));
}

const isText = (value: unknown): value is string => typeof value === 'string';

function readDistribution(value: unknown): PythonDistribution | null {
  if (!isJsonObject(value) || typeof value.name !== 'string') return null;
  return { name: value.name, version: textOr(value.version, '') };
}

function readParameter(value: unknown): GraphParameter | undefined {
  if (!isJsonObject(value) || typeof value.name !== 'string') return undefined;
  return {
    name: value.name,
    kind: wordOf<ParameterKind>(parameterKinds, value.kind) ?? 'positional-or-keyword',
    defaultText: textOr(value.defaultText, null),
    defaultType: textOr(value.defaultType, null),
    annotation: textOr(value.annotation, null),
  };
}

function readSignature(value: unknown): GraphSignature | undefined {
  if (!isJsonObject(value)) return undefined;
  return {
    parameters: listOf(value.parameters, readParameter),
    returns: textOr(value.returns, null),
    from: wordOf<SignatureSource>(signatureSources, value.from) ?? 'runtime',
  };
}

function readSource(value: unknown): GraphNode['source'] {
  if (!isJsonObject(value) || typeof value.path !== 'string' || !isId(value.line)) return null;
  return { path: value.path, line: value.line };
}

function readNode(value: JsonObject): GraphNode | undefined {
  if (!isId(value.id)) return undefined;
  return graphNode({
    id: value.id,
    canonical: textOr(value.canonical, null),
    reference: textOr(value.reference, null),
    origin: readDistribution(value.origin),
    kind: nodeKindOf(value.kind),
    type: isId(value.type) ? value.type : null,
    bases: listOf(value.bases, (id) => (isId(id) ? id : undefined)),
    members: pairsOf(value.members, isId),
    docstring: textOr(value.docstring, ''),
    docInherited: value.docInherited === true,
    signature: readSignature(value.signature) ?? null,
    overloads: listOf(value.overloads, readSignature),
    undecorated: readSignature(value.undecorated) ?? null,
    traits: listOf(value.traits, (trait) => wordOf<Trait>(traitNames, trait)),
    annotations: pairsOf(value.annotations, isText),
    value: textOr(value.value, null),
    source: readSource(value.source),
  });
}

function readHeader(value: JsonObject): GraphHeader | undefined {
  const distribution = readDistribution(value.distribution);
  if (distribution === null || value.schema !== schema) return undefined;
  const python = isJsonObject(value.python) ? value.python : {};
  return {
    state: value.state === 'valid' ? 'valid' : 'raw',
    distribution,
    python: { implementation: textOr(python.implementation, ''), version: textOr(python.version, '') },
    rules: value.rules === 'original' ? 'original' : 'packmill',
  };
}

/** What one line says; undefined for a line that is none of a graph (broken JSON, a node without an id, another schema). */
export function decodeGraphEvent(line: string): GraphEvent | undefined {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    return undefined;
  }
  if (!isJsonObject(value)) return undefined;
  if (value.id !== undefined) {
    const node = readNode(value);
    return node === undefined ? undefined : { event: 'node', node };
  }
  return decodeFrame(value);
}

/** The lines around nodes. */
function decodeFrame(value: JsonObject): GraphEvent | undefined {
  if (value.graph === linesMark) {
    const header = readHeader(value);
    return header === undefined ? undefined : { event: 'header', header };
  }
  if (typeof value.shard === 'string') return { event: 'shard', toplevel: value.shard };
  if (typeof value.shardEnd === 'string') {
    const root = isId(value.root) ? value.root : null;
    return { event: 'shard-end', toplevel: value.shardEnd, root, complete: value.complete === true };
  }
  if (isJsonObject(value.trouble)) {
    const { code, what, toplevel, at, why } = value.trouble;
    const trouble = {
      code: textOr(code, 'MPY001'),
      what: textOr(what, ''),
      toplevel: textOr(toplevel, null),
      at: textOr(at, null),
      why: textOr(why, ''),
    };
    return { event: 'trouble', trouble };
  }
  return typeof value.end === 'boolean' ? { event: 'end', complete: value.end } : undefined;
}
