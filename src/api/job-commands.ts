import { z } from 'zod';
import { jobSelectionSchema, urgencySchema } from './schedule.ts';

const isNarrow = (selection: object): boolean => Object.values(selection).some((one) => one !== undefined);

/** `POST /api/jobs/cancel`: which jobs, and why; at least one condition, so that nothing is canceled by oversight. */
export const cancelRequestSchema = z.strictObject({
  selection: jobSelectionSchema.refine(isNarrow, 'at least one condition; use match: * for everything'),
  reason: z.string().max(500).default('canceled by an operator'),
});

/** `POST /api/jobs/retry`: ids `target/arch/name`. */
export const retryRequestSchema = z.strictObject({ jobs: z.array(z.string().max(512)).min(1).max(20_000) });

/** `POST /api/queue/clear`: without a condition all queued jobs. */
export const clearRequestSchema = jobSelectionSchema;

/** `POST /api/jobs/urgency`: which queued jobs, and what they get. */
export const urgencyRequestSchema = z.strictObject({
  selection: jobSelectionSchema.refine(isNarrow, 'at least one condition; use match: * for everything'),
  urgency: urgencySchema,
});

/** The ids of the jobs that a command concerned. */
export const concernedJobsSchema = z.object({ jobs: z.array(z.string()) });

export const builderParamsSchema = z.object({ name: z.string().min(1).max(256) });
/** `POST /api/builders/:name/drain`. */
export const drainRequestSchema = z.strictObject({ drained: z.boolean() });
export const drainReplySchema = z.object({ builder: z.string(), drained: z.boolean() });
