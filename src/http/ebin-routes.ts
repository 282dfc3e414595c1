import {
  ebinListSchema,
  ebinMatrixSchema,
  ebinParamsSchema,
  ebinQuerySchema,
  ebinRepositoriesSchema,
  ebinRepositoryParamsSchema,
} from '../api/index.ts';
import type { EbinLook } from '../app/ebins/index.ts';
import { describeRoute, polled, type WebServer } from './route-schema.ts';

const config = { isPolled: true };

/** What repositories of ebins have: for the page, and for programs. */
export function ebinRoutes(server: WebServer, look: EbinLook): void {
  server.get(
    '/api/ebins',
    {
      config,
      schema: describeRoute({
        summary: 'Repositories of ebins',
        tag: 'ebins',
        answer: ebinRepositoriesSchema,
        also: polled,
      }),
    },
    async () => look.repositories(),
  );
  server.get<{ Params: { repository: string } }>(
    '/api/ebins/:repository',
    {
      config,
      schema: describeRoute({
        summary: 'The ebins of a repository: combinations, objects, sizes, and what was refused',
        tag: 'ebins',
        params: ebinRepositoryParamsSchema,
        answer: ebinListSchema,
        also: { ...polled, 404: 'There is no such repository.' },
      }),
    },
    async ({ params }) => look.list(params.repository),
  );
  server.get<{
    Params: { repository: string; category: string; version: string };
    Querystring: { use?: string[] };
  }>(
    '/api/ebins/:repository/:category/:version',
    {
      config,
      schema: describeRoute({
        summary: 'The USE matrix of an ebin: what is built, shared and missing',
        description:
          'Combinations with the same objects are one content; flags that do not matter for it are left out. With `use` ' +
          'only combinations with these flags on (`flag`) and off (`-flag`) are looked at; when all flags are decided, ' +
          '`choice` tells what there is.',
        tag: 'ebins',
        params: ebinParamsSchema,
        query: ebinQuerySchema,
        answer: ebinMatrixSchema,
        also: { ...polled, 404: 'There is no such repository, or no such ebin.' },
      }),
    },
    async ({ params, query }) =>
      look.matrix(params.repository, `${params.category}/${params.version}`, query.use ?? []),
  );
}
