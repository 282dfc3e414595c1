import { z } from 'zod';
import { builderViewSchema, jobViewSchema } from './farm-views.ts';
import { countText } from './log-requests.ts';
import { recipeNameSchema } from './schedule.ts';

const target = z.string().regex(/^[A-Za-z0-9][A-Za-z0-9._+-]*$/, 'a repository name');

export const buildsQuerySchema = z.object({
  pkgbase: recipeNameSchema.optional(),
  target: target.optional(),
  /** 1 to 1000, default 50. */
  limit: countText.pipe(z.int().min(1).max(1000)).optional(),
});

/** `GET /api/builds`: newest first. */
export const buildsReplySchema = z.array(jobViewSchema);
/** `GET /api/builders`. */
export const buildersReplySchema = z.array(builderViewSchema);

export const queuedPackagesQuerySchema = z.object({ repo: target.optional() });

export const jobParamsSchema = z.object({
  target,
  arch: z.string().regex(/^[a-z0-9_]+$/, 'an architecture'),
  name: recipeNameSchema,
});
