import type { BuildEnvironment } from './environment.ts';
import type { Build } from './input.ts';

const words = (text: string | undefined): string[] => (text ?? '').split(/\s+/).filter((word) => word !== '');

/**
 * The architecture of a build (specification 3.8): of the index header, or the flag of the build that its profile lists as one;
 * undefined when nothing says it.
 */
export function archOf(build: Build, environment: BuildEnvironment | undefined): string | undefined {
  if (build.arch !== undefined && build.arch !== '') return build.arch;
  const known = words(environment?.variables.get('USE_EXPAND_VALUES_ARCH')?.value);
  const listed = build.use.find((flag) => known.includes(flag));
  return listed ?? build.use.find((flag) => flag.startsWith('arch_'))?.slice('arch_'.length);
}

/** KEYWORDS of an ebin for some architectures, of the list of its builds (specification 3.8). */
export function keywordsFor(original: string, arches: readonly string[]): string {
  const listed = new Set(words(original));
  const entries = arches.map((arch) => (listed.has(arch) ? arch : `~${arch}`));
  return ['-*', ...entries].join(' ');
}
