import { z } from 'zod';

const ms = z.number().nonnegative();

/** What the pipelines know of one package (specification 22.31): times in ms since the epoch. */
export const packageCheckSchema = z.object({
  /** When it was last looked at with success. */
  checked: ms.optional(),
  /** When it was last updated or scheduled. */
  updated: ms.optional(),
  /** Checks that failed in a row. */
  failures: z.int().nonnegative().optional(),
  error: z.object({ code: z.string(), what: z.string(), since: ms }).optional(),
  /** Not looked at before. */
  nextTry: ms.optional(),
  review: z.object({ branch: z.string(), url: z.string().optional(), since: ms }).optional(),
});
export type PackageCheck = z.output<typeof packageCheckSchema>;

/** `.checks.json` on branch `state`: last check, last error, next try of each package. */
export const packageChecksSchema = z.object({
  version: z.literal(1),
  packages: z.record(z.string(), packageCheckSchema),
});
export type PackageChecks = z.output<typeof packageChecksSchema>;
