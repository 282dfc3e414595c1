import { z } from 'zod';
import { countText } from './log-requests.ts';

/** An object's name: the SHA-256 of its bytes. */
export const objectParamsSchema = z.object({
  digest: z.string().regex(/^[0-9a-f]{64}$/, '64 lower-case hexadecimal digits'),
});

/** Headers of a piece of an upload: where it begins, and how long the whole object is, in bytes. */
export const uploadHeadersSchema = z.looseObject({
  'upload-offset': countText,
  'upload-length': countText,
});

/** How much of an object has arrived; `complete`: it is in the store. */
export const uploadReplySchema = z.object({ offset: z.int(), complete: z.boolean() });
