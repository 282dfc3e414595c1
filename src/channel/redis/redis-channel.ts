import type { Redis } from 'ioredis';
import { type Clock, systemClock } from '../../host/index.ts';
import type { Channel, MessageText } from '../channel.ts';
import { joinSignals } from '../joined-signal.ts';
import { type RedisAddress, RedisLink } from './redis-link.ts';

export interface RedisChannelOptions {
  readonly address: RedisAddress;
  /** Farms that share a Redis have mailboxes of their own. */
  readonly farm: string;
  /** Shown in `CLIENT LIST`, default `packmill`. */
  readonly name?: string | undefined;
  /** Messages a mailbox holds, default 100,000; the oldest go first. */
  readonly mailboxLimit?: number | undefined;
  /** A mailbox that nothing was sent to for so many milliseconds is emptied, default one hour. */
  readonly idleMs?: number | undefined;
  /** How long a command may take, waiting for the connection included; default 5,000 ms. */
  readonly commandTimeoutMs?: number | undefined;
  readonly clock?: Clock | undefined;
}

interface ReceiveOptions {
  readonly max: number;
  readonly waitMs: number;
  readonly signal?: AbortSignal | undefined;
}

/** How long one blocking command waits: short enough to notice soon that a connection is dead. */
const sliceMs = 5_000;
/** Arguments of one command; a function call takes only so many. */
const sendPieces = 5_000;
const unblockEveryMs = 50;
const unblockTries = 20;

/**
 * Mailboxes as Redis lists (`{packmill:FARM}:mail:NAME`, oldest message at the head). Needs Redis 6.2 or Valkey. What
 * was popped by a receiver that dies before it handles it is lost.
 */
export class RedisChannel implements Channel {
  readonly #options: RedisChannelOptions;
  readonly #clock: Clock;
  readonly #timeoutMs: number;
  readonly #sender: RedisLink;
  /** Connections that wait in a blocking command; each serves one receiver at a time. */
  readonly #idleReceivers: RedisLink[] = [];
  readonly #receivers = new Set<RedisLink>();
  readonly #sending = new Set<Promise<unknown>>();
  readonly #receiving = new Set<Promise<unknown>>();
  readonly #closing = new AbortController();

  constructor(options: RedisChannelOptions) {
    this.#options = options;
    this.#clock = options.clock ?? systemClock;
    this.#timeoutMs = options.commandTimeoutMs ?? 5_000;
    this.#sender = this.#connect('send');
  }

  async send(mailbox: string, messages: readonly MessageText[]): Promise<void> {
    if (this.#closing.signal.aborted) throw this.#sender.away('the channel is closed');
    if (messages.length === 0) return;
    const key = this.#key(mailbox);
    const sent = this.#sender.run(
      async (redis) => {
        const pipeline = redis.pipeline();
        for (let start = 0; start < messages.length; start += sendPieces)
          pipeline.rpush(key, ...messages.slice(start, start + sendPieces));
        const answers = await pipeline
          .ltrim(key, -(this.#options.mailboxLimit ?? 100_000), -1)
          .pexpire(key, this.#options.idleMs ?? 3_600_000)
          .exec();
        const error = answers?.find(([failure]) => failure)?.[0];
        if (error) throw error;
      },
      // what was not sent by the time of closing is given up; what was is awaited
      { withinMs: this.#timeoutMs, signal: this.#closing.signal },
    );
    await this.#track(this.#sending, sent);
  }

  receive(mailbox: string, options: ReceiveOptions): Promise<readonly MessageText[]> {
    return this.#track(this.#receiving, this.#receive(mailbox, options));
  }

  async health(): Promise<{ readonly ok: boolean; readonly what: string }> {
    try {
      await this.#sender.run((redis) => redis.ping(), { withinMs: this.#timeoutMs });
      return { ok: true, what: `redis at '${this.#sender.name}' answers` };
    } catch (error) {
      const what = error instanceof Error ? error.message.replace(/^CHN001 /, '') : String(error);
      return { ok: false, what };
    }
  }

  async close(): Promise<void> {
    this.#closing.abort();
    await Promise.allSettled(this.#sending);
    await Promise.allSettled(this.#receiving);
    this.#sender.close();
    for (const link of this.#receivers) link.close();
  }

  async #receive(mailbox: string, options: ReceiveOptions): Promise<readonly MessageText[]> {
    if (this.#closing.signal.aborted) throw this.#sender.away('the channel is closed');
    const { signal, release } = joinSignals([this.#closing.signal, options.signal]);
    const endMs = this.#clock.monotonicMs() + options.waitMs;
    const link = this.#idleReceivers.pop() ?? this.#connect('receive');
    this.#receivers.add(link);
    try {
      while (!signal.aborted) {
        const leftMs = Math.max(0, endMs - this.#clock.monotonicMs());
        const waitMs = Math.min(leftMs, sliceMs);
        const messages = await this.#pop(link, this.#key(mailbox), { max: options.max, waitMs, signal });
        if (messages.length > 0 || this.#clock.monotonicMs() >= endMs) return messages;
      }
      return [];
    } finally {
      release();
      this.#idleReceivers.push(link);
    }
  }

  /** One look into a mailbox, for at most `waitMs`; nothing when there is nothing or Redis is away. */
  async #pop(
    link: RedisLink,
    key: string,
    options: { max: number; waitMs: number; signal: AbortSignal },
  ): Promise<readonly MessageText[]> {
    const { max, waitMs, signal } = options;
    if (!(await link.whenReady(waitMs > 0 ? waitMs : this.#timeoutMs, signal)) || signal.aborted) return [];
    const over = new AbortController();
    const wake = (): void => void this.#unblock(link, over.signal);
    signal.addEventListener('abort', wake, { once: true });
    try {
      return await link.run((redis) => pop(redis, key, { max, waitMs }), {
        withinMs: waitMs + this.#timeoutMs,
        signal,
      });
    } catch {
      // The link comes back by itself; a server that refuses the command is not asked in a hurry.
      await this.#clock.sleep(Math.min(waitMs, 200), signal);
      return [];
    } finally {
      over.abort();
      signal.removeEventListener('abort', wake);
    }
  }

  /**
   * Ends a blocking command without losing what it may just have popped. The command may not have reached the
   * server yet, so it is told several times; a connection that does not end by this is dropped.
   */
  async #unblock(link: RedisLink, over: AbortSignal): Promise<void> {
    for (let tries = 0; tries < unblockTries && !over.aborted; tries += 1) {
      const id = link.clientId;
      if (id !== undefined && this.#sender.isReady) this.#sender.redis.client('UNBLOCK', id).catch(() => {});
      await this.#clock.sleep(unblockEveryMs, over);
    }
    if (!over.aborted) link.renew();
  }

  #connect(purpose: string): RedisLink {
    return new RedisLink(this.#options.address, {
      clock: this.#clock,
      name: `${this.#options.name ?? 'packmill'}:${purpose}`,
      commandTimeoutMs: this.#timeoutMs,
    });
  }

  #key(mailbox: string): string {
    return `{packmill:${this.#options.farm}}:mail:${mailbox}`;
  }

  async #track<Result>(running: Set<Promise<unknown>>, work: Promise<Result>): Promise<Result> {
    running.add(work);
    try {
      return await work;
    } finally {
      running.delete(work);
    }
  }
}

async function pop(
  redis: Redis,
  key: string,
  options: { max: number; waitMs: number },
): Promise<readonly MessageText[]> {
  const { max, waitMs } = options;
  const pipeline = redis.pipeline();
  // Zero would mean: for ever. What follows in the pipeline runs once the blocking command has ended.
  if (waitMs > 0) pipeline.blpop(key, Math.max(1, Math.ceil(waitMs)) / 1000);
  if (waitMs <= 0 || max > 1) pipeline.lpop(key, waitMs > 0 ? max - 1 : max);
  return readPopped((await pipeline.exec()) ?? [], waitMs > 0);
}

/** Messages of the answers to BLPOP (a pair of key and message) and LPOP (a list), in their order. */
function readPopped(answers: [Error | null, unknown][], blocking: boolean): readonly MessageText[] {
  const messages: MessageText[] = [];
  for (const [index, [error, answer]] of answers.entries()) {
    // The first command's messages are ours even when the second one failed.
    if (error && messages.length === 0) throw error;
    if (!Array.isArray(answer)) continue;
    messages.push(...(index === 0 && blocking ? [String(answer[1])] : answer.map(String)));
  }
  return messages;
}
