import { problem } from '../diagnostics/index.ts';
import type { Clock } from '../host/index.ts';
import type { Outcome } from '../model/index.ts';
import type { AttemptId, BuilderName } from '../primitives/index.ts';
import type { Lease, QueueBackend } from '../queue/index.ts';

/** What came of one attempt, with the facts that the record keeps. */
export interface AttemptEnd {
  readonly outcome: Outcome;
  readonly facts?: {
    readonly durationMs?: number | undefined;
    readonly peakMemoryBytes?: number | undefined;
    readonly logPath?: string | undefined;
  };
}

/** An attempt that the manager has recorded; aborting its signal asks for its end. */
interface Begun {
  readonly id: AttemptId;
  readonly signal: AbortSignal;
}

/** The manager's side of a builder: where attempts begin and results are handed in. */
export interface Workplace<Attempt extends Begun> {
  /** Records that an attempt begins; undefined when the lease is worth nothing any more. */
  begin(lease: Lease): Promise<Attempt | undefined>;
  /** Does the work of one attempt; ends soon when the signal aborts. */
  perform(attempt: Attempt, signal: AbortSignal): Promise<AttemptEnd>;
  /** Hands a result in; a stale one is thrown away. */
  report(lease: Lease, attempt: AttemptId, end: AttemptEnd): Promise<'accepted' | 'stale'>;
}

export interface BuilderOptions<Attempt extends Begun> {
  readonly name: BuilderName;
  /** Undefined: only jobs addressed to it by name (specification 12.6). */
  readonly builderClass: number | undefined;
  readonly queue: QueueBackend;
  readonly workplace: Workplace<Attempt>;
  readonly clock: Clock;
  /** Length of a lease; it is renewed three times in that time. */
  readonly leaseMs: number;
  /** How many attempts may run at one time. */
  readonly slots: number;
}

/**
 * Claims jobs and works on them until the signal aborts. Attempts under way are then ended and their jobs go
 * back to the queue (specification 13.8). Rejects when record or queue fail; all slots are ended first.
 */
export async function runBuilder<Attempt extends Begun>(
  options: BuilderOptions<Attempt>,
  signal: AbortSignal,
): Promise<void> {
  const failure = new AbortController();
  const either = AbortSignal.any([signal, failure.signal]);
  const slots = Array.from({ length: options.slots }, () =>
    workSlot(options, either).catch((error: unknown) => {
      failure.abort();
      throw error;
    }),
  );
  for (const end of await Promise.allSettled(slots)) if (end.status === 'rejected') throw end.reason;
}

async function workSlot<Attempt extends Begun>(
  options: BuilderOptions<Attempt>,
  signal: AbortSignal,
): Promise<void> {
  const { queue, name, builderClass, leaseMs } = options;
  while (!signal.aborted) {
    const [lease] = await queue.claim({ builder: name, builderClass, leaseMs, max: 1 });
    if (!lease) await queue.wait({ builder: name, builderClass }, signal);
    else if (signal.aborted) await queue.release(lease);
    else await workOn(options, lease, signal);
  }
}

async function workOn<Attempt extends Begun>(
  options: BuilderOptions<Attempt>,
  lease: Lease,
  shutdown: AbortSignal,
): Promise<void> {
  const { workplace } = options;
  const attempt = await workplace.begin(lease);
  if (attempt === undefined) return;
  const over = new AbortController();
  const lost = new AbortController();
  const renewing = keepLease(options, lease, over.signal).then((kept) => {
    if (!kept) lost.abort('the lease was lost');
  });
  const stop = AbortSignal.any([attempt.signal, shutdown, lost.signal]);
  const end = await performSafely(workplace, attempt, stop);
  over.abort();
  await renewing;
  const interrupted = end.outcome.kind === 'canceled' && shutdown.aborted && !attempt.signal.aborted;
  const requeue: Outcome = { kind: 'canceled', requeue: true, reason: 'the builder was told to stop' };
  await workplace.report(lease, attempt.id, interrupted ? { ...end, outcome: requeue } : end);
}

async function performSafely<Attempt extends Begun>(
  workplace: Workplace<Attempt>,
  attempt: Attempt,
  stop: AbortSignal,
): Promise<AttemptEnd> {
  try {
    return await workplace.perform(attempt, stop);
  } catch (error) {
    const why = error instanceof Error ? (error.stack ?? error.message) : String(error);
    return {
      outcome: {
        kind: 'failed',
        problem: problem('BLD017', { what: 'packmill failed while building', why }),
      },
    };
  }
}

/** Renews a lease until told to stop; false when it was lost. */
async function keepLease<Attempt extends Begun>(
  options: BuilderOptions<Attempt>,
  lease: Lease,
  over: AbortSignal,
): Promise<boolean> {
  const { clock, queue, leaseMs } = options;
  let current = lease;
  for (;;) {
    await clock.sleep(leaseMs / 3, over);
    if (over.aborted) return true;
    try {
      const next = await queue.renew(current, leaseMs);
      if (next === undefined) return false;
      current = next;
    } catch {
      // the queue may be away for a moment; the lease is ours until it runs out
      if (clock.nowMs() > current.untilMs) return false;
    }
  }
}
