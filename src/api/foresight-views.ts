import { z } from 'zod';
import { jobStates } from '../model/index.ts';

const ms = z.number();

/** When something will be, in ms since the epoch: eight times in ten between `earlyMs` and `lateMs`. */
export const timeRangeSchema = z.object({ earlyMs: ms, middleMs: ms, lateMs: ms });
export type TimeRangeView = z.output<typeof timeRangeSchema>;

/** What a duration is known from; `no-history`: nothing is, and the range is a guess. */
export const durationBases = ['own-history', 'class-history', 'no-history'] as const;

/** What is foreseen of one job. */
export const jobForecastSchema = z.object({
  job: z.string(),
  plan: z.int(),
  state: z.enum(jobStates),
  /** Jobs that are given to builders before it; null when it runs, or will not run as things stand. */
  position: z.int().nullable(),
  start: timeRangeSchema.nullable(),
  end: timeRangeSchema.nullable(),
  basis: z.enum(durationBases),
  /** Jobs without any history, it and what it waits for. */
  withoutHistory: z.int(),
});
export type JobForecastView = z.output<typeof jobForecastSchema>;

export const planForecastSchema = z.object({
  plan: z.int(),
  end: timeRangeSchema.nullable(),
  /** Jobs that are not over. */
  open: z.int(),
  withoutHistory: z.int(),
  /** Jobs that will not run as things stand: no builder may take them, or what they wait for. */
  stuck: z.int(),
});
export type PlanForecastView = z.output<typeof planForecastSchema>;

/** `GET /api/forecast`: when open jobs and plans will be done, the next to be given out first. */
export const forecastQuerySchema = z.strictObject({
  plan: z.coerce.number().int().positive().optional(),
  limit: z.coerce.number().int().min(0).max(5000).optional(),
});
export const forecastSchema = z.object({
  /** As of when. */
  atMs: ms,
  /** Slots of builders that take jobs now. */
  slots: z.int(),
  plans: z.array(planForecastSchema),
  jobs: z.array(jobForecastSchema),
  /** Open jobs, shown or not. */
  total: z.int(),
});
export type ForecastView = z.output<typeof forecastSchema>;

/** One link of a chain of causes; those deeper below it are its own causes. */
export const whyLineSchema = z.object({
  depth: z.int(),
  /** What kind of cause, for machines. */
  kind: z.string(),
  text: z.string(),
  /** The job it speaks of, when that is another one. */
  job: z.string().optional(),
  plan: z.int().optional(),
  sinceMs: ms.optional(),
  /** Code of the problem. */
  code: z.string().optional(),
});
export type WhyLine = z.output<typeof whyLineSchema>;

/** `GET /api/why`: of a pkgbase or a whole job id. */
export const whyQuerySchema = z.strictObject({ of: z.string().min(1).max(512) });
export const whyAnswerSchema = z.object({
  id: z.string(),
  plan: z.int(),
  state: z.enum(jobStates),
  /** When it came to that state. */
  sinceMs: ms,
  /** The state in one sentence. */
  summary: z.string(),
  reason: z.string(),
  /** Why it was planned. */
  planned: z.array(whyLineSchema),
  /** Why it stands where it does: what it waits for, what blocks it, why it is not published. */
  now: z.array(whyLineSchema),
  /** What to do, always. */
  next: z.object({ text: z.string(), commands: z.array(z.string()) }),
  when: jobForecastSchema.nullable(),
  /** Why it was planned and what it waits for, as the plan tells; then each move. */
  explanation: z.array(z.string()),
  attempts: z.array(z.object({ id: z.int(), text: z.string(), path: z.string() })),
});
export type WhyAnswer = z.output<typeof whyAnswerSchema>;

/** `GET /api/plans`: newest first. */
export const plansQuerySchema = z.strictObject({
  before: z.coerce.number().int().positive().optional(),
  limit: z.coerce.number().int().min(1).max(500).optional(),
});
export const planRowSchema = z.object({
  id: z.int(),
  target: z.string(),
  arch: z.string(),
  why: z.string(),
  source: z.string().nullable(),
  commit: z.string().nullable(),
  createdMs: ms,
  finishedMs: ms.nullable(),
  jobs: z.int(),
  states: z.partialRecord(z.enum(jobStates), z.int()),
  end: timeRangeSchema.nullable(),
});
export type PlanRow = z.output<typeof planRowSchema>;
export const plansReplySchema = z.object({ plans: z.array(planRowSchema), next: z.int().nullable() });
export type PlansReply = z.output<typeof plansReplySchema>;

export const planParamsSchema = z.object({ plan: z.coerce.number().int().positive() });
/** One job of a plan's graph. */
export const planNodeSchema = z.object({
  job: z.string(),
  name: z.string(),
  version: z.string(),
  action: z.enum(['build', 'build-if-broken', 'keep']),
  state: z.enum(jobStates),
  reason: z.string(),
  why: z.string(),
  builder: z.string().nullable(),
  startedMs: ms.nullable(),
  durationMs: ms.nullable(),
  expectedMs: ms.nullable(),
  /** Longest chain of expected durations from its start to the end of the plan. */
  pathMs: ms,
  /** Whether it is on the longest chain of the plan. */
  critical: z.boolean(),
  blockedOn: z.string().nullable(),
});
export type PlanNode = z.output<typeof planNodeSchema>;
/** `GET /api/plans/:plan`: jobs in the plan's order; edges by their places, from what comes first to what waits. */
export const planGraphSchema = planRowSchema.extend({
  nodes: z.array(planNodeSchema),
  edges: z.array(z.tuple([z.int(), z.int()])),
  problems: z.array(z.object({ code: z.string(), what: z.string() })),
});
export type PlanGraph = z.output<typeof planGraphSchema>;

export const policies = ['critical-path', 'most-dependants', 'longest-first', 'fifo'] as const;
/**
 * `GET /api/simulate`: a plan, what is open now, or what was recorded since a time, on builders as they are or as described:
 * `4`, `8x2@2` (eight of two slots and class 2), `one:4@3+gpu/aarch64*1.5` (a name, slots, class, labels, architecture, speed), separated by commas; `+` in
 * front adds to those that are there, `-NAME` takes one away.
 */
export const simulateQuerySchema = z.strictObject({
  plan: z.coerce.number().int().positive().optional(),
  since: z.coerce.number().int().nonnegative().optional(),
  builders: z.string().max(2000).optional(),
  policy: z.enum(policies).optional(),
});
export type SimulateQuery = z.output<typeof simulateQuerySchema>;

const spans = z.object({ meanMs: ms, medianMs: ms, p90Ms: ms, mostMs: ms });
export const simulatedPolicySchema = z.object({
  policy: z.enum(policies),
  makespanMs: ms,
  /** Makespan over the lower bound. */
  ratio: z.number().nullable(),
  waiting: spans,
  /** Share of all slots that is used, 0 to 1. */
  utilisation: z.number(),
});
export const simulationReplySchema = z.object({
  /** What was run: `plan 12`, `14 plans since ...`. */
  what: z.string(),
  jobs: z.int(),
  ran: z.int(),
  states: z.partialRecord(z.enum(jobStates), z.int()),
  /** Jobs whose durations nobody knows: they count as what jobs like them take. */
  withoutHistory: z.int(),
  /** Longest chain, work over the builders that may do it, and the larger of both: no order is faster. */
  bound: z.object({ pathMs: ms, workMs: ms, boundMs: ms }),
  policies: z.array(simulatedPolicySchema),
  builders: z.array(z.object({ name: z.string(), slots: z.int(), utilisation: z.number() })),
  /** Jobs that no such builder may take, and what waits for them. */
  stuck: z.array(z.string()),
  /** What recorded plans really took. */
  recordedMs: ms.nullable(),
  /** How long the simulation took. */
  tookMs: ms,
});
export type SimulationReply = z.output<typeof simulationReplySchema>;
