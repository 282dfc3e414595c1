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

/** The recipe source that a request for a target means which names none; undefined where the farm has no such source. */
export function usualSource(config: Named, target: string): string | undefined {
  const names = sourcesFor(config, target);
  return names.includes(chaotic) ? chaotic : names[0];
}

/** Which kind of source each kind of target has. */
const kinds = {
  pacman: 'pkgbuild',
  'ebuild-tree': 'autogen',
  ebins: 'ebins',
  stages: 'stages',
  python: 'python',
} as const;

/** The sources that are for a target: those that name it, or those of PKGBUILDs, which are for any. */
export function sourcesFor(config: Named, target: string): readonly string[] {
  const wanted = kinds[config.targets[target]?.kind ?? 'pacman'];
  return Object.entries(config['recipe-sources'])
    .filter(([, { kind, target: own }]) => wanted === kind && (kind === 'pkgbuild' || own === target))
    .map(([id]) => id);
}
