import {
  pythonSymbolQuerySchema,
  pythonSymbolSchema,
  pythonToplevelsQuerySchema,
  pythonToplevelsSchema,
} from '../api/index.ts';
import type { SymbolAnswers } from './http-options.ts';
import { refuse } from './refusal.ts';
import type { RouteContext } from './route-context.ts';
import { describeRoute, type WebServer } from './route-schema.ts';

const usualLimit = 1000;

/** What symbols of Python are, from the datafiles that the farm's settings name. */
export function pythonRoutes(server: WebServer, { symbols }: RouteContext): void {
  const known = (): SymbolAnswers => {
    if (symbols !== undefined) return symbols;
    throw refuse('HTP004', {
      what: 'no symbols of Python are shown here',
      next: "Name a manifest in 'service.python-manifest' of packmill.yaml.",
    });
  };
  server.get<{ Querystring: { path: string } }>(
    '/api/python/symbol',
    {
      schema: describeRoute({
        summary: 'What a dotted path of Python leads to',
        tag: 'python',
        query: pythonSymbolQuerySchema,
        answer: pythonSymbolSchema,
        also: { 404: 'The path leads to nothing, or no symbols are shown here.' },
      }),
    },
    async ({ query }) => await known().answer(query.path),
  );
  server.get<{ Querystring: { prefix?: string; limit?: number } }>(
    '/api/python/toplevels',
    {
      schema: describeRoute({
        summary: 'Importable names that begin with a text',
        tag: 'python',
        query: pythonToplevelsQuerySchema,
        answer: pythonToplevelsSchema,
        also: { 404: 'No symbols are shown here.' },
      }),
    },
    async ({ query }) => await known().toplevels(query.prefix ?? '', query.limit ?? usualLimit),
  );
}
