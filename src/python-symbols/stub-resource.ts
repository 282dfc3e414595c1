import { type ArgSpec, distributionKey, hashPath } from '../formats/pyresources/index.ts';
import type { PythonDistribution } from '../formats/python-graph/index.ts';
import type { LinkedGraphs } from './linked-graphs.ts';
import { type StubConflict, stubArgSpecs } from './stub-argspecs.ts';
import type { StubModule } from './stub-tree.ts';

/** Stubs of one part of a collection. */
export interface StubPart {
  /** Whether its modules are those of the standard library; others belong to the first distribution of their top-level. */
  readonly isStandard: boolean;
  readonly modules: readonly StubModule[];
}

export interface StubResource {
  readonly distribution: PythonDistribution;
  /** By the hashes of the path in the stub and of the symbol's own path. */
  readonly argSpecs: ReadonlyMap<bigint, ArgSpec>;
}

export interface StubResources {
  /** In the order of distributions as their stubs come. */
  readonly resources: readonly StubResource[];
  readonly conflicts: readonly StubConflict[];
  /** Paths that no distribution has, and top-levels of which there is none (MPY403). */
  readonly unresolved: readonly string[];
}

/**
 * Signatures of stubs for the symbols of explored distributions (specification, 7.1 and 7.4). Of parts that tell of one
 * symbol the first counts.
 */
export function stubResources(parts: readonly StubPart[], linked: LinkedGraphs): StubResources {
  const found = new Map<string, { distribution: PythonDistribution; argSpecs: Map<bigint, ArgSpec> }>();
  const conflicts: StubConflict[] = [];
  const unresolved = new Set<string>();
  for (const { isStandard, modules } of parts) {
    const read = stubArgSpecs(modules);
    conflicts.push(...read.conflicts);
    for (const [path, argSpec] of read.argSpecs) {
      const words = path.split('.');
      const home = isStandard ? linked.standardLibrary() : linked.having(words[0] ?? '')[0];
      const symbol = home === undefined ? undefined : linked.resolveIn(home, words);
      if (symbol === undefined) {
        // of a distribution that is not there once is enough
        unresolved.add(home === undefined ? (words[0] ?? '') : path);
        continue;
      }
      const key = distributionKey(symbol.distribution);
      const one = found.get(key) ?? {
        distribution: symbol.distribution,
        argSpecs: new Map<bigint, ArgSpec>(),
      };
      found.set(key, one);
      for (const hash of [symbol.node.canonical.hash, hashPath(path)]) {
        if (!one.argSpecs.has(hash)) one.argSpecs.set(hash, argSpec);
      }
    }
  }
  return { resources: [...found.values()], conflicts, unresolved: [...unresolved] };
}
