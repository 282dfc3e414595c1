import { fileURLToPath } from 'node:url';
import fastify from 'fastify';
import { Counter, Registry } from 'prom-client';
import { EbinRepositories, type ServedEbins } from '../app/ebins/index.ts';
import { type Clock, systemClock, systemRandom } from '../host/index.ts';
import { answerFrameworkError, answerNoHttp, answerProblems } from './answer-problems.ts';
import { answerConditionally } from './conditional-answers.ts';
import { type EbinFileSent, ebinFileRoutes } from './ebin-file-routes.ts';
import { ebinRoutes } from './ebin-routes.ts';
import type { RequestFault } from './http-options.ts';
import { listenAt, urlOf } from './listen.ts';
import { ebinPageRoutes } from './page-routes.ts';
import { checkAgainstContracts } from './request-checks.ts';
import { describeRoute, type WebServer } from './route-schema.ts';

export interface EbinServerOptions extends ServedEbins {
  /** What the repository is called in addresses. */
  readonly name: string;
  readonly host: string;
  /** 0: a free one is taken. */
  readonly port: number;
  readonly clock?: Clock | undefined;
  readonly onFault?: ((fault: RequestFault) => void) | undefined;
}

export interface EbinServer {
  readonly url: string;
  close(): Promise<void>;
}

/**
 * Serves a repository of ebins and its store to package managers, mirrors and people: distfiles in content-hash layout, the
 * files of the repository, a tar of them, the page of USE matrices, counters. Nothing can be changed through it. Throws HTP011
 * when it cannot listen.
 */
export async function startEbinServer(options: EbinServerOptions): Promise<EbinServer> {
  const { name, repository, store, host, clock = systemClock } = options;
  const server = makeServer(options);
  const counts = countersOf();
  await ebinPageRoutes(server, fileURLToPath(new URL('pages', import.meta.url)));
  const look = new EbinRepositories(() => [{ name, folder: repository, takesRequests: false }], clock);
  ebinRoutes(server, look);
  ebinFileRoutes(server, {
    store,
    repository: (wanted) => look.folderOf(wanted),
    clock,
    onSent: counts.note,
  });
  server.get('/', { schema: textRoute('The page of ebins') }, async (_request, reply) =>
    reply.redirect('/ebins.html', 302),
  );
  server.get('/metrics', { schema: textRoute('Counters for Prometheus') }, async (_request, reply) =>
    reply
      .header('cache-control', 'no-store')
      .type(counts.registry.contentType)
      .send(await counts.registry.metrics()),
  );
  try {
    const url = urlOf(host, await listenAt(server, options));
    return { url, close: () => server.close() };
  } catch (error) {
    await server.close();
    throw error;
  }
}

const textRoute = (summary: string) =>
  describeRoute({ summary, tag: 'ebins', answer: { type: 'text/plain', description: 'Text.' } });

function makeServer({ onFault }: EbinServerOptions): WebServer {
  const server: WebServer = fastify({
    forceCloseConnections: true,
    frameworkErrors: answerFrameworkError,
    clientErrorHandler: answerNoHttp,
    genReqId: () => systemRandom.hex(8),
    routerOptions: { maxParamLength: 1024 },
  });
  checkAgainstContracts(server);
  answerProblems(server, onFault ?? (() => {}));
  answerConditionally(server);
  server.addHook('onRequest', async (_request, reply) => {
    reply.headers({ 'x-content-type-options': 'nosniff', 'x-frame-options': 'DENY' });
  });
  return server;
}

function countersOf(): { readonly registry: Registry; readonly note: (sent: EbinFileSent) => void } {
  const registry = new Registry();
  const registers = [registry];
  const requests = new Counter({
    name: 'packmill_ebin_requests_total',
    help: 'Requests for files that were answered, by what they were for.',
    labelNames: ['kind', 'status'],
    registers,
  });
  const sent = new Counter({
    name: 'packmill_ebin_sent_bytes_total',
    help: 'Bytes of files that were sent, by what they were for.',
    labelNames: ['kind'],
    registers,
  });
  return {
    registry,
    note: ({ kind, status, bytes }) => {
      requests.inc({ kind, status });
      sent.inc({ kind }, bytes);
    },
  };
}
