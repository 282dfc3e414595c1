import { returnTypeSources } from '../formats/pyresources/index.ts';
import type { GraphShard } from '../formats/python-graph/index.ts';

/** Types by path with the bits of where they were found, by path of the function. */
export type ReturnTable = ReadonlyMap<string, ReadonlyMap<string, number>>;

/** What `None` is as a type, as the tables of return types call it. */
export const noneType = 'builtins.None.__class__';

const builtinTypes: ReadonlyMap<string, string> = new Map([
  ...[
    ...['bool', 'bytearray', 'bytes', 'complex', 'dict', 'float', 'frozenset', 'int', 'list'],
    ...['memoryview', 'range', 'set', 'slice', 'str', 'tuple'],
  ].map((name) => [name, `builtins.${name}`] as const),
  ['string', 'builtins.str'],
  ['dictionary', 'builtins.dict'],
  ['integer', 'builtins.int'],
  ['boolean', 'builtins.bool'],
  ['None', noneType],
]);

/** Words that name too much. */
const refused: ReadonlySet<string> = new Set(['object', 'type', 'or', 'and', 'of', 'a', 'an', 'the', '']);

/** Paths of types by their last part; undefined where several have it. */
export type TypeNames = ReadonlyMap<string, string | undefined>;

/** Types that the shards of one distribution define or refer to. */
export function typeNamesOf(shards: Iterable<GraphShard>): TypeNames {
  const names = new Map<string, string | undefined>();
  for (const { nodes } of shards) {
    for (const { reference, canonical, kind } of nodes.values()) {
      const path = reference ?? (kind === 'type' ? canonical : null);
      if (path === null) continue;
      const last = path.slice(path.lastIndexOf('.') + 1);
      names.set(last, names.has(last) && names.get(last) !== path ? undefined : path);
    }
  }
  return names;
}

/** What functions return as their documentation says it (specification, 7.10). */
export function documentedReturns(shard: GraphShard, names: TypeNames): ReturnTable {
  const table = new Map<string, ReadonlyMap<string, number>>();
  for (const { reference, canonical, kind, docstring } of shard.nodes.values()) {
    if (reference !== null || canonical === null || kind !== 'function' || docstring === '') continue;
    const types = docstringReturns(docstring, names);
    if (types.size > 0) table.set(canonical, types);
  }
  return table;
}

/** Types in the section `Returns` of numpydoc and in the fields `return` and `rtype` of epytext and reStructuredText. */
export function docstringReturns(docstring: string, names: TypeNames): ReadonlyMap<string, number> {
  const found = new Map<string, number>();
  const add = (path: string | undefined, bit: number): void => {
    if (path !== undefined) found.set(path, (found.get(path) ?? 0) | bit);
  };
  const items = numpyItems(docstring);
  for (const { type } of items)
    for (const path of typesIn(type, names)) add(path, returnTypeSources.numpydoc);
  if (items.length > 1 || items.some(({ subject }) => subject.includes(',')))
    add('builtins.tuple', returnTypeSources.numpydoc);
  for (const text of fieldTexts(docstring)) {
    for (const path of typesIn(text, names)) add(path, returnTypeSources.epytext);
  }
  return found;
}

/** Paths that the words of a text name; words that name no type, or one of several, are passed over. */
function* typesIn(text: string, names: TypeNames): Generator<string> {
  for (const word of text.split(/[^\p{L}\p{N}_.]+/u)) {
    const name = word.replace(/^\.+|\.+$/gu, '');
    if (refused.has(name)) continue;
    const path = builtinTypes.get(name) ?? names.get(name.slice(name.lastIndexOf('.') + 1));
    if (path !== undefined) yield path;
  }
}

/** Lines of the section, each with what stands before and behind its colon. */
function numpyItems(docstring: string): readonly { readonly subject: string; readonly type: string }[] {
  const lines = docstring.split('\n');
  const at = lines.findIndex(
    (line, index) => line.trim() === 'Returns' && /^\s*-{3,}\s*$/u.test(lines[index + 1] ?? ''),
  );
  if (at < 0) return [];
  const items: { subject: string; type: string }[] = [];
  const indent = /^\s*/u.exec(lines[at] ?? '')?.[0].length ?? 0;
  for (const [index, line] of lines.slice(at + 2).entries()) {
    const isNextSection = /^\s*-{3,}\s*$/u.test(lines[at + 3 + index] ?? '');
    if (isNextSection || (line.trim() !== '' && line.length - line.trimStart().length < indent)) break;
    if (line.trim() === '' || /^\s/u.test(line.slice(indent))) continue;
    const colon = line.indexOf(':');
    const subject = colon < 0 ? '' : line.slice(0, colon).trim();
    items.push({ subject, type: colon < 0 ? line.trim() : line.slice(colon + 1).trim() });
  }
  return items;
}

/** Of `rtype` the text, else the first sentence of `return`. */
function fieldTexts(docstring: string): readonly string[] {
  const typed = [...docstring.matchAll(/^\s*[@:]rtype:?\s*:?\s*(.+)$/gmu)].map((one) => one[1] ?? '');
  if (typed.length > 0) return typed;
  return [...docstring.matchAll(/^\s*[@:]returns?:\s*(.+)$/gmu)].map(
    (one) => (one[1] ?? '').split(/[.;,]\s/u, 1)[0] ?? '',
  );
}
