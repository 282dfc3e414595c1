import type { BuilderView } from '../../api/index.ts';
import type { JobRecord } from '../../database/index.ts';
import type { OpenWork } from '../../dispatcher/index.ts';
import { parseJobId } from '../../primitives/index.ts';
import { DurationModel, type RunningJob } from '../../simulator/index.ts';
import type { Farm } from '../farm.ts';

/** What foresight needs of a farm: its record, and who builds. */
export interface ForesightScene {
  readonly farm: Pick<Farm, 'database' | 'clock' | 'config'>;
  /** All builders that are known, those of the manager's own process among them. */
  readonly builders: () => readonly BuilderView[];
  /** Whether a builder is of the manager's own process, which takes every class. */
  readonly isOwn: (name: string) => boolean;
}

/** Everything that is not over, as a simulation begins with it. */
export function openWork({
  database,
}: ForesightScene['farm']): OpenWork & { readonly running: readonly RunningJob[] } {
  const plans = database.plans.open();
  const rows = plans.flatMap(({ id }) => database.jobs.openOfPlan(id));
  const running = database.attempts.running().map(({ jobKey, builder, startedMs }) => ({
    key: jobKey,
    builder,
    sinceMs: startedMs,
  }));
  return {
    plans,
    rows,
    edges: database.edges.openEdges(),
    // asked for again in each run of a forecast
    planned: once((key) => database.jobs.planned(key)),
    peaks: once((job) => database.peaks.get(job)),
    running,
  };
}

/** A function that is asked only once for each argument. */
function once<Argument, Result>(ask: (argument: Argument) => Result): (argument: Argument) => Result {
  const known = new Map<Argument, Result>();
  return (argument) => {
    const before = known.get(argument);
    if (before !== undefined) return before;
    const result = ask(argument);
    known.set(argument, result);
    return result;
  };
}

/** Jobs of one target and build class count as alike when one of them has no history. */
export const groupOf = ({ id, buildClass }: Pick<JobRecord, 'id' | 'buildClass'>): string =>
  `${parseJobId(id)?.target ?? ''} ${buildClass ?? 1}`;

/** What is known of durations. */
export function durationModel({ database }: ForesightScene['farm']): DurationModel {
  return new DurationModel(
    [...database.durations.all()].map(({ job, durationsMs, buildClass }) => ({
      job,
      durationsMs,
      group: groupOf({ id: job, buildClass }),
    })),
  );
}

/** Share of jobs "if a dependency breaks them" that had to be built; half of them where nobody knows yet. */
export const brokenShareOf = ({ database }: ForesightScene['farm']): number =>
  database.views.brokenShare() ?? 0.5;
