import type {
  FastifyBaseLogger,
  FastifyInstance,
  FastifySchema,
  RawReplyDefaultExpression,
  RawRequestDefaultExpression,
  RawServerDefault,
} from 'fastify';
import { jsonSchemaOf, problemBodySchema, type WireSchema } from '../api/index.ts';

export type WebServer = FastifyInstance<
  RawServerDefault,
  RawRequestDefaultExpression,
  RawReplyDefaultExpression,
  FastifyBaseLogger
>;

/** What a route is, for people and for checks. Fastify checks what comes in against the contracts of src/api. */
export interface RouteDescription {
  readonly summary: string;
  readonly description?: string;
  readonly tag:
    | 'logs'
    | 'queue'
    | 'events'
    | 'commands'
    | 'objects'
    | 'people'
    | 'upkeep'
    | 'ebins'
    | 'stages'
    | 'python'
    | 'rebuilds'
    | 'repositories'
    | 'dashboard'
    | 'packages'
    | 'farm'
    | 'foresight'
    | 'pages';
  readonly params?: WireSchema;
  readonly query?: WireSchema;
  readonly headers?: WireSchema;
  readonly body?: WireSchema;
  /** The answer when all is well: a contract, or the type of what is no JSON. */
  readonly answer: WireSchema | { readonly type: string; readonly description: string };
  /** Status of that answer, default 200. */
  readonly status?: number;
  /** Further statuses and what they mean; 4xx and 5xx have the body of a problem. */
  readonly also?: Readonly<Record<number, string>>;
  /** Whose token it takes. */
  readonly token?: 'operator' | 'builder';
  /** The body as it comes, in `application/octet-stream`. */
  readonly takesBytes?: boolean;
}

/** Further statuses of answers that readers poll. */
export const polled = { 304: 'Nothing has changed since the `If-None-Match`.' };

/** Further statuses of routes that take JSON. */
export const malformed = { 413: 'The body is too long.', 415: 'The body is not JSON.' };

type Described = FastifySchema & { readonly description_: RouteDescription };

const isContract = (answer: RouteDescription['answer']): answer is WireSchema => 'safeParse' in answer;

/** The schema that Fastify gets for a route. */
export function describeRoute(route: RouteDescription): FastifySchema {
  return {
    ...(route.params ? { params: route.params } : {}),
    ...(route.query ? { querystring: route.query } : {}),
    ...(route.headers ? { headers: route.headers } : {}),
    ...(route.body ? { body: route.body } : {}),
    description_: route,
  } as Described;
}

const common: Readonly<Record<number, string>> = {
  500: 'A fault of packmill; the log of the manager tells more.',
};

/** The same as swagger wants it, with JSON Schema in the places of contracts. */
export function openapiSchemaOf(schema: FastifySchema | undefined): FastifySchema & Record<string, unknown> {
  const route = (schema as Described | undefined)?.description_;
  if (route === undefined) return { hide: true };
  const also: Record<number, string> = { ...route.also, ...common };
  if (route.params || route.query || route.body || route.headers) also[400] ??= 'The request is malformed.';
  if (route.token) {
    also[401] = 'No valid token.';
    also[403] = 'The token has another role.';
    also[429] = 'Too many wrong tokens from this address.';
  }
  const response: Record<string, unknown> = { [route.status ?? 200]: answerOf(route.answer) };
  for (const [status, description] of Object.entries(also)) response[status] = outcomeOf(status, description);
  return {
    summary: route.summary,
    ...(route.description ? { description: route.description } : {}),
    tags: [route.tag],
    ...(route.token ? { security: [{ [route.token]: [] }] } : {}),
    ...(route.params ? { params: jsonSchemaOf(route.params, 'input') } : {}),
    ...(route.query ? { querystring: jsonSchemaOf(route.query, 'input') } : {}),
    ...(route.headers ? { headers: jsonSchemaOf(route.headers, 'input') } : {}),
    ...(route.body ? { body: jsonSchemaOf(route.body, 'input') } : {}),
    ...(route.takesBytes ? { consumes: ['application/octet-stream'], body: { type: 'string' } } : {}),
    response,
  };
}

function answerOf(answer: RouteDescription['answer']): Record<string, unknown> {
  if (isContract(answer)) return { description: 'Done.', ...jsonSchemaOf(answer, 'output') };
  if (answer.type === '') return { description: answer.description, type: 'null' };
  return { description: answer.description, content: { [answer.type]: { schema: { type: 'string' } } } };
}

function outcomeOf(status: string, description: string): Record<string, unknown> {
  return Number(status) >= 400
    ? { ...jsonSchemaOf(problemBodySchema, 'output'), description }
    : { description, type: 'null' };
}
