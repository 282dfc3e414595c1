import { overviewSchema } from '../api/index.ts';
import type { RouteContext } from './route-context.ts';
import { describeRoute, polled, type WebServer } from './route-schema.ts';

const config = { isPolled: true };

/** What pages of the dashboard read. */
export function dashboardRoutes(server: WebServer, { service }: RouteContext): void {
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
}
