import {
  forecastQuerySchema,
  forecastSchema,
  planGraphSchema,
  planParamsSchema,
  plansQuerySchema,
  plansReplySchema,
  type SimulateQuery,
  simulateQuerySchema,
  simulationReplySchema,
  whyAnswerSchema,
  whyQuerySchema,
} from '../api/index.ts';
import type { RouteContext } from './route-context.ts';
import { describeRoute, polled, type WebServer } from './route-schema.ts';

const config = { isPolled: true };

/** Why, when and what if: all of it reading. */
export function foresightRoutes(server: WebServer, { service }: Pick<RouteContext, 'service'>): void {
  const { foresight } = service;
  server.get<{ Querystring: { of: string } }>(
    '/api/why',
    {
      config,
      schema: describeRoute({
        summary: 'Why a job was planned, why it stands where it does, and what to do',
        tag: 'foresight',
        query: whyQuerySchema,
        answer: whyAnswerSchema,
        also: { ...polled, 404: 'No plan has such a job.' },
      }),
    },
    async ({ query }) => foresight.why(query.of),
  );
  server.get<{ Querystring: { plan?: number; limit?: number } }>(
    '/api/forecast',
    {
      config,
      schema: describeRoute({
        summary: 'When open jobs and plans will be done, and in which order jobs are given out',
        tag: 'foresight',
        query: forecastQuerySchema,
        answer: forecastSchema,
        also: polled,
      }),
    },
    async ({ query }) => foresight.forecast(query),
  );
  server.get<{ Querystring: SimulateQuery }>(
    '/api/simulate',
    {
      config,
      schema: describeRoute({
        summary: 'A plan, history or what is open run forward in virtual time on builders as described',
        tag: 'foresight',
        query: simulateQuerySchema,
        answer: simulationReplySchema,
        also: { ...polled, 404: 'There is nothing to simulate.' },
      }),
    },
    async ({ query }) => foresight.simulate(query),
  );
  planRoutes(server, { service });
}

function planRoutes(server: WebServer, { service }: Pick<RouteContext, 'service'>): void {
  const { foresight } = service;
  server.get<{ Querystring: { before?: number; limit?: number } }>(
    '/api/plans',
    {
      config,
      schema: describeRoute({
        summary: 'Plans, newest first, with what became of their jobs',
        tag: 'foresight',
        query: plansQuerySchema,
        answer: plansReplySchema,
        also: polled,
      }),
    },
    async ({ query }) => foresight.plans(query),
  );
  server.get<{ Params: { plan: number } }>(
    '/api/plans/:plan',
    {
      config,
      schema: describeRoute({
        summary: 'A plan as a graph: jobs in its order, and who waits for whom',
        tag: 'foresight',
        params: planParamsSchema,
        answer: planGraphSchema,
        also: { ...polled, 404: 'No such plan.' },
      }),
    },
    async ({ params }) => foresight.plan(params.plan),
  );
}
