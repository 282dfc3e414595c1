import {
  farmFactsSchema,
  overviewSchema,
  type QueuePageQuery,
  queuePageQuerySchema,
  queuePageSchema,
  reviewParamsSchema,
  reviewSchema,
  reviewsSchema,
} from '../api/index.ts';
import { refuse } from './refusal.ts';
import type { RouteContext } from './route-context.ts';
import { describeRoute, polled, type WebServer } from './route-schema.ts';

const config = { isPolled: true };

/** What pages of the dashboard read. */
export function dashboardRoutes(server: WebServer, context: RouteContext): void {
  reviewRoutes(server, context);
  const { service } = context;
  server.get(
    '/api/farm',
    {
      config,
      schema: describeRoute({
        summary: 'What the farm builds for',
        tag: 'dashboard',
        answer: farmFactsSchema,
        also: polled,
      }),
    },
    async () => service.dashboard.farm(),
  );
  server.get(
    '/api/overview',
    {
      config,
      schema: describeRoute({
        summary: 'The farm at a glance: running, failed within a day, builders, next checks of upstreams',
        tag: 'dashboard',
        answer: overviewSchema,
        also: polled,
      }),
    },
    async () => service.dashboard.overview(),
  );
  server.get<{ Querystring: QueuePageQuery }>(
    '/api/queue/jobs',
    {
      config,
      schema: describeRoute({
        summary: 'Jobs that are not over: at work, ready in the order in which they are given out, waiting',
        tag: 'dashboard',
        query: queuePageQuerySchema,
        answer: queuePageSchema,
        also: polled,
      }),
    },
    async ({ query }) => service.dashboard.queue(query),
  );
}

function reviewRoutes(server: WebServer, { service }: RouteContext): void {
  server.get(
    '/api/reviews',
    {
      config,
      schema: describeRoute({
        summary: 'Changes of recipes that wait for somebody to look at them',
        tag: 'dashboard',
        answer: reviewsSchema,
        also: polled,
      }),
    },
    async () => service.dashboard.reviews(),
  );
  server.get<{ Params: { source: string; package: string } }>(
    '/api/reviews/:source/:package',
    {
      config,
      schema: describeRoute({
        summary: 'One such change: its diff, how large it is by the rules, what it brings',
        tag: 'dashboard',
        params: reviewParamsSchema,
        answer: reviewSchema,
        also: { ...polled, 404: 'No change of that package waits.' },
      }),
    },
    async ({ params }) => {
      const found = await service.dashboard.review(params.source, params.package);
      if (found) return found;
      throw refuse('HTP004', { what: `no change of '${params.package}' waits in '${params.source}'` });
    },
  );
}
