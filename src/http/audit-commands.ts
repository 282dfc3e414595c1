import type { FastifyRequest } from 'fastify';
import { messageOf } from '../diagnostics/index.ts';
import type { RouteContext } from './route-context.ts';
import type { WebServer } from './route-schema.ts';

/** Bytes kept of what was asked: a list of thousands of packages is told by its beginning. */
const mostSubject = 4_000;

/** What was asked, as JSON: the names in the path, then the body. */
function subjectOf({ params, body }: FastifyRequest): string {
  const said = { ...(params as object), ...(body !== null && typeof body === 'object' ? body : {}) };
  const text = JSON.stringify(said);
  return text.length <= mostSubject ? text : JSON.stringify({ shortened: text.slice(0, mostSubject) });
}

/**
 * Writes down each command of an operator: who, what, from where, before it is carried out and once it is held against its
 * contract, and then how it was answered. A command that cannot be written down is not carried out.
 */
export function auditCommands(server: WebServer, { service, signIn }: RouteContext): void {
  const begun = new WeakMap<FastifyRequest, { readonly id: number; code?: string }>();
  server.addHook('preHandler', async (request) => {
    const bearer = signIn.passed(request);
    if (bearer === undefined || request.method === 'GET' || request.method === 'HEAD') return;
    const id = service.audit.begin({
      who: bearer.name,
      means: bearer.means,
      action: `${request.method} ${request.routeOptions.url ?? request.url}`,
      subject: subjectOf(request),
      address: request.ip,
    });
    begun.set(request, { id });
  });
  server.addHook('onError', async (request, _, error) => {
    const entry = begun.get(request);
    if (entry) entry.code = /^[A-Z]{3}\d{3}(?= )/.exec(messageOf(error))?.[0] ?? 'HTP070';
  });
  server.addHook('onResponse', async (request, reply) => {
    const entry = begun.get(request);
    if (entry) service.audit.end(entry.id, { status: reply.statusCode, code: entry.code });
  });
}
