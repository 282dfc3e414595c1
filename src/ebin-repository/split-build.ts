import type { Problem } from '../diagnostics/index.ts';
import type { IndexedObject } from '../ebin-index/index.ts';
import {
  type CanonicalPart,
  type ContentObject,
  type ContentStore,
  canonicalParts,
  type OpenedBuild,
  objectFileName,
} from '../ebins/index.ts';
import { compareBytes } from '../primitives/index.ts';
import type { GenerateOptions, ObjectChange } from './contract.ts';
import { splitRules } from './part-classes.ts';
import type { GeneratorState, KnownSplit } from './state.ts';

/** Objects by name of the class. */
export type Parts = Readonly<Record<string, ContentObject>>;

interface SplitContext {
  readonly store: ContentStore;
  readonly state: GeneratorState;
  readonly options: GenerateOptions;
  readonly signal?: AbortSignal | undefined;
  readonly onObject: (change: ObjectChange) => void;
  readonly onSplit: () => void;
}

/** What a run before has split off an image, if it did so by the same rules and everything still lies in the store. */
export function earlierSplit(
  sha512: string,
  { store, state, options }: Pick<SplitContext, 'store' | 'state' | 'options'>,
): KnownSplit | undefined {
  const known = state.splits.get(sha512);
  if (known?.rules !== splitRules(options)) return undefined;
  const isWhole = Object.values(known.parts).every(({ canonical, sha512: digest }) =>
    [store.find(canonical)].some((object) => object?.sha512 === digest),
  );
  return isWhole ? known : undefined;
}

/**
 * Takes the image of a build apart and puts its parts into the store (specification 5). Parts that a run before has put there
 * are not made again.
 * @throws what opening, splitting and storing throw
 */
export async function splitBuild(
  build: OpenedBuild,
  sha512: string,
  context: SplitContext,
): Promise<KnownSplit> {
  const earlier = earlierSplit(sha512, context);
  if (earlier) {
    for (const object of Object.values(earlier.parts))
      context.onObject({ ...changeOf(object), action: 'unchanged' });
    return earlier;
  }
  context.onSplit();
  const { options, signal } = context;
  const image = await build.openImage();
  try {
    const rules = options.rules ?? [];
    const { parts } = await canonicalParts(image, build.path, { rules, mtime: options.mtime, signal });
    const names = new Set(image.entries.flatMap(({ uname, gname }) => [uname, gname]));
    const split: KnownSplit = {
      rules: splitRules(options),
      parts: await stored(parts, context),
      owners: [...names].filter((name) => name !== '' && name !== 'root').sort(compareBytes),
      problems: image.problems,
    };
    context.state.splits.set(sha512, split);
    return split;
  } finally {
    await image.close();
  }
}

async function stored(parts: readonly CanonicalPart[], context: SplitContext): Promise<Parts> {
  const objects: Record<string, ContentObject> = {};
  for (const part of parts) {
    const { object, isNew } = await context.store.put(part, context.options.compress ?? 'xz');
    objects[part.part] = object;
    context.onObject({ ...changeOf(object), action: isNew ? 'written' : 'unchanged' });
  }
  return objects;
}

const changeOf = ({ sha512, size }: ContentObject): Omit<ObjectChange, 'action'> => ({ sha512, size });

/** The objects of a build under the names that they have as its distfiles (specification 6.2). */
export function namedParts(parts: Parts, pf: string, digits: number): Record<string, IndexedObject> {
  const named = Object.entries(parts).map(([part, object]): [string, IndexedObject] => {
    const { canonical, sha512, blake2b, size } = object;
    return [part, { canonical, sha512, blake2b, size, name: objectFileName(pf, part, object, digits) }];
  });
  return Object.fromEntries(named);
}

/** Problems of a build that metadata, image and container tell, each once. */
export function problemsOf(build: OpenedBuild, split: KnownSplit): Problem[] {
  // that files were left out is told by the choice of builds
  return [...build.problems.filter(({ code }) => code !== 'EBN009'), ...split.problems];
}
