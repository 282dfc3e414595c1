import { messageOf } from '../diagnostics/index.ts';
import { type HttpAnswer, type HttpSilence, httpCall, pauseAsked, replyWords } from '../host/index.ts';
import type { Conceal } from '../primitives/index.ts';
import type { Delivery } from './deliverer.ts';

export interface ExchangeOptions {
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
  readonly conceal: Conceal;
  /** Statuses that mean "not now" to this service, beyond those that always do. */
  readonly busyStatuses?: readonly number[];
}

const tryAgain: readonly number[] = [408, 425, 429];

/**
 * One call to a service on behalf of its client library: lends it a `fetch` that never repeats, follows or logs
 * anything, and afterwards says what the answer means. So all services are judged by the same rules, whatever
 * their libraries make of an error.
 */
export class Exchange {
  readonly #options: ExchangeOptions;
  #answer: HttpAnswer | HttpSilence | undefined;

  constructor(options: ExchangeOptions) {
    this.#options = options;
  }

  readonly fetch = async (url: string | URL | Request, init: RequestInit = {}): Promise<Response> => {
    const headers = Object.fromEntries(new Headers(init.headers));
    // Connections are kept by the one who makes them.
    delete headers.connection;
    const answer = await httpCall({
      url: String(url),
      method: init.method ?? 'GET',
      headers,
      body: typeof init.body === 'string' ? init.body : undefined,
      timeoutMs: this.#options.timeoutMs,
      signal: this.#options.signal,
    });
    this.#answer = answer;
    if (answer.status === undefined) throw new TypeError(answer.reason);
    const isEmpty = answer.status === 204 || answer.status === 205 || answer.status === 304;
    return new Response(isEmpty ? null : answer.text, {
      status: answer.status < 200 ? 502 : answer.status,
      headers: { 'content-type': answer.headers.get('content-type') ?? 'text/plain' },
    });
  };

  /** Status of the answer, and its words; both empty when nobody answered. */
  get seen(): { readonly status: number | undefined; readonly words: string } {
    const answer = this.#answer;
    return { status: answer?.status, words: answer?.status === undefined ? '' : replyWords(answer.text) };
  }

  /** Lets the library do its call and judges what came back, not what the library thought of it. */
  async judge(call: () => Promise<unknown>, nowMs: number): Promise<Delivery> {
    let complaint: unknown;
    try {
      await call();
    } catch (error) {
      complaint = error;
    }
    const { conceal } = this.#options;
    const answer = this.#answer;
    if (!answer) return later(conceal(`the request could not be made: ${messageOf(complaint)}`));
    if (answer.status === undefined) return later(conceal(answer.reason));
    const reason = conceal(`HTTP ${answer.status} ${replyWords(answer.text)}`);
    if (answer.status >= 200 && answer.status < 300)
      return complaint === undefined ? { kind: 'sent' } : later(`an answer that makes no sense: ${reason}`);
    const retryAfterMs = pauseAsked(answer, nowMs);
    const isLimit = answer.status === 429 || (answer.status === 403 && retryAfterMs !== undefined);
    const isBusy = [...tryAgain, ...(this.#options.busyStatuses ?? [])].includes(answer.status);
    if (isLimit || isBusy || answer.status >= 500)
      return { kind: 'later', reason, retryAfterMs, all: isLimit || retryAfterMs !== undefined };
    return { kind: 'refused', reason };
  }
}

const later = (reason: string): Delivery => ({ kind: 'later', reason });
