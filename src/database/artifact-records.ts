import type { Artifact } from '../model/index.ts';
import type { AttemptId, Digest, JobId } from '../primitives/index.ts';
import { jobRange } from './job-range.ts';
import type { SqlConnection, SqlStatement } from './sql-connection.ts';

/** What an accepted attempt made. */
export interface NewArtifact {
  readonly attempt: AttemptId;
  readonly job: JobId;
  readonly artifact: Artifact;
}

export interface StoredArtifact extends NewArtifact {
  readonly id: number;
  /** Number of the generation of its target that published it; undefined: not published yet. */
  readonly generation: number | undefined;
}

interface ArtifactRow {
  readonly id: number;
  readonly attempt: AttemptId;
  readonly job_id: JobId;
  readonly artifact: string;
  readonly generation: number | null;
}

/** The finished files that attempts made. */
export class ArtifactRecords {
  readonly #insert: SqlStatement<never>;
  readonly #ofAttempt: SqlStatement<ArtifactRow>;
  readonly #unpublished: SqlStatement<ArtifactRow>;
  readonly #publish: SqlStatement<never>;
  readonly #newest: SqlStatement<ArtifactRow>;
  readonly #publications: SqlStatement<{ published: number; refused: number }>;
  readonly #ofName: SqlStatement<ArtifactRow>;
  readonly #objects: SqlStatement<{ object: Digest; facts: Digest }>;

  constructor(connection: SqlConnection) {
    const columns = 'a.id, a.attempt, a.job_id, a.artifact, a.generation';
    this.#insert = connection.prepare(
      'INSERT INTO artifacts (attempt, job_id, name, object, facts, artifact) VALUES (?, ?, ?, ?, ?, ?)',
    );
    this.#ofAttempt = connection.prepare(`SELECT ${columns} FROM artifacts a WHERE attempt = ? ORDER BY id`);
    this.#unpublished = connection.prepare(
      `SELECT ${columns} FROM artifacts a WHERE generation IS NULL ORDER BY id`,
    );
    this.#publish = connection.prepare('UPDATE artifacts SET generation = ? WHERE id = ?');
    this.#newest = connection.prepare(
      `SELECT ${columns} FROM inventory i JOIN artifacts a ON a.attempt = i.attempt
       WHERE i.job_id >= ? AND i.job_id < ? ORDER BY a.id`,
    );
    this.#publications = connection.prepare(
      `SELECT count(*) FILTER (WHERE generation > 0) AS published,
         count(*) FILTER (WHERE generation = 0) AS refused FROM artifacts`,
    );
    this.#ofName = connection.prepare(
      `SELECT ${columns} FROM artifacts a WHERE name = ? ORDER BY id DESC LIMIT ?`,
    );
    this.#objects = connection.prepare('SELECT DISTINCT object, facts FROM artifacts');
  }

  add({ attempt, job, artifact }: NewArtifact): void {
    this.#insert.run(attempt, job, artifact.name, artifact.object, artifact.facts, JSON.stringify(artifact));
  }

  ofAttempt(attempt: AttemptId): StoredArtifact[] {
    return this.#ofAttempt.all(attempt).map(storedOf);
  }

  /** Artifacts of a name in all targets, newest first. */
  ofName(name: string, limit = 200): StoredArtifact[] {
    return this.#ofName.all(name, limit).map(storedOf);
  }

  /** What each job of a target last made, whether published or not. */
  newest(target: string, arch: string): StoredArtifact[] {
    return this.#newest.all(...jobRange(target, arch)).map(storedOf);
  }

  /** Results that wait for being published, oldest first. */
  unpublished(): StoredArtifact[] {
    return this.#unpublished.all().map(storedOf);
  }

  markPublished(ids: readonly number[], generation: number): void {
    for (const id of ids) this.#publish.run(generation, id);
  }

  /** How many packages were published, and how many never will be. */
  publications(): { readonly published: number; readonly refused: number } {
    return this.#publications.get() ?? { published: 0, refused: 0 };
  }

  /** Every object that a record names: the store must keep these. */
  objects(): ReadonlySet<Digest> {
    return new Set(this.#objects.all().flatMap(({ object, facts }) => [object, facts]));
  }
}

function storedOf(row: ArtifactRow): StoredArtifact {
  return {
    id: row.id,
    attempt: row.attempt,
    job: row.job_id,
    artifact: JSON.parse(row.artifact) as Artifact,
    generation: row.generation ?? undefined,
  };
}
