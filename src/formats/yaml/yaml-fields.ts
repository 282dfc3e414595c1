import { type Place, type Problem, problem } from '../../diagnostics/index.ts';
import { nearestWords } from '../../primitives/index.ts';
import type { YamlNode } from './yaml-node.ts';

/** A named value: `- name: settings` or `- name`. */
export interface NamedNode {
  readonly name: string;
  readonly place: Place;
  /** Undefined of a bare name. */
  readonly value?: YamlNode;
}

/** Takes documents apart and notes what is not as it should be, so that one look shows all mistakes. */
export class YamlFields {
  readonly problems: Problem[] = [];

  /** Notes YML002: a value is of the wrong kind. */
  wrong(place: Place, what: string, why?: string): void {
    this.problems.push(problem('YML002', { what, place, why }));
  }

  /**
   * The fields of a mapping by name; nothing for an empty value, YML002 for another kind. With `known`, each other field is
   * YML003, a warning with the nearest known name.
   */
  map(node: YamlNode | undefined, what: string, known?: readonly string[]): ReadonlyMap<string, YamlNode> {
    const fields = new Map<string, YamlNode>();
    if (!node || isEmpty(node)) return fields;
    if (node.kind !== 'map') {
      this.wrong(node.place, `${what} is no mapping`);
      return fields;
    }
    for (const { key, place, value } of node.entries) {
      fields.set(key, value);
      if (!known || known.includes(key)) continue;
      const near = nearestWords(key, known);
      const next = near
        ? `Did you mean ${near}?`
        : `Known are ${known.map((name) => `'${name}'`).join(', ')}.`;
      this.problems.push(problem('YML003', { what: `${what} has no field '${key}'`, place, next }));
    }
    return fields;
  }

  /** The items of a list; nothing for an empty value or mapping, YML002 for another kind. */
  list(node: YamlNode | undefined, what: string): readonly YamlNode[] {
    if (!node || isEmpty(node)) return [];
    if (node.kind === 'list') return node.items;
    if (node.kind === 'map' && node.entries.length === 0) return [];
    this.wrong(node.place, `${what} is no list`);
    return [];
  }

  /** The text of a scalar as it was written; undefined for an empty value, YML002 for another kind. */
  text(node: YamlNode | undefined, what: string): string | undefined {
    if (!node || isEmpty(node)) return undefined;
    if (node.kind === 'scalar') return node.text;
    this.wrong(node.place, `${what} is no text`);
    return undefined;
  }

  /** A list of texts. */
  texts(node: YamlNode | undefined, what: string): readonly string[] {
    return this.list(node, what).flatMap((item) => this.text(item, `an item of ${what}`) ?? []);
  }

  /** A list whose items are names, or mappings with one key: the name. */
  named(node: YamlNode | undefined, what: string): readonly NamedNode[] {
    return this.list(node, what).flatMap((item): readonly NamedNode[] => {
      if (item.kind === 'scalar' && item.text !== '') return [{ name: item.text, place: item.place }];
      const [only, ...more] = item.kind === 'map' ? item.entries : [];
      if (only && more.length === 0) return [{ name: only.key, place: only.place, value: only.value }];
      const why = more.length > 0 ? 'The settings of a name are indented further than the name.' : undefined;
      this.wrong(item.place, `an item of ${what} is neither a name nor one name with settings`, why);
      return [];
    });
  }
}

/** An empty value, `~` or `null` as YAML 1.1 spells it. */
export function isEmpty(node: YamlNode): boolean {
  return node.kind === 'scalar' && node.isPlain && ['', '~', 'null', 'Null', 'NULL'].includes(node.text);
}
