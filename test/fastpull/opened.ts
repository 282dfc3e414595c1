import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Problem } from '../../src/diagnostics/index.ts';
import { type FastpullOptions, openFastpull } from '../../src/fastpull/index.ts';
import type { Clock } from '../../src/host/index.ts';

/** A clock whose sleepers wake at once, at the time they wanted: pauses are seen and not waited for. */
export class HastyClock implements Clock {
  #now = 1_700_000_000_000;
  readonly pauses: number[] = [];

  nowMs(): number {
    return this.#now;
  }
  monotonicMs(): number {
    return this.#now;
  }
  async sleep(ms: number): Promise<void> {
    this.pauses.push(ms);
    this.#now += ms;
    await new Promise((resolve) => setImmediate(resolve));
  }
  advance(ms: number): void {
    this.#now += ms;
  }
}

export interface Opened {
  readonly root: string;
  readonly clock: HastyClock;
  readonly problems: Problem[];
  open(options?: Partial<FastpullOptions>): ReturnType<typeof openFastpull>;
  close(): Promise<void>;
}

/** A workspace of a test's own. */
export function makeWorkspace(): Opened {
  const root = mkdtempSync(join(tmpdir(), 'fastpull-'));
  const clock = new HastyClock();
  const problems: Problem[] = [];
  const all: ReturnType<typeof openFastpull>[] = [];
  return {
    root,
    clock,
    problems,
    open: (options = {}) => {
      const opened = openFastpull({
        root,
        clock,
        distfilesHost: 'https://cdn.example',
        onProblem: (problem) => problems.push(problem),
        ...options,
      });
      all.push(opened);
      return opened;
    },
    close: async () => {
      for (const one of all) await one.close();
      rmSync(root, { recursive: true, force: true });
    },
  };
}

export interface TestServer {
  readonly url: string;
  readonly requests: {
    readonly method: string;
    readonly path: string;
    readonly headers: IncomingMessage['headers'];
  }[];
  close(): Promise<void>;
}

/** A server on a free port of this machine. */
export async function serve(
  answer: (request: IncomingMessage, response: ServerResponse, count: number) => void,
): Promise<TestServer> {
  const requests: TestServer['requests'] = [];
  const server = createServer((request, response) => {
    requests.push({ method: request.method ?? '', path: request.url ?? '', headers: request.headers });
    answer(request, response, requests.length);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    requests,
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
