import { z } from 'zod';

/**
 * Version of what manager and builders say to each other. A builder of another version is shown as incompatible
 * and gets no jobs (specification 13.7). Chaotic Manager's own was 3.
 */
export const protocolVersion = 5;

const digest = z.string().regex(/^[0-9a-f]{64}$/);
/** Bytes, of a size that a number holds exactly. */
const byteCount = z.int().nonnegative();
const fenced = { attempt: z.int(), fence: z.int() };

/** What a builder says of itself when it starts, and again with every sign of life. */
export const helloSchema = z.object({
  builder: z.string().min(1),
  /** Made anew with every start of the process. */
  instance: z.string().min(4),
  protocol: z.int(),
  class: z.number().optional(),
  labels: z.array(z.string()).default([]),
  /** Kinds of machine that it is or stands in for. Without it (builders of before): the farm's usual one. */
  arches: z.array(z.string()).optional(),
  slots: z.int().positive(),
  /** Attempts it works on. */
  attempts: z.array(z.int()).default([]),
  /** What it has left to give; less than nothing where its jobs take more than they were known to. */
  memoryBytes: z.int().optional(),
  diskBytes: z.int().optional(),
  leaving: z.boolean().default(false),
  /** Why it takes no jobs until somebody helps. */
  trouble: z.string().optional(),
});
export type Hello = z.output<typeof helloSchema>;

/** Where results go: HTTP when the manager has an address, else SFTP into its landing zone (specification 14.7). */
export const resultsHomeSchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('http'), url: z.string() }),
  z.object({
    kind: z.literal('sftp'),
    host: z.string(),
    port: z.int(),
    user: z.string(),
    /** Folder of the landing zone as the SSH account sees it. */
    path: z.string(),
  }),
]);
export type ResultsHome = z.output<typeof resultsHomeSchema>;

export const welcomeSchema = z.object({
  protocol: z.int(),
  compatible: z.boolean(),
  /** No new jobs: the builder is to finish what it has and wait. */
  drained: z.boolean(),
  homes: z.array(resultsHomeSchema),
  leaseMs: z.number().positive(),
  /** The farm's usual kind of machine: jobs in the queue that name none are for it. Managers of before say none. */
  arch: z.string().optional(),
  /** Attempts to be stopped, with why. */
  stop: z.array(z.object({ attempt: z.int(), reason: z.string() })),
});
export type Welcome = z.output<typeof welcomeSchema>;

/** An object of the store that a builder has to fetch. */
export const inputObjectSchema = z.object({ object: digest, sizeBytes: byteCount });

/**
 * Everything a builder needs for one attempt: it looks nothing up and decides nothing. `recipe` is an archive of
 * the recipe's folder at the commit that was scheduled, so a builder cannot build another one.
 */
export const workOrderSchema = z.object({
  ...fenced,
  job: z.string(),
  kind: z.string(),
  target: z.string(),
  arch: z.string(),
  /** `PlannedJob` of the model. */
  planned: z.json(),
  recipe: inputObjectSchema,
  /** Farm packages to install, in order: artifact of the model, its object, the folders it writes to. */
  dependencies: z.array(z.object({ artifact: z.json(), folders: z.array(z.string()) })),
  published: z.array(z.object({ fileName: z.string(), version: z.string(), object: z.string().optional() })),
  repositoryNeeds: z.array(z.string()),
  remarks: z.array(z.string()),
  introduction: z.array(z.string()),
  /** Settings of the recipe kind, understood by it alone. */
  settings: z.json(),
  limits: z.object({
    network: z.enum(['none', 'fetch-only', 'full']),
    timeoutMs: z.number(),
    killGraceMs: z.number(),
    memoryBytes: byteCount.optional(),
    processes: z.int().optional(),
    logBytes: byteCount,
  }),
  /** Lets whoever holds it hand in objects and the result of this attempt, and nothing else. */
  token: z.string(),
  /** Whether other jobs wait for this one: its builder then asks for the next job when they can be had. */
  awaited: z.boolean().default(true),
  archMirror: z.string().optional(),
});
export type WorkOrder = z.output<typeof workOrderSchema>;

export const beginRequestSchema = z.object({
  builder: z.string(),
  instance: z.string(),
  /** `Lease` of the queue. */
  lease: z.json(),
});
export type BeginRequest = z.output<typeof beginRequestSchema>;
/**
 * Without an order the lease is worth nothing any more; with `drained` the builder gets no jobs now, and gives the
 * lease back.
 */
export const beginReplySchema = z.object({
  order: workOrderSchema.optional(),
  drained: z.boolean().optional(),
});

/** A piece of an attempt's log; `offset` makes repeating it harmless. */
export const logPieceSchema = z.object({
  ...fenced,
  offset: byteCount,
  /** Base64. */
  bytes: z.string(),
  phases: z.array(z.object({ name: z.string(), offset: byteCount, atMs: z.number() })).default([]),
});
export type LogPieceMessage = z.output<typeof logPieceSchema>;
/** `sizeBytes`: how much of the log the manager has. */
export const logReplySchema = z.object({ sizeBytes: byteCount, stop: z.string().optional() });

/** `Artifact` of the model, as a builder claims it: packages are read again, and only then is anything of it believed. */
const claimedArtifactSchema = z.object({
  name: z.string(),
  version: z.string(),
  arch: z.string(),
  fileName: z.string(),
  object: z.string(),
  sizeBytes: byteCount,
  depends: z.array(z.string()),
  provides: z.array(z.string()),
  providedSonames: z.array(z.string()),
  neededSonames: z.array(z.string()),
  facts: z.string(),
  /** Object with the record of its build, which is handed in beside it. Builders of before have none. */
  record: digest.optional(),
});

/** `Problem` of the catalogue. */
const problemSchema = z.object({
  code: z.string().regex(/^[A-Z]{3}\d{3}$/),
  severity: z.enum(['error', 'warning', 'note']),
  blame: z.enum(['recipe', 'usage', 'world', 'bug']),
  place: z.object({ file: z.string(), line: z.int().optional(), column: z.int().optional() }).optional(),
  what: z.string(),
  why: z.string().optional(),
  next: z.string().optional(),
});

/** `Outcome` of the model. */
export const outcomeSchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('succeeded'), artifacts: z.array(claimedArtifactSchema) }),
  z.object({ kind: z.literal('already-built'), files: z.array(z.string()) }),
  z.object({ kind: z.literal('skipped'), reason: z.string() }),
  z.object({ kind: z.literal('failed'), problem: problemSchema }),
  z.object({ kind: z.literal('timed-out'), limitMs: z.number().nonnegative() }),
  z.object({ kind: z.literal('canceled'), requeue: z.boolean(), reason: z.string() }),
  z.object({ kind: z.literal('lost'), reason: z.string() }),
]);

export const reportSchema = z.object({
  ...fenced,
  lease: z.json(),
  token: z.string(),
  /** Objects it names were handed in before. */
  outcome: outcomeSchema,
  durationMs: z.number().nonnegative().optional(),
  peakMemoryBytes: byteCount.optional(),
  peakDiskBytes: byteCount.optional(),
  /** Whole length of the log. */
  logBytes: byteCount.optional(),
  /** Files in the landing zone, when results went there by SFTP. */
  landed: z.array(z.object({ path: z.string(), object: digest, sizeBytes: byteCount })).default([]),
});
export type ReportMessage = z.output<typeof reportSchema>;
export const reportReplySchema = z.object({ verdict: z.enum(['accepted', 'stale']) });
