import type { FarmConfig } from '../config/index.ts';

/** The name that Chaotic Manager's clients take for granted (specification 13.2). */
const chaotic = 'chaotic-aur';

type Named = Pick<FarmConfig, 'repository' | 'targets' | 'recipe-sources'>;

/** Targets of a farm: its own first. */
export const targetNames = (config: Named): readonly string[] => [
  ...new Set([config.repository, ...Object.keys(config.targets)]),
];

/** The target that a request means which names none. */
export function usualTarget(config: Named): string {
  return targetNames(config).includes(chaotic) ? chaotic : config.repository;
}

/** The recipe source that a request means which names none; undefined where the farm has no source. */
export function usualSource(config: Named): string | undefined {
  const names = Object.keys(config['recipe-sources']);
  return names.includes(chaotic) ? chaotic : names[0];
}
