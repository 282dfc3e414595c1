import { createHash } from 'node:crypto';
import { readFileSync, statSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { join, normalize } from 'node:path';
import { startOnLoopback, stopServer } from './loopback.ts';

/** One answer: its path, its status, and from which byte on. */
export interface Answer {
  readonly path: string;
  readonly status: number;
  readonly from: number;
}

/** A folder of binary packages served over HTTP with ETags and ranges. */
export class BinhostServer {
  answers: Answer[] = [];
  /** A path whose next answer breaks off in the middle. */
  breaking: string | undefined;
  readonly #root: string;
  readonly #server: Server;

  constructor(root: string) {
    this.#root = root;
    this.#server = createServer((request, response) => this.#answer(request, response));
  }

  #answer(request: IncomingMessage, response: ServerResponse): void {
    const path = normalize(decodeURIComponent(new URL(request.url ?? '/', 'http://localhost').pathname));
    const end = (
      status: number,
      headers: Record<string, string | number>,
      body?: Uint8Array,
      from = 0,
    ): void => {
      this.answers.push({ path, status, from });
      response.writeHead(status, headers);
      if (this.breaking === path && body) {
        this.breaking = undefined;
        // a moment later, since what has arrived and was not read yet is lost with the connection
        response.write(body.subarray(0, body.byteLength >> 1), () =>
          setTimeout(() => response.destroy(), 250),
        );
      } else response.end(body);
    };
    const file = join(this.#root, path);
    if (statSync(file, { throwIfNoEntry: false })?.isFile() !== true) {
      end(404, {});
      return;
    }
    const bytes = readFileSync(file);
    const etag = `"${createHash('sha256').update(bytes).digest('hex')}"`;
    if (request.headers['if-none-match'] === etag) {
      end(304, { etag });
      return;
    }
    const from = Number(/^bytes=(\d+)-$/.exec(request.headers.range ?? '')?.[1] ?? 0);
    const length = { 'content-length': bytes.byteLength - from, etag };
    const range = `bytes ${from}-${bytes.byteLength - 1}/${bytes.byteLength}`;
    if (from === 0) end(200, length, bytes);
    else end(206, { ...length, 'content-range': range }, bytes.subarray(from), from);
  }

  /** Paths that were answered with content since the last call. */
  taken(): string[] {
    const paths = this.answers.flatMap(({ path, status }) => (status < 300 ? [path] : []));
    this.answers = [];
    return paths.sort();
  }

  /** Starts it on a free port of loopback and returns its address. */
  async start(): Promise<string> {
    return await startOnLoopback(this.#server);
  }

  async stop(): Promise<void> {
    await stopServer(this.#server);
  }
}
