import { z } from 'zod';
import { libraryChangeSchema } from './rebuild-views.ts';

const ms = z.number();
const name = z.string().min(1).max(128);
const arch = z.string().min(1).max(64);

/** A repository, tree or mirror. */
export const repositorySchema = z.object({
  name: z.string(),
  arch: z.string(),
  kind: z.enum(['pacman', 'ebuild-tree', 'ebins', 'stages', 'python']),
  /** Number of the visible generation. */
  generation: z.int(),
  packages: z.int(),
  /** When that was made, and why. */
  createdMs: ms.optional(),
  reason: z.string().optional(),
  /** Generations that are kept. */
  kept: z.int(),
});
export const repositoryListSchema = z.array(repositorySchema);
export type RepositoryViewBody = z.output<typeof repositorySchema>;

export const generationSchema = z.object({
  number: z.int(),
  parent: z.int().optional(),
  createdMs: ms,
  reason: z.string(),
  packages: z.int(),
  visible: z.boolean(),
});
export const generationListSchema = z.array(generationSchema);
export type GenerationBody = z.output<typeof generationSchema>;

export const repositoryParamsSchema = z.object({ name, arch });
export const repositoryPackagesQuerySchema = z.object({
  /** Default: the visible one. */
  generation: z.coerce.number().int().positive().optional(),
});
export const repositoryPackagesSchema = z.array(z.object({ name: z.string(), version: z.string() }));
export type RepositoryPackagesBody = z.output<typeof repositoryPackagesSchema>;

export const generationChangesQuerySchema = z.object({
  from: z.coerce.number().int().positive(),
  to: z.coerce.number().int().positive(),
});

/** What one generation has that another has not. */
export const generationChangesSchema = z.object({
  from: z.int(),
  to: z.int(),
  changes: z.array(
    z.object({
      name: z.string(),
      kind: z.enum(['added', 'removed', 'raised', 'lowered']),
      from: z.string().optional(),
      to: z.string().optional(),
    }),
  ),
  /** Libraries that lost something. */
  libraries: z.array(libraryChangeSchema),
});
export type GenerationChangesBody = z.output<typeof generationChangesSchema>;

export const rollbackSchema = z.strictObject({ generation: z.int().positive() });
