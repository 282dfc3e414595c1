import { Redis } from 'ioredis';
import { fault, messageOf } from '../../diagnostics/index.ts';
import type { Clock } from '../../host/index.ts';
import { joinSignals } from '../joined-signal.ts';

/** Where Redis (or Valkey) is and how to get in. */
export interface RedisAddress {
  readonly host: string;
  readonly port: number;
  readonly username?: string | undefined;
  readonly password?: string | undefined;
  /** Number of the database, default 0. */
  readonly database?: number | undefined;
  readonly tls?: boolean | undefined;
}

interface Turn {
  start(): void;
}

interface RunOptions {
  /** Waiting for the connection and the work together. */
  readonly withinMs: number;
  readonly signal?: AbortSignal | undefined;
}

/**
 * One connection that comes back by itself. Commands are never kept for later by the client library: what could not
 * be sent in time is reported and must not arrive half an hour later.
 */
export class RedisLink {
  readonly redis: Redis;
  readonly #address: RedisAddress;
  readonly #clock: Clock;
  #waiting: Turn[] = [];
  #lastError = '';
  /** Counts connections, so that an old command's lateness does not end a new connection. */
  #epoch = 0;
  #clientId: number | undefined;
  #standing = false;
  #closed = false;

  constructor(address: RedisAddress, options: { clock: Clock; name: string; commandTimeoutMs: number }) {
    this.#address = address;
    this.#clock = options.clock;
    this.redis = new Redis({
      host: address.host,
      port: address.port,
      ...(address.username === undefined ? {} : { username: address.username }),
      ...(address.password === undefined ? {} : { password: address.password }),
      ...(address.tls ? { tls: {} } : {}),
      db: address.database ?? 0,
      connectionName: options.name,
      connectTimeout: options.commandTimeoutMs,
      enableOfflineQueue: false,
      autoResendUnfulfilledCommands: false,
      // Commands under way when the connection breaks fail at once.
      maxRetriesPerRequest: 0,
      retryStrategy: (times) => Math.min(2_000, 50 * 2 ** Math.min(times, 6)),
    });
    this.redis.on('error', (error: Error) => {
      this.#lastError = error.message || (error as { code?: string }).code || 'unknown error';
    });
    this.redis.on('close', () => {
      this.#standing = false;
      this.#clientId = undefined;
    });
    this.redis.on('ready', () => this.#ready());
  }

  get isReady(): boolean {
    // A socket that has broken is known to be unwritable a moment before the client says that it closed.
    return this.#standing && this.redis.status === 'ready' && this.redis.stream.writable;
  }

  /** Number that the server gave this connection; undefined while it is away. */
  get clientId(): number | undefined {
    return this.#clientId;
  }

  /** The server's name for messages. */
  get name(): string {
    return `${this.#address.host}:${this.#address.port}`;
  }

  get trouble(): string {
    return this.#lastError === '' ? 'it does not answer' : this.#lastError;
  }

  /**
   * Runs commands once the connection stands; in the order of the calls. Rejects with CHN001 when that and the
   * commands together take longer than `withinMs`; a connection on which a command was late is made anew.
   */
  run<Result>(work: (redis: Redis) => Promise<Result>, options: RunOptions): Promise<Result> {
    return new Promise((resolve, reject) => {
      if (this.#closed) return reject(this.away('the channel is closed'));
      const done = new AbortController();
      let startedIn: number | undefined;
      const turn: Turn = {
        start: () => {
          startedIn = this.#epoch;
          work(this.redis).then(
            (result) => {
              done.abort();
              resolve(result);
            },
            (error: unknown) => {
              done.abort();
              reject(this.away(messageOf(error), error));
            },
          );
        },
      };
      if (this.isReady && this.#waiting.length === 0) turn.start();
      else this.#waiting.push(turn);
      const ended = joinSignals([done.signal, options.signal]);
      this.#clock.sleep(options.withinMs, ended.signal).then(() => {
        ended.release();
        if (done.signal.aborted) return;
        this.#waiting = this.#waiting.filter((other) => other !== turn);
        // Canceled work that was sent goes on: its answer may carry messages.
        if (options.signal?.aborted && startedIn !== undefined) return;
        reject(this.away(startedIn === undefined ? this.trouble : 'it does not answer'));
        // A connection that never finishes its greeting is as dead as one that stops answering.
        if (startedIn === this.#epoch || this.redis.status === 'connect') this.renew();
      });
    });
  }

  /** Whether the connection stands, waiting up to `withinMs` for it. */
  async whenReady(withinMs: number, signal: AbortSignal): Promise<boolean> {
    if (this.isReady) return true;
    await this.run(async () => {}, { withinMs, signal }).catch(() => {});
    return this.isReady;
  }

  /** Drops the connection without waiting for the other side; a new one is made. */
  renew(): void {
    if (this.redis.status === 'connect' || this.redis.status === 'ready') this.redis.stream?.destroy();
  }

  close(): void {
    this.#closed = true;
    this.redis.disconnect();
    this.redis.stream?.destroy();
  }

  away(trouble: string, cause?: unknown): Error {
    return fault('CHN001', { what: `redis at '${this.name}' is out of reach: ${trouble}`, cause });
  }

  #ready(): void {
    this.#epoch += 1;
    this.#standing = true;
    this.#lastError = '';
    const epoch = this.#epoch;
    this.redis.client('ID').then(
      (id) => {
        if (epoch === this.#epoch) this.#clientId = Number(id);
      },
      () => {},
    );
    const turns = this.#waiting;
    this.#waiting = [];
    for (const turn of turns) turn.start();
  }
}
