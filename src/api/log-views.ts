import { z } from 'zod';
import { countText, logIdSchema } from './log-requests.ts';

/** A line of a log: the first is 1; `offset` is that of its first byte. Both are of the log that the answer is about. */
const placeSchema = z.object({ line: z.int(), offset: z.int() });

const evidenceSchema = placeSchema.extend({ text: z.string() });

/** Why an attempt failed, as the rules of docs/failure-classes.md tell from its log. */
export const failureViewSchema = z.object({
  attempt: z.int(),
  job: z.string(),
  endedMs: z.number(),
  class: z.string(),
  /** The class for people, and what they can do. */
  title: z.string(),
  advice: z.string(),
  /** Kind of the phase that it failed in. */
  phase: z.string(),
  /** The same for failures that are the same. */
  signature: z.string(),
  /** First line with the error itself; null when the log has none. */
  first: evidenceSchema.nullable(),
  /** Lines that show it, the first among them. */
  evidence: z.array(evidenceSchema),
});
export type FailureView = z.output<typeof failureViewSchema>;

/** An attempt whose log can be looked at. */
export const loggedAttemptSchema = z.object({
  attempt: z.int(),
  job: z.string(),
  /** ms since the epoch of the request: names the revision of the log. */
  timestamp: z.number(),
  builder: z.string(),
  startedMs: z.number(),
  endedMs: z.number().nullable(),
  /** How it ended; null while it runs. */
  outcome: z.string().nullable(),
  durationMs: z.number().nullable(),
  /** Bytes of its log; null when it is gone. */
  sizeBytes: z.int().nullable(),
  failure: failureViewSchema.nullable(),
});
export type LoggedAttempt = z.output<typeof loggedAttemptSchema>;

/** `GET /api/logs/:id/attempts`: newest first; `next` is the `before` of the next page. */
export const logAttemptsSchema = z.object({
  attempts: z.array(loggedAttemptSchema),
  next: z.int().nullable(),
});
export type LogAttempts = z.output<typeof logAttemptsSchema>;

/** `GET /api/logs/:id/facts`: what there is to know of a log before it is read. */
export const logFactsSchema = z.object({
  job: z.string(),
  timestamp: z.number(),
  finished: z.boolean(),
  sizeBytes: z.int(),
  /** An unfinished last line counts. */
  lines: z.int(),
  /** Attempts of this request, oldest first, each with the place where its log begins. */
  attempts: z.array(loggedAttemptSchema.extend({ begins: placeSchema })),
  /** Why the newest attempt failed, with places in the whole log. */
  failure: failureViewSchema.nullable(),
});
export type LogFacts = z.output<typeof logFactsSchema>;

/** `GET /api/logs/:id/phases`. */
export const logPhasesSchema = z.object({
  phases: z.array(placeSchema.extend({ kind: z.string(), name: z.string() })),
});
export type LogPhases = z.output<typeof logPhasesSchema>;

/** `GET /api/logs/:id/lines`: whole lines, at most a mebibyte of them. */
export const logLinesSchema = z.object({
  /** Number of the first line of `text`. */
  from: z.int(),
  offset: z.int(),
  text: z.string(),
  /** Offset of the byte after `text`. */
  next: z.int(),
  /** Whether a line was too long and its rest left out. */
  cut: z.boolean(),
});
export type LogLines = z.output<typeof logLinesSchema>;

export const logLinesQuerySchema = z.object({ from: countText.optional(), count: countText.optional() });

const flag = z
  .enum(['0', '1', 'true', 'false'])
  .transform((value) => value === '1' || value === 'true')
  .optional();

const searchFields = {
  /** What to look for. */
  q: z.string().min(1).max(1000),
  /** `q` is a regular expression as JavaScript knows them. */
  regex: flag,
  /** Capital and small letters differ. */
  case: flag,
};

export const logSearchQuerySchema = z.object({
  ...searchFields,
  from: countText.optional(),
  limit: countText.optional(),
});
export type LogSearchQuery = z.output<typeof logSearchQuerySchema>;

/** `at` and `length` say where in `text` it is, in UTF-16 units. */
export const logHitSchema = evidenceSchema.extend({ at: z.int(), length: z.int() });
export type LogHit = z.output<typeof logHitSchema>;

/**
 * One line of the answer of `GET /api/logs/:id/search`: what was found since the line before. `total` counts all lines with
 * hits so far; the last line of the answer has `end`, which says whether all was searched.
 */
export const logSearchNewsSchema = z.object({
  hits: z.array(logHitSchema),
  total: z.int(),
  readBytes: z.int(),
  end: z.enum(['complete', 'time']).optional(),
});
export type LogSearchNews = z.output<typeof logSearchNewsSchema>;

export const logsSearchQuerySchema = z.object({
  ...searchFields,
  /** Logs of this package or job only. */
  name: logIdSchema.optional(),
  /** Attempts that failed only. */
  failed: flag,
  since: countText.optional(),
  before: countText.optional(),
  limit: countText.optional(),
});
export type LogsSearchQuery = z.output<typeof logsSearchQuerySchema>;

/** `GET /api/log-search`: attempts with hits, newest first. */
export const logsSearchReplySchema = z.object({
  attempts: z.array(
    loggedAttemptSchema.omit({ failure: true }).extend({ hits: z.array(logHitSchema), total: z.int() }),
  ),
  searched: z.object({ attempts: z.int(), bytes: z.int() }),
  /** `before` of the rest; null when all was searched. */
  next: z.int().nullable(),
});
export type LogsSearchReply = z.output<typeof logsSearchReplySchema>;

export const failuresQuerySchema = z.object({
  since: countText.optional(),
  class: z.string().max(40).optional(),
  limit: countText.optional(),
});

/** `GET /api/failures`: failures since a time, grouped by what is the same about them, the most frequent first. */
export const failureGroupsSchema = z.object({
  classes: z.array(z.object({ class: z.string(), title: z.string(), count: z.int() })),
  groups: z.array(
    z.object({
      signature: z.string(),
      class: z.string(),
      title: z.string(),
      count: z.int(),
      /** How many jobs have it. */
      jobs: z.int(),
      firstMs: z.number(),
      newest: failureViewSchema,
      timestamp: z.number(),
    }),
  ),
  /** Attempts whose logs were not read yet. */
  unread: z.int(),
});
export type FailureGroups = z.output<typeof failureGroupsSchema>;

export const failureParamsSchema = z.object({ signature: z.string().regex(/^[0-9a-f]{16}$/) });
export const pageQuerySchema = z.object({ before: countText.optional(), limit: countText.optional() });

/** `GET /api/failures/:signature`: attempts that failed alike, newest first. */
export const alikeFailuresSchema = z.object({
  signature: z.string(),
  count: z.int(),
  jobs: z.int(),
  firstMs: z.number(),
  attempts: z.array(loggedAttemptSchema),
  next: z.int().nullable(),
});
export type AlikeFailures = z.output<typeof alikeFailuresSchema>;
