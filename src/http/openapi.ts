import fastifySwagger from '@fastify/swagger';
import { jsonSchemaOf, problemBodySchema } from '../api/index.ts';
import { describeRoute, openapiSchemaOf, polled, type WebServer } from './route-schema.ts';

const problemReference = { $ref: '#/components/schemas/Problem' };

interface Operation {
  readonly responses?: Record<string, { content?: Record<string, { schema: unknown }> }>;
}

/** Collects the routes that are registered after it, and serves their description. */
export async function openapiRoute(server: WebServer): Promise<void> {
  await server.register(fastifySwagger, {
    openapi: {
      openapi: '3.1.0',
      info: {
        title: 'packmill',
        description: 'A farm that turns recipes into signed packages. Errors have one body with a code.',
        version: '1',
      },
      components: {
        securitySchemes: {
          operator: { type: 'http', scheme: 'bearer', description: 'A token with the role operator.' },
          builder: {
            type: 'http',
            scheme: 'bearer',
            description: 'A token with the role builder, or that of a running attempt.',
          },
        },
      },
    },
    exposeHeadRoutes: true,
    transform: ({ schema, url, route }) => {
      // What HEAD does beside GET is known; only where there is no GET it has to be told.
      const isPlainHead = route.method === 'HEAD' && !url.endsWith('/upload');
      return { schema: isPlainHead ? { hide: true } : openapiSchemaOf(schema), url };
    },
    transformObject: (document) => {
      if (!('openapiObject' in document)) return document.swaggerObject;
      const { openapiObject } = document;
      for (const path of Object.values(openapiObject.paths ?? {})) {
        for (const operation of Object.values(path ?? {})) nameProblems(operation as Operation);
      }
      const Problem = jsonSchemaOf(problemBodySchema, 'output');
      const components = { ...openapiObject.components, schemas: { Problem } };
      return { ...openapiObject, components } as typeof openapiObject;
    },
  });
  const schema = describeRoute({
    summary: 'This document',
    tag: 'farm',
    answer: { type: 'application/json', description: 'OpenAPI 3.1.' },
    also: polled,
  });
  server.get('/api/openapi.json', { config: { isPolled: true }, schema }, async () => server.swagger());
}

/** The body of a problem stands in one place of the document. */
function nameProblems(operation: Operation): void {
  for (const [status, response] of Object.entries(operation.responses ?? {})) {
    const json = response.content?.['application/json'];
    if (Number(status) >= 400 && json) json.schema = problemReference;
  }
}
