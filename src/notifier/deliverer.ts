import type { OutboxRow } from './outbox.ts';

/** What became of one attempt. */
export type Delivery =
  | { readonly kind: 'sent' }
  /** May succeed later. `all`: the service asks to be left alone for a while, not only with this message. */
  | {
      readonly kind: 'later';
      readonly reason: string;
      readonly retryAfterMs?: number | undefined;
      readonly all?: boolean;
    }
  /** The service has declined; it would do so again. */
  | { readonly kind: 'refused'; readonly reason: string };

/** How fast a channel may be used. */
export interface Pace {
  readonly perSecond: number;
  /** Calls at once after a rest. */
  readonly burst: number;
  /** Calls under way at a time. */
  readonly parallel: number;
}

/** One message, or with a digest at least one. */
export type Batch = readonly [OutboxRow, ...(readonly OutboxRow[])];

/** One way out: takes messages of one channel to where they belong. */
export interface Deliverer {
  readonly channel: string;
  readonly pace: Pace;
  /** When more than `messages` come within `windowMs`, the waiting ones are put into one. */
  readonly digest?: { readonly messages: number; readonly windowMs: number } | undefined;
  /** One message, or with `digest` several to be told as one. Reasons are free of secrets. */
  deliver(rows: Batch, signal: AbortSignal): Promise<Delivery>;
}
