import { isAlias, isMap, isScalar, isSeq, LineCounter, type ParsedNode, parseDocument } from 'yaml';
import { type Code, fault, type Place, type ProblemError } from '../../diagnostics/index.ts';

/** A YAML document as it was written: scalars keep their text, everything keeps its place. */
export type YamlNode = YamlMap | YamlList | YamlScalar;

export interface YamlMap {
  readonly kind: 'map';
  readonly entries: readonly YamlEntry[];
  readonly place: Place;
}

export interface YamlList {
  readonly kind: 'list';
  readonly items: readonly YamlNode[];
  readonly place: Place;
}

export interface YamlScalar {
  readonly kind: 'scalar';
  /** As it was written, without quotes: `1.10` stays `1.10`. */
  readonly text: string;
  /** Written without quotes and without `!!str`. */
  readonly isPlain: boolean;
  readonly place: Place;
}

export interface YamlEntry {
  /** The text of the key as it was written. */
  readonly key: string;
  readonly place: Place;
  readonly value: YamlNode;
}

type Trouble = (what: string, place: Place) => ProblemError;

class DocumentReader {
  readonly #document: ReturnType<typeof parseDocument>;
  readonly #placeAt: (offset: number) => Place;
  readonly #trouble: Trouble;
  readonly #seen = new Map<ParsedNode, YamlNode>();

  constructor(
    document: ReturnType<typeof parseDocument>,
    placeAt: (offset: number) => Place,
    trouble: Trouble,
  ) {
    this.#document = document;
    this.#placeAt = placeAt;
    this.#trouble = trouble;
  }

  /** `at` is where an empty value stands. */
  read(node: ParsedNode | null, at: number): YamlNode {
    if (node === null) return { kind: 'scalar', text: '', isPlain: true, place: this.#placeAt(at) };
    const place = this.#placeAt(node.range[0]);
    if (isAlias(node)) {
      const target = node.resolve(this.#document) as ParsedNode | undefined;
      const known = target && this.#seen.get(target);
      if (!known) throw this.#trouble(`the anchor '${node.source}' is not known here`, place);
      return known;
    }
    const made = this.#make(node, place);
    this.#seen.set(node, made);
    return made;
  }

  #make(node: ParsedNode, place: Place): YamlNode {
    if (isMap(node)) {
      const entries = node.items.map((pair) => {
        const key = pair.key as ParsedNode | null;
        const at = key?.range[0] ?? node.range[0];
        const name = this.read(key, at);
        if (name.kind !== 'scalar') throw this.#trouble('a key is no text', name.place);
        const value = this.read(pair.value as ParsedNode | null, at);
        const isMerge = name.isPlain && name.text === '<<';
        return { key: name.text, place: name.place, value, isMerge };
      });
      return { kind: 'map', entries: withMerges(entries, this.#trouble), place };
    }
    if (isSeq(node)) {
      const items = node.items.map((item) => this.read(item as ParsedNode, node.range[0]));
      return { kind: 'list', items, place };
    }
    const scalar = isScalar(node) ? node : undefined;
    const text = typeof scalar?.value === 'string' ? scalar.value : (scalar?.source ?? '');
    const isText = scalar?.tag === 'tag:yaml.org,2002:str';
    return { kind: 'scalar', text, isPlain: scalar?.type === 'PLAIN' && !isText, place };
  }
}

/** Lays what `<<` names below the keys of a mapping; of two equal keys the later one counts, as in PyYAML. */
function withMerges(
  entries: readonly (YamlEntry & { readonly isMerge: boolean })[],
  trouble: Trouble,
): readonly YamlEntry[] {
  const merged = new Map<string, YamlEntry>();
  for (const { value, isMerge } of entries) {
    if (!isMerge) continue;
    const sources = value.kind === 'list' ? [...value.items].reverse() : [value];
    for (const source of sources) {
      if (source.kind !== 'map') throw trouble("'<<' merges no mapping", source.place);
      for (const entry of source.entries) merged.set(entry.key, entry);
    }
  }
  for (const { isMerge, ...entry } of entries) if (!isMerge) merged.set(entry.key, entry);
  return [...merged.values()];
}

/**
 * Reads a YAML 1.1 document without deciding what its scalars mean. Aliases share the node that they name. Throws YML001,
 * or the code that is given, with the place; an empty document is an empty scalar.
 */
export function readYaml(text: string, file: string, code: Code = 'YML001'): YamlNode {
  const trouble: Trouble = (what, place) => fault(code, { what, place });
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
    const message = (broken.message.split('\n')[0] ?? '').replace(/\.$/, '');
    const what =
      message === '' ? 'the file is not YAML' : message.replace(/^./, (letter) => letter.toLowerCase());
    throw trouble(what, placeAt(broken.pos[0]));
  }
  return new DocumentReader(document, placeAt, trouble).read(document.contents, 0);
}
