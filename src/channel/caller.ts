import { fault, isFault, ProblemError } from '../diagnostics/index.ts';
import type { Clock, Random } from '../host/index.ts';
import type { Channel, MessageText } from './channel.ts';
import { joinSignals } from './joined-signal.ts';
import { encode, readToCaller, replyMailbox } from './wire.ts';

export interface CallerOptions {
  /** Who calls, for the other side. */
  readonly name: string;
  readonly serverMailbox: string;
  readonly clock: Clock;
  readonly random: Random;
}

export interface CallOptions {
  readonly timeoutMs: number;
  /** Aborting rejects the call with the signal's reason; the other side may carry it out all the same. */
  readonly signal?: AbortSignal | undefined;
  /** How many times the call is sent at most; default: as often as the time allows. */
  readonly attempts?: number | undefined;
}

interface PendingCall {
  resolve(value: unknown): void;
  reject(error: unknown): void;
  /** Sends it again now. */
  again(): void;
  /** Why it could not be sent the last time. */
  trouble: ProblemError | undefined;
}

const firstPauseMs = 2_000;
const longestPauseMs = 15_000;
const receiveWaitMs = 30_000;
const receiveMax = 1_000;

/**
 * Calls a server over a channel. A call is sent again under the same id until it is answered, so that neither a lost
 * message nor a server or carrier that is away for a while loses it; the server carries it out once.
 */
export class Caller {
  readonly #channel: Channel;
  readonly #options: CallerOptions;
  readonly #reply: string;
  readonly #pending = new Map<string, PendingCall>();
  readonly #closing = new AbortController();
  #listening: Promise<void> | undefined;

  constructor(channel: Channel, options: CallerOptions) {
    this.#channel = channel;
    this.#options = options;
    this.#reply = replyMailbox(options.name, options.random.hex(8));
  }

  /**
   * The server's answer (JSON; undefined when the handler returned nothing). Rejects with CHN002 when none came in
   * time, with the server's problem under its own code, with CHN001 once the channel or the caller is closed.
   */
  async call(method: string, body: unknown, options: CallOptions): Promise<unknown> {
    options.signal?.throwIfAborted();
    if (this.#closing.signal.aborted) throw fault('CHN001', { what: 'the caller is closed' });
    const { clock, random } = this.#options;
    const id = random.hex(12);
    const over = new AbortController();
    const { promise, resolve, reject } = Promise.withResolvers<unknown>();
    const pending: PendingCall = { resolve, reject, again: () => {}, trouble: undefined };
    this.#pending.set(id, pending);
    this.#listen();
    const cancel = (): void => reject(options.signal?.reason);
    options.signal?.addEventListener('abort', cancel, { once: true });
    clock.sleep(options.timeoutMs, over.signal).then(() => {
      if (!over.signal.aborted) reject(this.#late(method, options.timeoutMs, pending.trouble));
    });
    const endMs = clock.monotonicMs() + options.timeoutMs;
    const message = (): MessageText =>
      encode({
        kind: 'call',
        id,
        method,
        body,
        from: this.#options.name,
        reply: this.#reply,
        ttlMs: Math.max(1, endMs - clock.monotonicMs()),
      });
    this.#keepAsking(pending, message, { attempts: options.attempts, over: over.signal }).catch(reject);
    try {
      return await promise;
    } finally {
      over.abort();
      this.#pending.delete(id);
      options.signal?.removeEventListener('abort', cancel);
    }
  }

  /** Rejects the calls under way with CHN001 and gives up the mailbox for answers. */
  async close(): Promise<void> {
    this.#closing.abort();
    this.#rejectAll(fault('CHN001', { what: 'the caller is closed' }));
    await this.#listening;
  }

  async #keepAsking(
    pending: PendingCall,
    message: () => MessageText,
    options: { attempts: number | undefined; over: AbortSignal },
  ): Promise<void> {
    const attempts = options.attempts ?? Number.POSITIVE_INFINITY;
    let pauseMs = firstPauseMs;
    for (let sent = 1; sent <= attempts && !options.over.aborted; sent += 1) {
      const woken = new AbortController();
      pending.again = () => woken.abort();
      try {
        await this.#channel.send(this.#options.serverMailbox, [message()]);
        pending.trouble = undefined;
      } catch (error) {
        if (!isFault(error, 'CHN001')) throw error;
        pending.trouble = error;
      }
      const { signal, release } = joinSignals([options.over, woken.signal]);
      await this.#options.clock.sleep(pauseMs, signal);
      release();
      pauseMs = Math.min(longestPauseMs, pauseMs * 1.5);
    }
  }

  #listen(): void {
    this.#listening ??= this.#receiveAnswers().finally(() => {
      this.#listening = undefined;
    });
  }

  async #receiveAnswers(): Promise<void> {
    const { signal } = this.#closing;
    try {
      while (!signal.aborted) {
        const options = { max: receiveMax, waitMs: receiveWaitMs, signal };
        for (const text of await this.#channel.receive(this.#reply, options)) this.#take(text);
      }
    } catch (error) {
      // A channel waits out whatever can pass by itself; what it rejects with is final.
      this.#rejectAll(error);
    }
  }

  #take(text: MessageText): void {
    const message = readToCaller(text);
    // Answers to calls that are over, and what is no answer at all, concern nobody.
    const pending = message && this.#pending.get(message.id);
    if (message === undefined || pending === undefined) return;
    if (message.kind === 'again') pending.again();
    else if (message.problem) pending.reject(new ProblemError(message.problem));
    else pending.resolve(message.value);
  }

  #rejectAll(error: unknown): void {
    for (const pending of this.#pending.values()) pending.reject(error);
  }

  #late(method: string, timeoutMs: number, trouble: ProblemError | undefined): ProblemError {
    const { serverMailbox } = this.#options;
    const seconds = Math.round(timeoutMs / 100) / 10;
    return fault('CHN002', {
      what: `'${serverMailbox}' does not answer '${method}' within ${seconds} s`,
      why: trouble && `The last attempt to send it failed: ${trouble.problem.what}.`,
      cause: trouble,
    });
  }
}
