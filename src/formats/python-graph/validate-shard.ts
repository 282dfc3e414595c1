import { compareBytes } from '../../primitives/index.ts';
import type { GraphNode, GraphShard, GraphTrouble, NodeKind } from './graph.ts';
import { graphNode } from './graph.ts';

/** What `validateShard` did. All are counts. */
export interface ShardReport {
  readonly toplevel: string;
  readonly complete: boolean;
  readonly nodesBefore: number;
  readonly nodesAfter: number;
  /** Of those that are left, the ones without a reference. */
  readonly internal: number;
  /** Names that were empty or led nowhere, and became the shortest path. */
  readonly unresolvable: number;
  /** References that do not call themselves anything. */
  readonly unnamedReferences: number;
  /** Names that led to another node (MPY025). */
  readonly incorrect: number;
  /** Names whose parent is called differently. */
  readonly differingParents: number;
  /** Internal nodes that belong elsewhere (MPY024). */
  readonly madeExternal: number;
  /** Members that led to no node, by the kind of what had them. */
  readonly droppedMembers: Readonly<Partial<Record<NodeKind, number>>>;
  /** Nodes that no path of members leads to. */
  readonly orphans: number;
  /** Types and base classes that are not there. */
  readonly droppedTypes: number;
  readonly droppedBases: number;
}

export interface ValidatedShard {
  /** Undefined when there is no root: the shard says nothing (MPY023). */
  readonly shard: GraphShard | undefined;
  readonly report: ShardReport;
  readonly troubles: readonly GraphTrouble[];
}

/** A node while its name and what it leads to are being corrected. */
interface Draft {
  readonly node: GraphNode;
  canonical: string | null;
  reference: string | null;
  members: ReadonlyMap<string, number>;
  visited: boolean;
}

/** How many passes until names stop changing; the second finds nothing to change in graphs of real packages. */
const mostPasses = 8;

/**
 * Makes a shard valid: breadth first from the root, each node gets a canonical name that leads to it from the root and whose
 * predecessor is the canonical name of its parent; names that do not are replaced by the shortest path, and of those by the
 * first in the order of bytes. Members, types and bases that are not there are removed, and so are internal nodes that
 * cannot be reached. A valid shard comes out as it went in. Nothing is thrown.
 */
export function validateShard(shard: GraphShard): ValidatedShard {
  const work = new ShardWork(shard);
  return work.run();
}

class ShardWork {
  readonly #shard: GraphShard;
  readonly #drafts = new Map<number, Draft>();
  readonly #root: Draft | undefined;
  readonly #counts = {
    unresolvable: 0,
    unnamedReferences: 0,
    incorrect: 0,
    differingParents: 0,
    madeExternal: 0,
    orphans: 0,
    droppedTypes: 0,
    droppedBases: 0,
  };
  readonly #dropped: Partial<Record<NodeKind, number>> = {};
  readonly #troubles: GraphTrouble[] = [];
  #changed = false;

  constructor(shard: GraphShard) {
    this.#shard = shard;
    for (const [id, node] of shard.nodes) {
      const { canonical, reference, members } = node;
      this.#drafts.set(id, { node, canonical, reference, members, visited: false });
    }
    this.#root = shard.root === null ? undefined : this.#drafts.get(shard.root);
  }

  run(): ValidatedShard {
    const { toplevel, complete, root, nodes } = this.#shard;
    if (this.#root === undefined) {
      this.#tell('MPY023', `the shard '${toplevel}' has no root`, null);
      return { shard: undefined, report: this.#report(0, 0), troubles: this.#troubles };
    }
    this.#walk(this.#root);
    for (let pass = 1; this.#changed && pass < mostPasses; pass += 1) {
      this.#changed = false;
      this.#counts.unnamedReferences = 0;
      for (const draft of this.#drafts.values()) draft.visited = false;
      this.#walk(this.#root);
    }
    const kept = this.#keep();
    const internal = Array.from(kept.values()).filter((node) => node.reference === null).length;
    return {
      shard: { toplevel, root, nodes: kept, complete },
      report: this.#report(kept.size, internal, nodes.size),
      troubles: this.#troubles,
    };
  }

  #tell(code: string, what: string, at: string | null): void {
    this.#troubles.push({ code, what, toplevel: this.#shard.toplevel, at, why: '' });
  }

  #report(nodesAfter: number, internal: number, nodesBefore = this.#shard.nodes.size): ShardReport {
    const { toplevel, complete } = this.#shard;
    const { differingParents, ...others } = this.#counts;
    const droppedMembers = this.#dropped;
    return {
      ...{ toplevel, complete, nodesBefore, nodesAfter, internal },
      ...{ ...others, differingParents, droppedMembers },
    };
  }

  #walk(root: Draft): void {
    const queue: (readonly [Draft, string])[] = [[root, this.#shard.toplevel]];
    for (let at = 0; at < queue.length; at += 1) {
      const [draft, tentative] = queue[at] as (typeof queue)[number];
      if (draft.visited) continue;
      draft.visited = true;
      if (draft.reference !== null) {
        if (draft.canonical === null && draft.node.reference !== null) this.#counts.unnamedReferences += 1;
        continue;
      }
      this.#rename(draft, tentative);
      if (draft.reference !== null) continue;
      for (const [name, id] of this.#membersOf(draft)) {
        const member = this.#drafts.get(id);
        if (member !== undefined && !member.visited) queue.push([member, `${draft.canonical}.${name}`]);
      }
    }
  }

  /** Members that are there, in the order of bytes. */
  #membersOf(draft: Draft): ReadonlyMap<string, number> {
    const kind = draft.node.kind ?? 'object';
    const names = Array.from(draft.members.keys());
    const there = names.filter((name) => this.#drafts.has(draft.members.get(name) ?? -1));
    const missing = names.length - there.length;
    if (missing > 0) this.#dropped[kind] = (this.#dropped[kind] ?? 0) + missing;
    if (missing === 0 && isSorted(names)) return draft.members;
    there.sort(compareBytes);
    draft.members = new Map(there.map((name) => [name, draft.members.get(name) as number]));
    return draft.members;
  }

  #rename(draft: Draft, tentative: string): void {
    const name = draft.canonical;
    const { toplevel } = this.#shard;
    if (name !== null && name !== '' && !isBelow(name, toplevel)) {
      this.#counts.madeExternal += 1;
      this.#tell('MPY024', `'${name}' belongs to another top-level than '${toplevel}'`, name);
      draft.reference = name;
      draft.members = new Map();
      this.#changed = true;
      return;
    }
    const led = name === null || name === '' ? undefined : this.#navigate(name);
    if (led === draft && name !== null) {
      this.#alignParent(draft, name);
      return;
    }
    if (led === undefined) this.#counts.unresolvable += 1;
    else {
      this.#counts.incorrect += 1;
      this.#tell(
        'MPY025',
        `'${name}' leads to another object, '${tentative}' is called by its path`,
        tentative,
      );
    }
    draft.canonical = tentative;
    this.#changed = true;
  }

  /** The parent by the name that it has itself. */
  #alignParent(draft: Draft, name: string): void {
    const dot = name.lastIndexOf('.');
    if (dot < 0 || draft === this.#root) return;
    const before = name.slice(0, dot);
    const parent = this.#navigate(before);
    if (parent === undefined || parent.canonical === null || parent.canonical === before) return;
    // a parent that is not yet looked at may get another name: the next pass sees it
    draft.canonical = `${parent.canonical}${name.slice(dot)}`;
    this.#counts.differingParents += 1;
    this.#changed = true;
  }

  /** The node that a path leads to, from the root on, whose own name may have more parts than the top-level. */
  #navigate(path: string): Draft | undefined {
    const rootName = this.#root?.canonical ?? this.#shard.toplevel;
    const skipped = rootName.split('.').length;
    const parts = path.split('.');
    if (parts.length < skipped) return undefined;
    let place = this.#root;
    for (const part of parts.slice(skipped)) {
      const id = place?.members.get(part);
      place = id === undefined ? undefined : this.#drafts.get(id);
      if (place === undefined) return undefined;
    }
    return place;
  }

  #keep(): Map<number, GraphNode> {
    const there = new Set<number>();
    for (const [id, draft] of this.#drafts) {
      if (draft.visited || draft.reference !== null) there.add(id);
      else this.#counts.orphans += 1;
    }
    const kept = new Map<number, GraphNode>();
    for (const id of Array.from(there).sort((a, b) => a - b)) {
      const draft = this.#drafts.get(id);
      if (draft !== undefined) kept.set(id, this.#settle(draft, there));
    }
    return kept;
  }

  #settle({ node, canonical, reference, members }: Draft, there: ReadonlySet<number>): GraphNode {
    if (reference !== null) return asReference(node, reference);
    const bases = node.bases.filter((base) => there.has(base));
    this.#counts.droppedBases += node.bases.length - bases.length;
    const hasType = node.type !== null && there.has(node.type);
    if (node.type !== null && !hasType) this.#counts.droppedTypes += 1;
    return { ...node, canonical, members, bases, type: hasType ? node.type : null };
  }
}

const isBelow = (path: string, toplevel: string): boolean =>
  path === toplevel || path.startsWith(`${toplevel}.`);

function isSorted(names: readonly string[]): boolean {
  for (let at = 1; at < names.length; at += 1) {
    if (compareBytes(names[at - 1] as string, names[at] as string) > 0) return false;
  }
  return true;
}

/** A reference has nothing of its own, whatever a raw graph says. */
const asReference = ({ id, canonical, origin }: GraphNode, reference: string): GraphNode =>
  graphNode({ id, canonical, origin, reference });
