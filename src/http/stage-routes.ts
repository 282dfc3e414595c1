import { stageSourcesSchema } from '../api/index.ts';
import type { RouteContext } from './route-context.ts';
import { describeRoute, polled, type WebServer } from './route-schema.ts';

/** Sources of stages, and what their mirrors have. */
export function stageRoutes(server: WebServer, { service }: RouteContext): void {
  server.get(
    '/api/stages',
    {
      config: { isPolled: true },
      schema: describeRoute({
        summary: 'Stages: subarches with their jobs and results',
        tag: 'stages',
        answer: stageSourcesSchema,
        also: polled,
      }),
    },
    async () => service.stages(),
  );
}
