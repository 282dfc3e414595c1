import type { StoredArtifact } from '../../database/index.ts';
import type { LibraryChange } from '../../planner/index.ts';
import { parseJobId } from '../../primitives/index.ts';
import type { PreviewedRebuild } from './preview.ts';

/** The recipe that made a result. */
export const baseOf = ({ job }: Pick<StoredArtifact, 'job'>): string => parseJobId(job)?.name ?? job;

/** Results that have to go out together, and what has to be built anew before they may. */
export interface HeldGroup {
  readonly results: StoredArtifact[];
  readonly libraries: readonly LibraryChange[];
  readonly rebuild: readonly PreviewedRebuild[];
}

/** Finds the one that stands for all that was joined with it. */
class Joined {
  readonly #parents = new Map<string, string>();
  find(name: string): string {
    const parent = this.#parents.get(name);
    if (parent === undefined || parent === name) return name;
    const root = this.find(parent);
    this.#parents.set(name, root);
    return root;
  }
  join(a: string, b: string): void {
    this.#parents.set(this.find(a), this.find(b));
  }
}

/**
 * Groups results with what they break: a recipe that has to be built anew joins all results that it has to be built anew
 * for. What has nothing to do with one another is not held up by one another's builds. `gone`: packages that recipes of
 * the results make no more, and those recipes.
 */
export function gather(
  waiting: readonly StoredArtifact[],
  { libraries, rebuild }: Pick<HeldGroup, 'libraries' | 'rebuild'>,
  gone: ReadonlyMap<string, string> = new Map(),
): HeldGroup[] {
  const baseOfPackage = new Map([
    ...gone,
    ...waiting.map((one) => [one.artifact.name, baseOf(one)] as const),
  ]);
  const joined = new Joined();
  for (const { base, because, after } of rebuild) {
    for (const { by } of because) joined.join(base, baseOfPackage.get(by) ?? by);
    for (const earlier of after) joined.join(base, earlier);
  }
  const groups = Map.groupBy(rebuild, ({ base }) => joined.find(base));
  return [...groups].map(([root, units]) => ({
    rebuild: units,
    libraries: libraries.filter((one) => joined.find(baseOfPackage.get(one.package) ?? one.package) === root),
    results: waiting.filter((one) => joined.find(baseOf(one)) === root),
  }));
}
