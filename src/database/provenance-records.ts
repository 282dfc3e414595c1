import type { AttemptId, Digest } from '../primitives/index.ts';
import type { MigrationList } from './migrations.ts';
import type { SqlConnection, SqlStatement } from './sql-connection.ts';

/** What is known of how artifacts were made, and of attempts at making them again. */
export const provenanceTables: MigrationList = {
  room: 'provenance',
  steps: [
    `
CREATE TABLE statements (
  artifact INTEGER PRIMARY KEY, object TEXT NOT NULL, record TEXT NOT NULL, envelope TEXT NOT NULL, bill TEXT
) STRICT;
CREATE INDEX statements_of ON statements (object);
CREATE TABLE verdicts (
  id INTEGER PRIMARY KEY AUTOINCREMENT, object TEXT NOT NULL, attempt INTEGER NOT NULL, at_ms INTEGER NOT NULL,
  verdict TEXT NOT NULL, details TEXT NOT NULL
) STRICT;
CREATE INDEX verdicts_of ON verdicts (object, id);
CREATE INDEX artifacts_by_name ON artifacts (name, id);
`,
  ],
};

/** The objects that say how an artifact was made. */
export interface StatementRecord {
  /** Row of the artifact. */
  readonly artifact: number;
  /** The package file. */
  readonly object: Digest;
  /** `BuildRecord`. */
  readonly record: Digest;
  /** Signed statement. */
  readonly envelope: Digest;
  /** Bill of materials; undefined where there is none for its kind. */
  readonly bill: Digest | undefined;
}

/** What came of building the same once more. */
export interface VerdictRecord {
  readonly id: number;
  /** The package file that was to come out again. */
  readonly object: Digest;
  /** The attempt that made it. */
  readonly attempt: AttemptId;
  readonly atMs: number;
  readonly verdict: 'reproduced' | 'differs' | 'cannot';
  /** JSON with what differs or is missing. */
  readonly details: string;
}

interface StatementRow {
  readonly artifact: number;
  readonly object: Digest;
  readonly record: Digest;
  readonly envelope: Digest;
  readonly bill: Digest | null;
}

interface VerdictRow extends Omit<VerdictRecord, 'atMs'> {
  readonly at_ms: number;
}

/** Statements of published artifacts, and verdicts of rebuilds. */
export class ProvenanceRecords {
  readonly #save: SqlStatement<never>;
  readonly #ofArtifact: SqlStatement<StatementRow>;
  readonly #ofObject: SqlStatement<StatementRow>;
  readonly #all: SqlStatement<StatementRow>;
  readonly #judge: SqlStatement<never>;
  readonly #verdict: SqlStatement<VerdictRow>;
  readonly #newest: SqlStatement<VerdictRow>;

  constructor(connection: SqlConnection) {
    this.#save = connection.prepareApart('INSERT OR REPLACE INTO statements VALUES (?, ?, ?, ?, ?)');
    this.#ofArtifact = connection.prepareApart('SELECT * FROM statements WHERE artifact = ?');
    this.#ofObject = connection.prepareApart(
      'SELECT * FROM statements WHERE object = ? ORDER BY artifact DESC LIMIT 1',
    );
    this.#all = connection.prepareApart('SELECT * FROM statements');
    this.#judge = connection.prepareApart(
      'INSERT INTO verdicts (object, attempt, at_ms, verdict, details) VALUES (?, ?, ?, ?, ?)',
    );
    this.#verdict = connection.prepareApart(
      'SELECT * FROM verdicts WHERE object = ? ORDER BY id DESC LIMIT 1',
    );
    this.#newest = connection.prepareApart('SELECT * FROM verdicts ORDER BY id DESC LIMIT ?');
  }

  save({ artifact, object, record, envelope, bill }: StatementRecord): void {
    this.#save.run(artifact, object, record, envelope, bill ?? null);
  }

  ofArtifact(artifact: number): StatementRecord | undefined {
    const row = this.#ofArtifact.get(artifact);
    return row && { ...row, bill: row.bill ?? undefined };
  }

  /** The newest statement about a package file. */
  ofObject(object: Digest): StatementRecord | undefined {
    const row = this.#ofObject.get(object);
    return row && { ...row, bill: row.bill ?? undefined };
  }

  all(): StatementRecord[] {
    return this.#all.all().map((row) => ({ ...row, bill: row.bill ?? undefined }));
  }

  judge(verdict: Omit<VerdictRecord, 'id'>): void {
    const { object, attempt, atMs, verdict: word, details } = verdict;
    this.#judge.run(object, attempt, atMs, word, details);
  }

  /** The newest verdict on a package file. */
  verdict(object: Digest): VerdictRecord | undefined {
    const row = this.#verdict.get(object);
    return row && verdictOf(row);
  }

  /** The newest verdicts, newest first. */
  verdicts(limit: number): VerdictRecord[] {
    return this.#newest.all(limit).map(verdictOf);
  }
}

const verdictOf = ({ at_ms: atMs, ...row }: VerdictRow): VerdictRecord => ({ ...row, atMs });
