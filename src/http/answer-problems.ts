import type { Writable } from 'node:stream';
import type { FastifyError, FastifyReply, FastifyRequest } from 'fastify';
import { type Problem, ProblemError, problem } from '../diagnostics/index.ts';
import { runAfter } from '../host/index.ts';
import type { RequestFault } from './http-options.ts';
import { bodyOf, Refusal, statusOfProblem } from './refusal.ts';
import type { WebServer } from './route-schema.ts';

/** What Fastify finds wrong before there is a route, such as a path that cannot be decoded. */
export function answerFrameworkError(error: FastifyError, _: FastifyRequest, reply: FastifyReply): void {
  const found = problemOf(error) ?? { status: 500, problem: unexpected() };
  void send(reply, found.status, found.problem);
}

/** What is no HTTP at all, or took too long to become it: there is no request, so there is no id. */
export function answerNoHttp(error: Error & { code?: string }, socket: Writable): void {
  if (error.code === 'ECONNRESET' || socket.destroyed) return;
  const isSlow = error.code === 'ERR_HTTP_REQUEST_TIMEOUT';
  const isLong = error.code === 'HPE_HEADER_OVERFLOW';
  const status = isSlow
    ? '408 Request Timeout'
    : isLong
      ? '431 Request Header Fields Too Large'
      : '400 Bad Request';
  const body = JSON.stringify(bodyOf(problem('HTP001', { what: 'the request is no HTTP' }), 'none'));
  const head = `HTTP/1.1 ${status}\r\nconnection: close\r\ncontent-type: application/json; charset=utf-8\r\n`;
  if (socket.writable) socket.write(`${head}content-length: ${Buffer.byteLength(body)}\r\n\r\n${body}`);
  socket.destroy();
}

const lingerMs = 5_000;

/** Makes every error, and every path that leads nowhere, an answer with the one body. */
export function answerProblems(server: WebServer, onFault: (fault: RequestFault) => void): void {
  server.setErrorHandler((error, request, reply) => {
    const found = problemOf(error);
    const status = found?.status ?? 500;
    if (status === 500) onFault({ request: request.id, method: request.method, url: request.url, error });
    if (error instanceof Refusal) reply.headers(error.headers);
    return send(reply, status, found?.problem ?? unexpected());
  });
  server.setNotFoundHandler((request, reply) => {
    const [path = ''] = request.url.split('?');
    const what = `there is no route '${request.method} ${path.slice(0, 200)}'`;
    return send(reply, 404, problem('HTP004', { what }));
  });
}

function send(reply: FastifyReply, status: number, found: Problem): FastifyReply {
  endUnreadBody(reply.request);
  const shown = status === 500 ? unexpected() : found;
  return reply
    .code(status)
    .headers({
      'cache-control': 'no-store',
      'x-content-type-options': 'nosniff',
      'x-request-id': reply.request.id,
    })
    .type('application/json; charset=utf-8')
    .send(JSON.stringify(bodyOf(shown, reply.request.id)));
}

/** What remains of a refused body is read and forgotten for a moment, then the connection ends. */
function endUnreadBody(request: FastifyRequest): void {
  const { raw } = request;
  if (raw.complete || raw.destroyed) return;
  raw.on('error', () => {});
  raw.resume();
  const stop = runAfter(lingerMs, () => raw.destroy());
  raw.once('end', stop);
}

const unexpected = (): Problem => problem('HTP070', { what: 'the request ends in a fault of packmill' });

interface Found {
  readonly status: number;
  readonly problem: Problem;
}

/** The problem behind an error; undefined when nobody foresaw it. */
function problemOf(error: unknown): Found | undefined {
  if (error instanceof ProblemError) {
    return { status: statusOfProblem(error.problem), problem: error.problem };
  }
  const { code, statusCode } = error as Partial<FastifyError>;
  // Fastify's own: a body that is no JSON, of an unknown type, or too long.
  if (typeof code !== 'string' || !code.startsWith('FST_') || statusCode === undefined) return undefined;
  if (statusCode === 413)
    return { status: 413, problem: problem('HTP007', { what: 'the body is too long' }) };
  if (statusCode === 503)
    return { status: 503, problem: problem('HTP010', { what: 'the manager is ending' }) };
  if (statusCode < 400 || statusCode > 499) return undefined;
  const what =
    code === 'FST_ERR_CTP_INVALID_MEDIA_TYPE' ? 'the body is not JSON' : 'the request is malformed';
  return { status: statusCode, problem: problem('HTP001', { what, why: (error as Error).message }) };
}
