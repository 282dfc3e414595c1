import type { FastifyReply, FastifyRequest } from 'fastify';
import { digestBytes } from '../host/index.ts';
import type { WebServer } from './route-schema.ts';

declare module 'fastify' {
  interface FastifyContextConfig {
    /** The answer is JSON that readers poll: it gets an entity tag, and 304 when they have it. */
    readonly isPolled?: boolean;
  }
}

/** Whether one of the tags of `If-None-Match` is this one (weak comparison, RFC 9110 13.1.2). */
export function matchesTag(header: string, tag: string): boolean {
  if (header.trim() === '*') return true;
  return header.split(',').some((one) => one.trim().replace(/^W\//, '') === tag);
}

/** Gives polled answers a strong entity tag and answers 304 to those who have it. */
export function answerConditionally(server: WebServer): void {
  server.addHook('onSend', async (request: FastifyRequest, reply: FastifyReply, payload: unknown) => {
    if (!request.routeOptions.config.isPolled) return payload;
    reply.header('cache-control', 'no-cache');
    if (reply.statusCode !== 200 || typeof payload !== 'string') return payload;
    const tag = `"${digestBytes(payload).slice(0, 32)}"`;
    reply.header('etag', tag);
    const known = request.headers['if-none-match'];
    if (known === undefined || !matchesTag(known, tag)) return payload;
    reply.code(304).removeHeader('content-type');
    return '';
  });
}
