import type { Clock } from '../host/index.ts';
import type { MigrationList } from './migrations.ts';
import type { SqlConnection, SqlStatement } from './sql-connection.ts';

export const auditTables: MigrationList = {
  room: 'audit',
  steps: [
    `
CREATE TABLE audit (
  id INTEGER PRIMARY KEY AUTOINCREMENT, at_ms INTEGER NOT NULL, who TEXT NOT NULL, means TEXT NOT NULL,
  action TEXT NOT NULL, subject TEXT NOT NULL, address TEXT NOT NULL, status INTEGER, code TEXT
) STRICT;
CREATE INDEX audit_of ON audit (who, id);
`,
  ],
};

/** How somebody showed who they are: a token of the settings, an account of an OpenID provider, or being on this machine. */
export type AuditMeans = 'token' | 'openid' | 'machine';

/** A write action that somebody asked for. */
export interface AuditEntry {
  readonly id: number;
  /** ms since the epoch. */
  readonly atMs: number;
  readonly who: string;
  readonly means: AuditMeans;
  /** Method and route, such as `POST /api/jobs/cancel`. */
  readonly action: string;
  /** JSON of what was asked, perhaps shortened. */
  readonly subject: string;
  readonly address: string;
  /** Of the answer over HTTP; undefined while there is none, and when the manager ended before it. */
  readonly status: number | undefined;
  /** Code of the problem that it was answered with. */
  readonly code: string | undefined;
}

interface AuditRow {
  readonly id: number;
  readonly at_ms: number;
  readonly who: string;
  readonly means: AuditMeans;
  readonly action: string;
  readonly subject: string;
  readonly address: string;
  readonly status: number | null;
  readonly code: string | null;
}

/** Which entries are wanted: below an id, of one person; newest first. */
export interface AuditFilter {
  readonly before?: number | undefined;
  readonly who?: string | undefined;
  readonly limit: number;
}

/** Who asked for what: written before it is done, so that a kill in between leaves a trace. Nothing is ever changed or removed. */
export class AuditRecords {
  readonly #clock: Clock;
  readonly #add: SqlStatement<never>;
  readonly #end: SqlStatement<never>;
  readonly #all: SqlStatement<AuditRow>;
  readonly #of: SqlStatement<AuditRow>;

  constructor(connection: SqlConnection, clock: Clock) {
    this.#clock = clock;
    this.#add = connection.prepareApart(
      'INSERT INTO audit (at_ms, who, means, action, subject, address) VALUES (?, ?, ?, ?, ?, ?)',
    );
    this.#end = connection.prepareApart(
      'UPDATE audit SET status = ?, code = ? WHERE id = ? AND status IS NULL',
    );
    this.#all = connection.prepareApart('SELECT * FROM audit WHERE id < ? ORDER BY id DESC LIMIT ?');
    this.#of = connection.prepareApart(
      'SELECT * FROM audit WHERE who = ? AND id < ? ORDER BY id DESC LIMIT ?',
    );
  }

  /** Writes down what is about to be done; returns its id. On disk when it returns. */
  begin(entry: Omit<AuditEntry, 'id' | 'atMs' | 'status' | 'code'>): number {
    const { who, means, action, subject, address } = entry;
    return this.#add.run(this.#clock.nowMs(), who, means, action, subject, address).lastId;
  }

  /** Writes down how it was answered; the first answer counts. */
  end(id: number, answer: { readonly status: number; readonly code: string | undefined }): void {
    this.#end.run(answer.status, answer.code ?? null, id);
  }

  /** Newest first. */
  list({ before = Number.MAX_SAFE_INTEGER, who, limit }: AuditFilter): readonly AuditEntry[] {
    const rows = who === undefined ? this.#all.all(before, limit) : this.#of.all(who, before, limit);
    return rows.map(({ at_ms, status, code, ...same }) => ({
      ...same,
      atMs: at_ms,
      status: status ?? undefined,
      code: code ?? undefined,
    }));
  }
}
