import { describe, expect, test } from 'vitest';
import { inspect } from '../../tools/house/inspect.ts';
import { parseSource } from '../../tools/house/parse-source.ts';
import { house } from '../../tools/house/place.ts';
import { everybody, floors } from '../../tools/rooms.mjs';

/** Small house that breaks no rule; each test plants one offence into it. */
const clean: Readonly<Record<string, string>> = {
  'src/primitives/index.ts': 'export const one = 1;\n',
  'src/model/index.ts': "export type { Job } from './job.ts';\n",
  'src/model/job.ts': 'export interface Job { readonly id: string }\n',
  'src/host/index.ts': "export { now } from './clock.ts';\n",
  'src/host/clock.ts':
    "import { readFileSync } from 'node:fs';\nexport const now = () => Date.now() + readFileSync('x').length;\n",
  'src/store/index.ts': "export type Store = string;\nexport { put } from './put.ts';\n",
  'src/store/put.ts':
    "import { now } from '../host/index.ts';\nimport { join } from 'node:path';\nexport const put = () => join(String(now()));\n",
  'src/queue/index.ts': "export type { Queue } from './queue-backend.ts';\n",
  'src/queue/queue-backend.ts': 'export interface Queue { claim(): void }\n',
  'src/queue/embedded/index.ts':
    "import { DatabaseSync } from 'node:sqlite';\nimport type { Queue } from '../queue-backend.ts';\nexport const make = (): Queue => ({ claim: () => void DatabaseSync });\n",
  'src/formats/archives/index.ts': "import { gzipSync } from 'node:zlib';\nexport const pack = gzipSync;\n",
  'src/formats/pacman/index.ts': "import { pack } from '../archives/index.ts';\nexport const db = pack;\n",
  'src/recipes/pkgbuild/index.ts':
    "import type { Store } from '../../store/index.ts';\nimport { db } from '../../formats/pacman/index.ts';\nexport const kind = (store: Store) => [store, db];\n",
  'src/app/index.ts':
    "import { make } from '../queue/embedded/index.ts';\nimport { kind } from '../recipes/pkgbuild/index.ts';\nexport const start = () => [make(), kind];\n",
  'src/cli/main.ts':
    "import { start } from '../app/index.ts';\nimport { Command } from 'commander';\nprocess.exitCode = start().length + process.argv.length + Number(Boolean(Command));\n",
};

const offencesOf = (planted: Readonly<Record<string, string>>): string[] => {
  const files = Object.entries({ ...clean, ...planted }).map(([path, text]) => parseSource(path, text));
  return inspect(files).map((offence) => `${offence.rule} ${offence.path}:${offence.line}`);
};

describe('the house rules', () => {
  test('are content with a house that keeps them', () => {
    expect(offencesOf({})).toEqual([]);
  });

  const cases: readonly [string, string, string, string][] = [
    [
      'an arrow up a floor',
      'floors',
      'src/store/a.ts',
      "import { start } from '../app/index.ts';\nexport const a = start;\n",
    ],
    [
      'an arrow up a floor that carries types only',
      'floors',
      'src/model/a.ts',
      "import type { Store } from '../store/index.ts';\nexport type A = Store;\n",
    ],
    [
      'an inline type import up a floor',
      'floors',
      'src/model/a.ts',
      "export type A = import('../store/index.ts').Store;\n",
    ],
    [
      'a room that is not on the list',
      'room',
      'src/store/a.ts',
      "import type { Queue } from '../queue/index.ts';\nexport type A = Queue;\n",
    ],
    [
      'a side door',
      'front-door',
      'src/store/a.ts',
      "import { now } from '../host/clock.ts';\nexport const a = now;\n",
    ],
    [
      'a side door opened for a type',
      'front-door',
      'src/store/a.ts',
      "import type { Job } from '../model/job.ts';\nexport type A = Job;\n",
    ],
    [
      'a side door in a re-export',
      'front-door',
      'src/store/a.ts',
      "export { now } from '../host/clock.ts';\n",
    ],
    [
      'a side door in an awaited import',
      'front-door',
      'src/store/a.ts',
      "export const a = () => import('../host/clock.ts');\n",
    ],
    [
      'a value borrowed where types are allowed',
      'borrow',
      'src/recipes/pkgbuild/a.ts',
      "import { put } from '../../store/index.ts';\nexport const a = put;\n",
    ],
    [
      'a kind of recipe that knows another',
      'strangers',
      'src/recipes/stage/index.ts',
      "import { kind } from '../pkgbuild/index.ts';\nexport const a = kind;\n",
    ],
    [
      'a format that knows one it should not',
      'strangers',
      'src/formats/archives/a.ts',
      "import { db } from '../pacman/index.ts';\nexport const a = db;\n",
    ],
    [
      'a driver named outside app',
      'drivers-named-in-app',
      'src/dispatcher/a.ts',
      "import { make } from '../queue/embedded/index.ts';\nexport const a = make;\n",
    ],
    [
      'a driver named by the contract of its own room',
      'drivers-named-in-app',
      'src/queue/a.ts',
      "import { make } from './embedded/index.ts';\nexport const a = make;\n",
    ],
    [
      'a Node module on a pure floor',
      'pure-floors',
      'src/model/a.ts',
      "import { join } from 'node:path';\nexport const a = join;\n",
    ],
    [
      'a disk outside host',
      'host-only',
      'src/store/a.ts',
      "import { readFileSync } from 'node:fs';\nexport const a = readFileSync;\n",
    ],
    [
      'a process outside host, without the prefix',
      'host-only',
      'src/sandbox/a.ts',
      "import { spawn } from 'child_process';\nexport const a = spawn;\n",
    ],
    [
      'timers from a module',
      'host-only',
      'src/app/a.ts',
      "import { setTimeout as wait } from 'node:timers/promises';\nexport const a = wait;\n",
    ],
    [
      'SQLite outside its rooms',
      'vendor-fence',
      'src/store/a.ts',
      "import { DatabaseSync } from 'node:sqlite';\nexport const a = DatabaseSync;\n",
    ],
    [
      'a package outside its room',
      'vendor-fence',
      'src/app/a.ts',
      "import { Command } from 'commander';\nexport const a = Command;\n",
    ],
    [
      'a package of another member of the shelf',
      'vendor-fence',
      'src/formats/gentoo/a.ts',
      "import { parse } from 'yaml';\nexport const a = parse;\n",
    ],
    [
      'a package that nobody has fenced',
      'vendor-fence',
      'src/app/a.ts',
      "import pad from '@left/pad';\nexport const a = pad;\n",
    ],
    [
      'a page that knows the farm',
      'web-apart',
      'web/src/a.tsx',
      "import type { Farm } from '../../src/app/index.ts';\nexport const a = (farm: Farm) => <p>{farm}</p>;\n",
    ],
    [
      'a page with a package that is none for browsers',
      'web-apart',
      'web/src/a.ts',
      "import fastify from 'fastify';\nexport const a = fastify;\n",
    ],
    [
      'a room that knows a page',
      'web-apart',
      'src/http/a.ts',
      "export { a } from '../../web/src/main.tsx';\n",
    ],
    ['the clock', 'hidden-inputs', 'src/store/a.ts', 'export const a = () => Date.now();\n'],
    ['the clock in a new date', 'hidden-inputs', 'src/store/a.ts', 'export const a = () => new Date();\n'],
    ['a timer', 'hidden-inputs', 'src/app/a.ts', 'export const a = () => setTimeout(() => {}, 1);\n'],
    [
      'a timer in a signal',
      'hidden-inputs',
      'src/app/a.ts',
      'export const a = () => AbortSignal.timeout(1);\n',
    ],
    ['chance', 'hidden-inputs', 'src/model/a.ts', 'export const a = () => Math.random();\n'],
    ['the environment', 'hidden-inputs', 'src/cli/a.ts', 'export const a = process.env;\n'],
    [
      'the environment behind brackets',
      'hidden-inputs',
      'src/app/a.ts',
      "export const a = process['env'];\n",
    ],
    ['the network', 'hidden-inputs', 'src/fetcher/a.ts', "export const a = () => fetch('x');\n"],
    [
      'a file that imports itself by a circle of types',
      'no-circles',
      'src/model/a.ts',
      "import type { B } from './b.ts';\nexport type A = B[];\n",
    ],
    [
      'a test in production',
      'no-tests-in-production',
      'src/store/a.ts',
      "import { x } from './b.spec.ts';\nexport const a = x;\n",
    ],
    [
      'a path that leads nowhere',
      'resolvable',
      'src/store/a.ts',
      "import { x } from './nowhere.ts';\nexport const a = x;\n",
    ],
    ['a junk drawer', 'no-junk-drawers', 'src/store/path-utils.ts', 'export const a = 1;\n'],
    ['a folder of junk', 'no-junk-drawers', 'src/store/helpers/paths.ts', 'export const a = 1;\n'],
    ['a name in camels', 'kebab-case', 'src/store/putObject.ts', 'export const a = 1;\n'],
    ['a room nobody planned', 'known-rooms', 'src/attic/index.ts', 'export const a = 1;\n'],
    ['a file that is too long', 'file-size', 'src/store/a.ts', 'export const a = 1;\n'.repeat(501)],
    [
      'a function that is too long',
      'function-size',
      'src/store/a.ts',
      `export function a(): void {\n${'  a();\n'.repeat(60)}}\n`,
    ],
    [
      'too many parameters',
      'parameters',
      'src/store/a.ts',
      'export const a = (b: 1, c: 1, d: 1, e: 1, f: 1) => [b, c, d, e, f];\n',
    ],
    ['text that is no program', 'syntax', 'src/store/a.ts', 'export const = ;\n'],
  ];
  test.each(cases)('catch %s by the rule %s', (_what, rule, path, text) => {
    const companions: Readonly<Record<string, Record<string, string>>> = {
      'web-apart': {
        'src/app/index.ts': 'export type Farm = 1;\n',
        'web/src/main.tsx': 'export const a = <p />;\n',
      },
      'no-circles': { 'src/model/b.ts': "import type { A } from './a.ts';\nexport type B = A;\n" },
      'no-tests-in-production': { 'src/store/b.spec.ts': 'export const x = 1;\n' },
    };
    const found = offencesOf({ ...companions[rule], [path]: text });
    expect(found.map((line) => line.split(' ')[0])).toEqual([rule]);
    expect(found[0]).toContain(` ${path}:`);
  });

  test('let dates be made from numbers, tables be long and own names hide global ones', () => {
    expect(
      offencesOf({
        'src/store/a.ts': 'export const a = (at: number) => new Date(at).toISOString() + Date.UTC(2000);\n',
        'src/store/names.table.ts': 'export const a = 1;\n'.repeat(900),
        'src/store/b.ts':
          'export const b = (fetch: () => void) => fetch();\nexport const c = { setTimeout: 1 }.setTimeout;\n',
      }),
    ).toEqual([]);
  });

  test('bind tests to the doors of other rooms only', () => {
    expect(
      offencesOf({
        'src/store/put.spec.ts':
          "import 'node:fs';\nimport { make } from '../queue/embedded/index.ts';\nexport const a = make;\n",
        'src/store/get.spec.ts': "import { now } from '../host/clock.ts';\nexport const a = now;\n",
      }),
    ).toEqual(['front-door src/store/get.spec.ts:1']);
  });
});

describe('the table of rooms', () => {
  test('has no arrow up a floor and no circle', () => {
    const seen = new Map<string, 'open' | 'done'>();
    const visit = (name: string): void => {
      expect(seen.get(name), `a circle through '${name}'`).not.toBe('open');
      if (seen.has(name)) return;
      seen.set(name, 'open');
      const room = house[name];
      for (const known of [...(room?.knows ?? []), ...(room?.borrows ?? [])]) {
        if (known === '*') continue;
        expect(house[known], `'${name}' knows '${known}', which is no room`).toBeDefined();
        expect(house[known]?.floor, `'${name}' knows '${known}' above it`).toBeLessThanOrEqual(
          room?.floor ?? 0,
        );
        visit(known);
      }
      seen.set(name, 'done');
    };
    for (const name of Object.keys(house)) visit(name);
    for (const name of everybody) expect(house[name]).toBeDefined();
    for (const room of Object.values(house)) expect(floors[room.floor]).toBeDefined();
  });
});
