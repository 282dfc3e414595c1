import {
  buildersReplySchema,
  buildsQuerySchema,
  buildsReplySchema,
  jobParamsSchema,
  jobViewSchema,
  queuedPackagesQuerySchema,
  queuedPackagesSchema,
  queueMetricsSchema,
  queueStatsSchema,
} from '../api/index.ts';
import { type JobIdParts, jobId } from '../primitives/index.ts';
import { refuse } from './refusal.ts';
import type { RouteContext } from './route-context.ts';
import { describeRoute, polled, type WebServer } from './route-schema.ts';

const config = { isPolled: true };

/** What the farm does now and did before. */
export function queueRoutes(server: WebServer, { service }: RouteContext): void {
  queueItself(server, { service });
  server.get<{ Params: JobIdParts }>(
    '/api/queue/jobs/:target/:arch/:name',
    {
      config,
      schema: describeRoute({
        summary: 'Where one job stands',
        tag: 'queue',
        params: jobParamsSchema,
        answer: jobViewSchema,
        also: { ...polled, 404: 'No such job.' },
      }),
    },
    async (request) => {
      const id = jobId(request.params);
      const job = service.job(id);
      if (job === undefined) throw refuse('HTP004', { what: `there is no job '${id}'` });
      return job;
    },
  );
  server.get<{ Querystring: { pkgbase?: string; target?: string; limit?: number } }>(
    '/api/builds',
    {
      config,
      schema: describeRoute({
        summary: 'Builds of the past, newest first',
        tag: 'queue',
        query: buildsQuerySchema,
        answer: buildsReplySchema,
        also: polled,
      }),
    },
    async ({ query }) => service.builds({ ...query, limit: query.limit ?? 50 }),
  );
  server.get(
    '/api/builders',
    {
      config,
      schema: describeRoute({
        summary: 'The builders and what each works on',
        tag: 'queue',
        answer: buildersReplySchema,
        also: polled,
      }),
    },
    async () => service.builders(),
  );
}

function queueItself(server: WebServer, { service }: Pick<RouteContext, 'service'>): void {
  server.get(
    '/api/queue/stats',
    {
      config,
      schema: describeRoute({
        summary: 'Active and waiting jobs, idle builders',
        tag: 'queue',
        answer: queueStatsSchema,
        also: polled,
      }),
    },
    async () => service.stats(),
  );
  server.get<{ Querystring: { repo?: string } }>(
    '/api/queue/packages',
    {
      config,
      schema: describeRoute({
        summary: 'Queued and running packages, of one repository or all',
        tag: 'queue',
        query: queuedPackagesQuerySchema,
        answer: queuedPackagesSchema,
        also: polled,
      }),
    },
    async ({ query }) => service.queuedPackages(query.repo),
  );
  server.get(
    '/api/queue/metrics',
    {
      config,
      schema: describeRoute({
        summary: 'How many builds and repository operations ended well or not',
        tag: 'queue',
        answer: queueMetricsSchema,
        also: polled,
      }),
    },
    async () => service.metrics(),
  );
}
