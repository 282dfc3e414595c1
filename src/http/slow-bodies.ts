import type { FastifyRequest } from 'fastify';
import { runAfter } from '../host/index.ts';
import type { WebServer } from './route-schema.ts';

/**
 * Ends connections that hold a request open without sending its body: JSON has to be there within `idleMs`, an
 * upload may take as long as it likes while bytes come.
 */
export function boundSlowBodies(server: WebServer, idleMs: number): void {
  const stops = new WeakMap<FastifyRequest, () => void>();
  server.addHook('onRequest', async (request) => {
    const { raw } = request;
    if (raw.method === 'GET' || raw.method === 'HEAD') return;
    if (request.routeOptions.config.takesBytes) {
      raw.setTimeout(idleMs);
      // Verifying a large object afterwards may take longer.
      raw.once('end', () => raw.setTimeout(0));
      return;
    }
    stops.set(
      request,
      runAfter(idleMs, () => raw.destroy()),
    );
  });
  const stop = async (request: FastifyRequest): Promise<void> => stops.get(request)?.();
  server.addHook('preValidation', stop);
  server.addHook('onResponse', stop);
  server.addHook('onRequestAbort', stop);
}

declare module 'fastify' {
  interface FastifyContextConfig {
    /** The body is no JSON but bytes that are taken as they come. */
    readonly takesBytes?: boolean;
  }
}
