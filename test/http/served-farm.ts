import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { problemBodySchema } from '../../src/api/index.ts';
import { type ObjectIntake, type ObjectIntakeOptions, openObjectIntake } from '../../src/app/index.ts';
import {
  type HttpOptions,
  type HttpServer,
  type RequestFault,
  startHttpServer,
} from '../../src/http/index.ts';
import { type ObjectStore, openDiskStore } from '../../src/store/index.ts';
import { GrowingLog, ServiceDouble } from './service-double.ts';

export interface ServedFarm {
  readonly service: ServiceDouble;
  readonly store: ObjectStore;
  readonly intake: ObjectIntake;
  readonly server: HttpServer;
  readonly url: string;
  readonly folder: string;
  readonly faults: RequestFault[];
  /** A new log of `target/arch/name`. */
  log(job: string, timestamp?: number): GrowingLog;
  get(path: string, headers?: Record<string, string>): Promise<Response>;
  post(path: string, body: unknown, token?: string): Promise<Response>;
  close(): Promise<void>;
}

/** A real server on a free port, over a service in memory and a real store in a folder of its own. */
export async function serveFarm(
  options: Partial<HttpOptions> = {},
  intakeOptions: Partial<ObjectIntakeOptions> = {},
): Promise<ServedFarm> {
  const folder = mkdtempSync(join(tmpdir(), 'packmill-http-'));
  const pages = join(folder, 'pages');
  mkdirSync(pages);
  writeFileSync(join(pages, 'logs.html'), '<!doctype html><title>log</title>');
  for (const name of ['logs-viewer.js', 'logs-screen.js', 'logs-viewer.css', 'pages.css']) {
    writeFileSync(join(pages, name), '/* a page of ours */\n');
  }
  const service = new ServiceDouble();
  const store = openDiskStore({ root: join(folder, 'store') });
  const intake = openObjectIntake({ store, folder: join(folder, 'incoming'), ...intakeOptions });
  const faults: RequestFault[] = [];
  const server = await startHttpServer(service, intake, {
    port: 0,
    pagesFolder: pages,
    onFault: (fault) => faults.push(fault),
    ...options,
  });
  return {
    service,
    store,
    intake,
    server,
    url: server.url,
    folder,
    faults,
    log: (job, timestamp = 1_700_000_000_000) => {
      const log = new GrowingLog(join(folder, 'logs'), job, timestamp);
      service.logs.push(log);
      return log;
    },
    get: (path, headers = {}) => fetch(server.url + path, { headers }),
    post: (path, body, token) =>
      fetch(server.url + path, {
        method: 'POST',
        headers: {
          'content-type': 'application/json',
          ...(token ? { authorization: `Bearer ${token}` } : {}),
        },
        body: JSON.stringify(body),
      }),
    close: async () => {
      await server.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** Checks that an answer is a problem and returns it. */
export async function problemOf(answer: Response) {
  const body = problemBodySchema.parse(await answer.json());
  if (answer.headers.get('content-type') !== 'application/json; charset=utf-8')
    throw new Error(`the problem came as ${answer.headers.get('content-type')}`);
  if (body.request !== answer.headers.get('x-request-id')) throw new Error('the request id differs');
  return body;
}
