import { jobId } from '../../primitives/index.ts';
import type { Farm } from '../farm.ts';
import type { RecipeSources } from '../recipe-sources.ts';

/** Who asks waits for the answer: a git server that is slow or away must not hold it up. */
const patienceMs = 20_000;

/**
 * Which of some names have a recipe: a job of this target and architecture once had the name, or a source has a
 * folder for it. A source out of reach counts as one without the name.
 */
export async function knownRecipes(
  { farm, sources }: { readonly farm: Farm; readonly sources: RecipeSources },
  of: { readonly target: string; readonly arch: string },
  names: readonly string[],
): Promise<ReadonlySet<string>> {
  const { database, clock } = farm;
  const known = new Set(names.filter((name) => database.jobs.newestWithId(jobId({ ...of, name }))));
  if (known.size === names.length) return known;
  const over = new AbortController();
  const patience = clock.sleep(patienceMs, over.signal).then(
    () => undefined,
    () => undefined,
  );
  const look = async (id: string): Promise<void> => {
    const found = sources.at(id, undefined).then((state) => sources.recipesNamed(state, names));
    for (const name of (await Promise.race([found.catch(() => []), patience])) ?? []) known.add(name);
  };
  await Promise.all(sources.ids.map(look));
  over.abort();
  return known;
}
