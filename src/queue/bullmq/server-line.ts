import { Redis, type RedisOptions } from 'ioredis';
import { fault, isFault } from '../../diagnostics/index.ts';
import { atEndOfMoment, systemClock } from '../../host/index.ts';

/** Where the server is, or a connection to it, of which the settings are taken (it is not used itself). */
export type ServerAddress =
  | {
      readonly host: string;
      readonly port: number;
      readonly username?: string | undefined;
      readonly password?: string | undefined;
      readonly db?: number | undefined;
    }
  | Redis;

/**
 * A connection that fails early and mends itself: a call waits for the server at most `timeoutMs`, then rejects with
 * QUE010 (it does not answer) or QUE011 (it refuses); nothing is queued up meanwhile, and nothing is sent twice.
 * Network time is always real time, whatever clock the queue has.
 */
export class ServerLine {
  readonly redis: Redis;
  readonly #timeoutMs: number;
  readonly #name: string;
  #lastError: Error | undefined;
  #ready: Promise<void> | undefined;

  constructor(address: ServerAddress, timeoutMs: number) {
    const settings: RedisOptions & { replyMapping: 'legacy' } = {
      ...optionsOf(address),
      replyMapping: 'legacy',
      lazyConnect: true,
      enableOfflineQueue: false,
      maxRetriesPerRequest: 0,
      // A claim that was under way when the line broke may have been carried out: asking again would take more jobs.
      autoResendUnfulfilledCommands: false,
      // Done by the bell, since ioredis leaves its failure unhandled.
      autoResubscribe: false,
      commandTimeout: timeoutMs,
      connectTimeout: timeoutMs,
      retryStrategy: (times) => Math.min(50 * times, 1000),
    };
    this.redis = new Redis(settings);
    this.#timeoutMs = timeoutMs;
    this.#name = settings.path ?? `${settings.host}:${settings.port}`;
    this.redis.on('error', (error: Error) => {
      this.#lastError = error;
    });
    this.redis.on('ready', () => {
      this.#lastError = undefined;
    });
  }

  /** Runs a call on the connection once that is usable. */
  async call<T>(what: (redis: Redis) => Promise<T>): Promise<T> {
    const startMs = systemClock.monotonicMs();
    try {
      if (this.#isUsable()) {
        this.#holdTogether();
        return await what(this.redis);
      }
      await this.#within(this.#timeoutMs, this.#whenReady());
      return await this.#within(this.#timeoutMs - (systemClock.monotonicMs() - startMs), what(this.redis));
    } catch (error) {
      // Whatever else waits on this line is as late; a new connection does not stand behind it in a queue.
      if (isTimeout(error) && this.#isUsable()) this.redis.disconnect(true);
      throw isFault(error) ? error : this.#problemOf(error);
    }
  }

  /** What is sent in one moment goes out as one: each write of its own wakes the server. */
  #holdTogether(): void {
    const { stream } = this.redis;
    if (stream.writableCorked > 0) return;
    stream.cork();
    atEndOfMoment(() => stream.uncork());
  }

  close(): void {
    this.redis.disconnect();
  }

  /** A connection that is being ended still calls itself ready, until the other side agrees or is given up on. */
  #isUsable(): boolean {
    return this.redis.status === 'ready' && this.redis.stream.writable;
  }

  #whenReady(): Promise<void> {
    if (this.redis.status === 'wait') this.redis.connect().catch(() => undefined);
    this.#ready ??= new Promise<void>((resolve, reject) => {
      const settle = (how: () => void) => (): void => {
        this.#ready = undefined;
        this.redis.off('ready', ready);
        this.redis.off('end', ended);
        how();
      };
      const ready = settle(resolve);
      const ended = settle(() => reject(new Error('the connection was closed')));
      this.redis.once('ready', ready);
      this.redis.once('end', ended);
      if (this.redis.status === 'end') ended();
    });
    return this.#ready;
  }

  async #within<T>(ms: number, promise: Promise<T>): Promise<T> {
    const stop = new AbortController();
    const late = systemClock.sleep(Math.max(0, ms), stop.signal).then((): never => {
      throw this.#lastError ?? new Error('no answer in time');
    });
    late.catch(() => undefined);
    promise.catch(() => undefined);
    try {
      return await Promise.race([promise, late]);
    } finally {
      stop.abort();
    }
  }

  #problemOf(error: unknown): Error {
    const said = error instanceof Error && error.message !== '' ? error.message : String(error);
    const reason = isRefusal(error) ? said : this.#lastError?.message || said;
    const refused = isRefusal(error) || isRefusal(this.#lastError);
    return refused
      ? fault('QUE011', { what: `the queue's server '${this.#name}' refuses: ${reason}`, cause: error })
      : fault('QUE010', {
          what: `the queue's server '${this.#name}' does not answer: ${reason}`,
          cause: error,
        });
  }
}

function optionsOf(address: ServerAddress): RedisOptions {
  if (address instanceof Redis) return address.options;
  const { host, port, username, password, db } = address;
  return {
    host,
    port,
    ...(username === undefined ? {} : { username }),
    ...(password === undefined ? {} : { password }),
    ...(db === undefined ? {} : { db }),
  };
}

const isTimeout = (error: unknown): boolean =>
  error instanceof Error && error.message === 'Command timed out';

/** Errors that the server itself answered with; while it loads its data it is as good as away. */
const isRefusal = (error: unknown): boolean =>
  error instanceof Error && error.name === 'ReplyError' && !error.message.startsWith('LOADING');
