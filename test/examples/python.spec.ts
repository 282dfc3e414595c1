import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { decodeIndex, decodeManifest } from '../../src/formats/pyresources/index.ts';
import { demoWith, scratch } from './demo.ts';

it('packmill demo python explores, builds, answers, and makes exactly what belongs to a distribution that is touched', () => {
  const folder = scratch();
  // one module of the standard library is as good as all three hundred
  const { status, stdout, stderr } = demoWith({ PACKMILL_DEMO_TOPLEVELS: 'json' }, 'python', folder);
  expect(status, stderr).toBe(0);
  const builds = [...stdout.matchAll(/^(\d+) made, (\d+) up to date, 0 failed/gm)].map(
    ([, made, current]) => [Number(made), Number(current)],
  );
  // every distribution, nothing, idna with three merges (the demo holds both against one another), greetings and all graphs
  const [[all = 0, rest] = [], ...later] = builds;
  expect([rest, later.map(([made, current]) => [made, (made ?? 0) + (current ?? 0)])]).toEqual([
    1,
    [
      [0, all + 1],
      [10, all + 1],
      [21, all + 1],
    ],
  ]);
  expect(stdout).toMatch(
    /^ {2}idna__\S+ +dockerimages explored rawgraph (?:(?:sym\w+|argspecs|analyzed) ?){4}$/m,
  );
  expect(stdout).toContain(
    '\n  called     get(url) 61 %; get(url, timeout=...) 25 %; get(url, params=...) 14 %\n',
  );
  expect(stdout).toContain('\n  name       json.decoder.JSONDecodeError in builtin-stdlib==3\n');
  expect(stdout).toContain('greet(guest: Guest, *, formal: bool = True) -> str  (source)');
  expect(stdout).toMatch(/^greetings 1\.0: 4 callables, 4 \(100\.0 %\) in full/m);
  expect(stdout).toContain(
    "! changed greetings.greet: has no keyword 'polite' any more; takes 'formal' too\n",
  );
  expect(stdout).toContain('! removed greetings.farewell: function\n');
  const file = join(folder, 'build/manifest.json');
  const manifest = decodeManifest(readFileSync(file, 'utf8'), { file, folder: join(folder, 'build') });
  expect(manifest.map(({ distribution }) => distribution.name)).toEqual([
    ...['builtin-stdlib', 'PyYAML', 'certifi', 'greetings', 'idna', 'requests', 'six'],
  ]);
  const index = decodeIndex(readFileSync(join(folder, 'build/distidx.json'), 'utf8'), 'distidx.json');
  expect([...index.keys()]).toEqual(
    expect.arrayContaining(['json', 'yaml', '_yaml', 'requests', 'greetings']),
  );
});
