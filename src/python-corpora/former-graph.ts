import { compareBytes } from '../primitives/index.ts';
import type { CorpusRow } from './corpus-row.ts';

/**
 * A node of the graph of imports that the original had before: `{"id", "canonical_name", "classification", "type_id", "members":
 * {name: id}, "bases": [id]}`. Where it leads is told by its members and its name alone.
 */
export interface FormerNode {
  readonly id: bigint;
  /** Empty: it has none. */
  readonly canonical: string;
  readonly members: ReadonlyMap<string, bigint>;
}

/** Throws MPY406. */
export function readFormerNode(row: CorpusRow): FormerNode {
  const members = row.has('members') ? row.row('members') : undefined;
  return {
    id: row.id('id'),
    canonical:
      row.has('canonical_name') && row.text('canonical_name') !== '' ? row.path('canonical_name') : '',
    members: new Map(
      row.names('members').flatMap((name) => (members === undefined ? [] : [[name, members.id(name)]])),
    ),
  };
}

/** A former graph, in which paths are followed from the nodes whose name has one part. */
export class FormerGraph {
  readonly nodes: ReadonlyMap<bigint, FormerNode>;
  readonly #toplevels = new Map<string, FormerNode>();

  /** Of two nodes with one id the first counts. */
  constructor(nodes: Iterable<FormerNode>) {
    const known = new Map<bigint, FormerNode>();
    for (const node of nodes) if (!known.has(node.id)) known.set(node.id, node);
    this.nodes = known;
    for (const node of known.values()) {
      const { canonical } = node;
      const isToplevel = canonical !== '' && !canonical.includes('.');
      if (isToplevel && !this.#toplevels.has(canonical)) this.#toplevels.set(canonical, node);
    }
  }

  follow(parts: readonly string[]): FormerNode | undefined {
    let node = this.#toplevels.get(parts[0] ?? '');
    for (const part of parts.slice(1)) {
      const id = node?.members.get(part);
      node = id === undefined ? undefined : this.nodes.get(id);
    }
    return node;
  }

  /**
   * A path for each node that has one (specification, 7.6): its own name where that leads to it, else the shortest path of
   * members on from such nodes, of several the first by its letters.
   */
  paths(): ReadonlyMap<bigint, string> {
    const paths = new Map<bigint, string>();
    const levels: Map<bigint, string>[] = [];
    const put = (id: bigint, path: string): void => {
      const count = path.split('.').length;
      const level = levels[count] ?? new Map<bigint, string>();
      levels[count] = level;
      const known = level.get(id);
      if (known === undefined || compareBytes(path, known) < 0) level.set(id, path);
    };
    for (const { id, canonical } of this.nodes.values()) {
      if (canonical === '' || this.follow(canonical.split('.'))?.id !== id) continue;
      paths.set(id, canonical);
      put(id, canonical);
    }
    // each step makes a path one part longer: what a level gives is not bettered by a later one
    for (let count = 1; count < levels.length; count += 1) {
      for (const [id, path] of levels[count] ?? []) {
        if (!paths.has(id)) paths.set(id, path);
        if (paths.get(id) !== path) continue;
        for (const [name, child] of this.nodes.get(id)?.members ?? []) {
          if (!paths.has(child) && this.nodes.has(child)) put(child, `${path}.${name}`);
        }
      }
    }
    return paths;
  }
}
