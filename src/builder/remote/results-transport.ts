import type { ObjectStore } from '../../store/index.ts';
import type { LandedFile } from './order-line.ts';

/** An object that has to travel. */
export interface TravellingObject {
  readonly object: string;
  readonly sizeBytes: number;
}

/** What an attempt shows to be let in. */
export interface AttemptPass {
  readonly attempt: number;
  readonly fence: number;
  readonly token: string;
}

/** How objects travel between the manager's store and a builder's own. */
export interface ResultsTransport {
  /** Brings objects into the builder's store; those it has are left out. Throws BLD problems. */
  fetch(pass: AttemptPass, wanted: readonly TravellingObject[], signal: AbortSignal): Promise<void>;
  /** Hands objects in; returns the files that the manager finds in its landing zone. Throws BLD problems. */
  handIn(
    pass: AttemptPass,
    objects: readonly TravellingObject[],
    signal: AbortSignal,
  ): Promise<readonly LandedFile[]>;
}

/** What every transport works with. */
export interface TransportScene {
  readonly store: ObjectStore;
  /** Folder for bytes on their way. */
  readonly scratch: string;
}
