import {
  createServer,
  type IncomingMessage,
  type RequestListener,
  type Server,
  type ServerResponse,
} from 'node:http';
import { createServer as createSecureServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import type { Clock, Random } from '../../src/host/index.ts';

export type Answer = (request: IncomingMessage, response: ServerResponse, index: number) => void;

export interface FarServer {
  readonly url: string;
  /** `127.0.0.1:PORT`. */
  readonly host: string;
  /** `METHOD PATH` of every request. */
  readonly heard: string[];
  readonly requests: IncomingMessage[];
  close(): Promise<void>;
}

/** A real HTTP server on a free port of this machine, that plays a server of somebody else. */
export async function farServer(
  answer: Answer,
  tls?: { readonly key: string; readonly cert: string },
): Promise<FarServer> {
  const heard: string[] = [];
  const requests: IncomingMessage[] = [];
  const listener: RequestListener = (request, response) => {
    heard.push(`${request.method} ${request.url}`);
    requests.push(request);
    try {
      answer(request, response, heard.length - 1);
    } catch (error) {
      response.destroy();
      setImmediate(() => {
        throw error;
      });
    }
  };
  const server: Server = tls ? createSecureServer(tls, listener) : createServer(listener);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const host = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    url: `${tls ? 'https' : 'http'}://${host}`,
    host,
    heard,
    requests,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

/** Ends an answer with JSON. */
export function sendJson(response: ServerResponse, value: unknown, status = 200): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(value));
}

/** A clock that jumps over every pause, and remembers them. */
export class JumpingClock implements Clock {
  readonly pauses: number[] = [];
  #now = 1_700_000_000_000;
  nowMs(): number {
    return this.#now;
  }
  monotonicMs(): number {
    return this.#now;
  }
  async sleep(ms: number): Promise<void> {
    this.pauses.push(ms);
    await new Promise<void>((resolve) => setImmediate(resolve));
    this.#now += ms;
  }
  advance(ms: number): void {
    this.#now += ms;
  }
}

/** Chance that always gives the largest number. */
export const highest: Random = {
  hex: (count) => 'ff'.repeat(count),
  uuid: () => '00000000-0000-4000-8000-000000000000',
};
