import type { FailureEvidence, Hit } from './hit.ts';

/** How far before the first messenger its cause may stand, in lines. */
const reach = 400;
const mostAfter = 64;
const mostSpots = 4;

/** A place where a build broke off: the first program that passed it on, and what was said around it. */
export interface TroubleSpot {
  readonly messenger: FailureEvidence;
  /** What the rules make of the messenger itself. */
  readonly hint: Hit | undefined;
  readonly before: readonly Hit[];
  readonly after: readonly Hit[];
}

/**
 * What is kept of one phase of a log, in bounded memory. Tests and probes may print errors long before the end; what
 * ended a build is near the first of the programs that pass it on.
 */
export class TroubleSpots {
  readonly spots: (TroubleSpot & { readonly after: Hit[] })[] = [];
  /** The newest lines that say something, no further back than messengers reach. */
  #recent: Hit[] = [];
  #firstCause: Hit | undefined;
  #lastCause: Hit | undefined;
  #hint: Hit | undefined;
  #lastMessenger = Number.NEGATIVE_INFINITY;

  hit(hit: Hit): void {
    if (hit.weight === 'hint') this.#hint ??= hit;
    else {
      this.#firstCause ??= hit;
      this.#lastCause = hit;
    }
    this.#recent.push(hit);
    if (this.#recent.length > 2 * reach) this.#recent = this.#near(hit.line);
    const spot = this.spots.at(-1);
    if (spot && spot.after.length < mostAfter) spot.after.push(hit);
  }

  messenger(messenger: FailureEvidence, hint: Hit | undefined): void {
    const isFresh = messenger.line - this.#lastMessenger > reach;
    this.#lastMessenger = messenger.line;
    const known = this.spots.at(-1);
    if (known && !isFresh) {
      // a later messenger of the same end may say more: make, then makepkg with the name of the phase
      if (hint && known.after.length < mostAfter) known.after.push(hint);
      return;
    }
    this.spots.push({ messenger, hint, before: this.#near(messenger.line), after: [] });
    if (this.spots.length > mostSpots) this.spots.splice(1, 1);
  }

  /** What to go by where no messenger says that something failed. */
  loose(): {
    readonly first: Hit | undefined;
    readonly last: Hit | undefined;
    readonly hint: Hit | undefined;
  } {
    return { first: this.#firstCause, last: this.#lastCause, hint: this.#hint };
  }

  #near(line: number): Hit[] {
    return this.#recent.filter((one) => line - one.line <= reach);
  }
}
