import type { DecisionInput, DecisionResult } from '../dispatcher/index.ts';
import { type JobId, parseJobId } from '../primitives/index.ts';
import { lastMade, successesOf } from './artifacts-at-hand.ts';
import type { Farm } from './farm.ts';
import { isPythonTarget } from './python-targets/is-python-target.ts';

/**
 * Whether a job has to be rebuilt because a dependency was: when a soname that its packages use was provided by
 * an earlier build of the dependency and is provided by none of its packages now (setting `rebuild.dependants`
 * makes it all dependants, or none).
 */
export function decideRebuild(farm: Farm, { job, rebuilt }: DecisionInput): DecisionResult {
  const names = rebuilt.map(nameOf).join(', ');
  // a manifest is of all graphs; it looks at them itself, and does nothing when they are the same
  if (isPythonTarget(farm, parseJobId(job.id)?.target ?? ''))
    return { run: true, reason: `${names} was explored` };
  switch (farm.config.rebuild.dependants) {
    case 'all':
      return { run: true, reason: `${names} was rebuilt` };
    case 'none':
      return { run: false, reason: `${names} was rebuilt; setting rebuild.dependants is none` };
    case 'broken':
      break;
  }
  const needed = new Set(lastMade(farm, job.id).flatMap(({ artifact }) => artifact.neededSonames));
  for (const dependency of rebuilt) {
    const now = new Set(lastMade(farm, dependency).flatMap(({ artifact }) => artifact.providedSonames));
    for (const before of successesOf(farm, dependency)) {
      const lost = before
        .flatMap(({ artifact }) => artifact.providedSonames)
        .find((soname) => needed.has(soname) && !now.has(soname));
      if (lost !== undefined)
        return { run: true, reason: `'${nameOf(dependency)}' no longer provides '${lost}'` };
    }
  }
  return {
    run: false,
    reason: `up to date: ${names} was rebuilt and still provides every soname that is used`,
  };
}

const nameOf = (job: JobId): string => parseJobId(job)?.name ?? job;
