import { type Problem, ProblemError } from '../diagnostics/index.ts';
import {
  type Build,
  fragmentFor,
  type GeneratedIndex,
  generateIndex,
  type IndexedObject,
  type Selection,
  selectBuilds,
} from '../ebin-index/index.ts';
import { type OpenedBuild, objectEnding, openFound } from '../ebins/index.ts';
import { atOnce } from '../primitives/index.ts';
import type { GenerateOptions } from './contract.ts';
import { type GatheredBuild, isOfTheMachine } from './gather.ts';
import { partClasses } from './part-classes.ts';
import { earlierSplit, namedParts, problemsOf, splitBuild, splitKey } from './split-build.ts';
import type { KnownSplit } from './state.ts';

/** How many images are taken apart at one time: each of them keeps a compressor busy. */
const mostAtOnce = 2;

type MakeContext = Parameters<typeof splitBuild>[2] & {
  readonly isTaken: (categoryAndName: string) => boolean;
};

interface Opened {
  readonly gathered: GatheredBuild;
  readonly opened: OpenedBuild;
  readonly build: Build;
}

/** A name for each build that no other build of the version has. */
export function buildPath({ folder, found }: GatheredBuild, all: readonly GatheredBuild[]): string {
  const isAlone = all.every((other) => other.folder === folder || other.found.path !== found.path);
  return isAlone ? found.path : found.file;
}

/** The builds of a version with all that their metadata says. Throws what opening them throws. */
export async function openVersion(
  builds: readonly GatheredBuild[],
  options: GenerateOptions,
  isSplit: (build: GatheredBuild) => boolean,
): Promise<readonly Opened[]> {
  return await atOnce(builds, { most: mostAtOnce }, async (gathered) => {
    const check = isSplit(gathered) ? 'metadata' : 'all';
    const { allowPrefix } = options;
    const opened = await openFound(gathered.folder, gathered.found, { ...options.open, allowPrefix, check });
    const { format, cpv, buildId, buildTime, chost, slot, eapi, iuse, use, arch, metadata } = opened;
    const facts = { format, cpv, buildId, buildTime, chost, slot, eapi, iuse, use, arch, metadata };
    const environment = await opened.environment();
    return { gathered, opened, build: { ...facts, path: buildPath(gathered, builds), environment } };
  });
}

/** One version, made. */
export interface MadeVersion {
  readonly index: GeneratedIndex;
  readonly selection: Selection;
  readonly problems: readonly Problem[];
}

/**
 * Makes the ebin of one version: opens its builds, chooses among them, takes apart the images of those that count, and has the
 * ebuild made and proved. Objects lie in the store on return, nothing else is written. Throws the problem that refuses it.
 */
export async function makeVersion(
  builds: readonly GatheredBuild[],
  context: MakeContext,
): Promise<MadeVersion> {
  const { options, store, signal } = context;
  const opened = await openVersion(
    builds,
    options,
    (build) => earlierSplit(splitKey(build), context) !== undefined,
  );
  const chosen = selectBuilds(
    opened.map(({ build }) => build),
    options,
  );
  const counting = new Set(chosen.selected.map(({ build }) => build.path));
  const used = opened.filter(({ build }) => counting.has(build.path));
  const splits = await atOnce(used, { most: mostAtOnce, signal }, async (one) => ({
    ...one,
    split: await splitBuild(one.opened, one.gathered, context),
  }));
  signal?.throwIfAborted();
  const owners = new Map(splits.map(({ build, split }) => [build.path, split.owners]));
  const selection = selectBuilds(
    opened.map(({ build }) => ({ ...build, owners: owners.get(build.path) })),
    options,
  );
  const parts = partsByBuild(splits);
  const index = generateIndex({
    selection,
    parts,
    classes: partClasses(options),
    options,
    isTaken: context.isTaken,
  });
  for (const { object, text } of index.made) {
    const { sha512, isNew } = await store.putPlain(Buffer.from(text));
    context.onObject({ sha512, size: object.size, action: isNew ? 'written' : 'unchanged' });
  }
  return {
    index,
    selection,
    problems: [...splits.flatMap(({ opened: one, split }) => problemsOf(one, split)), ...index.problems],
  };
}

function partsByBuild(
  splits: readonly { readonly build: Build; readonly split: KnownSplit }[],
): Map<string, Record<string, IndexedObject>> {
  const pf = splits[0]?.build.cpv.split('/')[1] ?? '';
  const all = splits.flatMap(({ split }) => Object.entries(split.parts));
  const digits = fragmentFor(
    all.map(([part, object]) => ({
      part,
      sha512: object.sha512,
      ending: objectEnding(object),
    })),
  );
  return new Map(splits.map(({ build, split }) => [build.path, namedParts(split.parts, pf, digits)]));
}

/** The problem that refuses a package; anything else goes on. */
export function refusal(error: unknown): Problem {
  if (error instanceof ProblemError && !isOfTheMachine(error)) return error.problem;
  throw error;
}
