import { spawn } from 'node:child_process';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** git's own server as a CGI program, git-http-backend(1), behind a door that wants a password. */
export class GitHttpServer {
  readonly server: Server;
  /** The Authorization headers of the requests, in their order. */
  readonly seen: (string | undefined)[] = [];
  readonly #root: string;
  readonly #authorization: string | undefined;

  /** Serves the repositories below `root`; without credentials to everybody. */
  constructor(root: string, credentials?: { readonly user: string; readonly password: string }) {
    this.#root = root;
    const pair = credentials && Buffer.from(`${credentials.user}:${credentials.password}`).toString('base64');
    this.#authorization = pair && `Basic ${pair}`;
    this.server = createServer((request, response) => this.#answer(request, response));
  }

  /** The header that opens the door. */
  get authorization(): string {
    return this.#authorization ?? '';
  }

  /** Starts to listen on loopback; returns the address, without a slash at its end. */
  async listen(): Promise<string> {
    await new Promise<void>((resolve) => this.server.listen(0, '127.0.0.1', resolve));
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  async close(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }

  #answer(request: IncomingMessage, response: ServerResponse): void {
    this.seen.push(request.headers.authorization);
    if (this.#authorization && request.headers.authorization !== this.#authorization) {
      response.writeHead(401, { 'www-authenticate': 'Basic realm="recipes"' }).end();
      return;
    }
    const asked = new URL(request.url ?? '/', 'http://localhost');
    const backend = spawn('git', ['-c', 'safe.directory=*', '-c', 'http.receivepack=true', 'http-backend'], {
      env: {
        ...{ PATH: process.env['PATH'], GIT_PROJECT_ROOT: this.#root, GIT_HTTP_EXPORT_ALL: '1' },
        ...{ PATH_INFO: asked.pathname, QUERY_STRING: asked.search.slice(1), REMOTE_USER: 'farm' },
        REQUEST_METHOD: request.method,
        CONTENT_TYPE: request.headers['content-type'] ?? '',
        HTTP_CONTENT_ENCODING: request.headers['content-encoding'] ?? '',
        GIT_PROTOCOL: String(request.headers['git-protocol'] ?? ''),
      },
      stdio: ['pipe', 'pipe', 'ignore'],
    });
    // git may refuse before it has read what it is sent
    backend.stdin.on('error', () => request.resume());
    request.pipe(backend.stdin);
    const pieces: Buffer[] = [];
    backend.stdout.on('data', (piece: Buffer) => pieces.push(piece));
    backend.once('close', () => relay(Buffer.concat(pieces), response));
  }
}

/** Turns the answer of a CGI program into one over HTTP. */
function relay(all: Buffer, response: ServerResponse): void {
  const end = all.indexOf('\r\n\r\n');
  const rows = all.subarray(0, end).toString().split('\r\n');
  const headers = new Map(rows.map((line) => line.split(': ') as [string, string]));
  const status = Number(headers.get('Status')?.slice(0, 3) ?? 200);
  headers.delete('Status');
  response.writeHead(status, Object.fromEntries(headers)).end(all.subarray(end + 4));
}
