import { z } from 'zod';
import { ebinNearSchema } from './ebin-views.ts';

const repositoryName = z.string().regex(/^[A-Za-z0-9][A-Za-z0-9._+-]*$/, 'a repository name');
const atom = z
  .string()
  .max(256)
  .regex(
    /^=?[A-Za-z0-9_][A-Za-z0-9+_.-]*\/[A-Za-z0-9_][A-Za-z0-9+_.-]*$/,
    'category/name, or category/name-version',
  );
const flag = z
  .string()
  .max(128)
  .regex(/^[-+]?[A-Za-z0-9][A-Za-z0-9+_@-]*$/, 'a USE flag, with a hyphen in front when it is to be off');

/** `POST /api/ebin-requests`: a combination of flags that somebody wants to have. */
export const ebinRequestSchema = z.strictObject({
  /** Without it: the farm's only target of ebins. */
  target: repositoryName.optional(),
  /** Without a version the newest of the package is meant. */
  atom,
  /** Flags as USE has them; those that are not named are as the ebuild has them by default. */
  use: z.array(flag).max(256).default([]),
});
export type EbinRequest = z.output<typeof ebinRequestSchema>;

/**
 * `there`: it exists, nothing has to be built. `waiting`: no builder can make it, see `next`. `queued`, `building`: a job is under
 * way. `built`: its binary package is there, the ebuild follows. `failed`: see `reason` and the log of the job.
 */
const stateSchema = z.enum(['there', 'waiting', 'queued', 'building', 'built', 'failed']);

/** A wish and how it stands: a row of `GET /api/ebin-requests`. */
export const ebinRequestViewSchema = z.object({
  /** 0 for one that exists already, and was therefore not written down. */
  id: z.int(),
  target: z.string(),
  /** `category/name-version`; without a version while no ebuild of the package is there. */
  package: z.string(),
  /** What the build gets as USE: every flag that chooses, and those that were named. */
  use: z.array(z.string()),
  requestedMs: z.number(),
  state: stateSchema,
  reason: z.string().nullable(),
  /** What to do now. */
  next: z.string().nullable(),
  /** The newest job that builds it. */
  job: z.string().nullable(),
  /** Combinations that exist and are nearest to it, as far as the package is known. */
  nearest: z.array(ebinNearSchema),
});
export type EbinRequestView = z.output<typeof ebinRequestViewSchema>;

export const ebinRequestsSchema = z.array(ebinRequestViewSchema);

export const ebinRequestParamsSchema = z.strictObject({
  id: z
    .string()
    .regex(/^\d{1,9}$/, 'the number of a request')
    .transform(Number),
});
export const ebinRequestDropSchema = z.object({ id: z.int(), dropped: z.boolean() });
