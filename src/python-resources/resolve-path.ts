import { fault, isFault, type ProblemError } from '../diagnostics/index.ts';
import { distributionText, isExternal, lookUp, type NodeRef, nodeAt } from '../formats/pyresources/index.ts';
import type { PythonDistribution } from '../formats/python-graph/index.ts';
import { nearestWords } from '../primitives/index.ts';
import type { ResourceCache } from './resource-cache.ts';
import type { PySymbol } from './symbol.ts';

const maxDepth = 10;

/** Where a canonical name was found. */
export type Resolved = Pick<PySymbol, 'canonical' | 'node'>;

/** Follows paths through distributions. */
export class PathResolver {
  readonly #cache: ResourceCache;
  readonly #distributionsFor: (toplevel: string) => readonly PythonDistribution[];
  readonly #toplevels: () => Iterable<string>;

  constructor(
    cache: ResourceCache,
    distributionsFor: (toplevel: string) => readonly PythonDistribution[],
    toplevels: () => Iterable<string>,
  ) {
    this.#cache = cache;
    this.#distributionsFor = distributionsFor;
    this.#toplevels = toplevels;
  }

  /** What a path leads to, first come first; with `all` in every distribution. Throws MPY330, MPY331, MPY335. */
  async resolve(path: string, { all }: { readonly all: boolean }): Promise<readonly PySymbol[]> {
    return await this.#resolve(path.split('.'), { all, depth: 0, failed: new Map() });
  }

  /** A path within a distribution. Throws MPY334, and what `resolve` throws where it leads elsewhere. */
  async within(distribution: PythonDistribution, path: string): Promise<PySymbol> {
    const resolved = await this.#canonical(distribution, path.split('.'), { depth: 0, failed: new Map() });
    return { distribution, path, ...resolved };
  }

  /** What a reference from a distribution's top-level leads to. Throws like `resolve`. */
  async follow(
    reference: NodeRef,
    from: { distribution: PythonDistribution; toplevel: string },
  ): Promise<PySymbol> {
    if (isExternal(reference)) {
      const [symbol] = await this.resolve(reference.external.parts.join('.'), { all: false });
      return symbol as PySymbol;
    }
    const { distribution, toplevel } = from;
    const graph = await this.#cache.graph(distribution);
    if (graph === undefined) throw notFound(distribution, [toplevel], []);
    const { canonical } = nodeAt(graph, toplevel, reference.internal);
    const place = { distribution, path: canonical.parts.join('.') };
    return { ...place, canonical: place, node: { toplevel, index: reference.internal } };
  }

  async #resolve(
    parts: readonly string[],
    how: How & { readonly all: boolean },
  ): Promise<readonly PySymbol[]> {
    const path = parts.join('.');
    if (how.depth > maxDepth)
      throw fault('MPY335', { what: `'${path}' is not reached after ${maxDepth} distributions` });
    // A path that failed once on the way to this one fails again: without this the tries would multiply.
    const before = how.failed.get(path);
    if (before !== undefined) throw before;
    try {
      return await this.#everywhere(parts, how);
    } catch (error) {
      if (isFault(error)) how.failed.set(path, error);
      throw error;
    }
  }

  async #everywhere(
    parts: readonly string[],
    how: How & { readonly all: boolean },
  ): Promise<readonly PySymbol[]> {
    const path = parts.join('.');
    const [toplevel = ''] = parts;
    const distributions = this.#distributionsFor(toplevel);
    if (distributions.length === 0) throw this.#noDistribution(path, toplevel);
    const found: PySymbol[] = [];
    let last: ProblemError | undefined;
    for (const distribution of distributions) {
      try {
        found.push({ distribution, path, ...(await this.#canonical(distribution, parts, how)) });
        if (!how.all) return found;
      } catch (error) {
        if (!isFault(error)) throw error;
        // a circle says more than that others do not have the path
        if (last?.problem.code !== 'MPY335') last = error;
      }
    }
    if (found.length > 0) return found;
    if (last === undefined || last.problem.code === 'MPY335') throw last;
    throw fault('MPY331', {
      what: `'${path}' leads to nothing: ${last.problem.what}`,
      next: last.problem.next,
      cause: last,
    });
  }

  async #canonical(distribution: PythonDistribution, parts: readonly string[], how: How): Promise<Resolved> {
    const [toplevel = ''] = parts;
    if (parts.length === 1)
      return { canonical: { distribution, path: toplevel }, node: { toplevel, index: 0 } };
    const graph = await this.#cache.graph(distribution);
    const lookup = graph === undefined ? ({ found: 'no-toplevel' } as const) : lookUp(graph, parts);
    if (lookup.found === 'node')
      return {
        canonical: { distribution, path: lookup.node.canonical.parts.join('.') },
        node: { toplevel, index: lookup.index },
      };
    if (lookup.found === 'external') {
      const next = [...lookup.external.parts, ...lookup.rest];
      const [symbol] = await this.#resolve(next, { ...how, all: false, depth: how.depth + 1 });
      const { canonical, node } = symbol as PySymbol;
      return { canonical, node };
    }
    if (lookup.found === 'no-toplevel') throw notFound(distribution, parts.slice(0, 1), []);
    throw notFound(distribution, parts.slice(0, lookup.at + 1), lookup.near);
  }

  #noDistribution(path: string, toplevel: string): ProblemError {
    const near = nearestWords(toplevel, this.#toplevels());
    return fault('MPY330', {
      what: `no distributions match '${path}'`,
      next: near === undefined ? undefined : `Perhaps ${near} is meant.`,
    });
  }
}

interface How {
  readonly depth: number;
  readonly failed: Map<string, ProblemError>;
}

/** The last of the parts is not there. */
export function notFound(
  distribution: PythonDistribution,
  parts: readonly string[],
  known: readonly string[],
): ProblemError {
  const name = parts.at(-1) ?? '';
  const owner = parts.slice(0, -1).join('.');
  const near = nearestWords(name, known);
  return fault('MPY334', {
    what: `attribute '${name}' not found${owner === '' ? '' : ` in '${owner}'`} of '${distributionText(distribution)}'`,
    next: near === undefined ? undefined : `Perhaps ${near} is meant.`,
  });
}
