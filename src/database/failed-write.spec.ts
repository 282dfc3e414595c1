import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { planOf } from '../../test/dispatcher/scene.ts';
import { systemClock } from '../host/index.ts';
import { builderName, type JobId } from '../primitives/index.ts';
import { type FarmDatabase, openFarmDatabase } from './index.ts';

let database: FarmDatabase;
const lib = 'local/x86_64/lib' as JobId;

/** A record in which the count of offers and an attempt run ahead of their tables. */
beforeEach(() => {
  database = openFarmDatabase(':memory:', { clock: systemClock });
  const plan = planOf({ lib: {} });
  database.transaction(() => database.plans.add({ plan, why: '', failFast: false, atMs: 1 }));
  database.transaction(() => {
    const begin = { jobKey: 1, job: lib, builder: builderName('one'), fence: 1, startedMs: 1 };
    database.attempts.start({ ...begin, previous: undefined });
    database.jobs.takeOffers(7);
  });
});
afterEach(() => {
  database.connection.exec('DROP TRIGGER IF EXISTS full');
  database.close();
});

const refuseAttempts = (how: 'ABORT' | 'ROLLBACK'): void =>
  database.connection.exec(
    `CREATE TRIGGER full BEFORE INSERT ON attempts BEGIN SELECT RAISE(${how}, 'the disk is full'); END`,
  );
const offers = (): unknown => database.connection.prepare('SELECT value FROM counters').get();
const words = (): unknown => database.connection.prepare('SELECT count(*) AS count FROM words').get();

describe.each(['ABORT', 'ROLLBACK'] as const)('rows that cannot be written to their tables (%s)', (how) => {
  it('undo the transaction that came upon it, whatever its work makes of that', () => {
    refuseAttempts(how);
    const work = (): void => {
      try {
        database.attempts.running();
      } catch {
        // goes on as if nothing had happened
      }
      database.words.set('one', 'two');
    };
    expect(() => database.transaction(work)).toThrow('the disk is full');
    expect(words()).toEqual({ count: 0 });
  });

  it('are written when they can be, all of them', () => {
    refuseAttempts(how);
    expect(() => database.transaction(() => database.attempts.running())).toThrow('the disk is full');
    expect(offers()).toEqual({ value: 0 });
    database.connection.exec('DROP TRIGGER full');
    expect(database.attempts.running()).toHaveLength(1);
    expect(offers()).toEqual({ value: 7 });
    expect(database.connection.prepare('SELECT count(*) AS count FROM rows_ahead').get()).toEqual({
      count: 0,
    });
  });

  it('do not stand in the way of what comes after', () => {
    refuseAttempts(how);
    expect(() => database.transaction(() => database.attempts.running())).toThrow('the disk is full');
    database.transaction(() => database.words.set('one', 'two'));
    expect(words()).toEqual({ count: 1 });
  });
});
