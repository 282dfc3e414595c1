import { z } from 'zod';
import { countText } from './log-requests.ts';

/** One line of the farm's event log (`FarmEvent` of the model). Fields that a kind has not are missing. */
export const farmEventSchema = z.object({
  id: z.int(),
  atMs: z.number(),
  plan: z.int(),
  reason: z.string(),
  kind: z.enum(['plan-admitted', 'plan-finished', 'job-moved', 'job-canceling', 'job-urgency']),
  job: z.string().optional(),
  from: z.string().optional(),
  to: z.string().optional(),
  attempt: z.int().optional(),
  builder: z.string().optional(),
});

/** `after`: id of the last event that is known; `limit`: 1 to 1000, default 200. */
export const eventsQuerySchema = z.object({
  after: countText.optional(),
  limit: countText.pipe(z.int().min(1).max(1000)).optional(),
});

/** `GET /api/events`: oldest first. `next` is what `after` has to be for the following page. */
export const eventsReplySchema = z.object({ events: z.array(farmEventSchema), next: z.int() });
export type EventsReply = z.output<typeof eventsReplySchema>;
