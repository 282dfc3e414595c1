import {
  type MatrixMemory,
  type MemoryPart,
  type MemorySource,
  readMemoryPart,
} from '../../ebin-repository/index.ts';
import { pathExists, realPath } from '../../host/index.ts';
import { EbinRepositories } from '../ebins/ebin-look.ts';
import type { Farm } from '../farm.ts';
import { autogenPackages } from '../service/autogen-packages.ts';
import { ebinTargets } from './is-ebin-target.ts';
import { readEbinFacts } from './objects.ts';

/** What may be seen of a farm's repositories of ebins; those that were never published are not among them. */
export function ebinLook(farm: Farm, takesRequests: () => boolean): EbinRepositories {
  const memories = new Map<string, MatrixMemory>();
  const memoryFor = (target: string): MatrixMemory => {
    const memory = memories.get(target) ?? targetMemory(farm, target);
    memories.set(target, memory);
    return memory;
  };
  const shown = () =>
    publishedTargets(farm).map((name) => ({
      name,
      folder: treeOf(farm, name),
      memory: memoryFor(name),
      takesRequests: takesRequests(),
    }));
  return new EbinRepositories(shown, farm.clock);
}

const treeOf = ({ paths }: Pick<Farm, 'paths'>, target: string): string => `${paths.public}/${target}/tree`;

const publishedTargets = (farm: Farm): readonly string[] =>
  ebinTargets(farm)
    .filter((target) => pathExists(treeOf(farm, target)))
    .sort();

/** What published packages say of their builds, and what the newest jobs were refused for. */
function targetMemory(farm: Farm, target: string): MatrixMemory {
  let known:
    | { readonly generation: string; readonly packages: ReadonlyMap<string, MemorySource> }
    | undefined;
  return () => {
    const generation = realPath(treeOf(farm, target));
    if (known?.generation !== generation) known = { generation, packages: publishedMemory(farm, target) };
    const version = String(farm.database.events.last());
    return new Map([...known.packages, ['', { version, read: () => refusedMemory(farm, target) }]]);
  };
}

function publishedMemory(farm: Farm, target: string): ReadonlyMap<string, MemorySource> {
  return new Map(
    farm.trees.packages(target).flatMap(({ name, facts }) => {
      if (facts === undefined) return [];
      const read = async (): Promise<MemoryPart> => readMemoryPart((await readEbinFacts(farm, facts)).memory);
      return [[name, { version: facts, read }] as const];
    }),
  );
}

function refusedMemory(farm: Farm, target: string): MemoryPart {
  const sources = Object.entries(farm.config['recipe-sources']).flatMap(([source, { kind, target: of }]) =>
    kind === 'ebins' && of === target ? [source] : [],
  );
  const refused = sources
    .flatMap((source) => autogenPackages(farm, { source, target }))
    .flatMap(({ name, error }) =>
      error ? [[name, [{ code: error.code, severity: 'error' as const, message: error.what }]] as const] : [],
    );
  return { packages: new Map(), refused: new Map(refused) };
}
