import { Readable } from 'node:stream';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { type LogQuery, logParamsSchema, logQuerySchema, logRevisionParamsSchema } from '../api/index.ts';
import type { LogReading, LogRevision } from '../app/index.ts';
import { parseByteRange } from './byte-range.ts';
import { characterEnd } from './character-end.ts';
import { refuse } from './refusal.ts';
import type { RouteContext } from './route-context.ts';
import { describeRoute, type RouteDescription, type WebServer } from './route-schema.ts';
import { type EventSink, lastEventId, sendEvents } from './server-sent-events.ts';

interface LogPath {
  readonly id: string;
  readonly timestamp?: number;
}
type LogRequest = FastifyRequest<{ Params: LogPath; Querystring: LogQuery }>;

const textDescription = {
  tag: 'logs',
  description:
    'The text so far, then what is added, until the log is finished. `offset` (bytes), `line` (the first is 1) or ' +
    '`tail` (lines) say where to begin. With `Range` the bytes that are there now are sent, and nothing is awaited.',
  query: logQuerySchema,
  answer: { type: 'text/plain', description: 'The log as its build wrote it, colours included.' },
  also: {
    206: 'The range that was asked for.',
    404: 'No such log.',
    416: 'The range or offset lies behind the end.',
    503: 'Too many readers.',
  },
} as const satisfies Omit<RouteDescription, 'summary'>;

const streamDescription = {
  tag: 'logs',
  description:
    'Server-sent events. Data is `{"offset": n, "text": "..."}`, the id is the offset of the next byte; with ' +
    '`Last-Event-ID` the stream goes on there. The event `end` is the last one. Text is never cut within a character.',
  query: logQuerySchema,
  answer: { type: 'text/event-stream', description: 'The log as events.' },
  also: { 404: 'No such log.', 416: 'The offset lies behind the end.', 503: 'Too many readers.' },
} as const satisfies Omit<RouteDescription, 'summary'>;

/** Logs as text and as events, newest revision or a given one. */
export function logRoutes(server: WebServer, context: RouteContext): void {
  const text = (request: LogRequest, reply: FastifyReply): Promise<FastifyReply> =>
    sendText(context, request, reply);
  const stream = (request: LogRequest, reply: FastifyReply): Promise<FastifyReply> =>
    sendStream(context, request, reply);
  const newest = { params: logParamsSchema };
  const revision = { params: logRevisionParamsSchema };
  const method = ['GET', 'HEAD'];
  const routes = [
    { url: '/api/logs/:id', handler: text, parts: newest, summary: 'The newest log of a package' },
    {
      url: '/api/logs/:id/:timestamp',
      handler: text,
      parts: revision,
      summary: 'The log of one request to build',
    },
    {
      url: '/api/logs/:id/stream',
      handler: stream,
      parts: newest,
      summary: 'The newest log of a package, live',
    },
    {
      url: '/api/logs/:id/:timestamp/stream',
      handler: stream,
      parts: revision,
      summary: 'The log of one request to build, live',
    },
  ] as const;
  for (const { url, handler, parts, summary } of routes) {
    const description = handler === text ? textDescription : streamDescription;
    const schema = describeRoute({ ...description, ...parts, summary });
    server.route<{ Params: LogPath; Querystring: LogQuery }>({ method, url, schema, handler });
  }
}

function findRevision({ service }: RouteContext, { id, timestamp }: LogPath): LogRevision {
  const revision = service.logRevision(id, timestamp);
  if (revision !== undefined) return revision;
  const what = `there is no log of '${id}'${timestamp === undefined ? '' : ` with the timestamp ${timestamp}`}`;
  throw refuse('HTP004', { what });
}

/** Where to begin. Throws HTP009 when it is behind the end. */
async function beginningOf(reading: LogReading, revision: LogRevision, query: LogQuery): Promise<number> {
  if (query.line !== undefined) return reading.offsetOfLine(revision, query.line);
  if (query.tail !== undefined) return reading.tailOffset(revision, query.tail);
  const offset = query.offset ?? 0;
  if (offset === 0) return 0;
  const size = await reading.size(revision);
  if (offset > size) throw behindTheEnd(offset, size);
  return offset;
}

const behindTheEnd = (offset: number, size: number): Error => {
  const what = `byte ${offset} was asked for, and there are ${size}`;
  return refuse('HTP009', { what }, { 'content-range': `bytes */${size}` });
};

async function sendText(
  context: RouteContext,
  request: LogRequest,
  reply: FastifyReply,
): Promise<FastifyReply> {
  const { logReading, streams } = context;
  const revision = findRevision(context, request.params);
  // Asked before the size: what there is when it first says so is all there will be.
  const isFinished = revision.isFinished();
  const size = await logReading.size(revision);
  reply.type('text/plain; charset=utf-8').headers({
    'accept-ranges': 'bytes',
    'cache-control': 'no-cache',
    'x-log-job': revision.job,
    'x-log-timestamp': String(revision.timestamp),
    'x-log-finished': String(isFinished),
  });
  const range = parseByteRange(request.headers.range, size);
  if (range === 'unsatisfiable') throw behindTheEnd(size, size);
  const from = range?.from ?? (await beginningOf(logReading, revision, request.query));
  if (range || isFinished) {
    const to = range?.to ?? size;
    if (range) {
      reply.code(206).header('content-range', `bytes ${from}-${to - 1}/${isFinished ? size : '*'}`);
    }
    reply.header('content-length', to - from);
    if (request.method === 'HEAD') return reply.send();
    return reply.send(Readable.from(logReading.range(revision, from, to), { objectMode: false }));
  }
  if (request.method === 'HEAD') return reply.send();
  return streams.send(reply, {
    onClose: 'cut',
    produce: async ({ signal, write }) => {
      for await (const { bytes } of logReading.follow(revision, { fromOffset: from, signal })) {
        await write(bytes);
      }
    },
  });
}

async function sendStream(
  context: RouteContext,
  request: LogRequest,
  reply: FastifyReply,
): Promise<FastifyReply> {
  const { logReading, streams, limits } = context;
  const revision = findRevision(context, request.params);
  const back = lastEventId(request);
  const query = back === undefined ? request.query : { offset: back };
  const from = await beginningOf(logReading, revision, query);
  if (request.method === 'HEAD') return reply.type('text/event-stream; charset=utf-8').send();
  return sendEvents(streams, reply, {
    heartbeatMs: limits.heartbeatMs,
    produce: (sink) => sendLog(logReading, revision, from, sink),
  });
}

async function sendLog(
  reading: LogReading,
  revision: LogRevision,
  from: number,
  sink: EventSink,
): Promise<void> {
  let next = from;
  let held: Uint8Array = new Uint8Array();
  const tell = async (bytes: Uint8Array): Promise<void> => {
    if (bytes.byteLength === 0) return;
    const data = { offset: next, text: Buffer.from(bytes).toString('utf8') };
    next += bytes.byteLength;
    await sink.send({ id: next, data });
  };
  for await (const { bytes } of reading.follow(revision, { fromOffset: from, signal: sink.signal })) {
    const whole = held.byteLength === 0 ? bytes : Buffer.concat([held, bytes]);
    const end = characterEnd(whole);
    held = Uint8Array.from(whole.subarray(end));
    await tell(whole.subarray(0, end));
  }
  if (sink.signal.aborted) return;
  await tell(held);
  await sink.send({ id: next, name: 'end', data: { offset: next } });
}
