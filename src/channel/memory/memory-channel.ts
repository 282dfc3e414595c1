import { fault } from '../../diagnostics/index.ts';
import { type Clock, systemClock } from '../../host/index.ts';
import type { Channel, MessageText } from '../channel.ts';
import { joinSignals } from '../joined-signal.ts';

export interface MemoryCarrierOptions {
  readonly clock?: Clock | undefined;
  /** Messages a mailbox holds, default 100,000; the oldest go first. */
  readonly mailboxLimit?: number | undefined;
  /** A mailbox that nothing was sent to for so many milliseconds is emptied, default one hour. */
  readonly idleMs?: number | undefined;
}

interface Waiter {
  readonly max: number;
  take(messages: readonly MessageText[]): void;
}

interface Mailbox {
  messages: MessageText[];
  waiters: Waiter[];
  sentMs: number;
}

/** What carries messages between the parts of one process; it forgets everything with the process. */
export class MemoryCarrier {
  readonly #clock: Clock;
  readonly #limit: number;
  readonly #idleMs: number;
  readonly #mailboxes = new Map<string, Mailbox>();

  constructor(options: MemoryCarrierOptions = {}) {
    this.#clock = options.clock ?? systemClock;
    this.#limit = options.mailboxLimit ?? 100_000;
    this.#idleMs = options.idleMs ?? 3_600_000;
  }

  /** A channel of its own on this carrier: closing it leaves the others open. */
  connect(): Channel {
    return new MemoryChannel(this, this.#clock);
  }

  /** For `MemoryChannel`. */
  put(name: string, messages: readonly MessageText[]): void {
    const mailbox = this.#mailbox(name);
    mailbox.messages.push(...messages);
    mailbox.sentMs = this.#clock.monotonicMs();
    const surplus = mailbox.messages.length - this.#limit;
    if (surplus > 0) mailbox.messages.splice(0, surplus);
    while (mailbox.messages.length > 0) {
      const waiter = mailbox.waiters.shift();
      if (waiter === undefined) break;
      waiter.take(mailbox.messages.splice(0, waiter.max));
    }
    this.#forgetWhenUnused(name, mailbox);
  }

  /** For `MemoryChannel`: takes what is there, or remembers the waiter when nothing is. */
  take(name: string, waiter: Waiter): readonly MessageText[] {
    const mailbox = this.#mailbox(name);
    const taken = mailbox.messages.splice(0, waiter.max);
    if (taken.length === 0) mailbox.waiters.push(waiter);
    this.#forgetWhenUnused(name, mailbox);
    return taken;
  }

  /** For `MemoryChannel`. */
  leave(name: string, waiter: Waiter): void {
    const mailbox = this.#mailboxes.get(name);
    if (mailbox === undefined) return;
    mailbox.waiters = mailbox.waiters.filter((other) => other !== waiter);
    this.#forgetWhenUnused(name, mailbox);
  }

  #mailbox(name: string): Mailbox {
    const now = this.#clock.monotonicMs();
    const mailbox = this.#mailboxes.get(name) ?? { messages: [], waiters: [], sentMs: now };
    if (now - mailbox.sentMs >= this.#idleMs) mailbox.messages = [];
    this.#mailboxes.set(name, mailbox);
    return mailbox;
  }

  #forgetWhenUnused(name: string, mailbox: Mailbox): void {
    if (mailbox.messages.length === 0 && mailbox.waiters.length === 0) this.#mailboxes.delete(name);
  }
}

class MemoryChannel implements Channel {
  readonly #carrier: MemoryCarrier;
  readonly #clock: Clock;
  readonly #closing = new AbortController();

  constructor(carrier: MemoryCarrier, clock: Clock) {
    this.#carrier = carrier;
    this.#clock = clock;
  }

  async send(mailbox: string, messages: readonly MessageText[]): Promise<void> {
    this.#checkOpen();
    if (messages.length > 0) this.#carrier.put(mailbox, messages);
  }

  async receive(
    mailbox: string,
    options: { readonly max: number; readonly waitMs: number; readonly signal?: AbortSignal | undefined },
  ): Promise<readonly MessageText[]> {
    this.#checkOpen();
    const stop = new AbortController();
    if (options.signal?.aborted) return [];
    let came: readonly MessageText[] = [];
    const waiter: Waiter = {
      max: options.max,
      take: (messages) => {
        came = messages;
        stop.abort();
      },
    };
    const atHand = this.#carrier.take(mailbox, waiter);
    if (atHand.length > 0) return atHand;
    const ended = joinSignals([stop.signal, this.#closing.signal, options.signal]);
    await this.#clock.sleep(options.waitMs, ended.signal);
    ended.release();
    this.#carrier.leave(mailbox, waiter);
    return came;
  }

  async health(): Promise<{ readonly ok: boolean; readonly what: string }> {
    const ok = !this.#closing.signal.aborted;
    return { ok, what: ok ? 'messages stay within this process' : 'the channel is closed' };
  }

  async close(): Promise<void> {
    this.#closing.abort();
  }

  #checkOpen(): void {
    if (this.#closing.signal.aborted) throw fault('CHN001', { what: 'the channel is closed' });
  }
}
