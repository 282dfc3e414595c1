import type { FastifyReply, FastifyRequest } from 'fastify';
import {
  answerDistfile,
  snapshotTree,
  type TreeSnapshot,
  treeFile,
  treeVersion,
} from '../app/ebins/index.ts';
import { type Clock, digestBytes } from '../host/index.ts';
import { refuse } from './refusal.ts';
import { describeRoute, type WebServer } from './route-schema.ts';
import { keptForEver, pastEnd, sendBytes } from './send-bytes.ts';

/** What was sent of a repository: for counters. */
export interface EbinFileSent {
  readonly kind: 'object' | 'layout' | 'tree' | 'snapshot' | 'unknown';
  readonly status: number;
  /** Bytes of the answer's body. */
  readonly bytes: number;
}

export interface EbinFileOptions {
  /** The one store. */
  readonly store: string;
  /** Folder of a repository by its name; undefined when there is none. */
  readonly repository: (name: string) => string | undefined;
  readonly clock: Clock;
  readonly onSent?: ((sent: EbinFileSent) => void) | undefined;
}

const bytesType = 'application/octet-stream';
/** However many ask for snapshots, folders are looked at once in so long a time. */
const snapshotKeptMs = 5_000;
/** Files of a repository come from packages of others: no browser shall run what they say. */
const harmless = { 'content-security-policy': "default-src 'none'; sandbox" };

/** All files of a repository are text (PMS 4, GLEP 74). */
const typeOf = (path: string): string =>
  path.endsWith('.xml') ? 'application/xml; charset=utf-8' : 'text/plain; charset=utf-8';

const also = {
  206: 'The range that was asked for.',
  304: 'You have it.',
  404: 'There is nothing of this name.',
  416: 'Behind the end.',
};

type Wild = FastifyRequest<{ Params: { '*': string } }>;
type Named = FastifyRequest<{ Params: { repository: string; '*': string } }>;

const missing = (path: string) => refuse('HTP004', { what: `there is no file '${path.slice(0, 200)}'` });

/**
 * Files of ebins for package managers and mirrors: objects at `/distfiles/` in content-hash layout, which is what
 * `mirror://binhost/` and GENTOO_MIRRORS want, and repositories at `/trees/NAME/`, file by file or as one tar. Nothing that
 * begins with a dot is shown, and no way leads out of the folders.
 */
export function ebinFileRoutes(server: WebServer, options: EbinFileOptions): void {
  distfileRoute(server, options);
  treeRoute(server, options);
  snapshotRoute(server, options);
  if (options.onSent) countAnswers(server, options.onSent);
}

/** Counts what these routes answer, by kind, and also what readers leave who have all bytes before the answer is finished. */
function countAnswers(server: WebServer, onSent: (sent: EbinFileSent) => void): void {
  server.addHook('onRequest', async (request, reply) => {
    const route = request.routeOptions.url ?? '';
    const isLayout = request.url.endsWith('/layout.conf');
    const kind = route.startsWith('/distfiles/') ? (isLayout ? 'layout' : 'object') : kindOfTree(route);
    if (kind === undefined) return;
    reply.raw.once('close', () => {
      if (!reply.raw.headersSent) return;
      const { statusCode: status } = reply;
      const hasBody = request.method === 'GET' && status < 300;
      const bytes = hasBody ? Number(reply.getHeader('content-length') ?? 0) : 0;
      onSent({ kind: status === 404 ? 'unknown' : kind, status, bytes });
    });
  });
}

const kindOfTree = (route: string): 'tree' | 'snapshot' | undefined => {
  if (!route.startsWith('/trees/')) return undefined;
  return route.endsWith('*') ? 'tree' : 'snapshot';
};

function distfileRoute(server: WebServer, { store }: EbinFileOptions): void {
  server.route({
    method: ['GET', 'HEAD'],
    url: '/distfiles/*',
    schema: describeRoute({
      summary: 'A distfile of ebins by its content-hash path, or `layout.conf`',
      description:
        'The path is `aa/bb/cc/SHA512`, as the layout `content-hash SHA512 8:8:8` demands (GLEP 75).',
      tag: 'ebins',
      answer: { type: bytesType, description: 'The bytes.' },
      also,
    }),
    handler: (request, reply) => {
      const path = (request as Wild).params['*'];
      const found = answerDistfile({ store }, path);
      if (found.kind === 'unknown') throw missing(path);
      if (found.kind === 'object') {
        const { path: file, sizeBytes, sha512 } = found;
        const tag = `"${sha512}"`;
        return sendBytes(
          { from: { path: file }, sizeBytes, tag, type: bytesType, cacheControl: keptForEver, pastEnd },
          request,
          reply,
        );
      }
      return sendText(Buffer.from(found.text), typeOf(path), { request, reply });
    },
  });
}

function sendText(
  bytes: Uint8Array,
  type: string,
  { request, reply }: { readonly request: FastifyRequest; readonly reply: FastifyReply },
): FastifyReply {
  const tag = `"${digestBytes(bytes).slice(0, 32)}"`;
  const sent = { from: bytes, sizeBytes: bytes.byteLength, tag, type, cacheControl: 'no-cache', pastEnd };
  return sendBytes(sent, request, reply);
}

function treeRoute(server: WebServer, { repository }: EbinFileOptions): void {
  server.route({
    method: ['GET', 'HEAD'],
    url: '/trees/:repository/*',
    schema: describeRoute({
      summary: 'A file of a repository of ebins',
      tag: 'ebins',
      answer: { type: 'text/plain', description: 'The file.' },
      also,
    }),
    handler: (request, reply) => {
      const { repository: name, '*': path } = (request as Named).params;
      const folder = repository(name);
      const found = folder === undefined ? undefined : treeFile({ repository: folder }, path);
      if (!found) throw missing(`${name}/${path}`);
      return sendText(found.bytes, typeOf(path), { request, reply: reply.headers(harmless) });
    },
  });
}

interface KeptSnapshot {
  readonly atMs: number;
  readonly version: string;
  readonly snapshot: TreeSnapshot;
}

function snapshotRoute(server: WebServer, { repository, clock }: EbinFileOptions): void {
  const kept = new Map<string, KeptSnapshot>();
  const snapshotOf = (folder: string): TreeSnapshot => {
    const nowMs = clock.monotonicMs();
    const before = kept.get(folder);
    if (before && nowMs - before.atMs < snapshotKeptMs) return before.snapshot;
    const version = treeVersion({ repository: folder });
    const isSame = before?.version === version;
    const snapshot = isSame ? before.snapshot : snapshotTree({ repository: folder });
    kept.set(folder, { atMs: nowMs, version, snapshot });
    return snapshot;
  };
  server.route({
    method: ['GET', 'HEAD'],
    url: '/trees/:file',
    schema: describeRoute({
      summary: 'A whole repository of ebins: `NAME.tar`',
      description: 'The same files make the same bytes. Ebuilds and Manifest of a package belong together.',
      tag: 'ebins',
      answer: { type: 'application/x-tar', description: 'The archive.' },
      also,
    }),
    handler: (request, reply) => {
      const { file } = (request as FastifyRequest<{ Params: { file: string } }>).params;
      const folder = file.endsWith('.tar') ? repository(file.slice(0, -4)) : undefined;
      if (folder === undefined) throw missing(file);
      const { bytes, sha256 } = snapshotOf(folder);
      const type = 'application/x-tar';
      const sent = { from: bytes, sizeBytes: bytes.byteLength, tag: `"${sha256}"`, type };
      return sendBytes({ ...sent, cacheControl: 'no-cache', pastEnd }, request, reply);
    },
  });
}
