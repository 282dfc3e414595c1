import type { FastifyReply, FastifyRequest } from 'fastify';
import { objectParamsSchema, uploadHeadersSchema, uploadReplySchema } from '../api/index.ts';
import type { ObjectIntake, UploadVerdict } from '../app/index.ts';
import type { Digest } from '../primitives/index.ts';
import { refuse } from './refusal.ts';
import type { RouteContext } from './route-context.ts';
import { describeRoute, type WebServer } from './route-schema.ts';
import { pastEnd, sendBytes } from './send-bytes.ts';
import { tokenOf } from './sign-in.ts';

interface ObjectPath {
  readonly digest: Digest;
}
interface UploadHeaders {
  readonly 'upload-offset': number;
  readonly 'upload-length': number;
}
type UploadRequest = FastifyRequest<{ Params: ObjectPath; Headers: UploadHeaders }>;

/** Objects of the store for builders: fetch inputs, hand in what was made. */
export async function objectRoutes(server: WebServer, context: RouteContext): Promise<void> {
  const { intake, signIn } = context;
  const onRequest = signIn.builder;
  server.route<{ Params: ObjectPath }>({
    method: ['GET', 'HEAD'],
    url: '/api/objects/:digest',
    onRequest,
    schema: describeRoute({
      summary: 'An object of the store, or whether it is there',
      tag: 'objects',
      token: 'builder',
      params: objectParamsSchema,
      answer: { type: 'application/octet-stream', description: 'The bytes.' },
      also: {
        206: 'The range that was asked for.',
        304: 'You have it.',
        404: 'No such object.',
        416: 'Behind the end.',
      },
    }),
    handler: (request, reply) => sendObject(intake, request, reply),
  });
  server.route<{ Params: ObjectPath }>({
    method: 'HEAD',
    url: '/api/objects/:digest/upload',
    onRequest,
    schema: describeRoute({
      summary: 'How far an upload got',
      description:
        'The header `Upload-Offset` tells where to go on; `Upload-Complete: ?1` that nothing is missing.',
      tag: 'objects',
      token: 'builder',
      params: objectParamsSchema,
      answer: { type: '', description: 'In the headers.' },
    }),
    handler: async (request, reply) => {
      const { offset, isComplete } = await intake.standing(tokenOf(request), request.params.digest);
      return reply.headers(uploadHeaders(offset, isComplete)).send();
    },
  });
  await server.register(async (inner) => {
    // The body is taken as it comes: neither read into memory nor bounded as JSON is.
    inner.removeAllContentTypeParsers();
    inner.addContentTypeParser('*', (_request, payload, done) => done(null, payload));
    uploadRoute(inner, context);
  });
}

function uploadRoute(server: WebServer, { intake, signIn }: RouteContext): void {
  server.patch<{ Params: ObjectPath; Headers: UploadHeaders }>(
    '/api/objects/:digest/upload',
    {
      onRequest: signIn.builder,
      config: { takesBytes: true },
      schema: describeRoute({
        summary: 'A piece of an object',
        description:
          'Begins at `Upload-Offset`; what arrives is kept when the connection is cut. When all `Upload-Length` bytes ' +
          'are there, their hash is verified and the object enters the store.',
        tag: 'objects',
        token: 'builder',
        params: objectParamsSchema,
        headers: uploadHeadersSchema,
        takesBytes: true,
        status: 201,
        answer: uploadReplySchema,
        also: {
          202: 'The piece was taken, more is missing.',
          409: 'The upload is at another offset, see `Upload-Offset`.',
          413: 'The object is too large.',
          422: 'The bytes have another hash; the upload was dropped.',
          503: 'Too many uploads at this moment.',
        },
      }),
    },
    (request, reply) => takePiece(intake, request, reply),
  );
}

async function sendObject(
  intake: ObjectIntake,
  request: FastifyRequest<{ Params: ObjectPath }>,
  reply: FastifyReply,
): Promise<FastifyReply> {
  const { digest } = request.params;
  const found = await intake.object(digest);
  if (found === undefined) throw refuse('HTP004', { what: `there is no object '${digest}'` });
  return sendBytes(
    {
      from: { path: found.path },
      sizeBytes: found.sizeBytes,
      tag: `"${digest}"`,
      type: 'application/octet-stream',
      cacheControl: 'private, immutable, max-age=86400',
      pastEnd,
    },
    request,
    reply,
  );
}

async function takePiece(
  intake: ObjectIntake,
  request: UploadRequest,
  reply: FastifyReply,
): Promise<FastifyReply> {
  const { raw, headers } = request;
  const { 'upload-offset': offset, 'upload-length': lengthBytes } = headers;
  const announced = Number(headers['content-length'] ?? 0);
  if (offset + announced > lengthBytes) {
    const what = 'the piece reaches beyond the end of the object';
    throw refuse('HTP007', { what, why: `${offset} and ${announced} bytes are more than ${lengthBytes}.` });
  }
  const verdict = await intake.receive({
    owner: tokenOf(request),
    digest: request.params.digest,
    offset,
    lengthBytes,
    bytes: raw.iterator({ destroyOnReturn: false }),
    giveUp: () => raw.destroy(),
  });
  return answerVerdict(verdict, request, reply);
}

const uploadHeaders = (offset: number, isComplete: boolean): Record<string, string> => ({
  'cache-control': 'no-store',
  'upload-offset': String(offset),
  'upload-complete': isComplete ? '?1' : '?0',
});

function answerVerdict(verdict: UploadVerdict, request: UploadRequest, reply: FastifyReply): FastifyReply {
  switch (verdict.kind) {
    case 'complete':
    case 'partial': {
      const { offset } = verdict;
      const complete = verdict.kind === 'complete';
      // An object that was there already: what is still sent of it is read and forgotten.
      request.raw.resume();
      return reply
        .code(complete ? 201 : 202)
        .headers(uploadHeaders(offset, complete))
        .send({ offset, complete });
    }
    case 'elsewhere': {
      const what = `the upload goes on at byte ${verdict.offset}`;
      throw refuse('HTP006', { what }, uploadHeaders(verdict.offset, false));
    }
    case 'busy': {
      const what = 'another request is writing this upload';
      throw refuse('HTP006', { what }, { ...uploadHeaders(verdict.offset, false), 'retry-after': '1' });
    }
    case 'crowded':
      throw refuse('HTP010', { what: 'too many uploads are under way' }, { 'retry-after': '5' });
    case 'too-large':
      throw refuse('HTP007', { what: 'the object is too large', why: verdict.why });
    case 'wrong-hash': {
      const what = `the bytes of '${request.params.digest}' have the hash '${verdict.found}'`;
      throw refuse('HTP008', { what }, uploadHeaders(0, false));
    }
  }
}
