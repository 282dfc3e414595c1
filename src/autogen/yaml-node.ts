import { isAlias, isMap, isScalar, isSeq, LineCounter, type ParsedNode, parseDocument } from 'yaml';
import { fault, type Place, type ProblemError } from '../diagnostics/index.ts';
import { readPlainScalar } from './plain-scalar.ts';

/** A YAML document as it was written: scalars keep their text, everything keeps its place. */
export type YamlNode =
  | { readonly kind: 'map'; readonly entries: readonly YamlEntry[]; readonly place: Place }
  | { readonly kind: 'list'; readonly items: readonly YamlNode[]; readonly place: Place }
  | { readonly kind: 'scalar'; readonly text: string; readonly isPlain: boolean; readonly place: Place };

export interface YamlEntry {
  /** The text of the key as it was written: `1.10` stays `1.10`. */
  readonly key: string;
  readonly value: YamlNode;
}

/** More values than this come of aliases that multiply, not of people. */
const mostValues = 200_000;

/** Reads a YAML 1.1 document. Throws AGN003 with the place; an empty document is an empty scalar. */
export function readYaml(text: string, file: string): YamlNode {
  const lines = new LineCounter();
  const document = parseDocument(text, {
    version: '1.1',
    schema: 'failsafe',
    uniqueKeys: false,
    lineCounter: lines,
    prettyErrors: false,
    logLevel: 'error',
  });
  const placeAt = (offset: number): Place => {
    const { line, col } = lines.linePos(offset);
    return { file, line, column: col };
  };
  const broken = document.errors[0];
  if (broken) {
    throw fault('AGN003', {
      what: firstLine(broken.message),
      place: placeAt(broken.pos[0]),
    });
  }
  const seen = new Map<ParsedNode, YamlNode>();
  const read = (node: ParsedNode | null, at: number): YamlNode => {
    if (node === null) return { kind: 'scalar', text: '', isPlain: true, place: placeAt(at) };
    const place = placeAt(node.range[0]);
    if (isAlias(node)) {
      const target = node.resolve(document) as ParsedNode | undefined;
      const known = target && seen.get(target);
      if (!known) throw fault('AGN003', { what: `the anchor '${node.source}' is not known here`, place });
      return known;
    }
    const made = readNode(node, place, read);
    seen.set(node, made);
    return made;
  };
  return read(document.contents, 0);
}

function readNode(
  node: ParsedNode,
  place: Place,
  read: (node: ParsedNode | null, at: number) => YamlNode,
): YamlNode {
  if (isMap(node)) {
    const entries = node.items.map((pair) => {
      const key = pair.key as ParsedNode | null;
      const name = read(key, node.range[0]);
      if (name.kind !== 'scalar') throw fault('AGN003', { what: 'a key is no text', place: name.place });
      const value = read(pair.value as ParsedNode | null, key?.range[0] ?? node.range[0]);
      return { key: name.text, value, isMerge: name.isPlain && name.text === '<<' };
    });
    return { kind: 'map', entries: withMerges(entries), place };
  }
  if (isSeq(node)) {
    return { kind: 'list', items: node.items.map((item) => read(item as ParsedNode, node.range[0])), place };
  }
  const scalar = isScalar(node) ? node : undefined;
  const text = typeof scalar?.value === 'string' ? scalar.value : (scalar?.source ?? '');
  // the parser sets a tag only where one was written
  const isText = scalar?.tag === 'tag:yaml.org,2002:str';
  return { kind: 'scalar', text, isPlain: scalar?.type === 'PLAIN' && !isText, place };
}

/** Lays what `<<` names below the keys of a mapping; of two equal keys the later one counts, as in PyYAML. */
function withMerges(
  entries: readonly { readonly key: string; readonly value: YamlNode; readonly isMerge: boolean }[],
): readonly YamlEntry[] {
  const merged = new Map<string, YamlNode>();
  for (const { value, isMerge } of entries) {
    if (!isMerge) continue;
    const sources = value.kind === 'list' ? [...value.items].reverse() : [value];
    for (const source of sources) {
      if (source.kind !== 'map')
        throw fault('AGN003', { what: "'<<' merges no mapping", place: source.place });
      for (const entry of source.entries) merged.set(entry.key, entry.value);
    }
  }
  for (const { key, value, isMerge } of entries) if (!isMerge) merged.set(key, value);
  return [...merged].map(([key, value]) => ({ key, value }));
}

/** Makes values of floats, so that `2.0` can stay `2.0` in templates. */
export type MakeFloat = (value: number) => unknown;

/**
 * The value of a document with the scalar rules of YAML 1.1 (specification 1.6). Scalars and keys for which `isLiteral`
 * says so, by the path of keys, stay the text that was written. Throws AGN003 when aliases multiply without end.
 */
export function yamlValue(
  node: YamlNode,
  options: {
    readonly isLiteral?: (path: readonly string[]) => boolean;
    readonly makeFloat?: MakeFloat;
  } = {},
): unknown {
  let left = mostValues;
  const value = (at: YamlNode, path: readonly string[]): unknown => {
    left -= 1;
    if (left < 0) throw tooMany(node.place);
    if (at.kind === 'list') return at.items.map((item) => value(item, path));
    if (at.kind === 'map') {
      const made: Record<string, unknown> = {};
      for (const entry of at.entries) setOwn(made, entry.key, value(entry.value, [...path, entry.key]));
      return made;
    }
    if (!at.isPlain || options.isLiteral?.(path)) return at.text;
    const scalar = readPlainScalar(at.text);
    if (scalar.kind === 'null') return null;
    if (scalar.kind === 'text') return at.text;
    if (scalar.kind === 'float' && options.makeFloat) return options.makeFloat(scalar.value);
    return scalar.value;
  };
  return value(node, []);
}

const tooMany = (place: Place): ProblemError =>
  fault('AGN003', { what: `the aliases stand for more than ${mostValues} values`, place });

/** Sets a property whatever its name: `__proto__` is a key like any other. */
export function setOwn(object: Record<string, unknown>, key: string, value: unknown): void {
  Object.defineProperty(object, key, { value, writable: true, enumerable: true, configurable: true });
}

function firstLine(message: string): string {
  const line = message.split('\n')[0] ?? '';
  return (line === '' ? 'the file is not YAML' : line)
    .replace(/\.$/, '')
    .replace(/^./, (letter) => letter.toLowerCase());
}
