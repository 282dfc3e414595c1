import type { DatabaseSync } from 'node:sqlite';

/** What the publisher needs of the farm's database. Nobody else may write to tables that begin with `pacman_`. */
export type RecordDatabase = Pick<DatabaseSync, 'exec' | 'prepare'>;

/** Changes of the tables, oldest first; one that has been released is never edited. */
const migrations: readonly string[] = [
  `CREATE TABLE pacman_generation (
     repo TEXT NOT NULL, arch TEXT NOT NULL, number INTEGER NOT NULL, parent INTEGER,
     state TEXT NOT NULL CHECK (state IN ('staged', 'complete')),
     created_ms INTEGER NOT NULL, reason TEXT NOT NULL, packages INTEGER NOT NULL,
     chunks TEXT,
     PRIMARY KEY (repo, arch, number)
   ) STRICT;
   CREATE TABLE pacman_chunk (
     id INTEGER PRIMARY KEY AUTOINCREMENT,
     repo TEXT NOT NULL, arch TEXT NOT NULL,
     members TEXT NOT NULL,
     db_bytes INTEGER NOT NULL, db_crc INTEGER NOT NULL,
     files_bytes INTEGER NOT NULL, files_crc INTEGER NOT NULL
   ) STRICT;
   CREATE INDEX pacman_chunk_of ON pacman_chunk (repo, arch);
   CREATE TABLE pacman_file (
     repo TEXT NOT NULL, arch TEXT NOT NULL, file_name TEXT NOT NULL,
     sha256 TEXT NOT NULL, signature BLOB NOT NULL, first_number INTEGER NOT NULL,
     PRIMARY KEY (repo, arch, file_name)
   ) STRICT, WITHOUT ROWID;
   CREATE TABLE pacman_flip (
     id INTEGER PRIMARY KEY AUTOINCREMENT,
     repo TEXT NOT NULL, arch TEXT NOT NULL, number INTEGER NOT NULL,
     at_ms INTEGER NOT NULL, kind TEXT NOT NULL, reason TEXT NOT NULL
   ) STRICT;`,
];

/** Makes or updates the publisher's tables. Safe to repeat. */
export function preparePublisherTables(database: RecordDatabase): void {
  inTransaction(database, () => {
    database.exec('CREATE TABLE IF NOT EXISTS pacman_schema (version INTEGER NOT NULL) STRICT');
    const row = database.prepare('SELECT max(version) AS version FROM pacman_schema').get();
    const version = Number(row?.version ?? 0);
    for (const [index, sql] of migrations.entries()) {
      if (index < version) continue;
      database.exec(sql);
      database.prepare('INSERT INTO pacman_schema (version) VALUES (?)').run(index + 1);
    }
  });
}

/** All or nothing; the function must not wait for anything. */
export function inTransaction<Result>(database: RecordDatabase, run: () => Result): Result {
  database.exec('BEGIN IMMEDIATE');
  try {
    const result = run();
    database.exec('COMMIT');
    return result;
  } catch (error) {
    database.exec('ROLLBACK');
    throw error;
  }
}

/** One package as a chunk knows it. */
export interface Member {
  readonly name: string;
  readonly version: string;
  readonly fileName: string;
}

/** About 64 neighbours in the order of names: one compressed piece of each database. Never changed, only replaced. */
export interface Chunk {
  readonly id: number;
  readonly members: readonly Member[];
  readonly dbBytes: number;
  readonly dbCrc: number;
  readonly filesBytes: number;
  readonly filesCrc: number;
}

export interface GenerationRow {
  readonly number: number;
  readonly parent: number | undefined;
  readonly state: 'staged' | 'complete';
  readonly createdMs: number;
  readonly reason: string;
  readonly packages: number;
  /** Ids in the order of the database files; undefined when it was found on disk and not recorded by us. */
  readonly chunks: readonly number[] | undefined;
}

export interface PublishedFile {
  readonly sha256: string;
  readonly signature: Uint8Array;
}

interface Flip {
  readonly number: number;
  readonly atMs: number;
  readonly kind: 'publish' | 'rollback' | 'recover';
  readonly reason: string;
}

const printMembers = (members: readonly Member[]): string =>
  members.map(({ name, version, fileName }) => `${name}\t${version}\t${fileName}`).join('\n');

const parseMembers = (text: string): readonly Member[] =>
  text === ''
    ? []
    : text.split('\n').map((line) => {
        const [name = '', version = '', fileName = ''] = line.split('\t');
        return { name, version, fileName };
      });

/** The record of one repository and architecture. What is visible is not in it: the link on disk says that. */
export class RepositoryRecord {
  readonly #database: RecordDatabase;
  readonly #key: readonly [string, string];

  constructor(database: RecordDatabase, repo: string, arch: string) {
    this.#database = database;
    this.#key = [repo, arch];
  }

  transaction<Result>(run: () => Result): Result {
    return inTransaction(this.#database, run);
  }

  /** Oldest first. */
  generations(): readonly GenerationRow[] {
    const rows = this.#database
      .prepare('SELECT * FROM pacman_generation WHERE repo = ? AND arch = ? ORDER BY number')
      .all(...this.#key);
    return rows.map((row) => ({
      number: Number(row.number),
      parent: row.parent === null ? undefined : Number(row.parent),
      state: row.state as GenerationRow['state'],
      createdMs: Number(row.created_ms),
      reason: String(row.reason),
      packages: Number(row.packages),
      chunks: row.chunks === null ? undefined : (JSON.parse(String(row.chunks)) as number[]),
    }));
  }

  generation(number: number): GenerationRow | undefined {
    return this.generations().find((row) => row.number === number);
  }

  /** The highest number that was ever used. */
  lastNumber(): number {
    const row = this.#database
      .prepare(
        `SELECT max(number) AS last FROM (
           SELECT number FROM pacman_generation WHERE repo = ?1 AND arch = ?2
           UNION ALL SELECT number FROM pacman_flip WHERE repo = ?1 AND arch = ?2)`,
      )
      .get(...this.#key);
    return Number(row?.last ?? 0);
  }

  insertGeneration(row: GenerationRow): void {
    this.#database
      .prepare(
        `INSERT INTO pacman_generation (repo, arch, number, parent, state, created_ms, reason, packages, chunks)
         VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`,
      )
      .run(
        ...this.#key,
        row.number,
        row.parent ?? null,
        row.state,
        row.createdMs,
        row.reason,
        row.packages,
        row.chunks ? JSON.stringify(row.chunks) : null,
      );
  }

  complete(number: number, flip: Flip): void {
    this.#database
      .prepare(`UPDATE pacman_generation SET state = 'complete' WHERE repo = ? AND arch = ? AND number = ?`)
      .run(...this.#key, number);
    this.#database
      .prepare('INSERT INTO pacman_flip (repo, arch, number, at_ms, kind, reason) VALUES (?, ?, ?, ?, ?, ?)')
      .run(...this.#key, flip.number, flip.atMs, flip.kind, flip.reason);
  }

  setContent(number: number, chunks: readonly number[], packages: number): void {
    this.#database
      .prepare(
        'UPDATE pacman_generation SET chunks = ?, packages = ? WHERE repo = ? AND arch = ? AND number = ?',
      )
      .run(JSON.stringify(chunks), packages, ...this.#key, number);
  }

  /** Forgets a generation: one that was retired, or (with `undo`) one that nobody ever saw, with its file names. */
  deleteGeneration(number: number, undo = false): void {
    this.#database
      .prepare('DELETE FROM pacman_generation WHERE repo = ? AND arch = ? AND number = ?')
      .run(...this.#key, number);
    if (undo) {
      this.#database
        .prepare('DELETE FROM pacman_file WHERE repo = ? AND arch = ? AND first_number = ?')
        .run(...this.#key, number);
    }
  }

  /** Removes chunks that no generation has any more. */
  forgetChunks(): void {
    this.#database
      .prepare(
        `DELETE FROM pacman_chunk WHERE repo = ?1 AND arch = ?2 AND id NOT IN (
           SELECT value FROM pacman_generation, json_each(pacman_generation.chunks)
           WHERE repo = ?1 AND arch = ?2 AND chunks IS NOT NULL)`,
      )
      .run(...this.#key);
  }

  insertChunk(chunk: Omit<Chunk, 'id'>): number {
    const { lastInsertRowid } = this.#database
      .prepare(
        `INSERT INTO pacman_chunk (repo, arch, members, db_bytes, db_crc, files_bytes, files_crc)
         VALUES (?, ?, ?, ?, ?, ?, ?)`,
      )
      .run(
        ...this.#key,
        printMembers(chunk.members),
        chunk.dbBytes,
        chunk.dbCrc,
        chunk.filesBytes,
        chunk.filesCrc,
      );
    return Number(lastInsertRowid);
  }

  /** The chunks of these ids in their order; undefined when one of them is not recorded. */
  chunks(ids: readonly number[]): readonly Chunk[] | undefined {
    const rows = this.#database
      .prepare(
        `SELECT pacman_chunk.* FROM json_each(?) AS wanted JOIN pacman_chunk ON pacman_chunk.id = wanted.value
         ORDER BY wanted.key`,
      )
      .all(JSON.stringify(ids));
    if (rows.length !== ids.length) return undefined;
    return rows.map((row) => ({
      id: Number(row.id),
      members: parseMembers(String(row.members)),
      dbBytes: Number(row.db_bytes),
      dbCrc: Number(row.db_crc),
      filesBytes: Number(row.files_bytes),
      filesCrc: Number(row.files_crc),
    }));
  }

  file(fileName: string): PublishedFile | undefined {
    const row = this.#database
      .prepare('SELECT sha256, signature FROM pacman_file WHERE repo = ? AND arch = ? AND file_name = ?')
      .get(...this.#key, fileName);
    return row && { sha256: String(row.sha256), signature: row.signature as Uint8Array };
  }

  /** Objects of some file names; those that were not published by us are left out. */
  objects(fileNames: readonly string[]): ReadonlyMap<string, string> {
    const rows = this.#database
      .prepare(
        `SELECT file_name AS name, sha256 FROM json_each(?3) AS wanted CROSS JOIN pacman_file
         WHERE repo = ?1 AND arch = ?2 AND file_name = wanted.value`,
      )
      .all(...this.#key, JSON.stringify(fileNames));
    return new Map(rows.map((row) => [String(row.name), String(row.sha256)]));
  }

  /** When each file name was first seen by readers, in milliseconds since the epoch. */
  firstSeen(): ReadonlyMap<string, number> {
    const rows = this.#database
      .prepare(
        `SELECT pacman_file.file_name AS name, min(pacman_flip.at_ms) AS at_ms FROM pacman_file
         JOIN pacman_flip USING (repo, arch) WHERE repo = ? AND arch = ? AND number = first_number
         GROUP BY file_name`,
      )
      .all(...this.#key);
    return new Map(rows.map((row) => [String(row.name), Number(row.at_ms)]));
  }

  insertFiles(files: ReadonlyMap<string, PublishedFile>, number: number): void {
    const statement = this.#database.prepare(
      `INSERT INTO pacman_file (repo, arch, file_name, sha256, signature, first_number) VALUES (?, ?, ?, ?, ?, ?)
       ON CONFLICT DO NOTHING`,
    );
    for (const [fileName, { sha256, signature }] of files) {
      statement.run(...this.#key, fileName, sha256, signature, number);
    }
  }
}

/** Repositories and architectures in the record. */
export function recordedRepositories(database: RecordDatabase): readonly { repo: string; arch: string }[] {
  return database
    .prepare('SELECT DISTINCT repo, arch FROM pacman_generation ORDER BY repo, arch')
    .all()
    .map((row) => ({ repo: String(row.repo), arch: String(row.arch) }));
}
