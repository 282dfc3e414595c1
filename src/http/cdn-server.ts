import fastify, { type FastifyReply, type FastifyRequest } from 'fastify';
import { answerCdnPath, type Blos, layoutConf } from '../app/fastpull/index.ts';
import { listenAt, urlOf } from './listen.ts';
import { keptForEver, sendBytes } from './send-bytes.ts';

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
  if (found.kind === 'blob') {
    const { sha512, path, sizeBytes } = found.blob;
    const type = 'application/octet-stream';
    const blob = { from: { path }, sizeBytes, tag: `"${sha512}"`, type, cacheControl: keptForEver };
    return sendBytes(blob, request, reply);
  }
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
