import { z } from 'zod';

const ms = z.number();

/** What became of a library of a package. */
export const libraryChangeSchema = z.object({
  /** Soname, or an interpreter with its version. */
  name: z.string(),
  /** ELF `e_machine` * 100 + bits; 0 for interpreters. */
  machine: z.int(),
  /** The package that had it. */
  package: z.string(),
  fate: z.enum(['kept', 'gone', 'lost-symbols', 'unknown']),
  /** Symbols that it has no more, by name; of many the first. */
  lost: z.array(z.string()),
});

const causeSchema = z.object({
  name: z.string(),
  machine: z.int(),
  /** The package that had the library. */
  by: z.string(),
  /** What is taken of what was lost; empty when the whole library is gone. */
  symbols: z.array(z.string()),
});

const rebuiltSchema = z.object({ name: z.string(), version: z.string(), becomes: z.string() });

/** A recipe whose packages would be built anew. */
export const previewedRebuildSchema = z.object({
  base: z.string(),
  packages: z.array(rebuiltSchema),
  because: z.array(causeSchema),
  /** Recipes of the same list that come before it. */
  after: z.array(z.string()),
});

/** What would have to be built anew, in order. */
export const rebuildPreviewSchema = z.object({
  target: z.string(),
  arch: z.string(),
  /** `any`: as if every library of the packages changed. */
  kind: z.enum(['file', 'any']),
  packages: z.array(z.string()),
  libraries: z.array(libraryChangeSchema),
  rebuild: z.array(previewedRebuildSchema),
});

export const rebuildPreviewQuerySchema = z.object({
  package: z.string().min(1).max(256),
  target: z.string().max(128).optional(),
  arch: z.string().max(64).optional(),
});

/** Results that are held back, since they break published packages. */
export const rebuildSchema = z.object({
  id: z.int(),
  target: z.string(),
  arch: z.string(),
  /**
   * `waiting` for a decision, `building` what they break, `stalled` when a part of that did not succeed, `released` to go
   * out as they are; then `published` or `dropped`.
   */
  state: z.enum(['waiting', 'building', 'stalled', 'released', 'published', 'dropped']),
  createdMs: ms,
  changedMs: ms,
  held: z.array(
    z.object({ base: z.string(), attempt: z.int(), packages: z.array(z.string()), version: z.string() }),
  ),
  libraries: z.array(libraryChangeSchema),
  rebuild: z.array(
    previewedRebuildSchema.extend({
      /** State of its newest job since it was asked for. */
      state: z.string().optional(),
      reason: z.string().optional(),
    }),
  ),
  generation: z.int().optional(),
  /** Who decided. */
  by: z.string().optional(),
});
export const rebuildListSchema = z.array(rebuildSchema);
export type RebuildView = z.output<typeof rebuildSchema>;
export type RebuildPreviewView = z.output<typeof rebuildPreviewSchema>;

export const rebuildListQuerySchema = z.object({
  /** Those that are not over. */
  open: z.enum(['true', 'false']).optional(),
});

export const rebuildParamsSchema = z.object({ id: z.coerce.number().int().positive() });

/** Build what they break, publish them as they are, or throw them away. */
export const rebuildDecisionSchema = z.strictObject({ decision: z.enum(['go', 'publish', 'drop']) });
export type RebuildDecisionWord = z.output<typeof rebuildDecisionSchema>['decision'];
export const rebuildCallSchema = rebuildDecisionSchema.extend({ id: z.int().positive() });
