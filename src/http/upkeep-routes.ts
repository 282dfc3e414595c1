import {
  type UpkeepRunRequest,
  upkeepPackagesQuerySchema,
  upkeepPackagesSchema,
  upkeepParamsSchema,
  upkeepPauseReplySchema,
  upkeepPauseSchema,
  upkeepReplySchema,
  upkeepRunReplySchema,
  upkeepRunRequestSchema,
} from '../api/index.ts';
import type { RouteContext } from './route-context.ts';
import { describeRoute, malformed, polled, type WebServer } from './route-schema.ts';

const config = { isPolled: true };
const noSource = { 404: 'The farm does not keep such a source up to date.' };

/** Recipe sources that keep themselves up to date: how they stand, and what may be asked of them. */
export function upkeepRoutes(server: WebServer, context: RouteContext): void {
  const { service } = context;
  server.get(
    '/api/upkeep',
    {
      config,
      schema: describeRoute({
        summary: 'Recipe sources that keep themselves up to date, and their runs',
        tag: 'upkeep',
        answer: upkeepReplySchema,
        also: polled,
      }),
    },
    async () => service.upkeep(),
  );
  server.get<{ Params: { id: string }; Querystring: { name?: string } }>(
    '/api/upkeep/:id/packages',
    {
      config,
      schema: describeRoute({
        summary: 'The packages of a source, or one of them: last check, last error, next try, review',
        tag: 'upkeep',
        params: upkeepParamsSchema,
        query: upkeepPackagesQuerySchema,
        answer: upkeepPackagesSchema,
        also: { ...polled, ...noSource },
      }),
    },
    async ({ params, query }) => {
      const all = await service.upkeepPackages(params.id);
      if (query.name === undefined) return all;
      return { ...all, packages: all.packages.filter(({ name }) => name === query.name) };
    },
  );
  upkeepCommands(server, context);
}

function upkeepCommands(server: WebServer, { service, signIn }: RouteContext): void {
  const onRequest = signIn.operator;
  const common = { tag: 'upkeep', token: 'operator', params: upkeepParamsSchema } as const;
  server.post<{ Params: { id: string }; Body: UpkeepRunRequest }>(
    '/api/upkeep/:id/run',
    {
      onRequest,
      schema: describeRoute({
        ...common,
        summary: 'Look at a source now',
        description:
          'The run gets its place in the line of the source, in which there is never more than one at work. A run that ' +
          'waits already is not put there twice.',
        body: upkeepRunRequestSchema,
        answer: upkeepRunReplySchema,
        also: { ...noSource, ...malformed },
      }),
    },
    async ({ params, body }) => service.runUpkeep(params.id, body),
  );
  server.post<{ Params: { id: string }; Body: { paused: boolean } }>(
    '/api/upkeep/:id/pause',
    {
      onRequest,
      schema: describeRoute({
        ...common,
        summary: 'No runs by pushes and by the clock, or again some',
        body: upkeepPauseSchema,
        answer: upkeepPauseReplySchema,
        also: { ...noSource, ...malformed },
      }),
    },
    async ({ params, body }) => {
      await service.pauseUpkeep(params.id, body.paused);
      return { source: params.id, paused: body.paused };
    },
  );
}
