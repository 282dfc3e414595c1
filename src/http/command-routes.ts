import {
  builderParamsSchema,
  cancelRequestSchema,
  clearRequestSchema,
  concernedJobsSchema,
  drainReplySchema,
  drainRequestSchema,
  type JobSelection,
  type RemovalRequest,
  removalReplySchema,
  removalRequestSchema,
  retryRequestSchema,
  type ScheduleRequest,
  scheduleQuerySchema,
  scheduleReplySchema,
  scheduleRequestSchema,
  urgencyRequestSchema,
} from '../api/index.ts';
import type { RouteContext } from './route-context.ts';
import { describeRoute, malformed, type RouteDescription, type WebServer } from './route-schema.ts';

const describe = (route: Omit<RouteDescription, 'tag' | 'token'>): ReturnType<typeof describeRoute> =>
  describeRoute({
    ...route,
    tag: 'commands',
    token: 'operator',
    also: { ...malformed, ...route.also },
  });

/** What operators tell the farm to do. All of them need a token with the role operator. */
export function commandRoutes(server: WebServer, { service, signIn }: RouteContext): void {
  const onRequest = signIn.operator;
  server.post<{ Body: ScheduleRequest; Querystring: { answer?: 'early' } }>(
    '/api/schedule',
    {
      onRequest,
      schema: describe({
        summary: 'Build packages',
        description:
          'The request is durable when it is answered. Repeating it with the same `id` is harmless. Packages that ' +
          'cannot be accepted are listed as refused; the others are built. With `answer=early` a request for many ' +
          'packages is answered before they are queued, and then without `plan`.',
        query: scheduleQuerySchema,
        body: scheduleRequestSchema,
        answer: scheduleReplySchema,
        also: { 422: 'A recipe is at fault.', 503: 'The farm cannot accept requests now.' },
      }),
    },
    async ({ body, query }) => service.schedule(body, { early: query.answer === 'early' }),
  );
  server.post<{ Body: RemovalRequest }>(
    '/api/removals',
    {
      onRequest,
      schema: describe({
        summary: 'Remove packages that are not in a list',
        body: removalRequestSchema,
        answer: removalReplySchema,
        also: { 503: 'The farm cannot do it now.' },
      }),
    },
    async ({ body }) => service.removeObsolete(body),
  );
  jobCommands(server, { service, signIn });
  server.post<{ Params: { name: string }; Body: { drained: boolean } }>(
    '/api/builders/:name/drain',
    {
      onRequest,
      schema: describe({
        summary: 'Give a builder no new jobs, or again some',
        params: builderParamsSchema,
        body: drainRequestSchema,
        answer: drainReplySchema,
        also: { 404: 'No such builder.' },
      }),
    },
    async ({ params, body }) => {
      await service.drain(params.name, body.drained);
      return { builder: params.name, drained: body.drained };
    },
  );
}

function jobCommands(server: WebServer, { service, signIn }: Pick<RouteContext, 'service' | 'signIn'>): void {
  const onRequest = signIn.operator;
  server.post<{ Body: { selection: JobSelection; reason: string } }>(
    '/api/jobs/cancel',
    {
      onRequest,
      schema: describe({
        summary: 'Cancel queued jobs and stop running ones',
        body: cancelRequestSchema,
        answer: concernedJobsSchema,
      }),
    },
    async ({ body }) => ({ jobs: await service.cancel(body.selection, body.reason) }),
  );
  server.post<{ Body: { selection: JobSelection; urgency: number } }>(
    '/api/jobs/urgency',
    {
      onRequest,
      schema: describe({
        summary: 'Give queued jobs another urgency',
        description:
          'Higher goes first. What the jobs wait for gets at least the same, and is among those of the answer.',
        body: urgencyRequestSchema,
        answer: concernedJobsSchema,
      }),
    },
    async ({ body }) => ({ jobs: [...(await service.setUrgency(body.selection, body.urgency))] }),
  );
  server.post<{ Body: { jobs: string[] } }>(
    '/api/jobs/retry',
    {
      onRequest,
      schema: describe({
        summary: 'Build jobs again, at the commit they had',
        body: retryRequestSchema,
        answer: scheduleReplySchema,
      }),
    },
    async ({ body }) => service.retry(body.jobs),
  );
  server.post<{ Body: JobSelection }>(
    '/api/queue/clear',
    {
      onRequest,
      schema: describe({
        summary: 'Cancel what is queued; running jobs and logs stay',
        body: clearRequestSchema,
        answer: concernedJobsSchema,
      }),
    },
    async ({ body }) => ({ jobs: await service.clearQueue(body) }),
  );
}
