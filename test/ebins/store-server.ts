import { readFileSync, statSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { join, normalize } from 'node:path';
import { startOnLoopback, stopServer } from './loopback.ts';

/** A store served over HTTP, at the top and once more below `/distfiles` as mirrors have it. */
export class StoreServer {
  /** Paths that were asked for. */
  asked: string[] = [];
  readonly #server: Server;

  constructor(root: string) {
    this.#server = createServer((request, response) => {
      const path = normalize(new URL(request.url ?? '/', 'http://localhost').pathname);
      this.asked.push(path);
      const file = join(root, path.replace(/^\/distfiles\//, '/'));
      if (statSync(file, { throwIfNoEntry: false })?.isFile()) response.end(readFileSync(file));
      else response.writeHead(404).end();
    });
  }

  /** Starts it on a free port of loopback and returns its address. */
  async start(): Promise<string> {
    return await startOnLoopback(this.#server);
  }

  async stop(): Promise<void> {
    await stopServer(this.#server);
  }
}
