import { z } from 'zod';
import { jobStates } from '../model/index.ts';
import { builderViewSchema } from './farm-views.ts';
import { countText } from './log-requests.ts';

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
  /** What its log says, as far as it was read: class of the failure and the first line of the error. */
  said: z.object({ title: z.string(), line: z.string().nullable() }).nullable(),
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

const openState = z.enum(['waiting', 'ready', 'running']);
const word = z.string().min(1).max(256);

/** Which jobs of the queue; `text` is a part of the recipe's name, `limit` at most 5,000, default 500. */
export const queuePageQuerySchema = z.object({
  state: openState.optional(),
  target: word.optional(),
  arch: word.optional(),
  source: word.optional(),
  builder: word.optional(),
  text: word.optional(),
  limit: countText.pipe(z.int().min(1).max(5_000)).optional(),
});
export type QueuePageQuery = z.output<typeof queuePageQuerySchema>;

/** `GET /api/queue/jobs`: those at work first, then the ready ones as they come, then those that wait for others. */
export const queuePageSchema = z.object({
  jobs: z.array(
    z.object({
      id: z.string(),
      plan: z.int(),
      state: openState,
      reason: z.string(),
      urgency: z.number(),
      buildClass: z.union([z.number(), z.string(), z.null()]),
      source: z.string(),
      sinceMs: ms,
      /** Its place among all ready jobs, counted from 1. */
      place: z.int().nullable(),
      /** How many jobs it waits for. */
      pending: z.int(),
      builder: z.string().nullable(),
      expectedMs: ms.nullable(),
      /** How long it and what waits for it take at least. */
      pathMs: ms,
    }),
  ),
  /** How many there are by state, those beyond the limit as well. */
  counts: z.partialRecord(openState, z.int()),
  /** Targets and sources of all jobs that are not over. */
  targets: z.array(z.string()),
  sources: z.array(z.string()),
});
export type QueuePage = z.output<typeof queuePageSchema>;

const reviewHead = z.object({
  source: z.string(),
  package: z.string(),
  /** Branch on which the change waits. */
  branch: z.string(),
  /** Address of the merge or pull request; null: there is none. */
  url: z.string().nullable(),
  sinceMs: ms,
  /** What the rules say of it; null: the farm has not the branch. */
  size: z.enum(['none', 'minor', 'major']).nullable(),
  /** Findings that deserve a look before anything else. */
  alarms: z.int(),
});

/** `GET /api/reviews`: changes of recipes that wait for somebody, oldest first. */
export const reviewsSchema = z.array(reviewHead);
export type ReviewHead = z.output<typeof reviewHead>;

export const reviewParamsSchema = z.object({ source: z.string().max(100), package: z.string().max(256) });

/** `GET /api/reviews/:source/:package`: the change itself, and what it means. */
export const reviewSchema = reviewHead.extend({
  /** Commits of both sides. */
  before: z.string(),
  after: z.string(),
  /** Every rule that makes it major, or what changed in a minor one. */
  reasons: z.array(
    z.object({ file: z.string(), line: z.int().optional(), what: z.string(), rule: z.string() }),
  ),
  findings: z.array(
    z.object({
      topic: z.string(),
      /** The topic, for people. */
      title: z.string(),
      weight: z.enum(['alarm', 'notice']),
      what: z.string(),
      shown: z.string().optional(),
      file: z.string().optional(),
      line: z.int().optional(),
    }),
  ),
  /** Files that differ, with a unified diff; null: it is no text, or too long to be shown. */
  files: z.array(z.object({ path: z.string(), diff: z.string().nullable() })),
});
export type Review = z.output<typeof reviewSchema>;

/** `GET /api/farm`: what the farm builds for. */
export const farmFactsSchema = z.object({
  /** Its own repository and architecture: jobs of these need no further name. */
  repository: z.string(),
  arch: z.string(),
  /** What it builds for beside them. */
  targets: z.array(z.string()),
});
export type FarmFacts = z.output<typeof farmFactsSchema>;
