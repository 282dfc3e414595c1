import type { JobId } from '../primitives/index.ts';
import type { SqlConnection, SqlStatement } from './sql-connection.ts';

/** A request that was accepted and must not be lost. */
export interface RequestRecord {
  readonly id: string;
  readonly kind: string;
  /** JSON as it came. */
  readonly body: string;
  readonly receivedMs: number;
  /** JSON of the answer; undefined while it is being worked on. */
  readonly reply: string | undefined;
}

interface RequestRow {
  readonly id: string;
  readonly kind: string;
  readonly body: string;
  readonly received_ms: number;
  readonly reply: string | null;
}

/** Requests from outside, written down before they are answered. */
export class RequestRecords {
  readonly #add: SqlStatement<never>;
  readonly #get: SqlStatement<RequestRow>;
  readonly #open: SqlStatement<RequestRow>;
  readonly #answer: SqlStatement<never>;
  readonly #prune: SqlStatement<never>;

  constructor(connection: SqlConnection) {
    this.#add = connection.prepareApart(
      'INSERT OR IGNORE INTO requests (id, kind, body, received_ms) VALUES (?, ?, ?, ?)',
    );
    this.#get = connection.prepareApart('SELECT * FROM requests WHERE id = ?');
    this.#open = connection.prepareApart(
      'SELECT * FROM requests WHERE reply IS NULL ORDER BY received_ms, id',
    );
    this.#answer = connection.prepareApart('UPDATE requests SET reply = ? WHERE id = ?');
    this.#prune = connection.prepareApart('DELETE FROM requests WHERE reply IS NOT NULL AND received_ms < ?');
  }

  /** Writes a request down; false when one with this id is there already. */
  add(request: Omit<RequestRecord, 'reply'>): boolean {
    return this.#add.run(request.id, request.kind, request.body, request.receivedMs).changes === 1;
  }

  get(id: string): RequestRecord | undefined {
    const row = this.#get.get(id);
    return row && requestOf(row);
  }

  /** Those without an answer, oldest first. */
  open(): RequestRecord[] {
    return this.#open.all().map(requestOf);
  }

  answer(id: string, reply: string): void {
    this.#answer.run(reply, id);
  }

  /** Forgets answered requests from before a time. */
  prune(beforeMs: number): void {
    this.#prune.run(beforeMs);
  }
}

function requestOf(row: RequestRow): RequestRecord {
  const { id, kind, body, received_ms: receivedMs, reply } = row;
  return { id, kind, body, receivedMs, reply: reply ?? undefined };
}

/** A builder as it last said of itself. */
export interface BuilderRecord {
  readonly name: string;
  readonly instance: string;
  /** JSON of what it said. */
  readonly hello: string;
  readonly seenMs: number;
  readonly drained: boolean;
}

interface BuilderRow {
  readonly name: string;
  readonly instance: string;
  readonly hello: string;
  readonly seen_ms: number;
  readonly drained: number;
}

/** Builders that ever said something. */
export class BuilderRecords {
  readonly #see: SqlStatement<never>;
  readonly #all: SqlStatement<BuilderRow>;
  readonly #drain: SqlStatement<never>;
  readonly #forget: SqlStatement<never>;

  constructor(connection: SqlConnection) {
    this.#see = connection.prepareApart(
      `INSERT INTO builders (name, instance, hello, seen_ms) VALUES (?, ?, ?, ?)
       ON CONFLICT (name) DO UPDATE SET instance = excluded.instance, hello = excluded.hello,
         seen_ms = excluded.seen_ms`,
    );
    this.#all = connection.prepareApart('SELECT * FROM builders ORDER BY name');
    this.#drain = connection.prepareApart('UPDATE builders SET drained = ? WHERE name = ?');
    this.#forget = connection.prepareApart('DELETE FROM builders WHERE seen_ms < ? AND drained = 0');
  }

  see(builder: Omit<BuilderRecord, 'drained'>): void {
    this.#see.run(builder.name, builder.instance, builder.hello, builder.seenMs);
  }

  all(): BuilderRecord[] {
    return this.#all.all().map((row) => ({
      name: row.name,
      instance: row.instance,
      hello: row.hello,
      seenMs: row.seen_ms,
      drained: row.drained === 1,
    }));
  }

  /** Whether it is to get no new jobs; false when no such builder is known. */
  setDrained(name: string, drained: boolean): boolean {
    return this.#drain.run(drained ? 1 : 0, name).changes === 1;
  }

  /** Forgets builders that have not been seen since a time and are not drained. */
  prune(beforeMs: number): void {
    this.#forget.run(beforeMs);
  }
}

/** Highest recorded uses of a job, as the queue takes them. */
export interface Peaks {
  readonly memoryBytes?: number;
  readonly diskBytes?: number;
}

/** What the successes of jobs needed at most; an old peak fades by a tenth with every success that needs less. */
export class PeakRecords {
  readonly #get: SqlStatement<{ memory_bytes: number | null; disk_bytes: number | null }>;
  readonly #note: SqlStatement<never>;

  constructor(connection: SqlConnection) {
    this.#get = connection.prepareApart('SELECT memory_bytes, disk_bytes FROM peaks WHERE job_id = ?');
    const faded = (column: string): string =>
      `CASE WHEN excluded.${column} IS NULL THEN peaks.${column}
         ELSE max(excluded.${column}, CAST(coalesce(peaks.${column}, 0) * 0.9 AS INTEGER)) END`;
    this.#note = connection.prepareApart(
      `INSERT INTO peaks (job_id, memory_bytes, disk_bytes) VALUES (?, ?, ?)
       ON CONFLICT (job_id) DO UPDATE SET memory_bytes = ${faded('memory_bytes')},
         disk_bytes = ${faded('disk_bytes')}`,
    );
  }

  get(job: JobId): Peaks {
    const row = this.#get.get(job);
    return {
      ...(row?.memory_bytes ? { memoryBytes: row.memory_bytes } : {}),
      ...(row?.disk_bytes ? { diskBytes: row.disk_bytes } : {}),
    };
  }

  note(
    job: JobId,
    used: { readonly peakMemoryBytes?: number | undefined; readonly peakDiskBytes?: number | undefined },
  ): void {
    if (used.peakMemoryBytes === undefined && used.peakDiskBytes === undefined) return;
    this.#note.run(job, used.peakMemoryBytes ?? null, used.peakDiskBytes ?? null);
  }
}

/** Single words the farm has to remember, by name. */
export class WordRecords {
  readonly #get: SqlStatement<{ value: string }>;
  readonly #set: SqlStatement<never>;

  constructor(connection: SqlConnection) {
    this.#get = connection.prepareApart('SELECT value FROM words WHERE name = ?');
    this.#set = connection.prepareApart(
      'INSERT INTO words VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value',
    );
  }

  get(name: string): string | undefined {
    return this.#get.get(name)?.value;
  }

  set(name: string, value: string): void {
    this.#set.run(name, value);
  }
}
