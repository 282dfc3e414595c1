import type { GraphNode, GraphParameter, GraphSignature } from './graph.ts';
import { isJsonObject, type JsonObject, nodeKindOf } from './graph-lines.ts';

const text = (value: unknown): string | null => (typeof value === 'string' && value !== '' ? value : null);

/** Numbers that a double cannot hold exactly are put into quotes: ids are addresses, or hashes of them. */
function parseExactly(json: string): unknown {
  const safe = /\d{16}/.test(json)
    ? json.replace(/("(?:[^"\\]|\\.)*")|(?<![\d.eE+-])(\d{16,})(?![\d.eE])/g, (_whole, quoted, digits) =>
        digits === undefined ? String(quoted) : `"${digits}"`,
      )
    : json;
  try {
    return JSON.parse(safe);
  } catch {
    return undefined;
  }
}

/** Text of an id: digits only. Zero is the original's way of saying that there is none. */
function idText(value: unknown): string | undefined {
  if (typeof value === 'number' && Number.isSafeInteger(value) && value > 0) return String(value);
  return typeof value === 'string' && /^\d+$/.test(value) && value !== '0' ? value : undefined;
}

/**
 * A node in the original's words; `number` gives dense ids for the texts of its own. Undefined for what is none, or whose id
 * is not the one it stands under.
 */
export function readLegacyNode(
  json: string,
  key: string,
  number: (id: string) => number,
): (Pick<GraphNode, 'id'> & Partial<GraphNode>) | undefined {
  const value = parseExactly(json);
  if (!isJsonObject(value) || idText(value.id) !== key) return undefined;
  const one = (id: unknown): number | undefined => {
    const found = idText(id);
    return found === undefined ? undefined : number(found);
  };
  const all = (list: unknown): readonly number[] =>
    Array.isArray(list) ? list.map(one).filter((id): id is number => id !== undefined) : [];
  const id = number(key);
  const reference = text(value.reference);
  if (reference !== null) return { id, reference, canonical: text(value.canonical_name) };
  return {
    id,
    canonical: text(value.canonical_name),
    kind: nodeKindOf(value.classification),
    type: one(value.type_id) ?? null,
    bases: all(value.bases),
    members: membersOf(value.members, one),
    docstring: typeof value.docstring === 'string' ? value.docstring : '',
    signature: readArgspec(value.argspec),
    source: sourceOf(value),
  };
}

function membersOf(value: unknown, one: (id: unknown) => number | undefined): ReadonlyMap<string, number> {
  const found = new Map<string, number>();
  for (const [name, id] of Object.entries(isJsonObject(value) ? value : {})) {
    const known = one(id);
    if (known !== undefined) found.set(name, known);
  }
  return found;
}

function sourceOf(value: JsonObject): GraphNode['source'] {
  const path = text(value.source_path);
  const line = value.source_begin_line;
  if (path === null || typeof line !== 'number' || !Number.isSafeInteger(line)) return null;
  return { path, line: line + 1 };
}

function readArgspec(value: unknown): GraphSignature | null {
  if (!isJsonObject(value)) return null;
  const rows = (list: unknown, kind: GraphParameter['kind']): readonly GraphParameter[] =>
    (Array.isArray(list) ? list : []).flatMap((row: unknown) => {
      if (!isJsonObject(row) || typeof row.name !== 'string') return [];
      const defaultText = typeof row.default_value === 'string' ? row.default_value : null;
      const annotation = text(row.annotation_type);
      return [{ name: row.name, kind, defaultText, defaultType: text(row.default_type), annotation }];
    });
  const collecting = (name: unknown, kind: GraphParameter['kind']): readonly GraphParameter[] => {
    const known = text(name);
    return known === null
      ? []
      : [{ name: known, kind, defaultText: null, defaultType: null, annotation: null }];
  };
  return {
    parameters: [
      ...rows(value.args, 'positional-or-keyword'),
      ...collecting(value.vararg, 'var-positional'),
      ...rows(value.kwonly, 'keyword-only'),
      ...collecting(value.kwarg, 'var-keyword'),
    ],
    returns: null,
    from: 'runtime',
  };
}
