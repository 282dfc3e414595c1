/** How a build ended, in the words of specification 14.4. */
export type ResultWord =
  | 'success'
  | 'already-built'
  | 'skipped'
  | 'failed'
  | 'timed-out'
  | 'canceled'
  /** Canceled because a newer request for the same job took its place. */
  | 'replaced'
  /** Its builder stopped or vanished; the job waits again, with the same timestamp and log. */
  | 'requeued'
  | 'software-failure'
  /** Canceled because the manager itself shuts down. */
  | 'shutdown';

/** What may be told about one build. */
export type BuildWord = 'pending' | 'running' | ResultWord;
/** What may be told about a clean-up of a target. */
export type RemovalWord = 'removal-finished' | 'removal-failed';
/** What may be told about a target: a clean-up, or that results are held back until somebody decides. */
export type TargetWord = RemovalWord | 'rebuild-waiting';
export type NotificationWord = BuildWord | TargetWord;

/** A step in the life of one build. */
export interface BuildEvent {
  /** One of its own for each event, and the same for every repetition: what was handed in before is not told again. */
  readonly id: string;
  readonly what: BuildWord;
  readonly job: { readonly target: string; readonly arch: string; readonly pkgbase: string };
  readonly source: { readonly id: string; readonly url: string };
  /** `sha` or `sha:pipeline`. */
  readonly commit?: string | undefined;
  readonly pipeline?: string | undefined;
  /** ms since the epoch of the request; names the revision of the log. */
  readonly timestamp: number;
  readonly builder?: string | undefined;
  readonly version?: string | undefined;
  /** Names of the packages that were made. */
  readonly packages?: readonly string[] | undefined;
  readonly reason?: string | undefined;
}

/** What happened to a target. */
export interface TargetEvent {
  readonly id: string;
  readonly what: TargetWord;
  readonly target: string;
  readonly arch?: string | undefined;
  /** Packages that were removed. */
  readonly removed?: readonly string[] | undefined;
  readonly reason?: string | undefined;
}

export type NotifiableEvent = BuildEvent | TargetEvent;

export const isOfTarget = (event: NotifiableEvent): event is TargetEvent => 'target' in event;
