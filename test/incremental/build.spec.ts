import { readdirSync, utimesSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { isFault } from '../../src/diagnostics/index.ts';
import { ownIdentity } from '../../src/host/index.ts';
import type { Target } from '../../src/incremental/index.ts';
import { Yard } from './model.ts';

let yard: Yard;
beforeEach(() => {
  yard = new Yard();
});
afterEach(() => yard.end());

const codeOf = (work: Promise<unknown>): Promise<string> =>
  work.then(
    () => 'none',
    (error: unknown) =>
      isFault(error) ? `${error.problem.code} ${error.problem.what} ${error.problem.next}` : String(error),
  );

const chain = (): Target[] => [
  yard.target('out/c', ['out/b', 'more']),
  yard.target('out/b', ['out/a'], { of: ([text = '']) => text.slice(0, 1) }),
  yard.target('out/a', ['source']),
];

test('everything is made once, and then nothing', async () => {
  yard.write('source', 'xyz');
  yard.write('more', 'm');
  expect((await yard.build(chain())).made).toEqual(['out/a', 'out/b', 'out/c']);
  expect(yard.read('out/c')).toBe('x+m');
  const again = await yard.build(chain());
  expect(again.made).toEqual([]);
  expect(again.report).toMatchObject({ current: 3, end: 'complete' });
  expect((await yard.build(chain())).made).toEqual([]);
});

test('what comes out the same makes nothing behind it anew', async () => {
  yard.write('source', 'xyz');
  yard.write('more', 'm');
  await yard.build(chain());
  yard.write('source', 'xxx');
  expect((await yard.build(chain())).made).toEqual(['out/a', 'out/b']);
  yard.write('source', 'yyy');
  expect((await yard.build(chain())).made).toEqual(['out/a', 'out/b', 'out/c']);
});

test('another time with the same content makes nothing anew, except where times count', async () => {
  yard.write('source', 'xyz');
  const targets = [
    yard.target('out/content', ['source']),
    yard.target('out/time', [{ path: 'source', by: 'time' }]),
    yard.target('out/order', [{ path: 'source', by: 'order' }]),
  ];
  await yard.build(targets);
  utimesSync(join(yard.root, 'source'), 1_000_000, 1_000_000);
  expect((await yard.build(targets)).made).toEqual(['out/time']);
  yard.write('source', 'abc');
  expect((await yard.build(targets)).made).toEqual(['out/content', 'out/time']);
});

test('a change of the same length at the same time is seen', async () => {
  yard.write('source', 'xyz');
  const targets = [yard.target('out/a', ['source'])];
  await yard.build(targets);
  for (const text of ['abc', 'def', 'ghi', 'jkl']) {
    yard.write('source', text);
    utimesSync(join(yard.root, 'source'), 1_000_000, 1_000_000);
    expect((await yard.build(targets)).made).toEqual(['out/a']);
    expect(yard.read('out/a')).toBe(text);
  }
});

test('the set of inputs counts: one less, one more, one that is there only now', async () => {
  for (const name of ['a', 'b', 'c']) yard.write(name, name);
  const merge = (...inputs: string[]): Target[] => [yard.target('all', inputs)];
  await yard.build(merge('a', 'b', 'c'));
  expect((await yard.build(merge('a', 'b'))).made).toEqual(['all']);
  expect((await yard.build(merge('a', 'b'))).made).toEqual([]);
  expect(await yard.plan(merge('a', 'b', 'c')).explain('all')).toEqual([{ kind: 'added', path: 'c' }]);
  const optional = [yard.target('some', ['a', { path: 'late', optional: true }])];
  await yard.build(optional);
  expect(yard.read('some')).toBe('a+nothing');
  yard.write('late', 'l');
  expect(await yard.plan(optional).explain('some')).toEqual([{ kind: 'appeared', path: 'late' }]);
  expect((await yard.build(optional)).made).toEqual(['some']);
});

test('another mark, a missing output, and one that others changed are reasons', async () => {
  yard.write('source', 's');
  const marked = (mark: string): Target[] => [yard.target('out', ['source'], { mark })];
  await yard.build(marked('1'));
  expect(await yard.plan(marked('2')).explain('out')).toEqual([{ kind: 'mark' }]);
  yard.write('out', 'by hand');
  expect(await yard.plan(marked('1')).explain('out')).toEqual([{ kind: 'altered', path: 'out' }]);
  yard.remove('out');
  expect(await yard.plan(marked('1')).explain('out')).toEqual([{ kind: 'missing', path: 'out' }]);
  expect((await yard.build(marked('1'))).made).toEqual(['out']);
});

test('an empty file pins a target until it is taken away, and a seed is kept as it is', async () => {
  yard.write('source', 's');
  const targets = [
    yard.target('pinned', ['source'], { pin: true }),
    yard.target('seed', [], { seed: true, of: () => 'grown' }),
    yard.target('all', ['pinned', 'seed']),
  ];
  yard.write('pinned', '');
  yard.write('seed', 'by hand');
  const first = await yard.build(targets);
  expect(first.made).toEqual(['all']);
  expect(first.report.pinned).toEqual(['pinned']);
  expect(yard.read('all')).toBe('+by hand');
  yard.write('source', 'another');
  expect((await yard.build(targets)).made).toEqual([]);
  yard.remove('pinned');
  expect((await yard.build(targets)).made).toEqual(['all', 'pinned']);
  yard.remove('seed');
  expect((await yard.build(targets)).made).toEqual(['all', 'seed']);
  expect(yard.read('all')).toBe('another+grown');
});

test('an empty output that was made is no pin, until somebody touches it', async () => {
  yard.write('source', '');
  const targets = [yard.target('out', ['source'], { pin: true })];
  await yard.build(targets);
  yard.write('source', 'more');
  expect((await yard.build(targets)).made).toEqual(['out']);
  yard.write('source', '');
  expect((await yard.build(targets)).made).toEqual(['out']);
  utimesSync(join(yard.root, 'out'), 1_000_000, 1_000_000);
  yard.write('source', 'more');
  expect((await yard.build(targets)).report.pinned).toEqual(['out']);
  yard.write('source', 'still more');
  expect((await yard.build(targets)).made).toEqual([]);
});

test('an opaque output counts as changed whenever it is made, and not when it is touched', async () => {
  yard.write('source', 's');
  const targets = [
    yard.target('marker', [{ path: 'source', by: 'time' }], { opaque: true, of: () => '' }),
    yard.target('behind', ['marker']),
  ];
  await yard.build(targets);
  expect((await yard.build(targets)).made).toEqual([]);
  utimesSync(join(yard.root, 'source'), 1_000_000, 1_000_000);
  expect((await yard.build(targets)).made).toEqual(['behind', 'marker']);
  utimesSync(join(yard.root, 'marker'), 1_000_000, 1_000_000);
  expect((await yard.build(targets)).made).toEqual([]);
});

test('a failure stops what needs it, is told with its last lines, and is tried again', async () => {
  yard.write('source', 's');
  yard.broken.add('bad');
  const targets = [
    yard.target('bad', ['source'], { log: 'bad.log' }),
    yard.target('behind', ['bad']),
    yard.target('good', ['source']),
    yard.target('merge', [{ path: 'bad', optional: true }, 'good']),
  ];
  const { made, report } = await yard.build(targets, { keepGoing: true });
  expect(made).toEqual(['good', 'merge']);
  expect(report.failed).toMatchObject([
    { target: 'bad', tail: ['no bad today'], problem: { code: 'INC004', why: 'It says: bad is broken' } },
  ]);
  expect(report.blocked).toEqual([{ target: 'behind', by: 'bad' }]);
  expect(yard.read('bad.log')).toBe('no bad today\n');
  expect(yard.read('merge')).toBe('nothing+s');
  const again = await yard.build(targets, { keepGoing: true });
  expect(again.made).toEqual([]);
  expect(again.report.failed).toHaveLength(1);
  yard.broken.clear();
  expect((await yard.build(targets)).made).toEqual(['bad', 'behind', 'merge']);
});

test('without keepGoing nothing is begun after a failure', async () => {
  yard.write('source', 's');
  yard.broken.add('a');
  const targets = ['a', 'b', 'c'].map((name) => yard.target(name, ['source']));
  const { made, report } = await yard.build(targets);
  expect(made).toEqual([]);
  expect(report.end).toBe('stopped');
});

test('what failed leaves what was there before, and nothing half made', async () => {
  yard.write('source', '1');
  const half: Target = {
    ...yard.target('out', ['source']),
    make: async (context) => {
      yard.write('elsewhere', 'x');
      const { writeFileSync } = await import('node:fs');
      writeFileSync(context.output('out'), 'half');
      throw new Error('ended in the middle');
    },
  };
  await yard.build([yard.target('out', ['source'])]);
  yard.write('source', '2');
  expect((await yard.build([half])).report.failed).toHaveLength(1);
  expect(yard.read('out')).toBe('1');
  expect((await yard.build([yard.target('out', ['source'])])).made).toEqual(['out']);
});

test('an output that was not made is a failure', async () => {
  const forgetful: Target = { name: 'out', outputs: ['out'], inputs: [], make: () => Promise.resolve() };
  const { report } = await yard.build([forgetful]);
  expect(report.failed).toMatchObject([{ target: 'out', problem: { code: 'INC006' } }]);
});

test('circles, missing rules, doubled rules and unknown names have codes, with names that are near', async () => {
  yard.write('source', 's');
  const circle = [yard.target('a', ['c']), yard.target('b', ['a']), yard.target('c', ['b'])];
  expect(await codeOf(yard.build(circle))).toContain(
    "INC001 targets need each other: 'a' needs 'c' needs 'b' needs 'a'",
  );
  const twice = (): Promise<unknown> =>
    yard.build([yard.target('a', []), { ...yard.target('b', []), outputs: ['a'] }]);
  expect(await codeOf(twice())).toContain("INC003 'a' is made by 'a' and by 'b'");
  expect(await codeOf(yard.build([yard.target('manifest', [])], { goals: ['manifst'] }))).toContain(
    "INC005 there is no target 'manifst' Did you mean 'manifest'?",
  );
  const { report } = await yard.build([yard.target('a', ['sourec']), yard.target('b', ['source'])], {
    keepGoing: true,
  });
  expect(report.failed).toMatchObject([
    { target: 'a', problem: { code: 'INC002', next: "Did you mean 'source'?" } },
  ]);
  expect(report.made).toEqual(['b']);
});

test('goals, only, skip, force and dry runs', async () => {
  yard.write('source', 'x');
  yard.write('more', 'm');
  const dry = await yard.build(chain(), { dryRun: true });
  expect(dry.made).toEqual([]);
  expect(dry.report.would.map(({ target }) => target)).toEqual(['out/a', 'out/b', 'out/c']);
  expect(dry.report.would[1]?.reasons).toContainEqual({ kind: 'upstream', path: 'out/a', target: 'out/a' });
  expect((await yard.build(chain(), { goals: ['out/b'] })).made).toEqual(['out/a', 'out/b']);
  await yard.build(chain());
  yard.write('source', 'y');
  expect((await yard.build(chain(), { only: ['out/c'] })).made).toEqual([]);
  expect((await yard.build(chain(), { skip: ['out/b'] })).made).toEqual(['out/a']);
  expect((await yard.build(chain())).made).toEqual(['out/b', 'out/c']);
  expect((await yard.build(chain(), { force: ['out/a'] })).made).toEqual(['out/a']);
  yard.remove('out/a');
  const { report } = await yard.build(chain(), { only: ['out/b'], force: ['out/b'] });
  expect(report.failed[0]?.problem.code).toBe('INC002');
});

test('with somebody who watches, only what was touched is looked at', async () => {
  yard.write('source', 'x');
  yard.write('more', 'm');
  yard.aheadMs = 1000;
  await yard.build(chain());
  yard.write('more', 'n');
  expect((await yard.build(chain(), { touched: ['out/a'] })).made).toEqual([]);
  expect((await yard.build(chain(), { touched: ['more'] })).made).toEqual(['out/c']);
});

test('by times alone it does what make does', async () => {
  yard.write('source', 'x');
  yard.write('more', 'm');
  const at = (path: string, seconds: number): void => utimesSync(join(yard.root, path), seconds, seconds);
  const mode = 'time' as const;
  await yard.build(chain(), { mode });
  expect((await yard.build(chain(), { mode })).made).toEqual([]);
  for (const [path, seconds] of [
    ['source', 100],
    ['out/a', 200],
    ['out/b', 300],
    ['more', 350],
    ['out/c', 400],
  ] as const)
    at(path, seconds);
  expect((await yard.build(chain(), { mode })).made).toEqual([]);
  at('source', 250);
  expect((await yard.build(chain(), { mode })).made).toEqual(['out/a', 'out/b', 'out/c']);
  at('out/c', 100);
  expect((await yard.build(chain(), { mode })).made).toEqual(['out/c']);
});

test('a folder is an input with all it holds, and can be an output', async () => {
  yard.write('tree/one', '1');
  const targets: Target[] = [
    {
      ...yard.target('copy', ['tree']),
      make: async (context) => {
        yard.made.push('copy');
        const { cpSync } = await import('node:fs');
        cpSync(context.input('tree') ?? '', context.output('copy'), { recursive: true });
      },
    },
  ];
  expect((await yard.build(targets)).made).toEqual(['copy']);
  expect((await yard.build(targets)).made).toEqual([]);
  yard.write('tree/two', '2');
  expect((await yard.build(targets)).made).toEqual(['copy']);
  expect(yard.read('copy/two')).toBe('2');
});

test('two builds in one folder do not run at the same time', async () => {
  yard.write('source', 's');
  const other = yard.plan([yard.target('b', ['source'])]);
  const outer: Target = {
    ...yard.target('a', ['source']),
    make: async (context) => {
      context.say(await codeOf(other.build()));
      throw new Error('enough');
    },
  };
  const { report } = await yard.build([outer]);
  expect(report.failed[0]?.tail[0]).toContain('INC008');
});

test('of two builds that find the lock of one that was killed, one builds', async () => {
  yard.write('source', 's');
  const killed = { ...ownIdentity(), pid: 999_999_999 };
  yard.write('.state/lock', JSON.stringify(killed));
  const targets = [yard.target('out', ['source'])];
  const ends = await Promise.allSettled([yard.plan(targets).build(), yard.plan(targets).build()]);
  const refused = ends.filter((end) => end.status === 'rejected');
  expect(refused.length).toBeLessThan(2);
  for (const { reason } of refused) expect(reason).toMatchObject({ problem: { code: 'INC008' } });
  expect(yard.made).toEqual(['out']);
  const left = readdirSync(join(yard.root, '.state'));
  expect(left.filter((name) => name.startsWith('lock'))).toEqual([]);
});
