import { type ContentCollection, ContentStore } from '../../ebins/index.ts';
import { entryFacts, pathExists } from '../../host/index.ts';
import type { Digest } from '../../primitives/index.ts';
import type { EbinFacts, IndexSettings, KeptDistfile } from '../../recipes/ebin/index.ts';
import type { Farm } from '../farm.ts';
import { isEbinTarget } from './is-ebin-target.ts';

type StoreParts = Pick<Farm, 'paths' | 'store' | 'clock'>;

/** The distfiles of all ebins of a farm: a folder in content-hash layout whose files are objects of the farm's store. */
function distfilesOf({ paths, store, clock }: StoreParts): ContentStore {
  return new ContentStore({ root: paths.distfiles, objects: store, clock });
}

/** What was said beside a package. Throws STO problems. */
export async function readEbinFacts({ store }: Pick<Farm, 'store'>, facts: Digest): Promise<EbinFacts> {
  return JSON.parse(Buffer.from(await store.readBytes(facts)).toString('utf8')) as EbinFacts;
}

/** Keeps objects of a target's packages. What is published, and lies where it has to, is not read again. */
export function objectKeeper(
  farm: StoreParts & Pick<Farm, 'trees'>,
  target: string,
): IndexSettings['keepObject'] {
  const content = distfilesOf(farm);
  const known = new Map<string, Promise<ReadonlyMap<string, KeptDistfile>>>();
  const publishedOf = async (name: string): Promise<ReadonlyMap<string, KeptDistfile>> => {
    const facts = farm.trees.packages(target).find((one) => one.name === name)?.facts;
    if (facts === undefined || !(await farm.store.has(facts))) return new Map();
    const { distfiles } = await readEbinFacts(farm, facts);
    return new Map(distfiles.map((one) => [one.sha512, one]));
  };
  return async ({ of, sha512, sizeBytes, path }) => {
    if (!known.has(of)) known.set(of, publishedOf(of));
    const before = (await known.get(of))?.get(sha512);
    const lies = (at: string): boolean => {
      const facts = entryFacts(at);
      return facts?.kind === 'file' && facts.sizeBytes === sizeBytes;
    };
    if (before && lies(content.path(sha512)) && (await farm.store.has(before.object))) return before;
    const from = lies(path) ? path : lies(content.path(sha512)) ? content.path(sha512) : undefined;
    if (from === undefined) return undefined;
    const { digest } = await content.take(from, sha512);
    return { sha512, object: digest, sizeBytes };
  };
}

/** Distfiles that kept generations, and results that wait for their publication, name. Throws STO problems. */
export async function keptDistfiles(
  farm: Pick<Farm, 'config' | 'database' | 'store' | 'trees'>,
): Promise<readonly KeptDistfile[]> {
  const facts = new Set(farm.trees.referencedFacts());
  for (const { job, artifact } of farm.database.artifacts.unpublished())
    if (isEbinTarget(farm, job.split('/', 1).join()) && artifact.facts !== artifact.object)
      facts.add(artifact.facts);
  const kept: KeptDistfile[] = [];
  for (const one of facts) kept.push(...((await readEbinFacts(farm, one)).distfiles ?? []));
  return kept;
}

/** Takes distfiles away that are not kept, and that nobody put for `graceMs`. */
export function collectDistfiles(
  farm: StoreParts,
  kept: readonly KeptDistfile[],
  graceMs: number,
): ContentCollection | undefined {
  if (!pathExists(farm.paths.distfiles)) return undefined;
  const wanted = new Set(kept.map(({ sha512 }) => sha512));
  return distfilesOf(farm).collect((sha512) => wanted.has(sha512), graceMs);
}
