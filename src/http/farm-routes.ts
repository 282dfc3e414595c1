import { aliveReplySchema, readyReplySchema } from '../api/index.ts';
import type { RouteContext } from './route-context.ts';
import { describeRoute, type WebServer } from './route-schema.ts';

/** Health and metrics: what machines ask that look after machines. */
export function farmRoutes(server: WebServer, { service, metrics }: RouteContext): void {
  server.get(
    '/healthz',
    {
      schema: describeRoute({
        summary: 'Whether the process answers',
        tag: 'farm',
        answer: aliveReplySchema,
      }),
    },
    async (_request, reply) => reply.header('cache-control', 'no-store').send({ alive: true }),
  );
  server.get(
    '/readyz',
    {
      schema: describeRoute({
        summary: 'Whether requests can be accepted, and what is the matter',
        description: 'While the farm is not ready the status is 503, with the same body.',
        tag: 'farm',
        answer: readyReplySchema,
      }),
    },
    async (_request, reply) => {
      const { ready, problems } = await service.health();
      return reply
        .code(ready ? 200 : 503)
        .header('cache-control', 'no-store')
        .send({ ready, problems: [...problems] });
    },
  );
  server.get(
    '/metrics',
    {
      schema: describeRoute({
        summary: 'Metrics for Prometheus',
        tag: 'farm',
        answer: { type: 'text/plain', description: 'Prometheus text format 0.0.4.' },
      }),
    },
    async (_request, reply) =>
      reply
        .header('cache-control', 'no-store')
        .type(metrics.contentType)
        .send(await metrics.text()),
  );
}
