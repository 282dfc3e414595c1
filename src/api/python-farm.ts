import { z } from 'zod';

const troubleSchema = z.object({ code: z.string(), what: z.string() });
const sourceName = z.string().regex(/^[A-Za-z0-9][A-Za-z0-9._+-]*$/, 'the name of a source');

/** How the exploration of a distribution stands. */
const pythonStateSchema = z.enum(['unseen', 'waiting', 'running', 'explored', 'failed']);

/** A distribution that a source names: a row of `GET /api/python/distributions`. */
const pythonDistributionSchema = z.object({
  source: z.string(),
  target: z.string(),
  stem: z.string(),
  name: z.string(),
  version: z.string(),
  /** The job that explores it. */
  job: z.string(),
  state: pythonStateSchema,
  /** Since when, in ms since the epoch. */
  sinceMs: z.number().nullable(),
  /** Why it failed. */
  problem: troubleSchema.nullable(),
  /** Of the newest graph: what it has, the first troubles of its exploration and how many there were, and what it took. */
  graph: z
    .object({
      toplevels: z.number(),
      nodes: z.number(),
      troubles: z.array(troubleSchema),
      troubleCount: z.number(),
      python: z.string(),
      durationMs: z.number(),
      sizeBytes: z.number(),
    })
    .nullable(),
  /** Whether readers see data of it. */
  published: z.boolean(),
});
export type PythonDistributionView = z.output<typeof pythonDistributionSchema>;
export const pythonDistributionsSchema = z.array(pythonDistributionSchema);
export const pythonDistributionsQuerySchema = z.object({
  source: sourceName.optional(),
  state: pythonStateSchema.optional(),
});

/** What a manifest tells that it does not have: a row of `GET /api/python/failures`. */
const pythonFailureSchema = z.object({
  source: z.string(),
  target: z.string(),
  /** Empty for an entry of a list that is not understood. */
  stem: z.string(),
  stage: z.string(),
  /** The job, or the part of the build, that failed. */
  part: z.string(),
  code: z.string(),
  what: z.string(),
  why: z.string().nullable(),
  /** Whether data of an earlier exploration of the same version are still there. */
  kept: z.boolean(),
  log: z.array(z.string()),
});
export type PythonFailureView = z.output<typeof pythonFailureSchema>;
export const pythonFailuresSchema = z.array(pythonFailureSchema);
export const pythonFailuresQuerySchema = z.object({ source: sourceName.optional() });

/** A source of Python distributions with what was built of it: a row of `GET /api/python/builds`. */
const pythonBuildsSchema = z.object({
  source: z.string(),
  target: z.string(),
  /** The manifest that readers see, as a path of the manager's machine; null when nothing is published yet. */
  manifest: z.string().nullable(),
  /** Distributions by state. */
  counts: z.partialRecord(pythonStateSchema, z.number()),
  /** What is wrong with entries of its lists. */
  problems: z.array(troubleSchema),
  /** Kept generations, newest first. */
  builds: z.array(
    z.object({
      generation: z.number(),
      createdMs: z.number(),
      reason: z.string(),
      visible: z.boolean(),
    }),
  ),
});
export type PythonBuildsView = z.output<typeof pythonBuildsSchema>;
export const pythonBuildsReplySchema = z.array(pythonBuildsSchema);
