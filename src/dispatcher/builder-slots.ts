import { problem } from '../diagnostics/index.ts';
import type { Clock } from '../host/index.ts';
import type { Outcome } from '../model/index.ts';
import type { AttemptId, BuilderName } from '../primitives/index.ts';
import type { Lease, QueueBackend } from '../queue/index.ts';
import type { BegunAttempt, Dispatcher } from './dispatcher.ts';
import type { AttemptFacts } from './motion.ts';

/** What a run of one attempt came to. */
export interface SlotRun {
  readonly outcome: Outcome;
  readonly facts?: AttemptFacts;
}

export interface SlotOptions {
  readonly dispatcher: Dispatcher;
  readonly queue: QueueBackend;
  readonly clock: Clock;
  readonly builder: BuilderName;
  readonly builderClass: number | undefined;
  /** How many attempts may run at one time. */
  readonly slots: number;
  /** Default 60 s; leases are renewed three times in that time. */
  readonly leaseMs?: number;
  readonly logPathOf?: (attempt: AttemptId) => string;
  /** Runs one attempt to its end; stops soon when the signal aborts. */
  readonly run: (begun: BegunAttempt, signal: AbortSignal) => Promise<SlotRun>;
}

/** Takes and runs jobs until the signal aborts; what runs then is stopped and goes back to ready (13.8). */
export async function workSlots(options: SlotOptions, signal: AbortSignal): Promise<void> {
  // One slot that fails, because record or queue is gone, ends the others as well.
  const failure = new AbortController();
  const either = AbortSignal.any([signal, failure.signal]);
  const slots = Array.from({ length: options.slots }, () =>
    workSlot(options, either).catch((error: unknown) => {
      failure.abort();
      throw error;
    }),
  );
  const ends = await Promise.allSettled(slots);
  for (const end of ends) if (end.status === 'rejected') throw end.reason;
}

async function workSlot(options: SlotOptions, signal: AbortSignal): Promise<void> {
  const { queue, builder, builderClass } = options;
  const leaseMs = options.leaseMs ?? 60_000;
  while (!signal.aborted) {
    const [lease] = await queue.claim({ builder, builderClass, leaseMs, max: 1 });
    if (!lease) await queue.wait({ builder, builderClass }, signal);
    else if (signal.aborted) await queue.release(lease);
    else await runLease(options, lease, signal);
  }
}

async function runLease(options: SlotOptions, lease: Lease, shutdown: AbortSignal): Promise<void> {
  const begun = await options.dispatcher.begin(lease, options.logPathOf);
  if (!begun) return;
  const over = new AbortController();
  const lost = new AbortController();
  const renewing = keepLease(options, lease, over.signal).then((kept) => {
    if (!kept) lost.abort('its lease was lost');
  });
  const stop = AbortSignal.any([begun.signal, shutdown, lost.signal]);
  const run = await runSafely(options, begun, stop);
  over.abort();
  await renewing;
  const { outcome } = run;
  const interrupted = outcome.kind === 'canceled' && shutdown.aborted && !begun.signal.aborted;
  await options.dispatcher.report(lease, begun.id, {
    ...run,
    outcome: interrupted ? { kind: 'canceled', requeue: true, reason: 'the builder was stopped' } : outcome,
  });
}

async function runSafely(options: SlotOptions, begun: BegunAttempt, stop: AbortSignal): Promise<SlotRun> {
  try {
    return await options.run(begun, stop);
  } catch (error) {
    const why = error instanceof Error ? (error.stack ?? error.message) : String(error);
    const what = `packmill failed while running '${begun.job.id}'`;
    return { outcome: { kind: 'failed', problem: problem('QUE006', { what, why }) } };
  }
}

/** Renews a lease until told to stop; false when it was lost. */
async function keepLease(options: SlotOptions, lease: Lease, over: AbortSignal): Promise<boolean> {
  const leaseMs = options.leaseMs ?? 60_000;
  for (;;) {
    await options.clock.sleep(leaseMs / 3, over);
    if (over.aborted) return true;
    if (!(await options.queue.renew(lease, leaseMs))) return false;
  }
}
