import { fault, isFault, messageOf, type ProblemError } from '../diagnostics/index.ts';
import {
  type Clock,
  type HttpAnswer,
  type HttpSilence,
  httpCall,
  pauseAsked,
  replyWords,
} from '../host/index.ts';
import { type Conceal, concealing } from '../primitives/index.ts';

/** What all calls to one service have in common. */
export interface ForgeCallOptions {
  readonly token: string;
  readonly clock: Clock;
  /** For each try; default 30,000. */
  readonly timeoutMs?: number | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** Pauses between tries where the service asks for none. */
const pausesMs: readonly number[] = [1_000, 4_000, 15_000];
/** Longer than that a run does not wait; the next one comes anyway. */
const longestPauseMs = 60_000;
/** A page of a hundred requests with long texts. */
const maxBytes = 16 * 1024 * 1024;

/**
 * One call on behalf of a client library: lends it a `fetch` that repeats what may pass, within bounds, and turns
 * everything that is no success into a problem of ours, whatever the library makes of it.
 */
export class ForgeCall {
  readonly #options: ForgeCallOptions;
  readonly #conceal: Conceal;
  #problem: ProblemError | undefined;
  #refused: string | undefined;

  constructor(options: ForgeCallOptions) {
    this.#options = options;
    this.#conceal = concealing([options.token]);
  }

  /** Whether the service said that there is such a thing already. */
  get isThereAlready(): boolean {
    return /already exists/i.test(this.#refused ?? '');
  }

  /** Throws FRG001 to FRG004, and FRG006 when the library does not understand a successful answer. */
  async run<Result>(work: (fetch: typeof this.fetch) => Promise<Result>): Promise<Result> {
    try {
      return await work(this.fetch);
    } catch (error) {
      if (this.#problem) throw this.#problem;
      if (isFault(error)) throw error;
      throw fault('FRG006', { what: 'an answer cannot be understood', why: this.#conceal(messageOf(error)) });
    }
  }

  /** Like the global one. Only successes come back. */
  readonly fetch = async (url: string | URL | Request, init: RequestInit = {}): Promise<Response> => {
    const address = String(url);
    const method = init.method ?? 'GET';
    const headers = Object.fromEntries(new Headers(init.headers));
    // Connections are kept by the one who makes them.
    delete headers['connection'];
    const { clock, timeoutMs = 30_000, signal } = this.#options;
    const body = typeof init.body === 'string' ? init.body : undefined;
    for (let round = 0; ; round += 1) {
      const answer = await httpCall({ url: address, method, headers, body, timeoutMs, signal, maxBytes });
      if (answer.status !== undefined && answer.status >= 200 && answer.status < 300)
        return responseOf(answer);
      const pause = signal?.aborted ? undefined : this.#pauseBefore(round, answer);
      if (pause === undefined) throw this.#remember(`${method} ${address.replace(/\?.*$/s, '')}`, answer);
      await clock.sleep(pause, signal);
    }
  };

  /** ms to wait before the next try; undefined when there shall be none. */
  #pauseBefore(round: number, answer: HttpAnswer | HttpSilence): number | undefined {
    const pause = pausesMs[round];
    if (pause === undefined) return undefined;
    if (answer.status === undefined) return pause;
    const asked = pauseAsked(answer, this.#options.clock.nowMs());
    const isLimit = isLimited(answer, asked);
    if (!isLimit && answer.status < 500 && answer.status !== 408) return undefined;
    if (asked !== undefined && asked > longestPauseMs) return undefined;
    return asked ?? pause;
  }

  #remember(what: string, answer: HttpAnswer | HttpSilence): ProblemError {
    this.#problem = this.#trouble(what, answer);
    return this.#problem;
  }

  #trouble(what: string, answer: HttpAnswer | HttpSilence): ProblemError {
    const shown = this.#conceal(what);
    if (answer.status === undefined) {
      return fault('FRG001', { what: `'${shown}' gets no answer`, why: this.#conceal(answer.reason) });
    }
    const words = wordsOf(answer.text);
    const why = this.#conceal(words) || undefined;
    const ended = `'${shown}' ends with HTTP ${answer.status}`;
    const { status } = answer;
    if (isLimited(answer, pauseAsked(answer, this.#options.clock.nowMs())) || status >= 500 || status === 408)
      return fault('FRG001', { what: ended, why });
    if (status === 401 || status === 403) return fault('FRG002', { what: ended, why });
    if (status === 404 || status < 400) return fault('FRG003', { what: ended, why });
    this.#refused = words;
    return fault('FRG004', { what: ended, why });
  }
}

/** GitHub says 403 where others say 429. */
const isLimited = ({ status }: HttpAnswer, askedMs: number | undefined): boolean =>
  status === 429 || (status === 403 && askedMs !== undefined);

function responseOf(answer: HttpAnswer): Response {
  const kept = ['content-type', 'link'].flatMap((name): [string, string][] => {
    const value = answer.headers.get(name);
    return value === null ? [] : [[name, value]];
  });
  const isEmpty = answer.status === 204 || answer.status === 205;
  return new Response(isEmpty ? null : answer.text, { status: answer.status, headers: kept });
}

/** GitHub puts the reason into a list beside its general words. */
function wordsOf(text: string): string {
  try {
    const { errors } = JSON.parse(text) as { errors?: readonly { message?: unknown }[] };
    const details = Array.isArray(errors)
      ? errors.map((error) => error?.message ?? JSON.stringify(error))
      : [];
    return [replyWords(text), ...details].join(': ');
  } catch {
    return replyWords(text);
  }
}
