import { z } from 'zod';
import { removalRequestSchema, scheduleRequestSchema } from './schedule.ts';

/**
 * What a pipeline hands over to the manager, as one document (specification 5.8): a request to build, then a clean-up.
 * It waits on branch `state` until the manager has accepted it, and is data only.
 */
export const handOverSchema = z.strictObject({
  version: z.literal(1),
  /** Derived from the content: a repetition is the same request. */
  id: z.string().regex(/^[a-z0-9-]{8,100}$/, 'letters, digits and hyphens'),
  /** When it was made, ms since the epoch: older documents are delivered first. */
  createdMs: z.number().nonnegative(),
  /** The commit that tag `scheduled` moves to once this is accepted. */
  tag: z
    .string()
    .regex(/^[0-9a-f]{40,64}$/)
    .optional(),
  schedule: scheduleRequestSchema.optional(),
  cleanup: removalRequestSchema.optional(),
});
export type HandOver = z.output<typeof handOverSchema>;
