import { z } from 'zod';
import { recipeNamePattern, recipeNameSchema } from './schedule.ts';

const jobIdText = z
  .string()
  .regex(
    new RegExp(`^[A-Za-z0-9][A-Za-z0-9._+-]*/[a-z0-9_]+/${recipeNamePattern}$`),
    'a job id such as target/arch/name',
  );

/** What names a log: a pkgbase, `category/name`, or `target/arch/name`, as one encoded part of the path. */
export const logIdSchema = z.union([recipeNameSchema, jobIdText]);

/** A number of at most fifteen digits in a path or a query. */
export const countText = z
  .string()
  .regex(/^\d{1,15}$/, 'a whole number')
  .transform(Number);

export const logParamsSchema = z.object({ id: logIdSchema });
/** `timestamp`: ms since the epoch of the request; names the revision. */
export const logRevisionParamsSchema = z.object({ id: logIdSchema, timestamp: countText });

/** Where to begin: at a byte, at a line (the first is 1), or at the last lines. At most one of them. */
export const logQuerySchema = z
  .object({ offset: countText.optional(), line: countText.optional(), tail: countText.optional() })
  .refine(
    (query) => [query.offset, query.line, query.tail].filter((one) => one !== undefined).length <= 1,
    'only one of offset, line and tail',
  );
export type LogQuery = z.output<typeof logQuerySchema>;

/** Data of one message of a log's event stream. `offset`: of the first byte of `text`; the id is that of the next. */
export const logMessageSchema = z.object({ offset: z.int().nonnegative(), text: z.string() });
export type LogMessage = z.output<typeof logMessageSchema>;

/** Data of the event `end`: the whole length in bytes. */
export const logEndSchema = z.object({ offset: z.int().nonnegative() });
