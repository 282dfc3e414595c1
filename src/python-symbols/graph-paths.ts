import type { GraphNode, GraphShard } from '../formats/python-graph/index.ts';

/** What a path of members leads to within one top-level. */
export type PathEnd =
  | { readonly end: 'node'; readonly node: GraphNode }
  /** It leaves the top-level: the reference with the rest of the path behind it. */
  | { readonly end: 'elsewhere'; readonly path: string }
  | { readonly end: 'nothing' };

/** Valid graphs by top-level, to follow paths in. */
export type Shards = ReadonlyMap<string, GraphShard>;

/** Follows a dotted path from its top-level on, member by member. */
export function follow(shards: Shards, path: string): PathEnd {
  const [toplevel = '', ...parts] = path.split('.');
  const shard = shards.get(toplevel);
  let node = shard === undefined || shard.root === null ? undefined : shard.nodes.get(shard.root);
  for (const [at, part] of parts.entries()) {
    if (node === undefined) break;
    if (node.reference !== null)
      return { end: 'elsewhere', path: [node.reference, ...parts.slice(at)].join('.') };
    const id = node.members.get(part);
    node = id === undefined ? undefined : shard?.nodes.get(id);
  }
  if (node === undefined) return { end: 'nothing' };
  return node.reference === null ? { end: 'node', node } : { end: 'elsewhere', path: node.reference };
}

/** A path and its node: the node's own path, or another one by which it is reached. */
export interface NamedNode {
  readonly path: string;
  readonly node: GraphNode;
  readonly isAlias: boolean;
}

/** All paths of a shard that do not lead through another alias, parents first, in the order of members. */
export function* pathsOf(shard: GraphShard): Generator<NamedNode> {
  const root = shard.root === null ? undefined : shard.nodes.get(shard.root);
  if (root === undefined) return;
  const queue: NamedNode[] = [{ path: root.canonical ?? shard.toplevel, node: root, isAlias: false }];
  const seen = new Set<number>([root.id]);
  for (let at = 0; at < queue.length; at += 1) {
    const named = queue[at] as NamedNode;
    yield named;
    if (named.isAlias) continue;
    for (const [name, id] of named.node.members) {
      const node = shard.nodes.get(id);
      if (node === undefined) continue;
      const path = `${named.path}.${name}`;
      const isOwn = node.reference === null && node.canonical === path && !seen.has(id);
      if (isOwn) seen.add(id);
      queue.push({ path, node, isAlias: !isOwn });
    }
  }
}

/** Whether each part of a path may be used by others: no leading underscore, or one of the names that Python itself uses. */
export const isPublic = (path: string): boolean =>
  path.split('.').every((part) => !part.startsWith('_') || (part.startsWith('__') && part.endsWith('__')));
