import {
  dottedPath,
  type NodeRef,
  noPath,
  type SymbolKind,
  type SymbolNode,
} from '../formats/pyresources/index.ts';
import { StubNames, type StubTarget } from './stub-names.ts';
import type { StubEntry, StubModule } from './stub-tree.ts';

export interface AddedStubs {
  readonly nodes: readonly SymbolNode[];
  /** Nodes and links that were not there before. */
  readonly added: number;
  /** What a stub tells otherwise than it was explored, which stays (MPY406). */
  readonly conflicts: readonly string[];
}

/**
 * Adds to the nodes of one top-level what stubs declare and nothing explored has (specification, 6.4): functions, classes,
 * values and modules by their public names, and links to other top-levels. What was explored always stays.
 */
export function addStubs(nodes: readonly SymbolNode[], modules: Iterable<StubModule>): AddedStubs {
  return new Addition(nodes, new StubNames(modules)).run();
}

type Draft = Omit<SymbolNode, 'children'> & { readonly children: Map<string, NodeRef> };

/** A node, and the stub that tells of what is below it. */
interface Place {
  readonly index: number;
  readonly path: string;
  /** Names with the paths that they stand for in the stub. */
  readonly names: ReadonlyMap<string, string>;
}

class Addition {
  readonly #drafts: Draft[];
  readonly #stubs: StubNames;
  readonly #toplevel: string;
  readonly #seen = new Set<string>();
  readonly #queue: Place[] = [];
  readonly #conflicts: string[] = [];
  #added = 0;

  constructor(nodes: readonly SymbolNode[], stubs: StubNames) {
    this.#drafts = nodes.map((node) => ({ ...node, children: new Map(node.children) }));
    this.#stubs = stubs;
    this.#toplevel = nodes[0]?.canonical.parts[0] ?? '';
  }

  run(): AddedStubs {
    const module = this.#stubs.module(this.#toplevel);
    if (module !== undefined) this.#enter(0, { at: 'module', path: this.#toplevel, module });
    for (let at = 0; at < this.#queue.length; at += 1) {
      const place = this.#queue[at] as Place;
      for (const [name, path] of place.names) if (!name.startsWith('_')) this.#add(place, name, path);
    }
    return { nodes: this.#drafts, added: this.#added, conflicts: this.#conflicts };
  }

  #enter(index: number, target: StubTarget): void {
    if (this.#seen.has(target.path)) return;
    if (target.at === 'module') {
      const names = new Map([...this.#submodules(target.path), ...this.#stubs.exports(target.module)]);
      this.#queue.push({ index, path: target.path, names });
    } else if (target.at === 'entry' && target.entry.kind === 'class') {
      const names = target.entry.body.map(({ name }) => [name, `${target.path}.${name}`] as const);
      this.#queue.push({ index, path: target.path, names: new Map(names) });
    } else return;
    this.#seen.add(target.path);
  }

  *#submodules(path: string): Generator<readonly [string, string]> {
    for (const { module } of this.#stubs.modules) {
      const dot = module.lastIndexOf('.');
      if (module.slice(0, Math.max(dot, 0)) === path) yield [module.slice(dot + 1), module];
    }
  }

  #add({ index, path }: Place, name: string, stubPath: string): void {
    const target = this.#stubs.follow(stubPath);
    const wanted = this.#refTo(target);
    const children = (this.#drafts[index] as Draft).children;
    const known = children.get(name);
    if (known === undefined) {
      children.set(name, wanted);
      this.#added += 1;
    } else if (!sameRef(known, wanted))
      this.#conflicts.push(
        `'${path}.${name}' is '${this.#pathOf(known)}', a stub says '${this.#pathOf(wanted)}'`,
      );
    const ref = known ?? wanted;
    if (ref.external.parts.length === 0 && sameRef(ref, wanted)) this.#enter(ref.internal, target);
  }

  #pathOf({ internal, external }: NodeRef): string {
    return (external.parts.length > 0 ? external : (this.#drafts[internal]?.canonical ?? noPath)).parts.join(
      '.',
    );
  }

  /** The node of a path within the top-level, which is made when it is not there; what leaves it is external. */
  #refTo(target: StubTarget): NodeRef {
    const parts = target.path.split('.');
    if (parts[0] !== this.#toplevel) return { internal: 0, external: dottedPath(parts) };
    let index = 0;
    for (let at = 1; at < parts.length; at += 1) {
      const node = this.#drafts[index] as Draft;
      const child = node.children.get(parts[at] as string);
      if (child === undefined) return this.#make(index, parts, at, target);
      if (child.external.parts.length > 0)
        return { internal: 0, external: dottedPath([...child.external.parts, ...parts.slice(at + 1)]) };
      index = child.internal;
    }
    return { internal: index, external: noPath };
  }

  #make(from: number, parts: readonly string[], first: number, target: StubTarget): NodeRef {
    let index = from;
    for (let at = first; at < parts.length; at += 1) {
      const parent = this.#drafts[index] as Draft;
      const isLast = at === parts.length - 1;
      const stub = isLast ? target : this.#stubs.follow(parts.slice(0, at + 1).join('.'));
      const canonical = dottedPath([...parent.canonical.parts, parts[at] as string]);
      index =
        this.#drafts.push({ canonical, children: new Map(), type: null, bases: [], kind: kindOf(stub) }) - 1;
      parent.children.set(parts[at] as string, { internal: index, external: noPath });
      this.#added += 1;
    }
    return { internal: index, external: noPath };
  }
}

const sameRef = (one: NodeRef, other: NodeRef): boolean =>
  one.external.parts.join('.') === other.external.parts.join('.') &&
  (one.external.parts.length > 0 || one.internal === other.internal);

const entryKinds: Readonly<Record<StubEntry['kind'], SymbolKind>> = {
  ...{ function: 'function', class: 'type', value: 'object', import: 'none' },
};

function kindOf(target: StubTarget): SymbolKind {
  if (target.at === 'module') return 'module';
  if (target.at === 'elsewhere') return 'none';
  const { entry } = target;
  const isProperty =
    entry.kind === 'function' &&
    entry.decorators.some((one) => one === 'property' || one.endsWith('cached_property'));
  return isProperty ? 'descriptor' : entryKinds[entry.kind];
}
