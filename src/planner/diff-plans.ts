import type { Plan, PlannedJob } from '../model/index.ts';
import type { JobId } from '../primitives/index.ts';

/** What is different about a job that both plans have. */
export interface JobChange {
  readonly id: JobId;
  /** Names of the fields that differ, in the order of `PlannedJob`. */
  readonly fields: readonly string[];
  readonly before: PlannedJob;
  readonly after: PlannedJob;
}

export interface PlanDiff {
  readonly added: readonly PlannedJob[];
  readonly removed: readonly PlannedJob[];
  readonly changed: readonly JobChange[];
}

/** What a later plan has that an earlier one has not. The order of jobs does not count. */
export function diffPlans(before: Plan, after: Plan): PlanDiff {
  const old = new Map(before.jobs.map((job) => [job.id, job]));
  const now = new Set(after.jobs.map(({ id }) => id));
  const changed = after.jobs.flatMap((job): JobChange[] => {
    const was = old.get(job.id);
    const fields = was ? differing(was, job) : [];
    return was && fields.length > 0 ? [{ id: job.id, fields, before: was, after: job }] : [];
  });
  return {
    added: after.jobs.filter(({ id }) => !old.has(id)),
    removed: before.jobs.filter(({ id }) => !now.has(id)),
    changed,
  };
}

function differing(a: PlannedJob, b: PlannedJob): readonly string[] {
  const fields = new Set([...Object.keys(a), ...Object.keys(b)]) as Set<keyof PlannedJob>;
  return [...fields].filter((field) => JSON.stringify(a[field]) !== JSON.stringify(b[field]));
}

/** The difference for people, one line for each job; one line of words when there is none. */
export function renderPlanDiff(diff: PlanDiff): string {
  const lines = [
    ...diff.added.map(({ id, version }) => `+ ${id} ${version}`),
    ...diff.removed.map(({ id, version }) => `- ${id} ${version}`),
    ...diff.changed.map(({ id, fields, before, after }) => {
      const version =
        before.version === after.version ? after.version : `${before.version} -> ${after.version}`;
      return `~ ${id} ${version}: ${fields.join(', ')}`;
    }),
  ];
  return `${lines.length === 0 ? 'the plans are the same' : lines.join('\n')}\n`;
}
