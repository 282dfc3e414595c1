import { z } from 'zod';
import { jobStates } from '../model/index.ts';
import { builderViewSchema } from './farm-views.ts';

const ms = z.number();
const stateSchema = z.enum(jobStates);

/** A job at work, for overviews. */
export const runningJobSchema = z.object({
  id: z.string(),
  plan: z.int(),
  builder: z.string(),
  startedMs: ms,
  /** Median of what it took before; null: it was never built. */
  expectedMs: ms.nullable(),
  urgency: z.number(),
});

/** An attempt that ended badly. */
export const failedAttemptSchema = z.object({
  id: z.string(),
  plan: z.int(),
  attempt: z.int(),
  builder: z.string(),
  endedMs: ms,
  state: z.enum(['failed', 'timed-out']),
  code: z.string().nullable(),
  what: z.string(),
  /** Where the newest job of this id stands now. */
  now: stateSchema,
});

/** A builder with its load. */
export const builderLoadSchema = builderViewSchema.pick({ name: true, state: true, slots: true }).extend({
  busy: z.int(),
  /** Attempts that ended there within a day. */
  dayAttempts: z.int(),
});

/** `GET /api/overview`: what the first page of the dashboard shows; a day is the last 24 hours. */
export const overviewSchema = z.object({
  /** Jobs of all plans that are not over, by state. */
  open: z.partialRecord(stateSchema, z.int()),
  running: z.array(runningJobSchema),
  /** Attempts that ended badly within a day, newest first, at most 100. */
  failed: z.array(failedAttemptSchema),
  /** Within a day: how attempts ended, and packages that were published. */
  day: z.object({ succeeded: z.int(), failed: z.int(), published: z.int() }),
  builders: z.array(builderLoadSchema),
  /** Of the last 48 hours, oldest first; `atMs` is when the hour began. */
  hours: z.array(z.object({ atMs: ms, succeeded: z.int(), failed: z.int() })),
  upstreams: z.array(
    z.object({
      source: z.string(),
      nextMs: ms.nullable(),
      lastMs: ms.nullable(),
      paused: z.boolean(),
      /** What keeps it from its work. */
      problem: z.string().nullable(),
      /** Packages that wait for somebody to look at a change. */
      reviews: z.int(),
    }),
  ),
  troubles: z.array(z.string()),
});
export type Overview = z.output<typeof overviewSchema>;
