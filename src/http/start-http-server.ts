import { fileURLToPath } from 'node:url';
import fastifyCors from '@fastify/cors';
import fastify from 'fastify';
import { type FarmService, type ObjectIntake, readLogFiles } from '../app/index.ts';
import { repeatEvery, runAfter, systemClock, systemRandom } from '../host/index.ts';
import { answerFrameworkError, answerNoHttp, answerProblems } from './answer-problems.ts';
import { auditCommands } from './audit-commands.ts';
import { commandRoutes } from './command-routes.ts';
import { answerConditionally } from './conditional-answers.ts';
import { dashboardRoutes } from './dashboard-routes.ts';
import { ebinFileRoutes } from './ebin-file-routes.ts';
import { ebinRequestRoutes } from './ebin-request-routes.ts';
import { ebinRoutes } from './ebin-routes.ts';
import { eventRoutes } from './event-routes.ts';
import { farmRoutes } from './farm-routes.ts';
import { foresightRoutes } from './foresight-routes.ts';
import { completeLimits, type HttpOptions, type HttpServer } from './http-options.ts';
import { identityRoutes } from './identity-routes.ts';
import { listenAt, urlOf } from './listen.ts';
import { LiveStreams } from './live-streams.ts';
import { logRoutes } from './log-routes.ts';
import { logWorkbenchRoutes } from './log-workbench-routes.ts';
import { FarmMetrics } from './metrics/farm-metrics.ts';
import { objectRoutes } from './object-routes.ts';
import { openapiRoute } from './openapi.ts';
import { packageRoutes } from './package-routes.ts';
import { pageRoutes } from './page-routes.ts';
import { pythonFarmRoutes } from './python-farm-routes.ts';
import { pythonRoutes } from './python-routes.ts';
import { queueRoutes } from './queue-routes.ts';
import { rebuildRoutes } from './rebuild-routes.ts';
import { refuse } from './refusal.ts';
import { repositoryRoutes } from './repository-routes.ts';
import { checkAgainstContracts } from './request-checks.ts';
import type { RouteContext } from './route-context.ts';
import type { WebServer } from './route-schema.ts';
import { signIn } from './sign-in.ts';
import { boundSlowBodies } from './slow-bodies.ts';
import { stageRoutes } from './stage-routes.ts';
import { upkeepRoutes } from './upkeep-routes.ts';
import { builtWeb } from './web-routes.ts';
import { WrongTokens } from './wrong-tokens.ts';

const sweepMs = 60 * 60 * 1000;

/**
 * Serves a farm over HTTP until it is closed. Throws HTP011 when it cannot listen. `intake` keeps uploads; what nobody goes on with is swept once an hour.
 */
export async function startHttpServer(
  service: FarmService,
  intake: ObjectIntake,
  options: HttpOptions,
): Promise<HttpServer> {
  const context = contextOf(service, intake, options);
  const { streams, metrics, limits } = context;
  const server = makeServer(options, context);
  await addRoutes(server, options, context);
  const second = options.metricsPort === undefined ? undefined : makeServer(options, context);
  if (second) farmRoutes(second, context);
  const host = options.host ?? '127.0.0.1';
  const servers = [server, ...(second ? [second] : [])];
  const ports: number[] = [];
  try {
    ports.push(await listenAt(server, { host, port: options.port }));
    if (second) ports.push(await listenAt(second, { host, port: options.metricsPort ?? 0 }));
  } catch (error) {
    await Promise.all(servers.map((one) => one.close()));
    metrics.close();
    throw error;
  }
  intake.sweep();
  const stopSweeping = repeatEvery(sweepMs, () => void intake.sweep());
  let closing: Promise<void> | undefined;
  const close = async (): Promise<void> => {
    stopSweeping();
    streams.closeAll();
    const force = runAfter(limits.closeMs, () => {
      for (const one of servers) one.server.closeAllConnections();
    });
    await Promise.all(servers.map((one) => one.close()));
    force();
    metrics.close();
  };
  const [port = options.port, metricsPort] = ports;
  return {
    url: urlOf(host, port),
    port,
    metricsPort,
    close: () => {
      closing ??= close();
      return closing;
    },
  };
}

function contextOf(service: FarmService, intake: ObjectIntake, options: HttpOptions): RouteContext {
  const clock = options.clock ?? systemClock;
  const limits = completeLimits(options.limits);
  const onFault = options.onFault ?? (() => {});
  const streams = new LiveStreams(limits.streams, (error, { request }) =>
    onFault({ request: request.id, method: request.method, url: request.url, error }),
  );
  const metrics = new FarmMetrics({
    service,
    clock,
    pkgnameLabel: options.pkgnameLabel ?? false,
    streams: () => streams.count,
  });
  return {
    service,
    intake,
    logReading: options.logReading ?? readLogFiles(),
    streams,
    signIn: signIn(service, new WrongTokens(limits.wrongTokens, clock)),
    metrics,
    limits,
    clock,
    symbols: options.symbols,
    webFolder: options.webFolder ?? builtWeb(),
    pagesFolder: options.pagesFolder ?? fileURLToPath(new URL('pages', import.meta.url)),
  };
}

function makeServer(options: HttpOptions, context: RouteContext): WebServer {
  const { metrics, limits, clock, streams } = context;
  const server: WebServer = fastify({
    logger: false,
    trustProxy:
      typeof options.trustProxy === 'boolean' ? options.trustProxy : [...(options.trustProxy ?? [])],
    bodyLimit: limits.bodyBytes,
    forceCloseConnections: 'idle',
    // Ours has the one body of errors.
    return503OnClosing: false,
    frameworkErrors: answerFrameworkError,
    clientErrorHandler: answerNoHttp,
    genReqId: () => systemRandom.hex(8),
    routerOptions: { maxParamLength: 600, ignoreTrailingSlash: true },
  });
  // JSON alone is understood: a form or plain text of another site's page is none.
  server.removeContentTypeParser('text/plain');
  checkAgainstContracts(server);
  answerProblems(server, options.onFault ?? (() => {}));
  answerConditionally(server);
  boundSlowBodies(server, limits.bodyIdleMs);
  const started = new WeakMap<object, number>();
  server.addHook('onRequest', async (request, reply) => {
    started.set(request, clock.monotonicMs());
    reply.headers({
      'x-content-type-options': 'nosniff',
      'referrer-policy': 'no-referrer',
      'x-frame-options': 'DENY',
      'x-request-id': request.id,
    });
    if (!streams.isClosed) return;
    reply.header('connection', 'close');
    throw refuse('HTP010', { what: 'the manager is ending' }, { 'retry-after': '5' });
  });
  server.addHook('onResponse', async (request, reply) => {
    const ms = clock.monotonicMs() - (started.get(request) ?? clock.monotonicMs());
    const { method, url, ip: address, id } = request;
    const status = reply.statusCode;
    const isLive = reply.hasHeader('x-accel-buffering');
    const route = request.routeOptions.url ?? 'none';
    metrics.noteRequest({ method, route, status, ms: isLive ? undefined : ms });
    options.requestLog?.({ request: id, address, method, url, status, ms });
  });
  return server;
}

async function addRoutes(server: WebServer, options: HttpOptions, context: RouteContext): Promise<void> {
  const { service, clock } = context;
  const origins = [...(options.corsOrigins ?? [])];
  if (origins.length > 0) await allowOrigins(server, origins);
  await openapiRoute(server);
  await server.register(async (inner) => {
    auditCommands(inner, context);
    identityRoutes(inner, context);
    logRoutes(inner, context);
    logWorkbenchRoutes(inner, context);
    queueRoutes(inner, context);
    foresightRoutes(inner, context);
    dashboardRoutes(inner, context);
    eventRoutes(inner, context);
    commandRoutes(inner, context);
    upkeepRoutes(inner, context);
    rebuildRoutes(inner, context);
    repositoryRoutes(inner, context);
    ebinRoutes(inner, service.ebins);
    packageRoutes(inner, service.packages);
    ebinRequestRoutes(inner, context);
    stageRoutes(inner, context);
    pythonRoutes(inner, context);
    pythonFarmRoutes(inner, context);
    if (options.distfiles !== undefined)
      ebinFileRoutes(inner, {
        store: options.distfiles,
        repository: (name) => service.ebins.folderOf(name),
        clock,
      });
    await objectRoutes(inner, context);
    farmRoutes(inner, context);
    await pageRoutes(inner, context);
  });
}

/** Pages of these sites may read queue and logs, and nothing else. */
async function allowOrigins(server: WebServer, origins: string[]): Promise<void> {
  const readable = /^\/api\/(queue|logs)\//;
  await server.register(fastifyCors, {
    hideOptionsRoute: true,
    delegator: (request, done) => {
      const isReading = ['GET', 'HEAD', 'OPTIONS'].includes(request.method ?? '');
      const isOpen = isReading && readable.test(request.url ?? '');
      done(null, {
        origin: isOpen ? origins : false,
        methods: ['GET', 'HEAD'],
        exposedHeaders: ['ETag', 'Content-Range', 'X-Log-Finished', 'X-Log-Timestamp'],
        maxAge: 3600,
      });
    },
  });
}
