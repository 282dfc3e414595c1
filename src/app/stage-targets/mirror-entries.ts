import type { Digest } from '../../primitives/index.ts';
import type { TreePackage } from '../../publisher/ebuild-tree/index.ts';
import type { StageFacts, StagePlace } from '../../recipes/stage/index.ts';
import { compareVersions } from '../../stages/index.ts';
import type { Farm } from '../farm.ts';

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
    if (farm.config.targets[job.split('/', 1).join()]?.kind === 'stages')
      found.push(...(await readStageFacts(farm, artifact.facts)).extras.map(({ digest }) => digest));
  return found;
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
