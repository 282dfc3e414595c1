import { z } from 'zod';
import { jobStates } from '../model/index.ts';

const ms = z.number();
const state = z.enum(jobStates).nullable();
const verdict = z.enum(['reproduced', 'differs', 'cannot']).nullable();

/** One row of `GET /api/packages`: a recipe and what its last success made. */
export const packageRowSchema = z.object({
  target: z.string(),
  arch: z.string(),
  name: z.string(),
  /** Version as it was last built; null: never. */
  version: z.string().nullable(),
  /** Of its newest job. */
  state,
  builtMs: ms.nullable(),
  durationMs: z.number().nullable(),
  sizeBytes: z.number().nullable(),
  /** Whether readers can have what was last built: `yes`, `waiting`, `refused`, or `no` when nothing was. */
  published: z.enum(['yes', 'waiting', 'refused', 'no']),
  /** What came of building the same once more. */
  verdict,
});
export type PackageRow = z.output<typeof packageRowSchema>;

export const packageListQuerySchema = z.object({
  target: z.string().optional(),
  arch: z.string().optional(),
  state: z.enum(jobStates).optional(),
  /** Part of a name. */
  q: z.string().max(200).optional(),
});

export const packageListSchema = z.object({ packages: z.array(packageRowSchema) });
export type PackageList = z.output<typeof packageListSchema>;

export const packageParamsSchema = z.object({ name: z.string().max(200) });

/** Which one, where a name is not unique; the farm's own repository comes first. */
export const packageQuerySchema = z.object({ target: z.string().optional(), arch: z.string().optional() });

const neighbour = z.object({ target: z.string(), arch: z.string(), name: z.string(), state });

/** A file that the last success made. */
const madeSchema = z.object({
  name: z.string(),
  version: z.string(),
  fileName: z.string(),
  sizeBytes: z.number(),
  sha256: z.string(),
  depends: z.array(z.string()),
  provides: z.array(z.string()),
  providedSonames: z.array(z.string()),
  neededSonames: z.array(z.string()),
  hasStatement: z.boolean(),
  hasBill: z.boolean(),
  verdict: z
    .object({
      verdict: z.enum(['reproduced', 'differs', 'cannot']),
      atMs: ms,
      missing: z.array(z.string()),
      differences: z.array(z.object({ path: z.string(), kind: z.string(), lines: z.array(z.string()) })),
      /** Lines of diffoscope, where there is one. */
      diffoscope: z.array(z.string()).optional(),
      surroundings: z.array(z.string()),
    })
    .nullable(),
});

/** `GET /api/packages/:name`. */
export const packageViewSchema = packageRowSchema.extend({
  kind: z.string().nullable(),
  /** Why its newest job is in its state. */
  reason: z.string(),
  /** The same name in other repositories and for other machines. */
  others: z.array(z.object({ target: z.string(), arch: z.string() })),
  made: z.array(madeSchema),
  dependencies: z.array(neighbour),
  dependants: z.array(neighbour),
});
export type PackageView = z.output<typeof packageViewSchema>;

/** One attempt of `GET /api/packages/:name/history`, newest first. */
export const packageAttemptSchema = z.object({
  attempt: z.int(),
  plan: z.int().nullable(),
  builder: z.string(),
  startedMs: ms,
  endedMs: ms.nullable(),
  durationMs: z.number().nullable(),
  /** How it ended; null: it has not. */
  outcome: z.string().nullable(),
  code: z.string().nullable(),
  what: z.string().nullable(),
  version: z.string().nullable(),
  sizeBytes: z.number().nullable(),
  generation: z.int().nullable(),
  /** Page with its log. */
  log: z.string().nullable(),
});
export const packageHistorySchema = z.object({
  attempts: z.array(packageAttemptSchema),
  /** Versions that the store may still have, newest first. */
  versions: z.array(
    z.object({ output: z.string(), version: z.string(), sizeBytes: z.number(), sha256: z.string() }),
  ),
});
export type PackageHistory = z.output<typeof packageHistorySchema>;

export const packageHistoryQuerySchema = packageQuerySchema.extend({
  limit: z.coerce.number().int().min(1).max(1000).default(200),
});

/** Package files by their SHA-256; `before`: compared with that one. */
export const packageFilesQuerySchema = z.object({
  object: z.string().regex(/^[0-9a-f]{64}$/),
  before: z
    .string()
    .regex(/^[0-9a-f]{64}$/)
    .optional(),
});

/** `GET /api/packages/:name/files`: what a package file holds, or what changed since another one. */
export const packageFilesSchema = z.object({
  files: z.array(
    z.object({
      path: z.string(),
      type: z.string(),
      sizeBytes: z.number(),
      mode: z.string(),
      link: z.string().nullable(),
      /** Against the one before: `added`, `removed`, `changed`; null without one, or when nothing changed. */
      change: z.enum(['added', 'removed', 'changed']).nullable(),
      /** Size before, when it changed. */
      sizeBefore: z.number().nullable(),
      aspects: z.array(z.string()),
    }),
  ),
  /** Entries that are the same in both are left out then. */
  same: z.int(),
});
export type PackageFiles = z.output<typeof packageFilesSchema>;

/** `GET /api/packages/:name/provenance`: the statement, as signed, and its bill. */
export const packageProvenanceSchema = z.object({
  /** in-toto statement (docs/provenance.md). */
  statement: z.json(),
  /** Fingerprints of the keys that signed it. */
  keys: z.array(z.string()),
  /** DSSE envelope. */
  envelope: z.string(),
  /** CycloneDX; null where there is none. */
  bill: z.json().nullable(),
});
export type PackageProvenance = z.output<typeof packageProvenanceSchema>;

/** `GET /api/provenance`: what came of building packages once more, newest first. */
export const verdictListSchema = z.object({
  verdicts: z.array(
    z.object({
      target: z.string(),
      arch: z.string(),
      /** Of the recipe. */
      recipe: z.string(),
      name: z.string(),
      version: z.string(),
      atMs: ms,
      verdict: z.enum(['reproduced', 'differs', 'cannot']),
      /** The first path that differs, or the first thing that is missing. */
      first: z.string().nullable(),
      /** Paths that differ. */
      differences: z.int(),
    }),
  ),
});
export type VerdictList = z.output<typeof verdictListSchema>;

export const packageProvenanceQuerySchema = packageQuerySchema.extend({
  /** A package of the recipe; default: its first. */
  output: z.string().optional(),
  version: z.string().optional(),
});
