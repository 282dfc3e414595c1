import type { Readable } from 'node:stream';
import { plainHttp } from './late-http.ts';

/** One HTTP request to a server that listens on a unix socket. */
export interface SocketRequest {
  readonly socketPath: string;
  readonly method: 'GET' | 'POST' | 'DELETE' | 'HEAD';
  /** Path and query, percent-encoded. */
  readonly path: string;
  /** Sent as `application/json`; undefined: no body. */
  readonly json?: unknown;
  /** Sent as they are, as what `type` says. */
  readonly bytes?: { readonly type: string; readonly archive: Uint8Array } | undefined;
  /** Milliseconds of silence after which the server counts as gone; undefined: wait for ever. */
  readonly silenceMs?: number | undefined;
}

export interface SocketAnswer {
  readonly status: number;
  /** First value of each header, names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  /** The body as it comes; it ends or fails with the connection. Whoever does not read it destroys it. */
  readonly body: Readable;
}

/**
 * Sends one request over a connection of its own and resolves when the head of the answer is there. Rejects with
 * the system's error (`ENOENT`, `ECONNREFUSED`, `ECONNRESET`, ...), or with code `ETIMEDOUT` on silence.
 */
export function askSocket(options: SocketRequest): Promise<SocketAnswer> {
  const { socketPath, method, path, silenceMs } = options;
  const json = options.json === undefined ? undefined : Buffer.from(JSON.stringify(options.json), 'utf8');
  const body = options.bytes?.archive ?? json;
  const type = options.bytes?.type ?? 'application/json';
  return new Promise((resolve, reject) => {
    const outgoing = plainHttp().request({
      socketPath,
      method,
      path,
      agent: false,
      headers: {
        Host: 'localhost',
        ...(body === undefined ? {} : { 'Content-Type': type, 'Content-Length': body.byteLength }),
      },
    });
    if (silenceMs !== undefined) {
      outgoing.setTimeout(silenceMs, () => {
        outgoing.destroy(Object.assign(new Error(`no answer within ${silenceMs} ms`), { code: 'ETIMEDOUT' }));
      });
    }
    outgoing.once('error', reject);
    outgoing.once('response', (answer) => {
      // later errors belong to the body
      outgoing.off('error', reject).on('error', () => {});
      const headers = Object.entries(answer.headers).map(([name, value]): [string, string] => [
        name,
        String(Array.isArray(value) ? value[0] : value),
      ]);
      resolve({ status: answer.statusCode ?? 0, headers: Object.fromEntries(headers), body: answer });
    });
    outgoing.end(body);
  });
}
