import type { RemovalReply, RemovalRequest } from '../../api/index.ts';
import { isFault } from '../../diagnostics/index.ts';
import type { Notifier } from '../../notifier/index.ts';
import type { Farm } from '../farm.ts';
import { targetNames, usualTarget } from '../farm-names.ts';
import { removeObsolete } from '../obsolete-packages.ts';
import type { RecipeSources } from '../recipe-sources.ts';
import { noSuchTarget } from './known-names.ts';
import { knownRecipes } from './known-recipes.ts';
import { wordsOf } from './telling.ts';

/** Removes packages that are not in a list, and tells of it. Throws what `removeObsolete` throws, SCH001. */
export async function removeFor(
  {
    farm,
    sources,
    notifier,
  }: { readonly farm: Farm; readonly sources: RecipeSources; readonly notifier: Notifier },
  request: RemovalRequest,
): Promise<RemovalReply> {
  const limit = farm.config.service['removal-limit'];
  const { arch, keep, asOfMs, force, dryRun } = request;
  const target = request.target ?? usualTarget(farm.config);
  const word = { id: `removal-${request.id}`, target, arch };
  try {
    const done = await removeObsolete(farm, {
      target,
      arch,
      keep,
      asOfMs,
      force,
      dryRun,
      recipesAmong: (names) => knownRecipes({ farm, sources }, { target, arch }, names),
      limits: { share: limit, atLeast: 10 },
    });
    if (!dryRun) notifier.notify({ ...word, what: 'removal-finished', removed: done.removed });
    const { generation, removed, spared, unknown } = done;
    return { generation, removed: [...removed], spared: [...spared], unknown: [...unknown] };
  } catch (error) {
    if (!dryRun) notifier.notify({ ...word, what: 'removal-failed', reason: wordsOf(error) });
    // a target of the farm may have nothing published yet; another one is a slip of who asks
    const isStranger = isFault(error, 'PUB004') && !targetNames(farm.config).includes(target);
    throw isStranger ? noSuchTarget(farm.config, target) : error;
  }
}
