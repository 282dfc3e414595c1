import { z } from 'zod';
import { countText } from './log-requests.ts';

/** `before`: only entries with a lower id; `limit`: 1 to 1000, default 100; `who`: only of that person. */
export const auditQuerySchema = z.object({
  before: countText.optional(),
  limit: countText.pipe(z.int().min(1).max(1000)).optional(),
  who: z.string().max(200).optional(),
});
export type AuditQuery = z.output<typeof auditQuerySchema>;

/** One write action that somebody asked for. */
export const auditEntrySchema = z.object({
  id: z.int(),
  atMs: z.number(),
  who: z.string(),
  /** A token of the settings, an account of an OpenID provider, or the machine of the farm itself. */
  means: z.enum(['token', 'openid', 'machine']),
  /** Method and route. */
  action: z.string(),
  /** What was asked, as JSON, perhaps shortened. */
  subject: z.string(),
  /** Told to operators alone. */
  address: z.string().optional(),
  /** `asked`: there is no answer, or the manager ended before it. */
  outcome: z.enum(['asked', 'done', 'refused', 'failed']),
  status: z.int().nullable(),
  code: z.string().nullable(),
});
export type AuditView = z.output<typeof auditEntrySchema>;

/** `GET /api/audit`: newest first. `next` is what `before` has to be for the following page; null: there is none. */
export const auditReplySchema = z.object({ entries: z.array(auditEntrySchema), next: z.int().nullable() });
export type AuditReply = z.output<typeof auditReplySchema>;
