import type { Problem } from '../diagnostics/index.ts';
import type { Diagnostic } from './contract.ts';
import type { GatheredBuild } from './gather.ts';

/** A problem as results of the generator have it (specification 10.7). */
export function diagnosticOf(
  { code, severity, place, what }: Problem,
  cpv?: string,
  builds: readonly GatheredBuild[] = [],
): Diagnostic {
  const path = place && 'file' in place ? place.file : undefined;
  const build = builds.find(({ found }) => found.path === path);
  return { code, severity, cpv, buildId: build?.known.buildId, path, message: what };
}
