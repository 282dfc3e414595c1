import { compareVersions, parseDependency, satisfies } from '../../src/formats/pacman/index.ts';
import type { Need, Offer, Recipe } from '../../src/model/index.ts';
import { type Inventory, type LastSuccess, makePlan, type PlanRequest } from '../../src/planner/index.ts';
import type { Digest } from '../../src/primitives/index.ts';

/** What differs from a recipe of one package that needs nothing; dependencies as in a PKGBUILD. */
export interface Sketch {
  readonly outputs?: readonly string[];
  readonly version?: string;
  readonly depends?: readonly string[];
  readonly makedepends?: readonly string[];
  readonly checkdepends?: readonly string[];
  readonly provides?: readonly string[];
  readonly arch?: readonly string[];
  readonly digest?: string;
  readonly folder?: string;
  readonly dynamic?: boolean;
}

export const digestOf = (letter: string): Digest => letter.repeat(64) as Digest;

/** A recipe for tests. */
export function recipe(name: string, sketch: Sketch = {}): Recipe {
  const version = sketch.version ?? '1.0-1';
  const outputs = sketch.outputs ?? [name];
  const need =
    (phase: Need['phase']) =>
    (text: string): Need => {
      const { name: needed, operator, version: bound } = parseDependency(text);
      return { phase, name: needed, text, ...(operator && bound ? { operator, version: bound } : {}) };
    };
  const provide = (text: string): Offer => {
    const { name: offered, version: stated } = parseDependency(text);
    const via = offered.endsWith('.so') ? 'soname' : 'provides';
    return { via, name: offered, ...(stated ? { version: stated } : {}) };
  };
  return {
    kind: 'pkgbuild',
    name,
    folder: sketch.folder ?? `/recipes/${name}`,
    version,
    hasDynamicVersion: sketch.dynamic ?? false,
    architectures: sketch.arch ?? ['x86_64'],
    outputs,
    offers: [
      ...outputs.map((output): Offer => ({ via: 'output', name: output, version })),
      ...(sketch.provides ?? []).map(provide),
    ],
    needs: [
      ...(sketch.depends ?? []).map(need('run')),
      ...(sketch.makedepends ?? []).map(need('build')),
      ...(sketch.checkdepends ?? []).map(need('check')),
    ],
    inputDigest: digestOf(sketch.digest ?? 'a'),
    buildClass: undefined,
    details: undefined,
  };
}

/** A plan of recipes with pacman's rules; nothing is built or published unless `changes` says so. */
export function planOf(recipes: readonly Recipe[], changes: Partial<PlanRequest> = {}) {
  return makePlan({
    recipes,
    inventory: { recipes: new Map(), published: new Map() },
    policy: { officialNames: new Set() },
    target: 'local',
    arch: 'x86_64',
    satisfies,
    compareVersions,
    durations: new Map(),
    ...changes,
  });
}

/** An inventory in which these recipes were built as they are and published. */
export function builtAll(
  recipes: readonly Recipe[],
  changes: Readonly<Record<string, Partial<LastSuccess>>> = {},
): Inventory {
  const success = (made: Recipe): LastSuccess => ({
    inputDigest: made.inputDigest,
    version: made.version,
    outputs: made.outputs,
    providedSonames: [],
    neededSonames: [],
    ...changes[made.name],
  });
  return {
    recipes: new Map(recipes.map((made) => [made.name, { success: success(made) }])),
    published: new Map(recipes.flatMap((made) => made.outputs.map((name) => [name, success(made).version]))),
  };
}
