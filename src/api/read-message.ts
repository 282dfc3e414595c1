import type { z } from 'zod';
import { fault } from '../diagnostics/index.ts';

/** A message as it has to be, with defaults filled in; throws BLD043 for one that is not. */
export function readMessage<Shape extends z.ZodType>(shape: Shape, body: unknown): z.output<Shape> {
  const parsed = shape.safeParse(body);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  throw fault('BLD043', {
    what: `a message is not understood: ${issue?.path.join('.')}: ${issue?.message}`,
  });
}
