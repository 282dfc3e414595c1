import { Readable } from 'node:stream';
import fastify, { type FastifyReply, type FastifyRequest } from 'fastify';
import { answerCdnPath, type Blos, layoutConf } from '../app/fastpull/index.ts';
import { readFileRange } from '../host/index.ts';
import { parseByteRange } from './byte-range.ts';
import { matchesTag } from './conditional-answers.ts';
import { listenAt, urlOf } from './listen.ts';

export interface CdnServer {
  readonly url: string;
  close(): Promise<void>;
}

/**
 * Serves objects in the public layout (specification, 5.6) to mirrors and to Portage: what has a hash for a name never
 * changes, so it may be kept for ever. Throws HTP011 when it cannot listen.
 */
export async function startCdnServer(
  blos: Blos,
  { host, port }: { readonly host: string; readonly port: number },
): Promise<CdnServer> {
  const server = fastify({ exposeHeadRoutes: false, forceCloseConnections: true });
  server.route({
    method: ['GET', 'HEAD'],
    url: '/*',
    handler: (request, reply) => answer(blos, request, reply),
  });
  try {
    const url = urlOf(host, await listenAt(server, { host, port }));
    return { url, close: () => server.close() };
  } catch (error) {
    await server.close();
    throw error;
  }
}

function answer(blos: Blos, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  const found = answerCdnPath(blos, request.url.replace(/[?#].*$/s, ''));
  if (found.kind === 'blob') return sendBlob(found.blob, request, reply);
  reply.type('text/plain; charset=utf-8').header('cache-control', 'no-cache');
  switch (found.kind) {
    case 'layout':
      return reply.send(layoutConf);
    case 'up':
      return reply.send('up\n');
    case 'malformed':
      return reply.code(400).send(`${found.words}\n`);
    case 'unknown':
      return reply.code(404).send('there is nothing of this name\n');
  }
}

function sendBlob(
  { sha512, path, sizeBytes }: { sha512: string; path: string; sizeBytes: number },
  { headers, method }: FastifyRequest,
  reply: FastifyReply,
): FastifyReply {
  const tag = `"${sha512}"`;
  reply.headers({
    'accept-ranges': 'bytes',
    'cache-control': 'public, max-age=31536000, immutable',
    etag: tag,
    'content-type': 'application/octet-stream',
  });
  const known = headers['if-none-match'];
  if (known !== undefined && matchesTag(known, tag)) return reply.code(304).send();
  const isSame = [undefined, tag].includes(headers['if-range'] as string | undefined);
  const range = isSame ? parseByteRange(headers.range, sizeBytes) : undefined;
  if (range === 'unsatisfiable') {
    return reply
      .code(416)
      .header('content-range', `bytes */${sizeBytes}`)
      .header('cache-control', 'no-cache')
      .send();
  }
  const { from, to } = range ?? { from: 0, to: sizeBytes };
  if (range) reply.code(206).header('content-range', `bytes ${from}-${to - 1}/${sizeBytes}`);
  reply.header('content-length', to - from);
  if (method === 'HEAD') return reply.send();
  return reply.send(Readable.from(readFileRange(path, from, to), { objectMode: false }));
}
