import { DatabaseSync } from 'node:sqlite';
import { fault } from '../../diagnostics/index.ts';
import { type Clock, removeEntry } from '../../host/index.ts';

/**
 * Addressed jobs have an `address`, all others a `rank`; a leased job has a `fence`. The partial indexes hold
 * what can be claimed, each in the order of one claim rule, so that a claim costs the same however many wait.
 */
const schema = `
CREATE TABLE IF NOT EXISTS entries (
  job TEXT NOT NULL UNIQUE, offer INTEGER NOT NULL, priority REAL NOT NULL, ready_since_ms INTEGER NOT NULL,
  build_class, rank REAL, address TEXT, fence INTEGER, builder TEXT, until_ms INTEGER
);
CREATE INDEX IF NOT EXISTS free_by_rank ON entries (rank DESC, priority DESC, ready_since_ms, offer)
  WHERE fence IS NULL AND rank IS NOT NULL;
CREATE INDEX IF NOT EXISTS free_by_address ON entries (address, priority DESC, ready_since_ms, offer)
  WHERE fence IS NULL AND address IS NOT NULL;
CREATE INDEX IF NOT EXISTS free_by_age ON entries (rank, ready_since_ms, offer) WHERE fence IS NULL;
CREATE INDEX IF NOT EXISTS free_since ON entries (ready_since_ms) WHERE fence IS NULL;
CREATE INDEX IF NOT EXISTS leased_until ON entries (until_ms) WHERE fence IS NOT NULL;
CREATE TABLE IF NOT EXISTS fences (last INTEGER NOT NULL);
`;

/** How long a process waits for another one that writes to the same queue. */
const busyTimeoutMs = 10_000;

/**
 * Opens the file of a queue, or makes it. The farm's database is the truth, and the queue is filled again from
 * it, so commits are not forced to disk (`synchronous = NORMAL` in WAL mode): a killed process loses nothing, a
 * power failure at most the newest commits, and the file stays whole. One that is damaged all the same is made anew.
 * Throws QUE002 when it cannot be used.
 */
export function openQueueFile(path: string, clock: Clock): DatabaseSync {
  try {
    return open(path, clock);
  } catch (error) {
    if (!isDamage(error)) throw unusable(path, error);
  }
  for (const suffix of ['', '-wal', '-shm']) removeEntry(`${path}${suffix}`);
  try {
    return open(path, clock);
  } catch (error) {
    throw unusable(path, error);
  }
}

function open(path: string, clock: Clock): DatabaseSync {
  const connection = new DatabaseSync(path, { timeout: busyTimeoutMs });
  try {
    // Every claim touches a few short rows and index entries: small pages and rare checkpoints double the pace.
    connection.exec('PRAGMA page_size = 1024; PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL;');
    connection.exec('PRAGMA cache_size = -65536; PRAGMA wal_autocheckpoint = 32768;');
    connection.exec(`BEGIN IMMEDIATE; ${schema}`);
    // Fences must grow even past a queue file that was lost with its last number: no queue gives a thousand
    // leases in every millisecond of its life.
    connection
      .prepare('INSERT INTO fences (last) SELECT ? WHERE NOT EXISTS (SELECT 1 FROM fences)')
      .run(Math.floor(clock.nowMs()) * 1000);
    connection.exec('COMMIT');
    return connection;
  } catch (error) {
    connection.close();
    throw error;
  }
}

/** SQLITE_CORRUPT and SQLITE_NOTADB. */
const isDamage = (error: unknown): boolean => {
  const code = (error as { errcode?: unknown }).errcode;
  return code === 11 || code === 26;
};

const unusable = (path: string, cause: unknown): Error =>
  fault('QUE002', {
    what: `'${path}' cannot be used: ${cause instanceof Error ? cause.message : cause}`,
    cause,
  });
