import {
  generationChangesQuerySchema,
  generationChangesSchema,
  generationListSchema,
  generationSchema,
  repositoryListSchema,
  repositoryPackagesQuerySchema,
  repositoryPackagesSchema,
  repositoryParamsSchema,
  rollbackSchema,
} from '../api/index.ts';
import type { RouteContext } from './route-context.ts';
import { describeRoute, malformed, polled, type WebServer } from './route-schema.ts';

interface Named {
  readonly name: string;
  readonly arch: string;
}

const config = { isPolled: true };
const noRepository = { 404: 'There is no such repository, or the generation is not kept.' };

/** What is published, what was, what changed between, and going back. */
export function repositoryRoutes(server: WebServer, context: RouteContext): void {
  const { repositories } = context.service;
  server.get(
    '/api/repositories',
    {
      config,
      schema: describeRoute({
        summary: 'Published repositories, trees and mirrors',
        tag: 'repositories',
        answer: repositoryListSchema,
        also: polled,
      }),
    },
    async () => repositories.list(),
  );
  server.get<{ Params: Named }>(
    '/api/repositories/:name/:arch/generations',
    {
      config,
      schema: describeRoute({
        summary: 'Kept generations of a repository, newest first',
        tag: 'repositories',
        params: repositoryParamsSchema,
        answer: generationListSchema,
        also: { ...polled, ...noRepository },
      }),
    },
    async ({ params }) => repositories.generations(params.name, params.arch),
  );
  contentRoutes(server, context);
  rollbackRoute(server, context);
}

function contentRoutes(server: WebServer, { service }: RouteContext): void {
  const { repositories } = service;
  server.get<{ Params: Named; Querystring: { generation?: number } }>(
    '/api/repositories/:name/:arch/packages',
    {
      config,
      schema: describeRoute({
        summary: 'Packages of a generation',
        tag: 'repositories',
        params: repositoryParamsSchema,
        query: repositoryPackagesQuerySchema,
        answer: repositoryPackagesSchema,
        also: { ...polled, ...noRepository },
      }),
    },
    async ({ params, query }) =>
      repositories.packages(params.name, params.arch, query.generation && Number(query.generation)),
  );
  server.get<{ Params: Named; Querystring: { from: number; to: number } }>(
    '/api/repositories/:name/:arch/changes',
    {
      config,
      schema: describeRoute({
        summary: 'What changed between two generations',
        tag: 'repositories',
        params: repositoryParamsSchema,
        query: generationChangesQuerySchema,
        answer: generationChangesSchema,
        also: { ...polled, ...noRepository },
      }),
    },
    async ({ params, query }) =>
      repositories.changes(params.name, params.arch, { from: Number(query.from), to: Number(query.to) }),
  );
}

function rollbackRoute(server: WebServer, { service, signIn }: RouteContext): void {
  server.post<{ Params: Named; Body: { generation: number } }>(
    '/api/repositories/:name/:arch/rollback',
    {
      onRequest: signIn.operator,
      schema: describeRoute({
        summary: 'Make a kept generation visible again',
        tag: 'repositories',
        token: 'operator',
        params: repositoryParamsSchema,
        body: rollbackSchema,
        answer: generationSchema,
        also: { ...malformed, ...noRepository },
      }),
    },
    async ({ params, body }) => service.repositories.rollback(params.name, params.arch, body.generation),
  );
}
