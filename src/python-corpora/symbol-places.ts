import { fault } from '../diagnostics/index.ts';
import type { CorpusRow } from './corpus-row.ts';

/** What a row of a corpus tells of: a path, or a node of the graph that the original had before (`compat.json.gz` leads back from it). */
export type OldOrNew =
  | { readonly by: 'path'; readonly path: string }
  | { readonly by: 'node'; readonly id: bigint };

/** By the first of the names that the row has, else by `Node`. Throws MPY406. */
export function readOldOrNew(row: CorpusRow, names: readonly string[]): OldOrNew {
  const name = names.find((one) => row.has(one));
  if (name !== undefined) return { by: 'path', path: row.path(name) };
  if (row.has('Node')) return { by: 'node', id: row.id('Node') };
  throw fault('MPY406', { what: `it has none of '${[...names, 'Node'].join("', '")}'` });
}
