import {
  beginReplySchema,
  type Hello,
  logReplySchema,
  reportReplySchema,
  type Welcome,
  type WorkOrder,
  welcomeSchema,
} from '../../api/index.ts';
import type { Caller } from '../../channel/index.ts';
import { isFault, type Problem } from '../../diagnostics/index.ts';
import type { Clock } from '../../host/index.ts';
import type { ShippedPiece } from '../../logs/index.ts';
import type { Lease } from '../../queue/index.ts';
import type { AttemptEnd } from '../builder.ts';

/** A file that was put into the manager's landing zone. */
export interface LandedFile {
  readonly path: string;
  readonly object: string;
  readonly sizeBytes: number;
}

export interface ManagerLinkOptions {
  readonly caller: Caller;
  readonly builder: string;
  readonly instance: string;
  readonly clock: Clock;
}

const callMs = 20_000;
const pauseMs = 2_000;
/** How long a result is handed in again to a manager that fails on it, as it does when its disk is full. */
const failingMs = 15 * 60_000;

/** What a builder asks its manager, over the channel. Every call may be repeated. */
export class ManagerLink {
  readonly #options: ManagerLinkOptions;

  constructor(options: ManagerLinkOptions) {
    this.#options = options;
  }

  /** A sign of life, answered with what the builder has to know. Rejects with CHN002 when nobody answers. */
  async hello(hello: Hello, signal?: AbortSignal): Promise<Welcome> {
    return welcomeSchema.parse(await this.#call('hello', hello, { timeoutMs: callMs, signal }));
  }

  /**
   * Begins an attempt; undefined when the lease is stale, `drained` when this builder gets no jobs now. Rejects with
   * CHN002 when nobody answers.
   */
  async begin(lease: Lease, signal: AbortSignal): Promise<WorkOrder | 'drained' | undefined> {
    const { builder, instance } = this.#options;
    const answer = await this.#call('begin', { builder, instance, lease }, { timeoutMs: 4 * callMs, signal });
    const { order, drained } = beginReplySchema.parse(answer);
    return drained ? 'drained' : order;
  }

  /** Hands in a piece of log; says how much of it the manager has, and whether the attempt is to stop. */
  async log(
    of: { readonly attempt: number; readonly fence: number },
    { offset, bytes, phases }: ShippedPiece,
  ): Promise<{ sizeBytes: number; stop: string | undefined }> {
    const body = { ...of, offset, bytes: Buffer.from(bytes).toString('base64'), phases };
    const { sizeBytes, stop } = logReplySchema.parse(await this.#call('log', body, { timeoutMs: callMs }));
    return { sizeBytes, stop };
  }

  /**
   * Hands in the end of an attempt, until somebody takes it or the signal aborts: a manager or queue store that is
   * away for long must not cost a build, nor one that cannot write it down for a while. Rejects with the manager's
   * problem when it refuses the result.
   */
  async report(
    order: WorkOrder,
    lease: Lease,
    end: AttemptEnd & { readonly landed: readonly LandedFile[]; readonly logBytes: number },
    signal: AbortSignal,
  ): Promise<'accepted' | 'stale'> {
    const { outcome, facts, landed, logBytes } = end;
    const body = {
      attempt: order.attempt,
      fence: order.fence,
      token: order.token,
      lease,
      outcome,
      ...facts,
      landed,
      logBytes,
    };
    const { clock } = this.#options;
    const startMs = clock.monotonicMs();
    for (;;) {
      try {
        const answer = await this.#call('report', body, { timeoutMs: 6 * callMs, signal });
        return reportReplySchema.parse(answer).verdict;
      } catch (error) {
        if (signal.aborted || !isFault(error)) throw error;
        const isFailing = error.problem.code === 'CHN003' && clock.monotonicMs() - startMs < failingMs;
        if (!isFailing && !mayPass(error.problem)) throw error;
        await clock.sleep(pauseMs, signal);
      }
    }
  }

  #call(
    method: string,
    body: unknown,
    options: { timeoutMs: number; signal?: AbortSignal | undefined },
  ): Promise<unknown> {
    return this.#options.caller.call(method, body, options);
  }
}

/** What the manager says for good; everything else that is the world's fault (a full disk, say) may pass. */
const finalCodes: ReadonlySet<string> = new Set(['BLD041', 'BLD042', 'BLD043', 'CHN003', 'CHN004']);

const mayPass = ({ code, blame }: Problem): boolean => blame === 'world' && !finalCodes.has(code);
