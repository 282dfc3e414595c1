import type { ClientRequest, IncomingMessage, Agent as PlainAgent, RequestOptions } from 'node:http';
import type { Agent as SecureAgent } from 'node:https';
import { plainHttp, secureHttp } from './late-http.ts';

/** One exchange over HTTP or HTTPS. */
export interface HttpExchange {
  readonly url: string;
  readonly method: 'GET' | 'HEAD' | 'POST';
  /** Of a `POST`. */
  readonly body?: Uint8Array | undefined;
  readonly headers: Readonly<Record<string, string>>;
  /** For the whole exchange, up to the last byte of the answer. */
  readonly timeoutMs: number;
  /** For the head of the answer, when that is to come sooner than the whole. */
  readonly headTimeoutMs?: number | undefined;
  /** Of the body as it is sent; an exchange whose body is larger is broken off. */
  readonly maxBytes: number;
  readonly signal?: AbortSignal | undefined;
}

/** An exchange with what both kinds of it have. */
type OneExchange = Pick<HttpExchange, 'url' | 'method' | 'body' | 'headers' | 'timeoutMs' | 'signal'> & {
  readonly headTimeoutMs: number;
};

/** What a server answered, whatever its status. */
export interface HttpReply {
  readonly kind: 'reply';
  readonly status: number;
  /** By lower-case name; several of one name are joined by commas. */
  readonly headers: Readonly<Record<string, string>>;
  /** As it was sent, its content coding still on. */
  readonly body: Uint8Array;
}

/**
 * Why there is no answer: nobody there or broken off, too slow, no secure connection, more bytes than wanted,
 * called off by our own signal, or a request that cannot even be made (a header or a proxy that is none).
 */
export interface HttpTrouble {
  readonly kind: 'unreachable' | 'slow' | 'tls' | 'too-large' | 'stopped' | 'unusable';
  readonly reason: string;
}

/** Variables `HTTP_PROXY`, `HTTPS_PROXY`, `NO_PROXY` in either case, as curl(1) has them. */
export type ProxyVariables = Readonly<Record<string, string | undefined>>;

/** Does exchanges over connections that are kept open and may lead through proxies. Redirects are answers like others. */
export class HttpConnections {
  readonly #proxies: ProxyVariables;
  // each made by its first use: TLS alone takes as long to load as a small command has
  #plain: PlainAgent | undefined;
  #secure: SecureAgent | undefined;

  constructor(proxies: ProxyVariables) {
    this.#proxies = proxies;
  }

  /** Never rejects. A kept connection that its server has closed in the meantime is replaced by a new one. */
  async exchange(exchange: HttpExchange): Promise<HttpReply | HttpTrouble> {
    // each turn uses up a kept connection; a new one is never stale
    for (;;) {
      const { timeoutMs, headTimeoutMs = timeoutMs } = exchange;
      const outcome = await this.#once<HttpReply>({ ...exchange, headTimeoutMs }, (response) =>
        readBody(response, exchange),
      );
      if (outcome !== 'stale') return outcome;
    }
  }

  /**
   * As `exchange`, with a body that is read while it comes. Statuses outside of 200 to 299 come with up to 64 KiB of their
   * body in `text`, and no pieces. Never rejects; the pieces throw `BrokenBody` when they end early.
   */
  async stream(exchange: StreamedExchange): Promise<HttpStream | HttpTrouble> {
    for (;;) {
      // what an answer of trouble says has to come as soon as its head
      const once = { ...exchange, method: 'GET', timeoutMs: exchange.headTimeoutMs } as const;
      const outcome = await this.#once<HttpStream>(once, (response) => openBody(response, exchange));
      if (outcome !== 'stale') return outcome;
    }
  }

  /** Closes the connections that are kept. */
  close(): void {
    this.#plain?.destroy();
    this.#secure?.destroy();
  }

  #agent(isSecure: boolean): PlainAgent | SecureAgent {
    const options = { keepAlive: true, maxSockets: 64, proxyEnv: { ...this.#proxies } };
    if (isSecure) this.#secure ??= new (secureHttp().Agent)(options);
    else this.#plain ??= new (plainHttp().Agent)(options);
    return (isSecure ? this.#secure : this.#plain) as PlainAgent | SecureAgent;
  }

  #begin(url: string, options: Pick<HttpExchange, 'method' | 'headers'>): ClientRequest | Error {
    const isSecure = url.startsWith('https:');
    try {
      const request: RequestOptions = { ...options, agent: this.#agent(isSecure) };
      return (isSecure ? secureHttp() : plainHttp()).request(url, request);
    } catch (error) {
      return error as Error;
    }
  }

  /** One exchange; a trouble lets go of the connection. */
  #once<Answer extends HttpReply | HttpStream>(
    exchange: OneExchange,
    read: (response: IncomingMessage) => Promise<Answer | HttpTrouble>,
  ): Promise<Answer | HttpTrouble | 'stale'> {
    const { url, method, headers, body, timeoutMs, headTimeoutMs, signal } = exchange;
    if (signal?.aborted) return Promise.resolve({ kind: 'stopped', reason: 'the request was stopped' });
    return new Promise((resolve) => {
      const request = this.#begin(url, { method, headers });
      if (request instanceof Error) return resolve({ kind: 'unusable', reason: request.message });
      const settle = (what: Answer | HttpTrouble | 'stale'): void => {
        clearTimeout(timer);
        clearTimeout(headTimer);
        signal?.removeEventListener('abort', stop);
        resolve(what);
        if (what === 'stale' || (what.kind !== 'reply' && what.kind !== 'stream')) request.destroy();
      };
      const stop = (): void => settle({ kind: 'stopped', reason: 'the request was stopped' });
      const late = (what: string, ms: number): NodeJS.Timeout =>
        setTimeout(() => settle({ kind: 'slow', reason: `${what} within ${ms / 1000} s` }), ms);
      const timer = late('no whole answer', timeoutMs);
      const headTimer = late('no answer', Math.min(headTimeoutMs, timeoutMs));
      signal?.addEventListener('abort', stop, { once: true });
      request.on('error', (error) => settle(isStale(request, error) ? 'stale' : troubleOf(error)));
      request.on('response', (response) => {
        clearTimeout(headTimer);
        read(response).then(settle, (error: unknown) => settle(troubleOf(error)));
      });
      request.end(body);
    });
  }
}

/** Whether the error is only that of a kept connection whose other end had gone. */
function isStale(request: ClientRequest, error: Error): boolean {
  return request.reusedSocket && (error as { code?: string }).code === 'ECONNRESET';
}

async function readBody(
  response: IncomingMessage,
  { maxBytes, method }: HttpExchange,
): Promise<HttpReply | HttpTrouble> {
  const tooLarge: HttpTrouble = { kind: 'too-large', reason: `more than ${maxBytes} bytes are sent` };
  const announced = Number(response.headers['content-length'] ?? 0);
  if (announced > maxBytes && method !== 'HEAD') return tooLarge;
  const pieces: Uint8Array[] = [];
  let size = 0;
  for await (const piece of response) {
    size += (piece as Uint8Array).byteLength;
    if (size > maxBytes) return tooLarge;
    pieces.push(piece as Uint8Array);
  }
  const headers = headersOf(response);
  return { kind: 'reply', status: response.statusCode ?? 0, headers, body: Buffer.concat(pieces) };
}

function headersOf(response: IncomingMessage): Record<string, string> {
  const headers: Record<string, string> = {};
  for (const [name, values] of Object.entries(response.headersDistinct)) {
    if (values) headers[name] = values.join(', ');
  }
  return headers;
}

/** One exchange whose answer is read while it comes. */
export interface StreamedExchange {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  /** For the head of the answer. */
  readonly headTimeoutMs: number;
  /** Between two pieces. */
  readonly idleMs: number;
  readonly signal?: AbortSignal | undefined;
}

/** An answer whose body is still coming. */
export interface HttpStream {
  readonly kind: 'stream';
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  /** Of an answer other than 200 to 299: the beginning of what it says. */
  readonly text: Uint8Array;
  /** As they are sent, the content coding still on. Whoever stops reading breaks the connection off. */
  readonly pieces: AsyncIterable<Uint8Array>;
  /** For those who do not read the pieces after all: breaks the connection off. */
  drop(): void;
}

/** Why a body ended early. */
export class BrokenBody extends Error {
  readonly trouble: HttpTrouble;

  constructor(trouble: HttpTrouble) {
    super(trouble.reason);
    this.trouble = trouble;
  }
}

const mostText = 65_536;

async function openBody(response: IncomingMessage, exchange: StreamedExchange): Promise<HttpStream> {
  const status = response.statusCode ?? 0;
  const pieces = watchedPieces(response, exchange);
  const text: Uint8Array[] = [];
  if (status < 200 || status > 299) {
    let size = 0;
    for await (const piece of pieces) {
      text.push(piece);
      size += piece.byteLength;
      if (size >= mostText) break;
    }
  }
  return {
    kind: 'stream',
    status,
    headers: headersOf(response),
    text: Buffer.concat(text),
    pieces,
    drop: () => void response.destroy(),
  };
}

async function* watchedPieces(
  response: IncomingMessage,
  { idleMs, signal }: StreamedExchange,
): AsyncGenerator<Uint8Array> {
  let trouble: HttpTrouble | undefined;
  const give = (kind: HttpTrouble['kind'], reason: string): void => {
    trouble ??= { kind, reason };
    response.destroy();
  };
  const stop = (): void => give('stopped', 'the request was stopped');
  const arm = (): NodeJS.Timeout =>
    setTimeout(() => give('slow', `nothing more came for ${idleMs / 1000} s`), idleMs);
  let timer = arm();
  signal?.addEventListener('abort', stop, { once: true });
  // between the head and the first piece nobody listens
  if (signal?.aborted) stop();
  try {
    for await (const piece of response) {
      clearTimeout(timer);
      yield piece as Uint8Array;
      timer = arm();
    }
  } catch (error) {
    throw new BrokenBody(trouble ?? troubleOf(error));
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener('abort', stop);
    response.destroy();
  }
  if (trouble) throw new BrokenBody(trouble);
}

const tlsTrouble = /^(?:CERT_|ERR_TLS|ERR_SSL|DEPTH_ZERO|SELF_SIGNED|UNABLE_TO_|HOSTNAME_MISMATCH|EPROTO)/;

function troubleOf(error: unknown): HttpTrouble {
  if (error instanceof BrokenBody) return error.trouble;
  const cause = error instanceof AggregateError ? (error.errors[0] as unknown) : error;
  const code = String((cause as { code?: unknown } | undefined)?.code ?? '');
  const words = cause instanceof Error ? cause.message : String(cause);
  const reason = code !== '' && !words.includes(code) ? `${code} ${words}`.trim() : words;
  return { kind: tlsTrouble.test(code) ? 'tls' : 'unreachable', reason };
}
