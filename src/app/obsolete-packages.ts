import { fault } from '../diagnostics/index.ts';
import { parseDesc } from '../formats/pacman/index.ts';
import type { DeployedEntry, RepositoryEntry } from '../publisher/pacman-repo/index.ts';
import type { Farm } from './farm.ts';
import { forgetRemoved } from './repositories.ts';

/** How much may vanish without force: a clean-up that reaches both limits is refused. */
export interface CleanUpLimits {
  /** Share of the published pkgbases; more than this is too much. */
  readonly share: number;
  /** Fewer pkgbases than this are never too much: small repositories would have no clean-up otherwise. */
  readonly atLeast: number;
}

export const usualCleanUpLimits: CleanUpLimits = { share: 0.05, atLeast: 10 };

/** Which packages of a target are obsolete (specification 14.9). */
export interface CleanUp {
  readonly target: string;
  readonly arch: string;
  /** The pkgbases that stay; never empty. */
  readonly keep: readonly string[];
  /**
   * When the list was made, in milliseconds since the epoch: it cannot know what was deployed later, so that is
   * spared. Undefined: the list is as new as the repository.
   */
  readonly asOfMs?: number | undefined;
  /** Remove however much it is. */
  readonly force: boolean;
  /** Only tell what would go. */
  readonly dryRun?: boolean | undefined;
  /** Which of some names that are not published have a recipe nevertheless; undefined: none has. */
  readonly recipesAmong?: ((names: readonly string[]) => Promise<ReadonlySet<string>>) | undefined;
  readonly limits?: CleanUpLimits | undefined;
}

export interface CleanUpReport {
  /** The generation that is visible afterwards. */
  readonly generation: number;
  /** Packages that were taken out, or would be, by name; their files are in the archive. */
  readonly removed: readonly string[];
  /** Pkgbases that are not in the list and stay, because they were deployed after it was made. */
  readonly spared: readonly string[];
  /** Names in the list that are neither published nor a known recipe. */
  readonly unknown: readonly string[];
}

/**
 * Takes out of a target what its recipes do not make any more: packages whose pkgbase is not in the list, and members
 * that the newest build of their pkgbase did not make. One generation; nothing to remove is a success.
 * Throws PUB004 (no such target), PUB030 (too much would vanish), PUB031 (empty list), PUB032 (nothing would be left),
 * PUB033 (no name of the list is known), and what publishing throws.
 */
export async function removeObsolete(
  farm: Pick<Farm, 'repositories' | 'database'>,
  cleanUp: CleanUp,
): Promise<CleanUpReport> {
  const { target, arch } = cleanUp;
  if (cleanUp.keep.length === 0) {
    throw fault('PUB031', { what: `nothing is to be kept of '${target}/${arch}'` });
  }
  const unknown = await strangers(farm, cleanUp);
  let chosen: Choice = { obsolete: [], spared: [] };
  const report = await farm.repositories.removeChosen({
    repo: target,
    arch,
    reason: 'clean-up of what is not made any more',
    choose: (entries) => {
      chosen = choose(entries, cleanUp, unknown);
      return cleanUp.dryRun ? [] : chosen.obsolete.map(({ name }) => name);
    },
  });
  if (!cleanUp.dryRun) forgetRemoved(farm, { repo: target, arch, present: chosen.obsolete });
  return {
    generation: report.generation,
    removed: chosen.obsolete.map(({ name }) => name).sort(),
    spared: chosen.spared,
    unknown,
  };
}

/**
 * Names of the list that stand for nothing: each may be a mistake that costs the package that was meant. Asked
 * before the repository's turn, since looking into the sources of recipes may take a while.
 */
async function strangers(
  { repositories }: Pick<Farm, 'repositories'>,
  { target, arch, keep, recipesAmong }: CleanUp,
): Promise<readonly string[]> {
  const published = byBase(
    repositories.show(target, arch).map((entry) => ({ ...entry, firstSeenMs: undefined })),
  );
  const doubtful = [...new Set(keep)].filter((name) => !published.has(name));
  if (doubtful.length === 0) return [];
  const recipes = await recipesAmong?.(doubtful);
  return doubtful.filter((name) => !recipes?.has(name)).sort();
}

interface Choice {
  readonly obsolete: readonly RepositoryEntry[];
  readonly spared: readonly string[];
}

interface Member {
  readonly entry: DeployedEntry;
  /** Seconds since the epoch; undefined when the package does not say. */
  readonly buildDate: number | undefined;
}

function choose(entries: readonly DeployedEntry[], cleanUp: CleanUp, unknown: readonly string[]): Choice {
  const bases = byBase(entries);
  const keep = new Set(cleanUp.keep);
  const { asOfMs } = cleanUp;
  const isNewer = ({ entry }: Member): boolean =>
    asOfMs !== undefined && (entry.firstSeenMs === undefined || entry.firstSeenMs > asOfMs);
  const obsolete: RepositoryEntry[] = [];
  const spared: string[] = [];
  let vanishing = 0;
  for (const [base, members] of bases) {
    if (keep.has(base)) obsolete.push(...leftBehind(members));
    else if (members.some(isNewer)) spared.push(base);
    else {
      vanishing += 1;
      obsolete.push(...members.map(({ entry }) => entry));
    }
  }
  if (!cleanUp.force) {
    checkNames(cleanUp, unknown, vanishing);
    checkLimits(cleanUp, vanishing, bases.size);
  }
  return { obsolete, spared: spared.sort() };
}

function byBase(entries: readonly DeployedEntry[]): ReadonlyMap<string, readonly Member[]> {
  const bases = new Map<string, Member[]>();
  for (const entry of entries) {
    const fields = parseDesc(entry.desc);
    const base = fields.get('BASE')?.[0] ?? entry.name;
    const date = fields.get('BUILDDATE')?.[0];
    const buildDate = date !== undefined && /^\d+$/.test(date) ? Number(date) : undefined;
    bases.set(base, [...(bases.get(base) ?? []), { entry, buildDate }]);
  }
  return bases;
}

/** Members that the newest build did not make: all of one build have the same date (makepkg sees to it). */
function leftBehind(members: readonly Member[]): readonly RepositoryEntry[] {
  const newest = Math.max(...members.map(({ buildDate }) => buildDate ?? 0));
  return members
    .filter(({ buildDate }) => buildDate !== undefined && buildDate < newest)
    .map(({ entry }) => entry);
}

/** A list of which no name is known was not made for this repository, whatever its size. */
function checkNames(cleanUp: CleanUp, unknown: readonly string[], vanishing: number): void {
  if (vanishing === 0 || unknown.length < new Set(cleanUp.keep).size) return;
  const { target, arch, keep } = cleanUp;
  const names = keep.slice(0, 3).map((name) => `'${name}'`);
  throw fault('PUB033', {
    what: `'${target}/${arch}' is to keep ${names.join(', ')}${keep.length > 3 ? ', ...' : ''} alone, and no such recipe is known`,
  });
}

function checkLimits(cleanUp: CleanUp, vanishing: number, all: number): void {
  const { share, atLeast } = cleanUp.limits ?? usualCleanUpLimits;
  if (vanishing > 0 && vanishing === all) {
    throw fault('PUB032', {
      what: `the clean-up of '${cleanUp.target}/${cleanUp.arch}' would remove all of its ${all} pkgbases`,
    });
  }
  if (vanishing < atLeast || vanishing <= share * all) return;
  const percent = Math.round((vanishing / all) * 100);
  throw fault('PUB030', {
    what: `the clean-up of '${cleanUp.target}/${cleanUp.arch}' would remove ${vanishing} of ${all} pkgbases (${percent} %)`,
  });
}
