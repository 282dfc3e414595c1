import type { DatabaseSync } from 'node:sqlite';
import type { MessagePayload, OutboxMessage } from './outbox-message.ts';

/** What the outbox needs of the farm's database. Nobody else may write to tables that begin with `notifier_`. */
export type OutboxDatabase = Pick<DatabaseSync, 'prepare'>;

/** The tables of this room, for the list of migrations of whoever opens the database. */
export const notifierTables: { readonly room: string; readonly steps: readonly string[] } = {
  room: 'notifier',
  steps: [
    `CREATE TABLE notifier_outbox (
       id INTEGER PRIMARY KEY AUTOINCREMENT,
       key TEXT NOT NULL UNIQUE,
       channel TEXT NOT NULL, context TEXT NOT NULL, payload TEXT NOT NULL,
       state TEXT NOT NULL CHECK (state IN ('waiting', 'sent', 'failed')),
       attempts INTEGER NOT NULL, next_ms INTEGER NOT NULL,
       created_ms INTEGER NOT NULL, done_ms INTEGER, reason TEXT NOT NULL
     ) STRICT;
     CREATE INDEX notifier_waiting ON notifier_outbox (channel, id) WHERE state = 'waiting';
     CREATE INDEX notifier_order ON notifier_outbox (channel, context, id) WHERE state = 'waiting';
     CREATE INDEX notifier_done ON notifier_outbox (state, done_ms) WHERE state <> 'waiting';`,
  ],
};

export interface OutboxRow {
  readonly id: number;
  readonly key: string;
  readonly channel: string;
  readonly context: string;
  readonly payload: MessagePayload;
  readonly state: 'waiting' | 'sent' | 'failed';
  readonly attempts: number;
  readonly nextMs: number;
  readonly createdMs: number;
  /** Why the last attempt failed; empty when none did. */
  readonly reason: string;
}

export interface Backlog {
  readonly channel: string;
  readonly waiting: number;
  /** When the oldest waiting one was put in. */
  readonly oldestMs: number;
}

/** The first waiting message of each context; later ones have to wait for it. */
const heads = `notifier_outbox AS head WHERE state = 'waiting' AND channel = ?1 AND NOT EXISTS (
  SELECT 1 FROM notifier_outbox AS earlier WHERE earlier.state = 'waiting' AND earlier.channel = head.channel
  AND earlier.context = head.context AND earlier.id < head.id)`;

/** Messages that have to be delivered, kept in the farm's record until they are. Each method is one statement. */
export class Outbox {
  readonly #database: OutboxDatabase;

  /** The tables have to exist (`notifierTables`). */
  constructor(database: OutboxDatabase) {
    this.#database = database;
  }

  /** Puts messages in, also within a transaction of the caller; known keys are skipped. Number of new ones. */
  enqueue(messages: readonly OutboxMessage[], nowMs: number): number {
    if (messages.length === 0) return 0;
    const { changes } = this.#database
      .prepare(
        `INSERT INTO notifier_outbox (key, channel, context, payload, state, attempts, next_ms, created_ms, reason)
         SELECT value ->> 'key', value ->> 'channel', value ->> 'context', value ->> 'payload',
           'waiting', 0, ?2, ?2, '' FROM json_each(?1) WHERE true ORDER BY json_each.key ON CONFLICT (key) DO NOTHING`,
      )
      .run(
        JSON.stringify(messages.map((one) => ({ ...one, payload: JSON.stringify(one.payload) }))),
        Math.trunc(nowMs),
      );
    return Number(changes);
  }

  /** At most `limit` messages that may be sent now, one of each context, oldest first. */
  dueHeads(channel: string, nowMs: number, limit: number): readonly OutboxRow[] {
    return this.#database
      .prepare(`SELECT * FROM ${heads} AND next_ms <= ?2 ORDER BY id LIMIT ?3`)
      .all(channel, Math.trunc(nowMs), limit)
      .map(readRow);
  }

  /** When the next message becomes due that is not due yet. */
  nextHeadMs(channel: string, nowMs: number): number | undefined {
    const row = this.#database
      .prepare(`SELECT min(next_ms) AS next FROM ${heads} AND next_ms > ?2`)
      .get(channel, Math.trunc(nowMs));
    return row?.next === null || row?.next === undefined ? undefined : Number(row.next);
  }

  /** At most `limit` waiting messages in their order, due or not. */
  waiting(channel: string, limit: number): readonly OutboxRow[] {
    return this.#database
      .prepare(`SELECT * FROM notifier_outbox WHERE state = 'waiting' AND channel = ? ORDER BY id LIMIT ?`)
      .all(channel, limit)
      .map(readRow);
  }

  markSent(ids: readonly number[], nowMs: number): void {
    this.#database
      .prepare(
        `UPDATE notifier_outbox SET state = 'sent', attempts = attempts + 1, done_ms = ?2
         WHERE state = 'waiting' AND id IN (SELECT value FROM json_each(?1))`,
      )
      .run(JSON.stringify(ids), Math.trunc(nowMs));
  }

  /** No further attempts. */
  markFailed(ids: readonly number[], nowMs: number, reason: string): void {
    this.#database
      .prepare(
        `UPDATE notifier_outbox SET state = 'failed', attempts = attempts + 1, done_ms = ?2, reason = ?3
         WHERE state = 'waiting' AND id IN (SELECT value FROM json_each(?1))`,
      )
      .run(JSON.stringify(ids), Math.trunc(nowMs), reason);
  }

  postpone(ids: readonly number[], nextMs: number, reason: string): void {
    this.#database
      .prepare(
        `UPDATE notifier_outbox SET attempts = attempts + 1, next_ms = ?2, reason = ?3
         WHERE state = 'waiting' AND id IN (SELECT value FROM json_each(?1))`,
      )
      .run(JSON.stringify(ids), Math.trunc(nextMs), reason);
  }

  /** Fails what was put in before a time. Number of messages. */
  expire(
    channel: string,
    beforeMs: number,
    now: { readonly nowMs: number; readonly reason: string },
  ): number {
    const { changes } = this.#database
      .prepare(
        `UPDATE notifier_outbox SET state = 'failed', done_ms = ?3, reason = ?4
         WHERE state = 'waiting' AND channel = ?1 AND created_ms < ?2`,
      )
      .run(channel, Math.trunc(beforeMs), Math.trunc(now.nowMs), now.reason);
    return Number(changes);
  }

  /** Lets failed messages be tried again, of one channel or of all; their age begins anew. Number of messages. */
  revive(nowMs: number, channel?: string): number {
    const { changes } = this.#database
      .prepare(
        `UPDATE notifier_outbox SET state = 'waiting', next_ms = ?1, created_ms = ?1, done_ms = NULL
         WHERE state = 'failed' AND (?2 IS NULL OR channel = ?2)`,
      )
      .run(Math.trunc(nowMs), channel ?? null);
    return Number(changes);
  }

  /** Forgets what was sent or failed before a time. Its keys could be put in again from then on. */
  prune(beforeMs: number): void {
    this.#database
      .prepare("DELETE FROM notifier_outbox WHERE state <> 'waiting' AND done_ms < ?")
      .run(Math.trunc(beforeMs));
  }

  backlog(): readonly Backlog[] {
    return this.#database
      .prepare(
        `SELECT channel, count(*) AS waiting, min(created_ms) AS oldest FROM notifier_outbox
         WHERE state = 'waiting' GROUP BY channel ORDER BY channel`,
      )
      .all()
      .map((row) => ({
        channel: String(row.channel),
        waiting: Number(row.waiting),
        oldestMs: Number(row.oldest),
      }));
  }

  /** The newest failed messages with the reason. */
  failed(limit: number): readonly OutboxRow[] {
    return this.#database
      .prepare("SELECT * FROM notifier_outbox WHERE state = 'failed' ORDER BY id DESC LIMIT ?")
      .all(limit)
      .map(readRow);
  }
}

const readRow = (row: Record<string, unknown>): OutboxRow => ({
  id: Number(row.id),
  key: String(row.key),
  channel: String(row.channel),
  context: String(row.context),
  payload: JSON.parse(String(row.payload)) as MessagePayload,
  state: row.state as OutboxRow['state'],
  attempts: Number(row.attempts),
  nextMs: Number(row.next_ms),
  createdMs: Number(row.created_ms),
  reason: String(row.reason),
});
