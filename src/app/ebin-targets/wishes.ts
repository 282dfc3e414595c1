import type { EbinRequest } from '../../api/index.ts';
import { fault } from '../../diagnostics/index.ts';
import { originIn, type Selected, selectNearest } from '../../ebin-repository/index.ts';
import { bareFlag, comparePackageIds, packageNameOf, parsePackageId } from '../../formats/gentoo/index.ts';
import { digestBytes, textIfThere } from '../../host/index.ts';
import type { Recipe } from '../../model/index.ts';
import { type JobId, jobId } from '../../primitives/index.ts';
import { buildRecipe, type EbinDetails } from '../../recipes/ebin/index.ts';
import type { Farm } from '../farm.ts';
import { sourcesFor } from '../farm-names.ts';
import { ebinTargets } from './is-ebin-target.ts';
import { ownFolderOf } from './recipes.ts';

/** A combination of flags that somebody wants, as it is written down. */
export interface EbinWish {
  /** Counts up; a number is never used again. */
  readonly id: number;
  readonly target: string;
  /** The source whose first folder gets the binary package. */
  readonly source: string;
  /** `category/name-version`, or `category/name` while no ebuild of it is there. */
  readonly package: string;
  readonly use: readonly string[];
  readonly requestedMs: number;
}

interface Kept {
  readonly last: number;
  readonly wishes: readonly EbinWish[];
}

const word = 'ebin requests';
/** So many may wait at one time. */
const mostWishes = 1000;

type Words = Pick<Farm, 'database'>;

function read({ database }: Words): Kept {
  const text = database.words.get(word);
  return text === undefined ? { last: 0, wishes: [] } : (JSON.parse(text) as Kept);
}

/** All wishes that are written down, oldest first. */
export const ebinWishes = (farm: Words): readonly EbinWish[] => read(farm).wishes;

/** Writes a wish down, once; returns it, or the same one of before. Throws EBN103 when there are too many. */
export function addWish(
  farm: Words & Pick<Farm, 'clock'>,
  wish: Omit<EbinWish, 'id' | 'requestedMs'>,
): EbinWish {
  return farm.database.transaction(() => {
    const { last, wishes } = read(farm);
    const key = ({ target, package: name, use }: typeof wish): string => JSON.stringify([target, name, use]);
    const known = wishes.find((one) => key(one) === key(wish));
    if (known) return known;
    if (wishes.length >= mostWishes)
      throw fault('EBN103', { what: `${wishes.length} combinations are asked for already` });
    const added = { ...wish, id: last + 1, requestedMs: farm.clock.nowMs() };
    farm.database.words.set(word, JSON.stringify({ last: last + 1, wishes: [...wishes, added] }));
    return added;
  });
}

/** Forgets wishes; returns those that there were. */
export function dropWishes(farm: Words, ids: ReadonlySet<number>): readonly EbinWish[] {
  return farm.database.transaction(() => {
    const { last, wishes } = read(farm);
    const gone = wishes.filter(({ id }) => ids.has(id));
    if (gone.length > 0) {
      const left = wishes.filter(({ id }) => !ids.has(id));
      farm.database.words.set(word, JSON.stringify({ last, wishes: left }));
    }
    return gone;
  });
}

const mark = '.request-';
/** Name of the job of a wish: no package has a dot in its name. */
const wishName = ({ package: name, id }: EbinWish): string => `${name}${mark}${id}`;

export const wishJob = (wish: EbinWish): JobId =>
  jobId({ target: wish.target, arch: 'any', name: wishName(wish) });

/** A wish as a recipe of its source. */
export function wishRecipe(farm: Pick<Farm, 'config'>, wish: EbinWish): Recipe<EbinDetails> {
  const folder = ownFolderOf(farm, wish.source) ?? '';
  const { package: cpv, use } = wish;
  const version = parsePackageId(cpv) ? cpv.slice(cpv.lastIndexOf('/') + 1) : '0';
  return buildRecipe(wishName(wish), {
    ...{ kind: 'build', cpv, use, folder, version },
    inputDigest: digestBytes(JSON.stringify([cpv, use, wish.id])),
  });
}

/** Wishes of a source as recipes. */
export const wishRecipes = (
  farm: Words & Pick<Farm, 'config'>,
  source: string,
): readonly Recipe<EbinDetails>[] =>
  ebinWishes(farm)
    .filter((wish) => wish.source === source)
    .map((wish) => wishRecipe(farm, wish));

/** The wish of a job. Throws EBN104 when it was dropped. */
export function wishOfJob(farm: Words, name: string): EbinWish {
  const found = ebinWishes(farm).find((wish) => wishName(wish) === name);
  if (found) return found;
  throw fault('EBN104', {
    what: `the request '${name.slice(name.lastIndexOf(mark) + 1)}' is not there any more`,
  });
}

/** What a request means for what is there now. */
export interface Settled {
  readonly wish: Omit<EbinWish, 'id' | 'requestedMs'>;
  /** What the repository has of the package; undefined when it has none of it. */
  readonly found: Selected | undefined;
}

/**
 * Finds out what a request means: which target and version, and how each flag is to be. Throws EBN101 when there is no such
 * target, version or flag.
 */
export function settleRequest(farm: Pick<Farm, 'config' | 'trees'>, request: EbinRequest): Settled {
  const targets = ebinTargets(farm);
  const target = request.target ?? (targets.length === 1 ? targets[0] : undefined);
  if (target === undefined || !targets.includes(target)) {
    const known = targets.map((name) => `'${name}'`).join(', ') || 'none';
    const what =
      request.target === undefined
        ? `which target is meant? Targets of ebins: ${known}`
        : `'${request.target}' is no target of ebins; there are ${known}`;
    throw fault('EBN101', { what });
  }
  const source = sourcesFor(farm.config, target).find((one) => ownFolderOf(farm, one) !== undefined);
  if (source === undefined)
    throw fault('EBN101', { what: `no source of the farm has a PKGDIR of its own for '${target}'` });
  const atom = request.atom.replace(/^=/, '');
  const use = request.use.map((flag) => flag.replace(/^\+/, ''));
  const found = newestOf(farm, target, { atom, use });
  if (!found && isKnown(farm, target, atom))
    throw fault('EBN101', { what: `'${target}' has no version '${atom}'` });
  if (!found) return { wish: { target, source, package: atom, use: [...new Set(use)].sort() }, found };
  const flags = [...found.flags, ...Object.keys(found.pinned)];
  const strange = use.map(bareFlag).find((flag) => !flags.includes(flag));
  if (strange !== undefined) {
    const known =
      flags.length === 0 ? 'it has none' : `it has ${flags.map((flag) => `'${flag}'`).join(', ')}`;
    throw fault('EBN101', { what: `'${found.cpv}' has no flag '${strange}' that chooses; ${known}` });
  }
  const wanted = new Set(found.wanted);
  const all = flags.map((flag) => (wanted.has(flag) ? flag : `-${flag}`));
  return { wish: { target, source, package: originOf(farm, target, found.cpv), use: all }, found };
}

/** The version that an ebin was made of, which has another revision when it was made anew. */
function originOf(farm: Pick<Farm, 'trees'>, target: string, cpv: string): string {
  const id = parsePackageId(cpv);
  const tree = farm.trees.list().find(({ name }) => name === target)?.path;
  if (!id || tree === undefined) return cpv;
  const text = textIfThere(`${tree}/${id.category}/${id.name}/${cpv.slice(id.category.length + 1)}.ebuild`);
  return originIn(text ?? '') ?? cpv;
}

/** What a repository has for a wish: of the version that is named, or of the newest. */
export function newestOf(
  farm: Pick<Farm, 'trees'>,
  target: string,
  { atom, use }: { readonly atom: string; readonly use: readonly string[] },
): Selected | undefined {
  const tree = farm.trees.list().find(({ name }) => name === target);
  if (!tree) return undefined;
  const found = selectNearest(tree.path, [atom], { '*': use });
  return [...found].sort((a, b) => order(a.cpv, b.cpv)).at(-1);
}

function order(a: string, b: string): number {
  const [one, two] = [parsePackageId(a), parsePackageId(b)];
  return one && two ? comparePackageIds(one, two) : 0;
}

function isKnown(farm: Pick<Farm, 'trees'>, target: string, atom: string): boolean {
  const own = packageNameOf(atom);
  return farm.trees.packages(target).some(({ name }) => name === own);
}
