import { createReadStream } from 'node:fs';
import { Readable } from 'node:stream';
import { fault } from '../diagnostics/index.ts';

export interface StreamedRequest {
  readonly method: string;
  readonly url: string;
  readonly headers?: Readonly<Record<string, string>> | undefined;
  /** Text, bytes, or the bytes of a file from an offset on. */
  readonly body?: string | Uint8Array | { readonly file: string; readonly from: number } | undefined;
  readonly signal?: AbortSignal | undefined;
  /** For the answer's head, not for its body; default 30,000. */
  readonly timeoutMs?: number | undefined;
}

export interface StreamedAnswer {
  readonly status: number;
  /** A header's value by its lower-case name. */
  header(name: string): string | undefined;
  readonly pieces: AsyncIterable<Uint8Array>;
  text(): Promise<string>;
}

/** One HTTP request; any status is an answer. Throws SYS008 when there is none (no connection, time-out, broken off). */
export async function streamHttp(request: StreamedRequest): Promise<StreamedAnswer> {
  const late = new AbortController();
  const timer = setTimeout(() => late.abort(new Error('no answer in time')), request.timeoutMs ?? 30_000);
  const signal = request.signal ? AbortSignal.any([request.signal, late.signal]) : late.signal;
  try {
    const answer = await fetch(request.url, {
      method: request.method,
      ...(request.headers ? { headers: { ...request.headers } } : {}),
      ...bodyOf(request.body),
      redirect: 'manual',
      signal,
    });
    return {
      status: answer.status,
      header: (name) => answer.headers.get(name) ?? undefined,
      pieces: guarded(request, answer.body),
      text: () => answer.text(),
    };
  } catch (error) {
    throw unanswered(request, error);
  } finally {
    clearTimeout(timer);
  }
}

function bodyOf(body: StreamedRequest['body']): RequestInit {
  if (body === undefined) return {};
  if (typeof body === 'string') return { body };
  if (body instanceof Uint8Array) return { body: new Uint8Array(body) };
  const stream = Readable.toWeb(createReadStream(body.file, { start: body.from }));
  // fetch wants to be told that a stream is sent before the answer is read
  return { body: stream as unknown as ReadableStream, duplex: 'half' } as RequestInit;
}

async function* guarded(
  request: StreamedRequest,
  body: ReadableStream<Uint8Array> | null,
): AsyncGenerator<Uint8Array> {
  if (!body) return;
  try {
    for await (const piece of body) yield piece;
  } catch (error) {
    throw unanswered(request, error);
  }
}

function unanswered({ method, url }: StreamedRequest, error: unknown): Error {
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
  const why = cause instanceof Error ? cause.message : String(cause);
  return fault('SYS008', { what: `'${method} ${url}' got no answer: ${why}`, cause: error });
}
