import { type Documentation, hashPath } from '../formats/pyresources/index.ts';
import type { GraphShard } from '../formats/python-graph/index.ts';

/** By which rules: the original also has the documentation of an object's class as that of the object. */
export type DocumentationRules = 'packmill' | 'original';

/**
 * Documentation that a valid shard has, as text, by the hash of the symbol's path (specification, 7.3). Explorers write it
 * without the indentation of its source; to take that away twice would take too much.
 */
export function graphDocumentation(
  shard: GraphShard,
  rules: DocumentationRules = 'packmill',
): ReadonlyMap<bigint, Documentation> {
  const found = new Map<bigint, Documentation>();
  for (const { reference, canonical, docstring, kind, docInherited } of shard.nodes.values()) {
    if (reference !== null || canonical === null || docstring === '') continue;
    if (kind === 'object' && docInherited && rules === 'packmill') continue;
    found.set(hashPath(canonical), { html: '', text: docstring });
  }
  return found;
}
