import { isFault, problem } from '../diagnostics/index.ts';
import type { Clock } from '../host/index.ts';
import type { Outcome } from '../model/index.ts';
import type { AttemptId, BuilderName } from '../primitives/index.ts';
import type { Claimant, Lease, QueueBackend } from '../queue/index.ts';
import { passingTrouble } from './passing-trouble.ts';

/** What came of one attempt, with the facts that the record keeps. */
export interface AttemptEnd {
  readonly outcome: Outcome;
  readonly facts?: {
    readonly durationMs?: number | undefined;
    readonly peakMemoryBytes?: number | undefined;
    readonly peakDiskBytes?: number | undefined;
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
  /** Does the work of one attempt; ends soon when the signal aborts. `shutdown` says that the builder is to end. */
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
  /** Labels that it carries, for jobs that ask for them. */
  readonly labels?: readonly string[] | undefined;
  /** What it may build for now, see `Claimant`. Default: the farm's usual architecture. */
  readonly arches?: (() => Pick<Claimant, 'arches' | 'usualArch'>) | undefined;
  /** What it has left to give now; jobs with higher recorded peaks are not claimed. */
  readonly room?: (() => Room) | undefined;
  /** Resolves when the builder may take new jobs; a drained one waits here. */
  readonly mayClaim?: ((signal: AbortSignal) => Promise<void>) | undefined;
  /**
   * Given to a builder that must outlive an absence of queue or manager: told of each error, undefined when things
   * work again, and the builder tries on.
   */
  readonly onTrouble?: ((error: unknown) => void) | undefined;
}

/** Memory and disk that a builder has free, in bytes; undefined: no bound. */
export interface Room {
  readonly freeMemoryBytes?: number | undefined;
  readonly freeDiskBytes?: number | undefined;
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
  for (let failures = 0; !signal.aborted; ) {
    try {
      await claimOnce(options, signal);
      if (failures > 0) options.onTrouble?.(undefined);
      failures = 0;
    } catch (error) {
      if (!options.onTrouble) throw error;
      failures += 1;
      options.onTrouble(error);
      await options.clock.sleep(Math.min(250 * 2 ** failures, longestPauseMs), signal);
    }
  }
}

const longestPauseMs = 5_000;
/** How long a build goes on while the queue cannot be asked: the manager may be away for a long time. */
const patienceMs = 60 * 60_000;

/** Waits for a job and works on it. */
async function claimOnce<Attempt extends Begun>(
  options: BuilderOptions<Attempt>,
  signal: AbortSignal,
): Promise<void> {
  const { queue, name, builderClass, leaseMs, labels } = options;
  await options.mayClaim?.(signal);
  if (signal.aborted) return;
  const claimant = { builder: name, builderClass, labels, ...options.arches?.(), ...options.room?.() };
  const [lease] = await queue.claim({ ...claimant, leaseMs, max: 1 });
  if (!lease) await queue.wait(claimant, signal);
  else if (signal.aborted) await queue.release(lease);
  else await workOn(options, lease, signal);
}

async function workOn<Attempt extends Begun>(
  options: BuilderOptions<Attempt>,
  lease: Lease,
  shutdown: AbortSignal,
): Promise<void> {
  const { workplace } = options;
  const over = new AbortController();
  const lost = new AbortController();
  // from here on, because beginning may take its time, too
  const renewing = keepLease(options, lease, over.signal).then((kept) => {
    if (!kept) lost.abort('the lease was lost');
  });
  const attempt = await beginOrGiveBack(options, lease, { over, renewing });
  if (attempt === undefined) return;
  const stop = AbortSignal.any([attempt.signal, shutdown, lost.signal]);
  try {
    const end = await performSafely(workplace, attempt, stop);
    const outcome = outcomeOf(end, { shutdown, lost: lost.signal, asked: attempt.signal });
    // the lease is kept meanwhile: a manager that is away for longer must find it when it takes the result
    await workplace.report(lease, attempt.id, { ...end, outcome });
  } finally {
    over.abort();
    await renewing;
  }
}

/** What an end means to the manager: work that nobody asked to stop is to be done again. */
function outcomeOf(
  { outcome }: AttemptEnd,
  signals: { readonly shutdown: AbortSignal; readonly lost: AbortSignal; readonly asked: AbortSignal },
): Outcome {
  if (outcome.kind !== 'canceled' || signals.asked.aborted) return outcome;
  if (signals.shutdown.aborted)
    return { kind: 'canceled', requeue: true, reason: 'the builder was told to stop' };
  return signals.lost.aborted ? { kind: 'lost', reason: String(signals.lost.reason) } : outcome;
}

/** Begins an attempt; a job that cannot be begun goes back to the queue, and the error is the caller's. */
async function beginOrGiveBack<Attempt extends Begun>(
  { workplace, queue }: BuilderOptions<Attempt>,
  lease: Lease,
  { over, renewing }: { over: AbortController; renewing: Promise<void> },
): Promise<Attempt | undefined> {
  let attempt: Attempt | undefined;
  try {
    attempt = await workplace.begin(lease);
    return attempt;
  } catch (error) {
    await queue.release(lease).catch(() => undefined);
    throw error;
  } finally {
    if (attempt === undefined) {
      over.abort();
      await renewing;
    }
  }
}

async function performSafely<Attempt extends Begun>(
  workplace: Workplace<Attempt>,
  attempt: Attempt,
  stop: AbortSignal,
): Promise<AttemptEnd> {
  try {
    return await workplace.perform(attempt, stop);
  } catch (error) {
    const passing = passingTrouble(error);
    if (passing !== undefined) return { outcome: { kind: 'lost', reason: passing } };
    if (isFault(error)) return { outcome: { kind: 'failed', problem: error.problem } };
    const why = error instanceof Error ? (error.stack ?? error.message) : String(error);
    return {
      outcome: {
        kind: 'failed',
        problem: problem('BLD017', { what: 'packmill failed while building', why }),
      },
    };
  }
}

/**
 * Renews a lease until told to stop; false when it was lost. While nobody answers, work goes on for as long as
 * `patienceMs` says (without `onTrouble`: until the lease runs out): the result is worth as much as the lease is
 * when it is handed in. Own time alone counts, since clocks of machines differ and jump.
 */
async function keepLease<Attempt extends Begun>(
  options: BuilderOptions<Attempt>,
  lease: Lease,
  over: AbortSignal,
): Promise<boolean> {
  const { clock, queue, leaseMs } = options;
  const patience = options.onTrouble ? Math.max(leaseMs, patienceMs) : leaseMs;
  let current = lease;
  let renewedMs = clock.monotonicMs();
  for (;;) {
    await clock.sleep(leaseMs / 3, over);
    if (over.aborted) return true;
    try {
      const next = await queue.renew(current, leaseMs);
      if (next === undefined) return false;
      current = next;
      renewedMs = clock.monotonicMs();
    } catch (error) {
      options.onTrouble?.(error);
      if (clock.monotonicMs() - renewedMs > patience) return false;
    }
  }
}
