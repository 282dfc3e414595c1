import {
  packageFilesQuerySchema,
  packageFilesSchema,
  packageHistoryQuerySchema,
  packageHistorySchema,
  packageListQuerySchema,
  packageListSchema,
  packageParamsSchema,
  packageProvenanceQuerySchema,
  packageProvenanceSchema,
  packageQuerySchema,
  packageViewSchema,
  verdictListSchema,
} from '../api/index.ts';
import type { PackageFilter, PackageLook, RecipeName } from '../app/index.ts';
import type { Digest } from '../primitives/index.ts';
import { describeRoute, polled, type WebServer } from './route-schema.ts';

const config = { isPolled: true };
const missing = { ...polled, 404: 'There is no such package.' };

type Named<Query = object> = { Params: { name: string }; Querystring: Omit<RecipeName, 'name'> & Query };

/** What packages there are, and all that is known of one. */
export function packageRoutes(server: WebServer, look: PackageLook): void {
  server.get<{ Querystring: PackageFilter }>(
    '/api/packages',
    {
      config,
      schema: describeRoute({
        summary: 'Every recipe with what its last success made, its state and its size',
        tag: 'packages',
        query: packageListQuerySchema,
        answer: packageListSchema,
        also: polled,
      }),
    },
    async ({ query }) => look.list(query),
  );
  server.get<Named>(
    '/api/packages/:name',
    {
      config,
      schema: describeRoute({
        summary: 'A package: what was made, what it needs, who needs it',
        tag: 'packages',
        params: packageParamsSchema,
        query: packageQuerySchema,
        answer: packageViewSchema,
        also: missing,
      }),
    },
    async ({ params, query }) => look.view({ ...query, name: params.name }),
  );
  server.get<Named<{ limit: number }>>(
    '/api/packages/:name/history',
    {
      config,
      schema: describeRoute({
        summary: 'Attempts at a package, newest first, with durations and sizes',
        tag: 'packages',
        params: packageParamsSchema,
        query: packageHistoryQuerySchema,
        answer: packageHistorySchema,
        also: missing,
      }),
    },
    async ({ params, query }) => look.history({ ...query, name: params.name }, query.limit),
  );
  contentRoutes(server, look);
  verdictRoute(server, look);
}

const mostVerdicts = 500;

function verdictRoute(server: WebServer, look: PackageLook): void {
  server.get(
    '/api/provenance',
    {
      config,
      schema: describeRoute({
        summary: 'What came of building packages once more to compare them, newest first, at most 500',
        tag: 'packages',
        answer: verdictListSchema,
        also: polled,
      }),
    },
    async () => look.verdicts(mostVerdicts),
  );
}

function contentRoutes(server: WebServer, look: PackageLook): void {
  server.get<{ Params: { name: string }; Querystring: { object: Digest; before?: Digest } }>(
    '/api/packages/:name/files',
    {
      config,
      schema: describeRoute({
        summary: 'What a package file holds, or what changed since another one',
        description: 'Files are named by their SHA-256, as the history of the package has them.',
        tag: 'packages',
        params: packageParamsSchema,
        query: packageFilesQuerySchema,
        answer: packageFilesSchema,
        also: { ...missing, 503: 'The store has the file no more.' },
      }),
    },
    async ({ params, query }) => await look.files(params.name, query.object, query.before),
  );
  server.get<Named<{ output?: string; version?: string }>>(
    '/api/packages/:name/provenance',
    {
      config,
      schema: describeRoute({
        summary:
          'How a package was made: its signed statement (in-toto, SLSA) and bill of materials (CycloneDX)',
        tag: 'packages',
        params: packageParamsSchema,
        query: packageProvenanceQuerySchema,
        answer: packageProvenanceSchema,
        also: { ...missing, 503: 'The store has the statement no more.' },
      }),
    },
    async ({ params, query }) => await look.provenance({ ...query, name: params.name }),
  );
}
