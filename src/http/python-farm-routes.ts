import {
  type PythonDistributionView,
  pythonBuildsReplySchema,
  pythonDistributionsQuerySchema,
  pythonDistributionsSchema,
  pythonFailuresQuerySchema,
  pythonFailuresSchema,
} from '../api/index.ts';
import type { RouteContext } from './route-context.ts';
import { describeRoute, polled, type WebServer } from './route-schema.ts';

/** Sources of Python distributions: how each of them stands, what failed, and what was built. */
export function pythonFarmRoutes(server: WebServer, { service }: RouteContext): void {
  server.get(
    '/api/python/builds',
    {
      config: { isPolled: true },
      schema: describeRoute({
        summary: 'Sources of Python distributions, and generations of their manifests',
        tag: 'python',
        answer: pythonBuildsReplySchema,
        also: polled,
      }),
    },
    async () => (await service.python()).builds,
  );
  server.get<{ Querystring: { source?: string; state?: PythonDistributionView['state'] } }>(
    '/api/python/distributions',
    {
      config: { isPolled: true },
      schema: describeRoute({
        summary: 'How the exploration of each Python distribution stands',
        tag: 'python',
        query: pythonDistributionsQuerySchema,
        answer: pythonDistributionsSchema,
        also: polled,
      }),
    },
    async ({ query }) =>
      (await service.python()).distributions.filter(
        ({ source, state }) => source === (query.source ?? source) && state === (query.state ?? state),
      ),
  );
  server.get<{ Querystring: { source?: string } }>(
    '/api/python/failures',
    {
      config: { isPolled: true },
      schema: describeRoute({
        summary: 'What the visible manifests of Python symbols tell that failed',
        tag: 'python',
        query: pythonFailuresQuerySchema,
        answer: pythonFailuresSchema,
        also: polled,
      }),
    },
    async ({ query }) =>
      (await service.python()).failures.filter(({ source }) => source === (query.source ?? source)),
  );
}
