import { z } from 'zod';
import { jobStates } from '../model/index.ts';

const buildClass = z.union([z.number(), z.string(), z.null()]);

/** `GET /api/queue/stats` (specification 19). */
export const queueStatsSchema = z.object({
  active: z.object({
    count: z.int(),
    packages: z.array(
      z.object({
        name: z.string(),
        node: z.string(),
        build_class: buildClass,
        liveLog: z.string().optional(),
      }),
    ),
  }),
  waiting: z.object({
    count: z.int(),
    packages: z.array(z.object({ name: z.string(), build_class: buildClass })),
  }),
  idle: z.object({
    count: z.int(),
    nodes: z.array(z.object({ name: z.string(), build_class: buildClass })),
  }),
});
export type QueueStats = z.output<typeof queueStatsSchema>;

/** `GET /api/queue/packages`: one object per queued or running job, its pkgbase the only key. */
export const queuedPackagesSchema = z.array(
  z.record(
    z.string(),
    z.object({ arch: z.string(), build_class: buildClass, srcrepo: z.string(), timestamp: z.number() }),
  ),
);
export type QueuedPackages = z.output<typeof queuedPackagesSchema>;

/** `GET /api/queue/metrics`. */
export const queueMetricsSchema = z.object({
  builder_queue: z.object({ completed: z.int(), failed: z.int() }),
  database_queue: z.object({ completed: z.int(), failed: z.int() }),
});
export type QueueMetrics = z.output<typeof queueMetricsSchema>;

/** Where one job stands: `GET /api/queue/jobs/:target/:arch/:name` and rows of `GET /api/builds`. */
export const jobViewSchema = z.object({
  id: z.string(),
  plan: z.int(),
  state: z.enum(jobStates),
  reason: z.string(),
  source: z.string().nullable(),
  commit: z.string().nullable(),
  buildClass,
  urgency: z.number(),
  /** ms since the epoch of the request: names the revision of its log. */
  timestamp: z.number(),
  sinceMs: z.number(),
  /** Jobs ahead of it among the ready ones; null when it does not wait for a builder. */
  position: z.int().nullable(),
  builder: z.string().nullable(),
  waitsFor: z.array(z.string()),
  durationMs: z.number().nullable(),
  version: z.string().nullable(),
  log: z.string().nullable(),
  /** Code of the problem it ended with. */
  code: z.string().nullable().optional(),
  /** That problem, of a job that failed. */
  problem: z.object({ code: z.string(), what: z.string(), next: z.string().optional() }).optional(),
  /** Command that shows its log, of a job that failed. */
  logs: z.string().optional(),
});
export type JobView = z.output<typeof jobViewSchema>;

/** One builder as the manager sees it. */
export const builderViewSchema = z.object({
  name: z.string(),
  /** Apart from the name, so that no name can hide in it. */
  instance: z.string(),
  class: buildClass,
  labels: z.array(z.string()),
  /** Kinds of machine that it builds for. */
  arches: z.array(z.string()).default([]),
  slots: z.int(),
  busy: z.array(z.string()),
  protocol: z.int(),
  state: z.enum(['idle', 'busy', 'draining', 'incompatible', 'lost', 'flapping']),
  lastSeenMs: z.number(),
  /** Why it takes no jobs, where it cannot help itself. */
  trouble: z.string().optional(),
});
export type BuilderView = z.output<typeof builderViewSchema>;
