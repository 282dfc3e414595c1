import type { Problem } from '../diagnostics/index.ts';
import { distfileName, type IndexedObject } from '../ebin-index/index.ts';
import {
  type CanonicalPart,
  type ContentObject,
  type ContentStore,
  canonicalParts,
  type OpenedBuild,
  objectEnding,
  withDebugTarball,
} from '../ebins/index.ts';
import { compareBytes } from '../primitives/index.ts';
import type { GenerateOptions, ObjectChange } from './contract.ts';
import type { GatheredBuild } from './gather.ts';
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
  key: string,
  { store, state, options }: Pick<SplitContext, 'store' | 'state' | 'options'>,
): KnownSplit | undefined {
  const known = state.splits.get(key);
  if (known?.rules !== splitRules(options)) return undefined;
  const isWhole = Object.values(known.parts).every(({ canonical, sha512: digest }) =>
    [store.find(canonical)].some((object) => object?.sha512 === digest),
  );
  return isWhole ? known : undefined;
}

/** Under what the parts of a build are remembered: its file, and the tarball of debug data beside it. */
export function splitKey({ known, debug }: GatheredBuild): string {
  return debug ? `${known.sha512} ${debug.sizeBytes} ${debug.modifiedMs}` : known.sha512;
}

/**
 * Takes the image of a build apart and puts its parts into the store (specification 5). Parts that a run before has put there
 * are not made again.
 * @throws what opening, splitting and storing throw
 */
export async function splitBuild(
  build: OpenedBuild,
  gathered: GatheredBuild,
  context: SplitContext,
): Promise<KnownSplit> {
  const key = splitKey(gathered);
  const earlier = earlierSplit(key, context);
  if (earlier) {
    for (const object of Object.values(earlier.parts))
      context.onObject({ ...changeOf(object), action: 'unchanged' });
    return earlier;
  }
  context.onSplit();
  const { options, signal } = context;
  const { debug } = gathered;
  const packed = await build.openImage();
  const image = debug ? await withDebugTarball(packed, debug.file, options.open) : packed;
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
    context.state.splits.set(key, split);
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
    const name = distfileName(pf, { part, sha512, ending: objectEnding(object) }, digits);
    return [part, { canonical, sha512, blake2b, size, name }];
  });
  return Object.fromEntries(named);
}

/** Problems of a build that metadata, image and container tell, each once. */
export function problemsOf(build: OpenedBuild, split: KnownSplit): Problem[] {
  // that files were left out is told by the choice of builds
  return [...build.problems.filter(({ code }) => code !== 'EBN009'), ...split.problems];
}
