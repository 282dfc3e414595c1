import {
  type EbinRequest,
  ebinRequestDropSchema,
  ebinRequestParamsSchema,
  ebinRequestSchema,
  ebinRequestsSchema,
  ebinRequestViewSchema,
} from '../api/index.ts';
import type { RouteContext } from './route-context.ts';
import { describeRoute, malformed, polled, type WebServer } from './route-schema.ts';

/** Combinations of flags that people want of ebins: which are asked for, and what may be done about them. */
export function ebinRequestRoutes(server: WebServer, { service, signIn }: RouteContext): void {
  const command = { tag: 'ebins', token: 'operator' } as const;
  server.get(
    '/api/ebin-requests',
    {
      config: { isPolled: true },
      schema: describeRoute({
        summary: 'Combinations of USE flags that are asked for, and how they stand',
        tag: 'ebins',
        answer: ebinRequestsSchema,
        also: polled,
      }),
    },
    async () => service.ebinRequests(),
  );
  server.post<{ Body: EbinRequest }>(
    '/api/ebin-requests',
    {
      onRequest: signIn.operator,
      schema: describeRoute({
        ...command,
        summary: 'Ask for a combination of USE flags that no ebin has',
        description:
          'The request is durable when it is answered, and built as soon as a builder with Portage is at work. Repeating it is ' +
          'harmless; one that failed is tried again. What exists already is answered with `there`, and not written down.',
        body: ebinRequestSchema,
        answer: ebinRequestViewSchema,
        also: malformed,
      }),
    },
    async ({ body }) => service.requestEbin(body),
  );
  server.post<{ Params: { id: number } }>(
    '/api/ebin-requests/:id/drop',
    {
      onRequest: signIn.operator,
      schema: describeRoute({
        ...command,
        summary: 'Forget a request, and call its build off',
        params: ebinRequestParamsSchema,
        answer: ebinRequestDropSchema,
        also: { 404: 'There is no such request.', ...malformed },
      }),
    },
    async ({ params }) => {
      await service.dropEbinRequest(params.id);
      return { id: params.id, dropped: true };
    },
  );
}
