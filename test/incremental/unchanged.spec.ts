import { mkdirSync, readFileSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { Target } from '../../src/incremental/index.ts';
import { Yard } from './model.ts';

let yard: Yard;
let targets: readonly Target[];
beforeEach(() => {
  yard = new Yard();
  // files were changed long before they are looked at
  yard.aheadMs = 1000;
  yard.write('source', 'x');
  yard.write('tree/deep/one', '1');
  yard.write('list', 'a b');
  yard.write('lists/first', 'a');
  const copy: Target = {
    ...yard.target('copy', ['tree', { path: 'maybe', optional: true }]),
    make: async (context) => {
      await Promise.resolve();
      yard.made.push('copy');
      yard.write(context.output('copy').slice(yard.root.length), 'copied');
    },
  };
  targets = [yard.target('out', ['source']), copy];
});
afterEach(() => yard.end());

const memory = { beside: ['list', 'lists'], trees: ['lists/below'] };

test('what a build with nothing to do saw is recalled until any of it changes, and again after the next one', async () => {
  const changes: readonly (() => void)[] = [
    () => yard.write('source', 'longer'),
    () => yard.remove('out'),
    () => yard.write('out', 'other'),
    () => yard.write('tree/deep/one', 'longer'),
    () => yard.write('tree/deep/two', '2'),
    () => yard.remove('tree/deep/two'),
    () => yard.write('maybe', 'now it is there'),
    () => yard.write('list', 'a b c'),
    () => yard.write('lists/second', 'b'),
    () => yard.write('lists/below/third', 'c'),
    () => yard.write('lists/below/third', 'longer'),
    () => utimesSync(join(yard.root, 'source'), 1, 1),
  ];
  for (const change of changes) {
    // the first one may have something to do
    await yard.buildAndRemember(targets, memory);
    expect(await yard.buildAndRemember(targets, memory)).toEqual({ made: [], remembered: true });
    expect(yard.recall()).toBe('nothing to do');
    expect(yard.recall()).toBe('nothing to do');
    change();
    expect(yard.recall(), String(change)).toBeUndefined();
  }
});

test('another order is not recalled, and a build takes away what was remembered before', async () => {
  await yard.build(targets);
  await yard.buildAndRemember(targets, { sign: 'some', said: 'some are there' });
  expect([yard.recall('all'), yard.recall('some')]).toEqual([undefined, 'some are there']);
  await yard.build(targets, { goals: ['out'] });
  expect(yard.recall('some')).toBeUndefined();
});

test('somebody who watches is believed', async () => {
  await yard.build(targets);
  await yard.buildAndRemember(targets);
  yard.write('source', 'y');
  expect([yard.recall('all', true), yard.recall('all')]).toEqual(['nothing to do', undefined]);
});

test('nothing is remembered of a build that made something, failed, compares times, or left a target alone', async () => {
  expect((await yard.buildAndRemember(targets)).remembered).toBe(false);
  yard.broken.add('out');
  yard.write('source', 'y');
  expect((await yard.buildAndRemember(targets)).remembered).toBe(false);
  yard.broken.clear();
  await yard.build(targets);
  const byTime = yard.plan(targets, 'time');
  await byTime.build();
  const order = { sign: 'all', said: '', beside: [], trees: [], sinceMs: yard.clock.nowMs() };
  expect(byTime.remember(order)).toBe(false);
  expect(yard.plan(targets).remember(order)).toBe(false);
  const pinned = [{ ...yard.target('out', ['source']), pin: true }];
  yard.write('out', '');
  expect((await yard.buildAndRemember(pinned)).remembered).toBe(false);
});

test('what changed at the moment of a look, or since the targets were read, is not believed', async () => {
  await yard.build(targets);
  const since = { sinceMs: yard.clock.nowMs() - 2000 };
  expect((await yard.buildAndRemember(targets, { beside: ['list'], ...since })).remembered).toBe(false);
  yard.aheadMs = 0;
  yard.write('source', 'z');
  await yard.build(targets);
  expect((await yard.buildAndRemember(targets)).remembered).toBe(false);
});

test('a file that is cut off, or is something else, is not believed', async () => {
  await yard.build(targets);
  await yard.buildAndRemember(targets);
  const whole = readFileSync(join(yard.root, '.state/unchanged'), 'latin1');
  for (const length of [0, 10, 25, 60, whole.length - 40, whole.length - 1]) {
    writeFileSync(join(yard.root, '.state/unchanged'), whole.slice(0, length), 'latin1');
    expect(yard.recall(), `${length}`).toBeUndefined();
  }
  yard.remove('.state/unchanged');
  mkdirSync(join(yard.root, '.state/unchanged'));
  expect(yard.recall()).toBeUndefined();
});
