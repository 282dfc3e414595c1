import {
  type AuditQuery,
  auditQuerySchema,
  auditReplySchema,
  bearerSchema,
  type SignInEnd,
  sessionSchema,
  signInBegunSchema,
  signInEndSchema,
  signInWaysSchema,
} from '../api/index.ts';
import type { FarmService } from '../app/index.ts';
import { refuse } from './refusal.ts';
import type { RouteContext } from './route-context.ts';
import { describeRoute, malformed, polled, type WebServer } from './route-schema.ts';

const unreachable = { 503: 'The provider of accounts cannot be asked.' };

/** Who somebody is, how they sign in, and who did what. */
export function identityRoutes(server: WebServer, context: RouteContext): void {
  const { service, signIn } = context;
  server.get(
    '/api/who',
    {
      onRequest: signIn.operator,
      schema: describeRoute({
        summary: 'Whose token it is',
        tag: 'people',
        token: 'operator',
        answer: bearerSchema,
      }),
    },
    async (request, reply) => reply.header('cache-control', 'no-store').send(signIn.passed(request)),
  );
  signInRoutes(server, context);
  server.get<{ Querystring: AuditQuery }>(
    '/api/audit',
    {
      config: { isPolled: true },
      schema: describeRoute({
        summary: 'Who did what, newest first',
        description: 'Addresses are told to operators alone.',
        tag: 'people',
        query: auditQuerySchema,
        answer: auditReplySchema,
        also: polled,
      }),
    },
    async (request, reply) => {
      const withAddresses = signIn.asks(request)?.role === 'operator';
      return reply.header('vary', 'authorization').send(service.audit.list(request.query, { withAddresses }));
    },
  );
}

function accountsOf({ accounts }: FarmService): NonNullable<FarmService['accounts']> {
  if (accounts) return accounts;
  throw refuse('HTP004', { what: "nobody signs in here with an account ('service.openid')" });
}

function signInRoutes(server: WebServer, { service }: RouteContext): void {
  server.get(
    '/api/sign-in',
    {
      config: { isPolled: true },
      schema: describeRoute({
        summary: 'How somebody may sign in, beside tokens',
        tag: 'people',
        answer: signInWaysSchema,
        also: polled,
      }),
    },
    async () => ({ openid: service.accounts ? { issuer: service.accounts.issuer } : null }),
  );
  const none = { 404: 'Nobody signs in here with an account.' };
  server.post(
    '/api/sign-in/begin',
    {
      schema: describeRoute({
        summary: 'Where to send somebody who signs in with an account',
        tag: 'people',
        answer: signInBegunSchema,
        also: { ...none, ...unreachable },
      }),
    },
    async (_, reply) => reply.header('cache-control', 'no-store').send(await accountsOf(service).begin()),
  );
  server.post<{ Body: SignInEnd }>(
    '/api/sign-in/end',
    {
      schema: describeRoute({
        summary: 'Whom the provider has sent back, and a token for them',
        tag: 'people',
        body: signInEndSchema,
        answer: sessionSchema,
        also: { ...none, ...malformed, ...unreachable, 403: 'The account is no operator.' },
      }),
    },
    async (request, reply) => {
      const session = await accountsOf(service).end(request.body.answer, request.body.attempt);
      const id = service.audit.begin({
        who: session.name,
        means: 'openid',
        action: 'sign in',
        subject: '{}',
        address: request.ip,
      });
      service.audit.end(id, { status: 200, code: undefined });
      return reply.header('cache-control', 'no-store').send(session);
    },
  );
}
