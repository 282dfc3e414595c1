import { isFault, problem } from '../diagnostics/index.ts';
import type { Clock } from '../host/index.ts';
import type { Outcome } from '../model/index.ts';
import type { AttemptId, BuilderName } from '../primitives/index.ts';
import type { Claimant, Lease, QueueBackend } from '../queue/index.ts';
import { LeaseKeeper } from './lease-keeper.ts';
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
  /** Other jobs wait for this one: its slot then asks for the next job when they can be had, and may be better. */
  readonly isAwaited: boolean;
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
  await new Builder(options, signal).run();
}

const longestPauseMs = 5_000;
/** How long a build goes on while the queue cannot be asked: the manager may be away for a long time. */
const patienceMs = 60 * 60_000;

/** How many results of a slot may be on their way to the manager. */
const mostHanding = 4;

/** What one slot has under way. */
interface Slot {
  /** How often something failed since it worked for the last time. */
  failures: number;
  /** Each ends when a result is handed in, or cannot be; oldest first; none of them rejects. */
  readonly handing: Promise<void>[];
}

/** One builder at work. */
class Builder<Attempt extends Begun> {
  readonly #options: BuilderOptions<Attempt>;
  readonly #leases: LeaseKeeper;
  /** Aborts when the builder is to end, or has to. */
  readonly #ending = new AbortController();
  /** What stops the attempts under way. */
  readonly #stops = new Set<AbortController>();
  /** Why the builder has to end. */
  #failure: { readonly error: unknown } | undefined;

  constructor(options: BuilderOptions<Attempt>, signal: AbortSignal) {
    const { queue, clock, leaseMs, onTrouble } = options;
    this.#options = options;
    const patience = onTrouble ? Math.max(leaseMs, patienceMs) : leaseMs;
    this.#leases = new LeaseKeeper({ queue, clock, leaseMs, patienceMs: patience, onTrouble });
    const end = (): void => this.#ending.abort(signal.reason);
    if (signal.aborted) end();
    else signal.addEventListener('abort', end, { once: true, signal: this.#ending.signal });
    this.#ending.signal.addEventListener('abort', () => {
      for (const stop of this.#stops) stop.abort(this.#ending.signal.reason);
    });
  }

  async run(): Promise<void> {
    await Promise.all(Array.from({ length: this.#options.slots }, () => this.#workSlot()));
    this.#ending.abort();
    await this.#leases.close();
    if (this.#failure) throw this.#failure.error;
  }

  async #workSlot(): Promise<void> {
    const { clock, onTrouble } = this.#options;
    const slot: Slot = { failures: 0, handing: [] };
    while (!this.#ending.signal.aborted) {
      const { failures } = slot;
      try {
        await this.#claimOnce(slot);
        if (failures === 0) continue;
        onTrouble?.(undefined);
        slot.failures -= failures;
      } catch (error) {
        slot.failures += 1;
        if (this.#isFatal(error)) break;
        await clock.sleep(Math.min(250 * 2 ** slot.failures, longestPauseMs), this.#ending.signal);
      }
    }
    await Promise.all(slot.handing);
  }

  /** Whether an error ends the builder; one that is to outlive it is told of it. */
  #isFatal(error: unknown): boolean {
    const { onTrouble } = this.#options;
    if (onTrouble) onTrouble(error);
    else {
      this.#failure ??= { error };
      this.#ending.abort();
    }
    return onTrouble === undefined;
  }

  /** Waits for a job and works on it. */
  async #claimOnce(slot: Slot): Promise<void> {
    const { queue, name, builderClass, leaseMs, labels, mayClaim, arches, room } = this.#options;
    const { signal } = this.#ending;
    if (mayClaim) await mayClaim(signal);
    if (signal.aborted) return;
    const claimant = { builder: name, builderClass, labels, ...arches?.(), ...room?.() };
    const [lease] = await queue.claim({ ...claimant, leaseMs, max: 1 });
    if (!lease) await queue.wait(claimant, signal);
    else if (signal.aborted) await queue.release(lease);
    else await this.#workOn(lease, slot);
  }

  async #workOn(lease: Lease, slot: Slot): Promise<void> {
    const { workplace } = this.#options;
    const stop = new AbortController();
    let isLost = false;
    // from here on, because beginning may take its time, too
    const endLease = this.#leases.keep(lease, () => {
      isLost = true;
      stop.abort('the lease was lost');
    });
    let handing: Promise<unknown> | undefined;
    this.#stops.add(stop);
    try {
      const attempt = await this.#beginOrGiveBack(lease);
      if (attempt === undefined) return;
      const end = await performUntil(workplace, attempt, stop);
      const { aborted: shutdown } = this.#ending.signal;
      const outcome = outcomeOf(end, { shutdown, isLost, asked: attempt.signal.aborted });
      // a manager that is away is not left more and more results
      if (slot.handing.length >= mostHanding) await slot.handing[0];
      // the lease is kept meanwhile: a manager that is away for longer must find it when it takes the result
      handing = workplace.report(lease, attempt.id, { ...end, outcome }).finally(endLease);
      // what did not end well may have changed what is to be done at all, as where a plan is to fail fast
      if (attempt.isAwaited || !isGoodEnd(outcome)) await handing;
      else slot.handing.push(this.#handingIn(handing, slot));
    } finally {
      this.#stops.delete(stop);
      if (handing === undefined) endLease();
    }
  }

  /** A result that nothing waits for is handed in while its slot is at work again. */
  async #handingIn(handing: Promise<unknown>, slot: Slot): Promise<void> {
    try {
      await handing;
    } catch (error) {
      slot.failures += 1;
      this.#isFatal(error);
    } finally {
      slot.handing.shift();
    }
  }

  /** Begins an attempt; a job that cannot be begun goes back to the queue, and the error is the caller's. */
  async #beginOrGiveBack(lease: Lease): Promise<Attempt | undefined> {
    const { workplace, queue } = this.#options;
    try {
      return await workplace.begin(lease);
    } catch (error) {
      await queue.release(lease).catch(() => undefined);
      throw error;
    }
  }
}

const isGoodEnd = ({ kind }: Outcome): boolean =>
  kind === 'succeeded' || kind === 'already-built' || kind === 'skipped';

async function performUntil<Attempt extends Begun>(
  workplace: Workplace<Attempt>,
  attempt: Attempt,
  stop: AbortController,
): Promise<AttemptEnd> {
  const asked = (): void => stop.abort(attempt.signal.reason);
  if (attempt.signal.aborted) asked();
  else attempt.signal.addEventListener('abort', asked, { once: true });
  try {
    return await performSafely(workplace, attempt, stop.signal);
  } finally {
    attempt.signal.removeEventListener('abort', asked);
  }
}

/** What an end means to the manager: work that nobody asked to stop is to be done again. */
function outcomeOf(
  { outcome }: AttemptEnd,
  why: { readonly shutdown: boolean; readonly isLost: boolean; readonly asked: boolean },
): Outcome {
  if (outcome.kind !== 'canceled' || why.asked) return outcome;
  if (why.shutdown) return { kind: 'canceled', requeue: true, reason: 'the builder was told to stop' };
  return why.isLost ? { kind: 'lost', reason: 'the lease was lost' } : outcome;
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
