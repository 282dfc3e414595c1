import type { ScheduleReply, ScheduleRequest } from '../../api/index.ts';
import { digestBytes, systemRandom } from '../../host/index.ts';
import type { Recipe } from '../../model/index.ts';
import { type RunOutcome, shown } from './upkeep-run.ts';

/** Puts recipes of a tree into the queue for a run, and says what came of it; none at all are done at once. */
export async function scheduleRun(
  parts: {
    readonly source: string;
    readonly target: string;
    readonly schedule: (request: ScheduleRequest) => Promise<ScheduleReply>;
  },
  names: readonly string[],
  commit?: string,
): Promise<RunOutcome> {
  if (names.length === 0) return { outcome: 'done', problem: null, scheduled: [], warnings: 0 };
  const { source, target, schedule } = parts;
  const packages = names.map((name) => ({ name }));
  const reply = await schedule({
    id: `upkeep-${systemRandom.hex(12)}`,
    ...{ target, source, arch: 'any', commit, urgency: 0, packages },
  });
  const [first] = reply.refused;
  return {
    outcome: first === undefined ? 'done' : 'failed',
    problem: first === undefined ? null : shown(first),
    scheduled: reply.accepted.map(({ name }) => name),
    warnings: reply.refused.length,
  };
}

/** What stands for a commit where a source has none: a digest of everything that would make a job. */
export const recipesDigest = (recipes: readonly Recipe[]): string =>
  digestBytes(JSON.stringify(recipes.map(({ name, inputDigest }) => [name, inputDigest]))).slice(0, 40);
