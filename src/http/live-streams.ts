import { PassThrough } from 'node:stream';
import type { FastifyReply } from 'fastify';
import { refuse } from './refusal.ts';

/** The writing end of an answer that goes on. */
export interface LiveSink {
  /** Aborts when the reader has left or the server closes. */
  readonly signal: AbortSignal;
  /** Resolves when the reader has room for more; at once when it has left. */
  write(bytes: Uint8Array | string): Promise<void>;
  /** Writes only when the reader keeps up. */
  writeIfIdle(text: string): void;
}

export interface LiveAnswer {
  /** What the stream does when the server closes: `end` as if it were complete, or `cut` so that readers notice. */
  readonly onClose: 'end' | 'cut';
  /** Writes until all is said; the stream ends when it returns, and is cut when it throws. */
  readonly produce: (sink: LiveSink) => Promise<void>;
}

/** All answers that go on, so that the server can count and end them. One that ends touches no other. */
export class LiveStreams {
  readonly #limit: number;
  readonly #open = new Set<AbortController>();
  readonly #onFault: (error: unknown, reply: FastifyReply) => void;
  #isClosed = false;

  constructor(limit: number, onFault: (error: unknown, reply: FastifyReply) => void) {
    this.#limit = limit;
    this.#onFault = onFault;
  }

  get count(): number {
    return this.#open.size;
  }

  /** The server is about to end: nothing new begins. */
  get isClosed(): boolean {
    return this.#isClosed;
  }

  /** Answers with a stream. Throws HTP010 when there are too many. */
  send(reply: FastifyReply, answer: LiveAnswer): FastifyReply {
    if (this.#open.size >= this.#limit) {
      const what = `${this.#open.size} readers follow logs and events already`;
      throw refuse('HTP010', { what }, { 'retry-after': '10' });
    }
    const controller = new AbortController();
    const { signal } = controller;
    this.#open.add(controller);
    const out = new PassThrough();
    const leave = (): void => controller.abort();
    out.once('close', leave);
    reply.raw.once('close', leave);
    // A quiet stream still tells at once that it is there, and is not taken for a dead connection.
    reply.raw.once('pipe', () => reply.raw.flushHeaders());
    reply.raw.socket?.setTimeout(0);
    reply.raw.socket?.setKeepAlive(true, 60_000);
    void this.#run(out, answer, signal)
      .catch((error: unknown) => {
        this.#onFault(error, reply);
        out.destroy();
      })
      .finally(() => this.#open.delete(controller));
    return reply.header('x-accel-buffering', 'no').send(out);
  }

  async #run(out: PassThrough, answer: LiveAnswer, signal: AbortSignal): Promise<void> {
    await answer.produce(sinkOf(out, signal));
    if (signal.aborted && answer.onClose === 'cut') out.destroy();
    else out.end();
  }

  /** Ends all of them for good. */
  closeAll(): void {
    this.#isClosed = true;
    for (const controller of this.#open) controller.abort();
  }
}

function sinkOf(out: PassThrough, signal: AbortSignal): LiveSink {
  return {
    signal,
    write: async (bytes) => {
      if (signal.aborted || out.write(bytes)) return;
      await new Promise<void>((resolve) => {
        const done = (): void => {
          out.off('drain', done);
          signal.removeEventListener('abort', done);
          resolve();
        };
        out.once('drain', done);
        signal.addEventListener('abort', done, { once: true });
      });
    },
    writeIfIdle: (text) => {
      if (!signal.aborted && !out.writableNeedDrain) out.write(text);
    },
  };
}
