/** A message as it travels: JSON text. */
export type MessageText = string;

/**
 * Mailboxes between processes. A message is delivered to one receiver, in the order of sending; it stays until it is
 * received, the mailbox is full or idle for too long, or the carrier forgets it. Whoever must know that a message
 * arrived calls (see `Caller`) and repeats the call: what is called must be safe to repeat.
 */
export interface Channel {
  /** Rejects with CHN001 while the carrier is out of reach. */
  send(mailbox: string, messages: readonly MessageText[]): Promise<void>;
  /** The next messages, at most `max`; waits up to `waitMs` for the first. Empty when none came or the signal aborts. */
  receive(
    mailbox: string,
    options: { readonly max: number; readonly waitMs: number; readonly signal?: AbortSignal | undefined },
  ): Promise<readonly MessageText[]>;
  /** How the carrier is: for status and readiness. Never rejects. */
  health(): Promise<{ readonly ok: boolean; readonly what: string }>;
  close(): Promise<void>;
}
