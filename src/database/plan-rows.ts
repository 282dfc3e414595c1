import type { JobEdge, Plan, PlannedJob, PlanOrigin } from '../model/index.ts';
import type { JobId, PlanId } from '../primitives/index.ts';
import type { EdgeRow } from './job-edges.ts';
import type { JobRecord } from './job-records.ts';

export interface NewPlan {
  readonly plan: Plan;
  /** Why this run came about: `packmill build ./recipes`. */
  readonly why: string;
  readonly failFast: boolean;
  readonly atMs: number;
  /** Asked about each job that waits for no other one of the plan: the offer with which it is written as ready at once. */
  readonly offerOf?: ((job: PlannedJob) => number | undefined) | undefined;
}

/** What a plan is in the record: a row for each job, in the plan's order with keys that count up, and the edges between them. */
export function planRows(
  { plan, offerOf, atMs }: Pick<NewPlan, 'plan' | 'offerOf' | 'atMs'>,
  { id, firstKey }: { readonly id: PlanId; readonly firstKey: number },
): { readonly rows: readonly JobRecord[]; readonly edges: readonly EdgeRow[] } {
  const keys = new Map(plan.jobs.map((job, position) => [job.id, firstKey + position]));
  const rows: JobRecord[] = [];
  const edges: EdgeRow[] = [];
  for (const [position, job] of plan.jobs.entries()) {
    const key = firstKey + position;
    const waitsFor = mergeEdges(job, keys);
    for (const [dependency, { required, kind }] of waitsFor)
      edges.push({ dependency, dependant: key, required, kind });
    const offer = waitsFor.size === 0 ? offerOf?.(job) : undefined;
    const place = { key, position, atMs, pending: waitsFor.size, offer, origin: plan.origin };
    rows.push(newRow(id, job, place));
  }
  return { rows, edges };
}

/** Where a job goes, and how many jobs of its plan it waits for. */
interface JobPlace {
  readonly key: number;
  readonly position: number;
  readonly atMs: number;
  readonly pending: number;
  readonly offer: number | undefined;
  readonly origin: PlanOrigin | undefined;
}

/** A job of a new plan, as its row is written. */
const newRow = (plan: PlanId, job: PlannedJob, place: JobPlace): JobRecord => ({
  key: place.key,
  plan,
  position: place.position,
  id: job.id,
  action: job.action,
  cycle: job.cycle,
  priority: job.criticalPathMs,
  buildClass: job.buildClass,
  urgency: place.origin?.urgency ?? 0,
  share: place.origin?.source ?? '',
  labels: job.labels ?? [],
  state: place.offer === undefined ? 'waiting' : 'ready',
  reason: '',
  pending: place.pending,
  losses: 0,
  offer: place.offer ?? 0,
  sinceMs: place.atMs,
  readySinceMs: place.offer === undefined ? undefined : place.atMs,
  attempt: undefined,
  canceling: undefined,
  blockedOn: undefined,
});

interface MergedEdge {
  readonly required: boolean;
  readonly kind: 'need' | 'cycle';
}

/** Several needs may lead to one job: it is required as soon as one of them is. */
function mergeEdges(job: PlannedJob, keys: ReadonlyMap<JobId, number>): Map<number, MergedEdge> {
  const merged = new Map<number, MergedEdge>();
  for (const edge of job.waitsFor) {
    const key = keys.get(edge.job);
    if (key === undefined) continue;
    const known = merged.get(key);
    merged.set(key, {
      required: edge.required || known?.required === true,
      kind: kindOf(edge) === 'need' || known?.kind === 'need' ? 'need' : 'cycle',
    });
  }
  return merged;
}

const kindOf = (edge: JobEdge): MergedEdge['kind'] => (edge.match === 'cycle' ? 'cycle' : 'need');
