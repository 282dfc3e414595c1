import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { Attribution } from '../../src/app/abi/attribution.ts';
import { type FarmDatabase, openFarmDatabase } from '../../src/database/index.ts';
import { decodeSymbolNames, encodeSymbolSet } from '../../src/formats/elf/index.ts';
import { digestBytes, systemClock } from '../../src/host/index.ts';

const machine = 6264;
const folder = mkdtempSync(join(tmpdir(), 'packmill-attribution-'));
let database: FarmDatabase;
beforeAll(() => {
  database = openFarmDatabase(join(folder, 'farm.sqlite'), { clock: systemClock });
});
afterAll(() => {
  database?.close();
  rmSync(folder, { recursive: true, force: true });
});

/** Records a package; `needs` by library, with what carries a version; `loose`: what does not. */
function record(
  name: string,
  provides: Readonly<Record<string, readonly string[]>>,
  needs: Readonly<Record<string, readonly string[]>>,
  loose: readonly string[] = [],
): number {
  const object = digestBytes(name);
  const needed = Object.entries({ ...needs, ...(loose.length > 0 ? { '': loose } : {}) });
  database.abi.record([
    {
      ...{ object, reader: 1, name, base: name, version: '1-1', payload: undefined, seen: undefined },
      provides: Object.entries(provides).map(([library, symbols]) => ({
        ...{ name: library, machine, versioned: false },
        symbols: encodeSymbolSet(symbols),
      })),
      needs: needed.map(([library, symbols]) => ({
        ...{ name: library, machine },
        symbols: encodeSymbolSet(symbols),
      })),
    },
  ]);
  return database.abi.package(object)?.id ?? -1;
}

const takenBy = (id: number): Record<string, readonly string[]> =>
  Object.fromEntries(
    [...database.abi.needs(id), ...database.abi.loose(id)].map(({ name, symbols = -1 }) => [
      name,
      decodeSymbolNames(database.abi.names(symbols)),
    ]),
  );

it('finds where references lead: into what is needed, then into what that needs; and leaves what nobody has', () => {
  record('ink', { 'libink.so.1': ['mix', 'deep'] }, {});
  record('quill', { 'libquill.so.1': ['draw@V1', 'mix'] }, { 'libink.so.1': [] });
  const old = record('old', { 'libold.so.1': ['plugin'] }, {});
  const app = record('app', {}, { 'libquill.so.1': ['draw@V1'], 'libold.so.1': [] }, [
    'draw',
    'mix',
    'deep',
    'plugin',
    'host',
  ]);
  // what does not stand published has nothing to say
  const attribution = new Attribution(database.abi, (id) => id !== old);
  expect(attribution.attribute(app)).toBe(2);
  const wanted = {
    'libquill.so.1': ['draw', 'draw@V1', 'mix'],
    'libink.so.1': ['deep'],
    'libold.so.1': [],
    '': ['host', 'plugin'],
  };
  expect(takenBy(app)).toEqual(wanted);
  expect(attribution.attribute(app)).toBe(2);
  expect(takenBy(app)).toEqual(wanted);
});

it('keeps equal sets once, replaces what is read again, and forgets what is gone', () => {
  const before = database.abi.counts();
  const one = record('one', { 'libone.so.1': ['a', 'b'] }, {});
  const other = record('other', { 'libother.so.1': ['b', 'a'] }, {});
  expect(database.abi.provides(one)[0]?.symbols).toBe(database.abi.provides(other)[0]?.symbols);
  expect(database.abi.counts().sets).toBe(before.sets + 1);
  record('one', { 'libone.so.2': ['a', 'b'] }, {});
  expect(database.abi.providing({ name: 'libone.so.1', machine })).toEqual([]);
  const gone = new Set([digestBytes('one'), digestBytes('other')]);
  expect(database.abi.forget((object) => !gone.has(object))).toBe(2);
  const { packages, libraries } = before;
  expect(database.abi.counts()).toMatchObject({ packages, libraries });
  // and those that the attribution left without an owner
  expect(database.abi.counts().sets).toBeLessThan(before.sets);
});
