import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { systemClock } from '../host/index.ts';
import type { AttemptId, JobId } from '../primitives/index.ts';
import { openFarmDatabase } from './index.ts';

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
