import { isFault, problem } from '../diagnostics/index.ts';
import { type Clock, type Random, systemRandom } from '../host/index.ts';
import { AnswerMemory, type AnswerMemoryLimits } from './answer-memory.ts';
import type { Channel, MessageText } from './channel.ts';
import { joinSignals } from './joined-signal.ts';
import { type AnswerMessage, type CallMessage, encode, readToServer } from './wire.ts';

/** Answers one method. A ProblemError it throws travels to the caller; any other error becomes CHN003. */
export type CallHandler = (body: unknown, call: { readonly from: string }) => Promise<unknown>;

export interface ServeOptions {
  /** Ends the serving: what has begun is finished and answered, the rest is left to the next server. */
  readonly signal: AbortSignal;
  readonly clock: Clock;
  readonly random?: Random | undefined;
  /** Calls carried out at the same time, default 64. */
  readonly parallel?: number | undefined;
  /** How many answers are kept for repeated calls; default 10,000 for 5 minutes, 64 Mi characters together. */
  readonly memory?: Partial<AnswerMemoryLimits> | undefined;
  /** `malformed`: no message of ours; `late`: nobody waits for the answer any more. `count`: so many of its kind. */
  readonly onDropped?: ((why: 'malformed' | 'late', text: MessageText, count: number) => void) | undefined;
  /** An error of a handler that is no problem: a bug that the caller is told as CHN003. */
  readonly onBug?: ((error: unknown, method: string) => void) | undefined;
}

/** How often the server finds out how old the messages are that it receives. */
const tickMs = 2_000;
const receiveMax = 500;
const receiveWaitMs = 10_000;
/** Calls that wait for a free place; beyond, they stay in the mailbox. */
const waitingLimit = 10_000;

/**
 * Answers the calls that arrive in a mailbox until the signal aborts; resolves when the last one begun is answered.
 * A call is carried out at most once by this server: repeated ones join it or get the answer from memory. Rejects
 * when the channel is closed under it.
 */
export function serveCalls(
  channel: Channel,
  mailbox: string,
  handlers: Readonly<Record<string, CallHandler>>,
  options: ServeOptions,
): Promise<void> {
  return new CallServer(channel, mailbox, handlers, options).serve();
}

class CallServer {
  readonly #channel: Channel;
  readonly #mailbox: string;
  readonly #handlers: ReadonlyMap<string, CallHandler>;
  readonly #options: ServeOptions;
  readonly #answers: AnswerMemory;
  readonly #life: string;
  /** Calls that wait or are carried out. */
  readonly #active = new Set<string>();
  readonly #running = new Set<Promise<void>>();
  readonly #answering = new Set<Promise<void>>();
  readonly #dropped = { malformed: 0, late: 0 };
  #waiting: { readonly call: CallMessage; readonly text: MessageText; readonly endMs: number }[] = [];
  #wakeReceiver: () => void = () => {};
  /** Everything received now was sent after this point of our monotonic clock. */
  #sentAfterMs = Number.NEGATIVE_INFINITY;
  /** Calls whose callers were asked to send again, with when. */
  #asked = new Map<string, number>();

  // biome-ignore format: one line each way
  constructor(channel: Channel, mailbox: string, handlers: Readonly<Record<string, CallHandler>>, options: ServeOptions) {
    this.#channel = channel;
    this.#mailbox = mailbox;
    this.#handlers = new Map(Object.entries(handlers));
    this.#options = options;
    this.#life = (options.random ?? systemRandom).hex(8);
    this.#answers = new AnswerMemory({ answers: 10_000, ms: 300_000, characters: 64 * 2 ** 20, ...options.memory });
  }

  async serve(): Promise<void> {
    const ended = new AbortController();
    const { signal, release } = joinSignals([this.#options.signal, ended.signal]);
    const ticking = this.#tick(signal);
    try {
      while (!signal.aborted) {
        const received = { max: receiveMax, waitMs: receiveWaitMs, signal };
        for (const text of await this.#channel.receive(this.#mailbox, received)) this.#take(text);
        if (this.#waiting.length >= waitingLimit) await this.#room(signal);
      }
    } finally {
      ended.abort();
      // What has not begun is sent again at once, for the next server.
      for (const { call } of this.#waiting) this.#answer(call.reply, encode({ kind: 'again', id: call.id }));
      this.#waiting = [];
      await ticking;
      await Promise.allSettled(this.#running);
      await Promise.allSettled(this.#answering);
      release();
    }
  }

  /** Sends a message to ourselves time and again: see `TickMessage`. */
  async #tick(signal: AbortSignal): Promise<void> {
    const { clock } = this.#options;
    while (!signal.aborted) {
      const tick = encode({ kind: 'tick', life: this.#life, atMs: clock.monotonicMs() });
      // A tick that cannot be sent makes us doubt the age of calls, and ask.
      await this.#channel.send(this.#mailbox, [tick]).catch(() => {});
      await clock.sleep(tickMs, signal);
    }
  }

  #take(text: MessageText): void {
    const message = readToServer(text);
    if (message === undefined) this.#drop('malformed', text);
    else if (message.kind === 'call') this.#takeCall(message, text);
    else if (message.life === this.#life) this.#sentAfterMs = Math.max(this.#sentAfterMs, message.atMs);
  }

  #takeCall(call: CallMessage, text: MessageText): void {
    const nowMs = this.#options.clock.monotonicMs();
    const known = this.#answers.get(call.id, nowMs);
    if (known !== undefined) this.#answer(call.reply, known);
    if (known !== undefined || this.#active.has(call.id)) return;
    // How long a call lay in the mailbox nobody knows exactly, and the caller's clock is not ours. When it may have
    // lain there for longer than its caller waits, it is carried out only if the caller says so once more.
    if (nowMs - this.#sentAfterMs >= call.ttlMs) {
      this.#askAgain(call, text, nowMs);
      return;
    }
    this.#asked.delete(call.id);
    this.#active.add(call.id);
    this.#waiting.push({ call, text, endMs: nowMs + call.ttlMs });
    this.#startSome();
  }

  #askAgain(call: CallMessage, text: MessageText, nowMs: number): void {
    const askedMs = this.#asked.get(call.id);
    if (askedMs !== undefined && nowMs - askedMs < tickMs) return;
    this.#asked.delete(call.id);
    this.#asked.set(call.id, nowMs);
    if (this.#asked.size > waitingLimit)
      for (const [id] of [...this.#asked].slice(0, waitingLimit / 2)) this.#asked.delete(id);
    if (askedMs === undefined) this.#drop('late', text);
    this.#answer(call.reply, encode({ kind: 'again', id: call.id }));
  }

  #startSome(): void {
    while (this.#running.size < (this.#options.parallel ?? 64)) {
      const next = this.#waiting.shift();
      if (next === undefined) break;
      if (this.#options.clock.monotonicMs() >= next.endMs) {
        this.#active.delete(next.call.id);
        this.#drop('late', next.text);
        continue;
      }
      const running = this.#carryOut(next.call).finally(() => {
        this.#running.delete(running);
        this.#startSome();
        if (this.#waiting.length < waitingLimit / 2) this.#wakeReceiver();
      });
      this.#running.add(running);
    }
  }

  async #carryOut(call: CallMessage): Promise<void> {
    const text = await this.#answerOf(call);
    this.#answers.put(call.id, text, this.#options.clock.monotonicMs());
    this.#active.delete(call.id);
    this.#answer(call.reply, text);
  }

  async #answerOf(call: CallMessage): Promise<MessageText> {
    const answer = (rest: Omit<AnswerMessage, 'kind' | 'id'>): MessageText =>
      encode({ kind: 'answer', id: call.id, ...rest });
    const handler = this.#handlers.get(call.method);
    if (handler === undefined) {
      const what = `'${this.#mailbox}' knows no call '${call.method}'`;
      return answer({ problem: problem('CHN004', { what }) });
    }
    try {
      return answer({ value: await handler(call.body, { from: call.from }) });
    } catch (error) {
      if (isFault(error)) return answer({ problem: error.problem });
      this.#options.onBug?.(error, call.method);
      const what = `'${this.#mailbox}' fails on '${call.method}' from '${call.from}'`;
      return answer({ problem: problem('CHN003', { what }) });
    }
  }

  /** Sends without waiting; what is lost here is asked for again. */
  #answer(reply: string, text: MessageText): void {
    const sent = this.#channel
      .send(reply, [text])
      .catch(() => {})
      .finally(() => this.#answering.delete(sent));
    this.#answering.add(sent);
  }

  #drop(why: 'malformed' | 'late', text: MessageText): void {
    this.#dropped[why] += 1;
    this.#options.onDropped?.(why, text, this.#dropped[why]);
  }

  async #room(signal: AbortSignal): Promise<void> {
    const woken = new AbortController();
    this.#wakeReceiver = () => woken.abort();
    const joined = joinSignals([signal, woken.signal]);
    await this.#options.clock.sleep(receiveWaitMs, joined.signal);
    joined.release();
  }
}
