import {
  type RebuildDecisionWord,
  rebuildDecisionSchema,
  rebuildListQuerySchema,
  rebuildListSchema,
  rebuildParamsSchema,
  rebuildPreviewQuerySchema,
  rebuildPreviewSchema,
  scheduleReplySchema,
} from '../api/index.ts';
import type { RouteContext } from './route-context.ts';
import { describeRoute, malformed, polled, type WebServer } from './route-schema.ts';

/** Results that break published packages: what is held back, what would be, and what is decided. */
export function rebuildRoutes(server: WebServer, { service, signIn }: RouteContext): void {
  server.get<{ Querystring: { open?: 'true' | 'false' } }>(
    '/api/rebuilds',
    {
      config: { isPolled: true },
      schema: describeRoute({
        summary: 'Results that are held back because they break published packages, newest first',
        tag: 'rebuilds',
        query: rebuildListQuerySchema,
        answer: rebuildListSchema,
        also: polled,
      }),
    },
    async ({ query }) => service.rebuilds.list(query.open === 'true'),
  );
  server.get<{ Querystring: { package: string; target?: string; arch?: string } }>(
    '/api/rebuilds/preview',
    {
      schema: describeRoute({
        summary: 'Which packages would be built anew if every library of a package changed',
        tag: 'rebuilds',
        query: rebuildPreviewQuerySchema,
        answer: rebuildPreviewSchema,
        also: { 404: 'No such package is published.' },
      }),
    },
    async ({ query }) => service.rebuilds.preview(query.target, query.arch, [{ name: query.package }]),
  );
  server.post<{ Params: { id: number }; Body: { decision: RebuildDecisionWord } }>(
    '/api/rebuilds/:id/decide',
    {
      onRequest: signIn.operator,
      schema: describeRoute({
        summary: 'Build what held-back results break, publish them as they are, or throw them away',
        tag: 'rebuilds',
        token: 'operator',
        params: rebuildParamsSchema,
        body: rebuildDecisionSchema,
        answer: scheduleReplySchema,
        also: { ...malformed, 404: 'No such rebuild is open.' },
      }),
    },
    async (request) =>
      service.rebuilds.decide(Number(request.params.id), request.body.decision, signIn.passed(request)?.name),
  );
}
