import { DatabaseSync } from 'node:sqlite';
import { fault } from '../../diagnostics/index.ts';
import { type Clock, removeEntry } from '../../host/index.ts';

/**
 * Every entry is in a lane: same class or address, urgency, share, labels and architecture. Lanes are few, are never removed, and
 * their ids grow. A leased job has a `fence`. The partial indexes hold what can be claimed, each lane in the order
 * of one claim rule, so that a claim costs the same however many wait.
 */
const schema = `
CREATE TABLE IF NOT EXISTS lanes (
  id INTEGER PRIMARY KEY, rank REAL, address TEXT, urgency REAL NOT NULL, share TEXT NOT NULL, labels TEXT NOT NULL,
  name TEXT NOT NULL UNIQUE
);
CREATE TABLE IF NOT EXISTS entries (
  job TEXT NOT NULL UNIQUE, offer INTEGER NOT NULL, priority REAL NOT NULL, ready_since_ms INTEGER NOT NULL,
  build_class, lane INTEGER NOT NULL, share TEXT NOT NULL, memory_bytes INTEGER, disk_bytes INTEGER,
  more TEXT, fence INTEGER, builder TEXT, until_ms INTEGER
);
CREATE INDEX IF NOT EXISTS free_by_lane ON entries (lane, priority DESC, ready_since_ms, offer) WHERE fence IS NULL;
CREATE INDEX IF NOT EXISTS free_by_age ON entries (lane, ready_since_ms, offer) WHERE fence IS NULL;
CREATE INDEX IF NOT EXISTS free_since ON entries (ready_since_ms) WHERE fence IS NULL;
CREATE INDEX IF NOT EXISTS leased_until ON entries (until_ms) WHERE fence IS NOT NULL;
CREATE INDEX IF NOT EXISTS leased_by_share ON entries (share) WHERE fence IS NOT NULL;
CREATE TABLE IF NOT EXISTS fences (last INTEGER NOT NULL, first INTEGER NOT NULL);
CREATE TABLE IF NOT EXISTS memory (word TEXT NOT NULL);
`;

/** The file's layout. A queue is filled again from the farm's record, so one of another layout is simply emptied. */
const layout = 3;

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
    connection.exec('BEGIN IMMEDIATE');
    const { user_version: found } = connection.prepare('PRAGMA user_version').get() as {
      user_version: number;
    };
    if (found !== layout) {
      for (const table of ['entries', 'lanes', 'fences', 'memory'])
        connection.exec(`DROP TABLE IF EXISTS ${table}`);
      connection.exec(`PRAGMA user_version = ${layout}`);
    }
    connection.exec(schema);
    // Fences must grow even past a queue file that was lost with its last number: no queue gives a thousand
    // leases in every millisecond of its life.
    connection
      .prepare('INSERT INTO fences (last, first) SELECT :now, :now WHERE NOT EXISTS (SELECT 1 FROM fences)')
      .run({ now: Math.floor(clock.nowMs()) * 1000 });
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
