import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { systemClock } from '../host/index.ts';
import type { AttemptId, JobId } from '../primitives/index.ts';
import { openFarmDatabase } from './index.ts';
import { open } from './job-records.ts';

const folder = mkdtempSync(join(tmpdir(), 'packmill-record-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const options = { clock: systemClock };
const guests = (...steps: string[]) => ({ ...options, migrations: [{ room: 'guests', steps }] });

it('keeps tables of other rooms, and adds to them what is new', () => {
  const path = join(folder, 'guests.sqlite');
  openFarmDatabase(path, guests('CREATE TABLE guests (name TEXT)')).close();
  const later = openFarmDatabase(
    path,
    guests('CREATE TABLE guests (name TEXT)', "INSERT INTO guests VALUES ('x')"),
  );
  expect(later.connection.prepare('SELECT count(*) AS count FROM guests').get()).toMatchObject({ count: 1 });
  later.close();
  expect(() => openFarmDatabase(path, guests('CREATE TABLE guests (name TEXT)'))).toThrow(
    `QUE003 '${path}' has version 2 of the tables of 'guests', this packmill knows 1`,
  );
});

it('says which file it cannot use', () => {
  const damaged = join(folder, 'damaged.sqlite');
  writeFileSync(damaged, 'no database at all'.repeat(1000));
  expect(() => openFarmDatabase(damaged, options)).toThrow(`QUE002 '${damaged}' cannot be used`);
  const missing = join(folder, 'missing.sqlite');
  expect(() => openFarmDatabase(missing, { ...options, mode: 'read' })).toThrow(`QUE002 '${missing}'`);
  writeFileSync(missing, '');
  expect(() => openFarmDatabase(missing, { ...options, mode: 'read' })).toThrow(`QUE002 '${missing}'`);
});

it('does all of a transaction or nothing of it', () => {
  const database = openFarmDatabase(':memory:', options);
  const job = 'local/x86_64/lib' as JobId;
  expect(() =>
    database.transaction(() => {
      database.transaction(() => database.inventory.endedWithout(job, 'failed'));
      throw new Error('in between');
    }),
  ).toThrow('in between');
  expect(database.inventory.get(job)).toBeUndefined();
  database.close();
});

it('gives the median of the newest nine durations, for the target that was asked for', () => {
  const database = openFarmDatabase(':memory:', options);
  const add = (job: string, times: number[]): void => {
    for (const [at, ms] of times.entries()) database.durations.add(job as JobId, (at + 1) as AttemptId, ms);
  };
  add('local/x86_64/lib', [900, 900, 900, 900, 900, 5, 4, 3, 2, 1]);
  add('local/x86_64/long', [
    ...Array.from({ length: 9 }, () => 900),
    ...Array.from({ length: 9 }, (_, at) => at),
  ]);
  add('local/x86_64-v3/lib', [7]);
  add('local2/x86_64/lib', [8]);
  expect(database.durations.medians('local', 'x86_64')).toEqual(
    new Map([
      ['lib', 5],
      ['long', 4],
    ]),
  );
  database.close();
});

it('says that a disk is full, within a transaction and outside of one', () => {
  const path = join(folder, 'full.sqlite');
  const database = openFarmDatabase(path, options);
  database.connection.exec('PRAGMA max_page_count = 1');
  const text = 'x'.repeat(1 << 20);
  expect(() => database.words.set('long', text)).toThrow(`QUE002 '${path}' cannot be used`);
  expect(() => database.transaction(() => database.words.set('long', text))).toThrow('QUE002');
  database.close();
});

it('flushes what was written ahead, also where the path leads through a link', async () => {
  const link = join(folder, 'link.sqlite');
  openFarmDatabase(join(folder, 'linked.sqlite'), options).close();
  symlinkSync('linked.sqlite', link);
  const database = openFarmDatabase(link, options);
  database.transactionAhead(() => database.words.set('one', '1'));
  const first = database.flushed();
  expect(() =>
    database.transactionAhead(() => {
      database.words.set('two', '2');
      throw new Error('no');
    }),
  ).toThrow('no');
  database.transactionAhead(() => database.words.set('three', '3'));
  await Promise.all([first, database.flushed()]);
  expect(['one', 'two', 'three'].map((word) => database.words.get(word))).toEqual(['1', undefined, '3']);
  // everybody else's commits wait for the disk themselves, as before
  expect(database.connection.prepare('PRAGMA synchronous').get()).toEqual({ synchronous: 2 });
  database.close();
});

it('writes nothing any more when it cannot be told whether the newest changes are on disk', async () => {
  const path = join(folder, 'broken.sqlite');
  const database = openFarmDatabase(path, options);
  database.transactionAhead(() => database.words.set('one', '1'));
  rmSync(`${path}-wal`);
  await expect(database.flushed()).rejects.toThrow(`QUE002 '${path}' cannot be used`);
  await expect(database.flushed()).rejects.toThrow('QUE002');
  expect(() => database.transaction(() => undefined)).toThrow('QUE002');
  expect(() => database.transactionAhead(() => undefined)).toThrow('QUE002');
  expect(() => database.words.set('two', '2')).toThrow('QUE002');
  expect(() => database.connection.exec("INSERT INTO words VALUES ('three', '3')")).toThrow('readonly');
  expect(database.words.get('one')).toBe('1');
  database.close();
});

it('finds attempts of a record that was made before they knew one another', () => {
  const path = join(folder, 'before.sqlite');
  const before = openFarmDatabase(path, options);
  const job = 'local/x86_64/lib' as JobId;
  before.connection.exec(`
    DROP TABLE attempts; DROP TABLE commit_ranges; DROP TABLE rows_ahead; DELETE FROM schema_versions WHERE room = 'database';
    UPDATE counters SET value = 7;
    CREATE TABLE attempts (
      id INTEGER PRIMARY KEY AUTOINCREMENT, job INTEGER NOT NULL REFERENCES jobs (key), job_id TEXT NOT NULL,
      builder TEXT NOT NULL, fence INTEGER NOT NULL, started_ms INTEGER NOT NULL, ended_ms INTEGER,
      outcome TEXT, duration_ms REAL, peak_memory_bytes INTEGER, log_path TEXT, peak_disk_bytes INTEGER
    ) STRICT;
    CREATE INDEX attempts_of ON attempts (job_id, id);
    CREATE INDEX running_attempts ON attempts (id) WHERE ended_ms IS NULL;
    CREATE INDEX inventory_of ON inventory (target, arch);
    CREATE INDEX moving_jobs ON jobs (state, offer) WHERE state IN ('ready', 'running');
    INSERT INTO schema_versions VALUES ('database', 2);
    INSERT INTO runs VALUES (1, 0, 'test');
    INSERT INTO plans (id, run, target, arch, created_ms, fail_fast, unfinished, cycles, problems)
      VALUES (1, 1, 'local', 'x86_64', 0, 0, 0, '[]', '[]'), (2, 1, 'local', 'x86_64', 0, 0, 1, '[]', '[]');
    INSERT INTO jobs (key, plan, position, id, action, priority, state, reason, pending, losses, offer, since_ms, attempt)
      VALUES (1, 1, 0, '${job}', 'build', 0, 'succeeded', '', 0, 1, 1, 0, 3),
        (2, 2, 0, '${job}', 'build', 0, 'running', '', 0, 0, 2, 0, 4),
        (3, 2, 1, 'local/x86_64/app', 'build', 0, 'waiting', '', 1, 0, 0, 0, NULL);
    INSERT INTO attempts (id, job, job_id, builder, fence, started_ms, ended_ms)
      VALUES (1, 1, '${job}', 'one', 1, 0, 1), (2, 1, '${job}', 'one', 2, 2, 3), (3, 1, '${job}', 'one', 3, 4, 5),
        (4, 2, '${job}', 'one', 4, 6, NULL);`);
  before.close();
  const after = openFarmDatabase(path, options);
  const ids = (attempts: readonly { readonly id: number }[]): number[] => attempts.map(({ id }) => id);
  expect(ids(after.attempts.ofRow(1))).toEqual([1, 2, 3]);
  expect(ids(after.attempts.ofJob(job))).toEqual([4, 3, 2, 1]);
  expect(ids(after.attempts.ofJob(job, 2))).toEqual([4, 3]);
  expect(ids(after.attempts.ofRow(3))).toEqual([]);
  expect(after.jobs.inState('running').map(({ key }) => key)).toEqual([2]);
  after.close();
});

it('finds open jobs among those that are over by an index of them alone', () => {
  const { connection, close } = openFarmDatabase(join(folder, 'index.sqlite'), options);
  const found = connection.prepare(`EXPLAIN QUERY PLAN SELECT * FROM jobs WHERE id = ? AND ${open}`).all('a');
  expect(found).toMatchObject([{ detail: 'SEARCH jobs USING INDEX open_jobs (id=?)' }]);
  close();
});

it('keeps ranges of commits by target, source and architecture, newest first, for as long as they are wanted', () => {
  const database = openFarmDatabase(join(folder, 'ranges.sqlite'), options);
  const owner = { target: 'local', source: 'recipes', arch: 'x86_64' };
  database.ranges.add(owner, { since: 'a', upTo: 'b' }, 1);
  database.ranges.add({ ...owner, arch: 'any' }, { since: 'x', upTo: 'y' }, 2);
  database.ranges.add(owner, { since: 'b', upTo: 'c' }, 2);
  expect(database.ranges.newest(owner)).toEqual([
    { since: 'b', upTo: 'c' },
    { since: 'a', upTo: 'b' },
  ]);
  expect(database.ranges.newest({ ...owner, source: 'other' })).toEqual([]);
  database.ranges.prune(2);
  expect(database.ranges.newest(owner)).toEqual([{ since: 'b', upTo: 'c' }]);
  database.close();
});
