import { Readable } from 'node:stream';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { readFileRange } from '../host/index.ts';
import { parseByteRange } from './byte-range.ts';
import { matchesTag } from './conditional-answers.ts';
import { type Refusal, refuse } from './refusal.ts';

/** What never changes under its name may be kept for ever. */
export const keptForEver = 'public, max-age=31536000, immutable';

/** Bytes to be sent, whole or in part. */
export interface SentBytes {
  /** They themselves, or the file that they are in. */
  readonly from: Uint8Array | { readonly path: string };
  readonly sizeBytes: number;
  /** Strong entity tag, in quotes. */
  readonly tag: string;
  readonly type: string;
  readonly cacheControl: string;
  /** What a range behind the end is refused with; without it the status alone tells. */
  readonly pastEnd?: (sizeBytes: number) => Refusal;
}

/** The refusal of servers that answer with problems. */
export const pastEnd = (sizeBytes: number): Refusal => {
  const what = `there are ${sizeBytes} bytes`;
  return refuse('HTP009', { what }, { 'content-range': `bytes */${sizeBytes}` });
};

/**
 * Answers GET and HEAD with bytes: the range that is asked for, 304 to those who have them, 416 behind the end. Throws what
 * `pastEnd` gives.
 */
export function sendBytes(
  { from, sizeBytes, tag, type, cacheControl, pastEnd: refusal }: SentBytes,
  { headers, method }: Pick<FastifyRequest, 'headers' | 'method'>,
  reply: FastifyReply,
): FastifyReply {
  reply.headers({
    'accept-ranges': 'bytes',
    'cache-control': cacheControl,
    etag: tag,
    'content-type': type,
  });
  const known = headers['if-none-match'];
  if (known !== undefined && matchesTag(known, tag)) return reply.code(304).send();
  const isSame = [undefined, tag].includes(headers['if-range'] as string | undefined);
  const range = isSame ? parseByteRange(headers.range, sizeBytes) : undefined;
  if (range === 'unsatisfiable') {
    if (refusal) throw refusal(sizeBytes);
    return reply
      .code(416)
      .headers({ 'content-range': `bytes */${sizeBytes}`, 'cache-control': 'no-cache' })
      .send();
  }
  const { from: first, to } = range ?? { from: 0, to: sizeBytes };
  if (range) reply.code(206).header('content-range', `bytes ${first}-${to - 1}/${sizeBytes}`);
  reply.header('content-length', to - first);
  if (method === 'HEAD') return reply.send();
  return reply.send(
    'path' in from
      ? Readable.from(readFileRange(from.path, first, to), { objectMode: false })
      : Buffer.from(from.subarray(first, to)),
  );
}
