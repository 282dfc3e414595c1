import { ensureFolder, pathExists, removeTree, systemRandom } from '../../host/index.ts';
import { atOnce } from '../../primitives/index.ts';
import type { Beginning } from './begin.ts';
import type { ScheduleContext, ScheduledPackage } from './context.ts';
import { type Examination, examine } from './examine.ts';
import { examineLeftAlone } from './examine-left-alone.ts';
import type { GatheredNews } from './gather-news.ts';
import { readRecipeTree } from './read-packages.ts';

/** How many looks there are between two lines of progress. */
const stride = 250;

/**
 * Looks at packages side by side, `CI_MAX_PARALLEL` at once (phase A of specification 7.14); nothing is written but in
 * folders of our own. Results are sorted by name.
 */
export async function examineAll(
  context: ScheduleContext,
  start: Beginning,
  given: {
    readonly packages: readonly ScheduledPackage[];
    /** Packages that are looked at only for the libraries that they are rebuilt for. */
    readonly leftAlone: readonly ScheduledPackage[];
    readonly news: GatheredNews;
  },
): Promise<readonly Examination[]> {
  const { packages, leftAlone, news } = given;
  let done = 0;
  const look = async (one: ScheduledPackage): Promise<Examination> => {
    const scratch = `${context.folder}/packages/${one.name}-${systemRandom.hex(4)}`;
    const result = await examine(context, {
      package: one,
      state: start.contents.states.get(one.name),
      updatedMs: start.contents.checks.get(one.name)?.updated,
      upstream: news.upstream,
      libraries: news.libraries,
      before: () => readRecipeTree(context.copy, start.head.id, one.name),
      proposed: () => start.branches.proposedVersion(one.name),
      scratch,
    });
    // most packages have nothing new and need no folder
    if (pathExists(scratch)) await removeTree(scratch);
    done += 1;
    if (done % stride === 0) context.tell(`looked at ${done} of ${packages.length} packages`);
    return result;
  };
  ensureFolder(`${context.folder}/packages`);
  const { settings, signal } = context;
  const results = [...(await atOnce(packages, { most: settings.maxParallel, signal }, look))];
  for (const one of leftAlone) {
    const found = await examineLeftAlone(context, {
      package: one,
      state: start.contents.states.get(one.name),
      libraries: news.libraries,
      before: () => readRecipeTree(context.copy, start.head.id, one.name),
    });
    if (found) results.push(found);
  }
  context.signal?.throwIfAborted();
  return leftAlone.length === 0 ? results : results.sort((a, b) => (a.name < b.name ? -1 : 1));
}
