import { chmodSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { compareVersions, readCoverage } from '../../src/app/python/index.ts';
import {
  decodeDatafile,
  hashPath,
  type ResourceKind,
  type ResourceTypes,
} from '../../src/formats/pyresources/index.ts';
import { readStubs, stubRoots } from '../../src/python-build/index.ts';
import { Farmyard } from './farmyard.ts';

let yard: Farmyard;
beforeAll(async () => {
  yard = new Farmyard();
  yard.distribution(
    'alpha',
    [
      'import json',
      'class Box: pass',
      'def make(*args):\n    """Makes one.\n\n    Returns\n    -------\n    box : Box or None\n    """',
      'def over(*args): pass',
    ].join('\n'),
  );
  yard.setUp('alpha==1.0\n');
  yard.select('alpha__1.0');
  yard.write(
    yard.path('build/typeshed/stubs/alpha/alpha/__init__.pyi'),
    [
      'import sys',
      'from typing import overload',
      'class Box: ...',
      'if sys.version_info >= (3, 0):\n    def make(size: int, *, name: str = "x") -> Box | list[int]: ...',
      'else:\n    def make(old): ...',
      '@overload\ndef over(a: int) -> int: ...\n@overload\ndef over(a: str, b: int = ...) -> str: ...',
      'def gone() -> None: ...',
      'def odd(a): ...\ndef odd(b): ...',
      'from os.json import json as json',
    ].join('\n'),
  );
  yard.write(yard.path('build/typeshed/stubs/nobody/nobody.pyi'), 'def gone(): ...\n');
  yard.write(yard.path('build/typeshed/stubs/alpha/alpha/broken.pyi'), 'def f(:\n');
  const { failed } = await yard.build();
  expect(failed).toEqual([]);
});
afterAll(() => yard.end());

function data<K extends ResourceKind>(kind: K): ResourceTypes[K] {
  const path = yard.manifest()[0]?.paths.get(kind);
  return decodeDatafile(kind, readFileSync(path ?? `no ${kind}`));
}

test('stubs in build/typeshed become a manifest of their own, and what is explored stays beside it', () => {
  const make = data('TypeshedArgSpec').get(hashPath('alpha.make'));
  expect(make).toMatchObject({
    args: [
      { name: 'size', annotation: 'int', keywordOnly: false },
      { name: 'name', defaultValue: 'x', keywordOnly: true },
    ],
    origin: 'typeshed',
  });
  expect(data('TypeshedArgSpec').get(hashPath('alpha.over'))?.args).toMatchObject([
    { name: 'a', defaultValue: '' },
    { name: 'b', defaultValue: '...' },
  ]);
  expect(data('ArgSpec').get(hashPath('alpha.make'))?.vararg).toBe('args');
});

test('D6 what stubs add is in the graph of the final manifest', () => {
  const kinds = data('SymbolGraph')
    .get('alpha')
    ?.map(({ canonical, kind }) => `${canonical.parts.join('.')} ${kind}`);
  expect(kinds).toContain('alpha.gone function');
  expect(kinds).toContain('alpha.make function');
  expect(data('TypeshedArgSpec').get(hashPath('alpha.gone'))?.returns).toBe('None');
});

test('a stub that is broken or tells of nothing is said, and the rest counts', () => {
  const log = yard.text('build/typeshed.json.log');
  expect(yard.text('build/stubs.json.gz.log')).toContain("MPY401 the stub 'alpha/broken.pyi' cannot be read");
  expect(log).toContain("MPY402 alpha.odd: the argument 1 is 'a' and 'b'");
  expect(yard.text('build/stubgraphs.json.log')).toContain(
    "MPY405 'alpha.json' is 'json', a stub says 'os.json.json'",
  );
  expect(log).toContain("MPY403 no distribution has 'nobody'");
});

test('D13 return types of documentation and stubs are united with the bits of both', () => {
  expect(Object.fromEntries(data('ReturnTypes').get(hashPath('alpha.make')) ?? [])).toEqual({
    'alpha.Box': 3,
    'builtins.list': 1,
    'builtins.None.__class__': 2,
  });
  const mined = JSON.parse(yard.text('build/docs_returntypes.json') ?? '') as unknown;
  expect(mined).toEqual({
    dist: { Name: 'alpha', Version: '1.0' },
    returns: { 'alpha.make': { 'alpha.Box': 2, 'builtins.None.__class__': 2 } },
  });
});

test('D12 without a former graph compat is an empty object, and docs have their texts', () => {
  expect(gunzipSync(readFileSync(yard.path('build/compat.json.gz'))).toString('utf8')).toBe('{}');
  expect(data('Documentation').get(hashPath('alpha.make'))).toMatchObject({
    html: '',
    text: expect.stringMatching(/^Makes one\./),
  });
});

test('stubs that nobody can read to their end are a failure with a code', async () => {
  const reading = {
    ...{ folder: yard.path('build/typeshed'), version: [3, 11] as const, say: () => undefined },
    signal: AbortSignal.abort(),
  };
  await expect(readStubs(reading)).rejects.toMatchObject({ problem: { code: 'MPY404' } });
});

test('the former layout of stubs has its order', () => {
  const folder = yard.path('former');
  for (const path of ['stdlib/3', 'stdlib/2and3', 'third_party/2', 'third_party/3'])
    yard.write(`${folder}/${path}/x.pyi`, '');
  expect(stubRoots(folder).map((root) => root.folder.slice(folder.length + 1))).toEqual([
    ...['stdlib/3', 'stdlib/2and3', 'third_party/3', 'third_party/2'],
  ]);
});

test('coverage and differences are told of graphs that were built', async () => {
  const folder = yard.path('build/rawgraph');
  const told: unknown[] = [];
  const tell = (one: unknown) => told.push(one);
  const [row] = await readCoverage([folder], tell);
  expect(row).toMatchObject({ callables: 3, full: 3, sources: { source: 2 }, unknown: [] });
  const same = await compareVersions(folder, folder, tell);
  expect(same.changes).toEqual([]);
  await expect(readCoverage([yard.path('build/data')], tell)).rejects.toMatchObject({
    problem: { code: 'MPY400' },
  });
  expect(told).toEqual([]);
});

test('another stub makes only what stands on stubs anew', async () => {
  yard.write(yard.path('build/typeshed/stubs/alpha/alpha/more.pyi'), 'def x(): ...\n');
  const { made } = await yard.build();
  expect([...made].sort()).toEqual([
    'build/manifest.json',
    ...['build/returntypes.json', 'build/stubgraphs.json', 'build/stubs.json.gz', 'build/typeshed.json'],
  ]);
  expect(
    data('SymbolGraph')
      .get('alpha')
      ?.map(({ canonical }) => canonical.parts.join('.')),
  ).toContain('alpha.more.x');
});

test('sources that nobody can read to their end are a failure of their distribution, with stage and code; the rest is made', async () => {
  const programs = join(yard.folder, 'programs');
  yard.write(join(programs, 'python3'), '#!/bin/sh\necho "no interpreter today" >&2\nexit 3\n');
  chmodSync(join(programs, 'python3'), 0o755);
  yard.distribution('alpha', 'def other(): return 1\n');
  const path = process.env['PATH'];
  process.env['PATH'] = `${programs}:${path}`;
  try {
    const { failures, made } = await yard.build();
    expect(failures).toMatchObject([
      { stem: 'alpha__1.0', stage: 'analyzed', code: 'MPY404', why: 'no interpreter today' },
    ]);
    expect(JSON.parse(yard.text('build/failures.json') ?? '')).toMatchObject([{ code: 'MPY404' }]);
    expect(made).toContain('build/manifest.json');
    // stubs are not parsed again for a graph of the same version of Python
    expect(made).toContain('build/pyversion.txt');
  } finally {
    process.env['PATH'] = path;
  }
  expect(data('ReturnTypes').get(hashPath('alpha.other'))).toBeUndefined();
  expect((await yard.build()).failures).toEqual([]);
  expect([...(data('ReturnTypes').get(hashPath('alpha.other')) ?? [])]).toEqual([['builtins.int', 1]]);
});
