import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface Heard {
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

export interface LoopbackService {
  readonly url: string;
  /** Every request, also those that were turned down. */
  readonly heard: Heard[];
  close(): Promise<void>;
}

/** What to answer: a status, a body, headers; `hang` never answers, `break` cuts the connection. */
export type Reply =
  | 'hang'
  | 'break'
  | { readonly status: number; readonly body?: unknown; readonly headers?: Readonly<Record<string, string>> };

/** A real HTTP server on a free port of this machine. */
export async function loopbackService(
  answer: (heard: Heard, index: number) => Reply,
): Promise<LoopbackService> {
  const heard: Heard[] = [];
  const server = createServer(async (request, response) => {
    let body = '';
    for await (const piece of request) body += String(piece);
    const one = { method: request.method ?? '', path: request.url ?? '', headers: request.headers, body };
    heard.push(one);
    reply(response, answer(one, heard.length - 1));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    heard,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

function reply(response: ServerResponse, what: Reply): void {
  if (what === 'hang') return;
  if (what === 'break') return void response.destroy();
  const { status, body = {}, headers = {} } = what;
  const isText = typeof body === 'string';
  response.writeHead(status, { 'content-type': isText ? 'text/html' : 'application/json', ...headers });
  response.end(isText ? body : JSON.stringify(body));
}

/** Statuses as GitLab keeps them: a move to where a status already is is refused. */
export class GitlabStatuses {
  readonly #current = new Map<string, string>();
  /** `context state` of every accepted move. */
  readonly accepted: string[] = [];

  take({ path, body }: Heard): Reply {
    const { state, name } = JSON.parse(body) as { state: string; name: string };
    const key = `${path} ${name}`;
    const now = this.#current.get(key);
    const event = state === 'pending' ? 'enqueue' : 'run';
    if (now !== undefined && (state === now || (state === 'pending' && now === 'running'))) {
      const message = `Cannot transition status via :${event} from :${now} (Reason(s): Status cannot transition via "${event}")`;
      return { status: 400, body: { message } };
    }
    if (state === 'pending' || state === 'running') this.#current.set(key, state);
    else this.#current.delete(key);
    this.accepted.push(`${name} ${state}`);
    return { status: 201, body: { id: 1, status: state } };
  }
}
