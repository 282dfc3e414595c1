import { DatabaseSync, type StatementSync } from 'node:sqlite';
import { fault, isFault } from '../diagnostics/index.ts';
import { FlushedFile } from '../host/index.ts';
import { RowsAhead } from './rows-ahead.ts';
import type { SqlStatement, Transactions } from './sql-statement.ts';

export type { SqlStatement } from './sql-statement.ts';

/** How long one process waits for another one's transaction. */
const busyTimeoutMs = 10_000;

/** One connection to a SQLite file; the only place where rows get their types. */
export class SqlConnection implements Transactions {
  readonly path: string;
  readonly raw: DatabaseSync;
  readonly isAlone: boolean;
  /** What is committed and not in its tables yet. */
  readonly ahead: RowsAhead;
  readonly #begin: StatementSync;
  readonly #commit: StatementSync;
  #depth = 0;
  /** Why the open transaction cannot be committed. */
  #failed: { readonly error: unknown } | undefined;
  #log: FlushedFile | undefined;
  /** Why what was committed may not be on disk. Nothing may be written behind it. */
  #broken: Error | undefined;

  private constructor(path: string, raw: DatabaseSync, isAlone: boolean) {
    this.path = path;
    this.isAlone = isAlone;
    this.raw = raw;
    this.ahead = new RowsAhead(this);
    this.#begin = raw.prepare('BEGIN IMMEDIATE');
    this.#commit = raw.prepare('COMMIT');
  }

  /**
   * Opens the file, or makes it unless `readOnly`. Every commit is on disk before it returns (`synchronous =
   * FULL`), since nothing else could tell what was done. Throws QUE002.
   */
  static open(path: string, how: { readOnly: boolean; isAlone: boolean }): SqlConnection {
    const { readOnly, isAlone } = how;
    try {
      const raw = new DatabaseSync(path, {
        timeout: busyTimeoutMs,
        readOnly,
        enableForeignKeyConstraints: true,
      });
      if (!readOnly)
        raw.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA wal_autocheckpoint = 16384;');
      raw.exec('PRAGMA cache_size = -65536; PRAGMA temp_store = MEMORY; SELECT count(*) FROM sqlite_schema;');
      return new SqlConnection(path, raw, isAlone);
    } catch (error) {
      throw unusable(path, error);
    }
  }

  get mayWrite(): boolean {
    return this.raw.isOpen && this.#broken === undefined;
  }

  get isOpenTransaction(): boolean {
    return this.#depth > 0;
  }

  exec(sql: string): void {
    this.raw.exec(sql);
  }

  /** A statement that finds all rows in their tables. */
  prepare<Row = unknown>(sql: string): SqlStatement<Row> {
    return this.#prepare(sql, () => this.#writeAhead());
  }

  /** One that looks at no columns whose rows run ahead, or minds what it finds. */
  prepareApart<Row = unknown>(sql: string): SqlStatement<Row> {
    return this.#prepare(sql, () => undefined);
  }

  #prepare<Row>(sql: string, before: () => void): SqlStatement<Row> {
    const statement: StatementSync = this.raw.prepare(sql);
    const told = <T>(work: () => T): T =>
      this.#told(() => {
        if (this.#failed) throw this.#failed.error;
        before();
        return work();
      });
    return {
      get: (...values) => told(() => statement.get(...values) as Row | undefined),
      all: (...values) => told(() => statement.all(...values) as Row[]),
      run: (...values) =>
        told(() => {
          const { changes, lastInsertRowid } = statement.run(...values);
          return { changes: Number(changes), lastId: Number(lastInsertRowid) };
        }),
    };
  }

  /** All of `work` or nothing of it; inside another transaction it becomes part of that one. `work` must not wait. */
  transaction<T>(work: () => T): T {
    if (this.#depth > 0) return work();
    if (this.#broken) throw this.#broken;
    this.#told(() => this.#begin.run());
    this.#depth += 1;
    try {
      this.ahead.begun();
      const result = work();
      if (this.#failed) throw this.#failed.error;
      this.ahead.beforeCommit();
      this.#commit.run();
      this.ahead.committed();
      return result;
    } catch (error) {
      if (this.raw.isTransaction) this.raw.exec('ROLLBACK');
      this.ahead.rolledBack();
      throw isOfTheWorld(error) ? unusable(this.path, error) : error;
    } finally {
      this.#depth -= 1;
      this.#failed = undefined;
    }
  }

  mustFail(error: unknown): void {
    if (this.#depth > 0) this.#failed ??= { error };
  }

  /**
   * As `transaction`, but not forced to disk: whoever acts on it outside of this file waits for `flushed` first. What
   * is committed later, here or by others, is on disk only together with it.
   */
  transactionAhead<T>(work: () => T): T {
    if (this.#depth > 0) return work();
    this.#told(() => this.raw.exec('PRAGMA synchronous = NORMAL'));
    try {
      return this.transaction(work);
    } finally {
      this.raw.exec('PRAGMA synchronous = FULL');
    }
  }

  /**
   * Resolves when everything that was committed before the call is on disk. Rejects with QUE002 when it may not be:
   * the system tells of that only once, so that from then on nothing is written until the file is opened anew.
   */
  async flushed(): Promise<void> {
    if (this.#broken) throw this.#broken;
    try {
      this.#log ??= this.#openLog();
      await this.#log?.flush();
    } catch (error) {
      this.#broken ??= unusable(this.path, error);
      if (this.raw.isOpen) this.raw.exec('PRAGMA query_only = ON');
      throw this.#broken;
    }
  }

  /** The write-ahead log stands beside the file itself, also where the path leads to that through a link. */
  #openLog(): FlushedFile | undefined {
    const file = this.raw.location();
    return file === null ? undefined : new FlushedFile(`${file}-wal`);
  }

  /** What cannot be written any more is left to the one who opens the file next. */
  #writeAhead(): void {
    if (this.mayWrite) this.ahead.write();
  }

  /** What SQLite says of the world (a full disk, a lock) is a problem with a code, wherever it says it. */
  #told<T>(work: () => T): T {
    try {
      return work();
    } catch (error) {
      // SQLite undoes the whole transaction for some errors: what came after them would stand alone
      if (this.#depth > 0 && !this.raw.isTransaction) this.mustFail(error);
      throw isOfTheWorld(error) ? unusable(this.path, error) : error;
    }
  }

  close(): void {
    this.ahead.close();
    this.#leaveComplete();
    this.#log?.close();
    // Closing moves the log into the file; a log that may differ from what the disk has is read again instead.
    if (this.raw.isOpen && !this.#broken) this.raw.close();
  }

  /** For those who only read the file; on a full disk the next one who writes does it. */
  #leaveComplete(): void {
    try {
      this.#writeAhead();
    } catch (error) {
      if (!isFault(error)) throw error;
    }
  }
}

/** SQLITE_BUSY, READONLY, IOERR, CORRUPT, FULL, CANTOPEN and NOTADB, with or without their details. */
const isOfTheWorld = (error: unknown): boolean => {
  const code = (error as { errcode?: unknown }).errcode;
  return typeof code === 'number' && [5, 8, 10, 11, 13, 14, 26].includes(code & 0xff);
};

/** QUE002 for a file, with the system's message. */
export const unusable = (path: string, cause: unknown): Error =>
  fault('QUE002', {
    what: `'${path}' cannot be used: ${cause instanceof Error ? cause.message : cause}`,
    cause,
  });
