import type { FastifyReply, FastifyRequest } from 'fastify';
import {
  alikeFailuresSchema,
  failureGroupsSchema,
  failureParamsSchema,
  failuresQuerySchema,
  type LogSearchNews,
  type LogSearchQuery,
  type LogsSearchQuery,
  logAttemptsSchema,
  logFactsSchema,
  logLinesQuerySchema,
  logLinesSchema,
  logParamsSchema,
  logPhasesSchema,
  logRevisionParamsSchema,
  logSearchQuerySchema,
  logsSearchQuerySchema,
  logsSearchReplySchema,
  pageQuerySchema,
  type WireSchema,
} from '../api/index.ts';
import type { LogRevision } from '../app/index.ts';
import type { LiveAnswer } from './live-streams.ts';
import { refuse } from './refusal.ts';
import type { RouteContext } from './route-context.ts';
import { describeRoute, polled, type RouteDescription, type WebServer } from './route-schema.ts';

interface LogPath {
  readonly id: string;
  readonly timestamp?: number;
}
interface Page {
  readonly before?: number;
  readonly limit?: number;
}
type Asked<Query> = FastifyRequest<{ Params: LogPath; Querystring: Query }>;

const config = { isPolled: true };
const mostRows = 200;
const mostLines = 5_000;
const mostHits = 10_000;

const atMost = (wanted: number | undefined, usual: number, most: number): number =>
  Math.min(Math.max(1, wanted ?? usual), most);

const noLog = ({ id, timestamp }: LogPath): Error => {
  const of = timestamp === undefined ? '' : ` with the timestamp ${timestamp}`;
  return refuse('HTP004', { what: `there is no log of '${id}'${of}` });
};

/** Finding one's way in logs: facts, lines, phases, searches, and failures that are the same. */
export function logWorkbenchRoutes(server: WebServer, context: RouteContext): void {
  oneLog(server, context);
  manyLogs(server, context);
  failureRoutes(server, context);
}

type AddRoute = <Query>(
  name: string,
  about: Pick<RouteDescription, 'summary' | 'description' | 'query' | 'answer' | 'also'>,
  handler: (request: Asked<Query>, reply: FastifyReply) => Promise<unknown>,
) => void;

/** Adds a route about one log: of the newest request for a package, or of one with a timestamp. */
const adderOf =
  (server: WebServer): AddRoute =>
  (name, about, handler) => {
    for (const isNewest of [true, false]) {
      const params = isNewest ? logParamsSchema : logRevisionParamsSchema;
      const summary = isNewest ? about.summary : `${about.summary}, of one request`;
      const also = { ...about.also, 404: 'No such log.' };
      server.get<{ Params: LogPath; Querystring: never }>(
        `/api/logs/:id/${isNewest ? '' : ':timestamp/'}${name}`,
        {
          config: name === 'search' ? {} : config,
          schema: describeRoute({ ...about, also, summary, tag: 'logs', params }),
        },
        handler,
      );
    }
  };

/** The log that a path names. Throws HTP004. */
function find({ service }: RouteContext, params: LogPath): LogRevision {
  const found = service.logRevision(params.id, params.timestamp);
  if (found === undefined) throw noLog(params);
  return found;
}

/** Routes about one log. */
function oneLog(server: WebServer, context: RouteContext): void {
  const { workbench } = context.service;
  const add = adderOf(server);
  add(
    'facts',
    { summary: 'Size, attempts and failure of a log', answer: logFactsSchema, also: polled },
    async ({ params }) => {
      const facts = await workbench.facts(params.id, params.timestamp);
      if (!facts) throw noLog(params);
      return facts;
    },
  );
  add(
    'phases',
    { summary: 'Where the phases of a log begin', answer: logPhasesSchema, also: polled },
    async ({ params }) => workbench.phases(find(context, params)),
  );
  add<{ from?: number; count?: number }>(
    'lines',
    {
      summary: 'Some lines of a log',
      description: 'Lines `from` on (the first is 1), at most `count` (1000) of them and one mebibyte.',
      query: logLinesQuerySchema,
      answer: logLinesSchema,
      also: polled,
    },
    async ({ params, query }) =>
      workbench.lines(find(context, params), query.from ?? 1, atMost(query.count, 1_000, mostLines)),
  );
  add<LogSearchQuery>('search', searchDescription, async ({ params, query }, reply) =>
    sendSearch(context, { log: find(context, params), query }, reply),
  );
}

const searchDescription = {
  summary: 'Looks for lines in a log',
  description:
    'Lines of JSON as something is found: `hits`, `total` so far; the last has `end`, which is `time` when the five ' +
    'seconds of a search were over before all was read. `regex=1`: `q` is a regular expression. `case=1`: capital and ' +
    'small letters differ. `from`: first line to look at. `limit`: hits to tell (1000); others are counted.',
  query: logSearchQuerySchema,
  answer: { type: 'application/x-ndjson', description: 'What was found, one object a line.' },
  also: { 503: 'Too many searches at one time.' },
} as const;

async function sendSearch(
  { service, streams }: RouteContext,
  { log, query }: { readonly log: LogRevision; readonly query: LogSearchQuery },
  reply: FastifyReply,
): Promise<FastifyReply> {
  const search = {
    pattern: { text: query.q, isExpression: query.regex ?? false, matchCase: query.case ?? false },
    fromLine: query.from ?? 1,
    maxHits: atMost(query.limit, 1_000, mostHits),
  };
  const over = new AbortController();
  const news = service.workbench.search(log, search, over.signal);
  // what is wrong with the question is answered by a status
  const first = await news.next();
  reply.type('application/x-ndjson; charset=utf-8').header('cache-control', 'no-store');
  const answer: LiveAnswer = {
    onClose: 'cut',
    produce: async ({ signal, write }) => {
      const stop = (): void => over.abort();
      signal.addEventListener('abort', stop, { once: true });
      const line = (one: LogSearchNews): Uint8Array => Buffer.from(`${JSON.stringify(one)}\n`);
      if (!first.done) await write(line(first.value));
      for await (const one of news) await write(line(one));
    },
  };
  try {
    return streams.send(reply, answer);
  } catch (error) {
    await news.return();
    throw error;
  }
}

function manyLogs(server: WebServer, { service }: RouteContext): void {
  const { workbench } = service;
  server.get<{ Params: { id: string }; Querystring: Page }>(
    '/api/logs/:id/attempts',
    {
      config,
      schema: describeRoute({
        summary: 'Attempts at a package and how they ended, newest first',
        tag: 'logs',
        params: logParamsSchema,
        query: pageQuerySchema,
        answer: logAttemptsSchema,
        also: polled,
      }),
    },
    ({ params, query }) =>
      workbench.attempts(params.id, { ...query, limit: atMost(query.limit, 50, mostRows) }),
  );
  server.get<{ Querystring: LogsSearchQuery }>(
    '/api/log-search',
    {
      schema: describeRoute({
        summary: 'Looks through the logs of many attempts, newest first',
        description:
          '`name`: of one package. `failed=1`: of attempts that failed. `since`: of attempts that began then or later. A ' +
          'search ends after five seconds, half a gibibyte, or `limit` (20) attempts with hits; `next` is the `before` of ' +
          'the rest. `regex` and `case` as for one log.',
        tag: 'logs',
        query: logsSearchQuerySchema,
        answer: logsSearchReplySchema,
        also: { 503: 'Too many searches at one time.' },
      }),
    },
    ({ query }) =>
      workbench.searchAttempts({
        pattern: { text: query.q, isExpression: query.regex ?? false, matchCase: query.case ?? false },
        name: query.name,
        failed: query.failed,
        sinceMs: query.since,
        before: query.before,
        limit: atMost(query.limit, 20, mostRows),
      }),
  );
}

function failureRoutes(server: WebServer, { service }: RouteContext): void {
  const { workbench } = service;
  const get = <Params, Query>(
    url: string,
    about: {
      readonly summary: string;
      readonly params?: WireSchema;
      readonly query: WireSchema;
      readonly answer: WireSchema;
    },
    handler: (request: FastifyRequest<{ Params: Params; Querystring: Query }>) => Promise<unknown>,
  ): void => {
    const also = about.params ? { ...polled, 404: 'No attempt failed like that.' } : polled;
    server.get<{ Params: Params; Querystring: Query }>(
      url,
      { config, schema: describeRoute({ ...about, tag: 'logs', also }) },
      handler,
    );
  };
  get<unknown, { since?: number; class?: string; limit?: number }>(
    '/api/failures',
    {
      summary: 'Failures since a time, those that are the same together',
      query: failuresQuerySchema,
      answer: failureGroupsSchema,
    },
    ({ query }) =>
      workbench.groups({
        sinceMs: query.since ?? 0,
        class: query.class,
        limit: atMost(query.limit, 50, mostRows),
      }),
  );
  get<{ signature: string }, Page>(
    '/api/failures/:signature',
    {
      summary: 'Attempts that failed alike, newest first',
      params: failureParamsSchema,
      query: pageQuerySchema,
      answer: alikeFailuresSchema,
    },
    async ({ params, query }) => {
      const page = { before: query.before, limit: atMost(query.limit, 50, mostRows) };
      const alike = await workbench.alike(params.signature, page);
      if (!alike) throw refuse('HTP004', { what: `no attempt failed like '${params.signature}'` });
      return alike;
    },
  );
}
