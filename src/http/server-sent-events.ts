import type { FastifyReply, FastifyRequest } from 'fastify';
import { repeatEvery } from '../host/index.ts';
import type { LiveStreams } from './live-streams.ts';

export interface EventSink {
  readonly signal: AbortSignal;
  send(event: { readonly id?: number; readonly name?: string; readonly data: unknown }): Promise<void>;
}

export interface EventAnswer {
  readonly heartbeatMs: number;
  readonly produce: (sink: EventSink) => Promise<void>;
}

/** Answers with server-sent events, with comments as a sign of life. */
export function sendEvents(streams: LiveStreams, reply: FastifyReply, answer: EventAnswer): FastifyReply {
  reply.type('text/event-stream; charset=utf-8').header('cache-control', 'no-cache');
  return streams.send(reply, {
    onClose: 'end',
    produce: async (sink) => {
      await sink.write('retry: 2000\n\n');
      const stop = repeatEvery(answer.heartbeatMs, () => sink.writeIfIdle(': alive\n\n'));
      try {
        await answer.produce({
          signal: sink.signal,
          send: ({ id, name, data }) => {
            const head = `${id === undefined ? '' : `id: ${id}\n`}${name === undefined ? '' : `event: ${name}\n`}`;
            return sink.write(`${head}data: ${JSON.stringify(data)}\n\n`);
          },
        });
      } finally {
        stop();
      }
    },
  });
}

/** The number in the header `Last-Event-ID` that a reader sends when it comes back. */
export function lastEventId(request: FastifyRequest): number | undefined {
  const text = request.headers['last-event-id'];
  return typeof text === 'string' && /^\d{1,15}$/.test(text) ? Number(text) : undefined;
}
