import { type Digest, parseJobId } from '../../primitives/index.ts';
import type { TreePackage } from '../../publisher/ebuild-tree/index.ts';
import type { StageFacts, StagePlace } from '../../recipes/stage/index.ts';
import { compareVersions } from '../../stages/index.ts';
import type { Farm } from '../farm.ts';
import { isStageTarget } from './is-stage-target.ts';

/** Something that a stage mirror of the farm holds. */
export interface MirrorEntry extends TreePackage {
  readonly about: StageFacts;
}

/** The part of a stage mirror that is of no result alone: links to the newest ones, control files, the index. */
export const mirrorPart = 'mirror';

/** Where readers see the mirror of a target. */
export const mirrorFolder = ({ config, paths }: Pick<Farm, 'config' | 'paths'>, target: string): string =>
  `${config.publish.root ?? paths.public}/${target}/tree`;

/** What was said beside a result. Throws STO problems. */
export async function readStageFacts({ store }: Pick<Farm, 'store'>, facts: Digest): Promise<StageFacts> {
  return JSON.parse(Buffer.from(await store.readBytes(facts)).toString('utf8')) as StageFacts;
}

/** What the visible generation of a stage mirror holds; nothing of one that was never published. Throws STO problems. */
export async function mirrorEntries(
  farm: Pick<Farm, 'store' | 'trees'>,
  target: string,
): Promise<readonly MirrorEntry[]> {
  const entries: MirrorEntry[] = [];
  for (const one of farm.trees.packages(target))
    if (one.facts !== undefined) entries.push({ ...one, about: await readStageFacts(farm, one.facts) });
  return entries;
}

/** Objects beside results that wait for their publication. Throws STO problems. */
export async function waitingExtras(
  farm: Pick<Farm, 'config' | 'database' | 'store'>,
): Promise<readonly Digest[]> {
  const found: Digest[] = [];
  for (const { job, artifact } of farm.database.artifacts.unpublished())
    if (isStageTarget(farm, parseJobId(job)?.target ?? ''))
      found.push(...(await readStageFacts(farm, artifact.facts)).extras.map(({ digest }) => digest));
  return found;
}

/** The entries that links to the newest ones lead to, by the paths of the links; of two of one version the later one counts. */
export function newestByLink(entries: readonly MirrorEntry[]): ReadonlyMap<string, MirrorEntry> {
  const newest = new Map<string, MirrorEntry>();
  for (const entry of entries) {
    const { latest } = entry.about;
    if (latest === undefined) continue;
    const known = newest.get(latest);
    if (!known || compareVersions(known.version, entry.version) <= 0) newest.set(latest, entry);
  }
  return newest;
}

/** `BUILD/ARCH_DESC/SUBARCH`, as in paths of a mirror. */
export const placeText = ({ build, archDesc, subarch }: StagePlace): string =>
  `${build}/${archDesc}/${subarch}`;

/** The place of a result; undefined for package trees, which are of a whole build. */
export const placeOf = ({ place }: StageFacts): StagePlace | undefined =>
  'subarch' in place ? place : undefined;

/** Results of a subarch, of one kind, oldest first. */
export function resultsOf(
  entries: readonly MirrorEntry[],
  place: StagePlace,
  type?: string,
): readonly MirrorEntry[] {
  const text = placeText(place);
  return entries
    .filter(({ about }) => {
      const own = placeOf(about);
      return own !== undefined && placeText(own) === text && (type === undefined || about.type === type);
    })
    .sort((a, b) => compareVersions(a.version, b.version));
}
