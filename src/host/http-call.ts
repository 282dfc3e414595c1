/** One request over HTTP. */
export interface HttpCall {
  readonly url: string;
  readonly method: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string | undefined;
  /** For the whole exchange, up to the last byte of the answer. */
  readonly timeoutMs: number;
  readonly signal?: AbortSignal | undefined;
  /** Of the answer's text, default 65,536. */
  readonly maxBytes?: number | undefined;
}

export interface HttpAnswer {
  readonly status: number;
  readonly headers: Headers;
  /** At most the first `maxBytes`. */
  readonly text: string;
}

/** Nobody answered: a name that is not known, a closed port, a broken connection, too late, or told to stop. */
export interface HttpSilence {
  readonly status: undefined;
  readonly reason: string;
}

const defaultMaxBytes = 65_536;

/**
 * Asks once: no repetition, and redirects are answers like others, so that no token follows one to another
 * machine. Never rejects.
 */
export async function httpCall(call: HttpCall): Promise<HttpAnswer | HttpSilence> {
  const late = AbortSignal.timeout(call.timeoutMs);
  const signal = call.signal ? AbortSignal.any([call.signal, late]) : late;
  const { method, headers, body } = call;
  try {
    const response = await fetch(call.url, {
      method,
      headers,
      body: body ?? null,
      redirect: 'manual',
      signal,
    });
    return {
      status: response.status,
      headers: response.headers,
      text: await firstBytes(response, call.maxBytes),
    };
  } catch (error) {
    if (call.signal?.aborted) return { status: undefined, reason: 'the request was stopped' };
    if (late.aborted) return { status: undefined, reason: `no answer within ${call.timeoutMs / 1000} s` };
    return { status: undefined, reason: reasonOf(error) };
  }
}

async function firstBytes(response: Response, mostBytes = defaultMaxBytes): Promise<string> {
  const pieces: Uint8Array[] = [];
  let size = 0;
  for await (const piece of response.body ?? []) {
    pieces.push(piece as Uint8Array);
    size += (piece as Uint8Array).byteLength;
    if (size >= mostBytes) break;
  }
  return Buffer.concat(pieces).subarray(0, mostBytes).toString();
}

/** `fetch` says only that it failed; the cause says how. */
function reasonOf(error: unknown): string {
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
  const code = (cause as { code?: unknown }).code;
  const words = cause instanceof Error ? cause.message : String(cause);
  return typeof code === 'string' && !words.includes(code) ? `${code} ${words}`.trim() : words;
}
