import { z } from 'zod';

/** The one body of every refused or failed request. */
export const problemBodySchema = z.object({
  /** Code of the catalogue; `packmill explain CODE` tells more. */
  code: z.string().regex(/^[A-Z]{3}\d{3}$/),
  what: z.string(),
  why: z.string().optional(),
  next: z.string().optional(),
  place: z
    .object({ file: z.string(), line: z.int().optional(), column: z.int().optional() })
    .optional()
    .describe('Where in what was sent the mistake is.'),
  /** Names the request in the log of the manager. */
  request: z.string().optional(),
});
export type ProblemBody = z.output<typeof problemBodySchema>;
