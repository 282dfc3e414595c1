import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { RunLine } from './upkeep-line.ts';
import type { WantedRun } from './upkeep-run.ts';

const all = (line: RunLine): readonly WantedRun[] => {
  const taken: WantedRun[] = [];
  for (let one = line.take(); one !== undefined; one = line.take()) taken.push(one);
  return taken;
};

describe('runs that wait for their turn', () => {
  it('are in the order of who wants them, and the one for pushes comes before the regular one', () => {
    const line = new RunLine();
    expect(line.put({ kind: 'trigger', trigger: 'daily', by: 'timer' })).toBe(0);
    expect(line.put({ kind: 'on-schedule', by: 'timer' })).toBe(0);
    expect(line.put({ kind: 'on-commit', by: 'push' })).toBe(0);
    expect(line.put({ kind: 'on-schedule', packages: ['foo'], by: 'hand' })).toBe(0);
    expect(line.put({ kind: 'trigger', trigger: 'daily', by: 'timer' })).toBe(3);
    expect(line.put({ kind: 'trigger', trigger: 'daily', by: 'hand' })).toBe(1);
    expect(all(line).map(({ kind, by }) => `${kind} ${by}`)).toEqual([
      'on-schedule hand',
      'trigger hand',
      'on-commit push',
      'on-schedule timer',
    ]);
  });

  it('are there once each, and none is lost, whatever is put in', () => {
    const wanted = fc.record({
      kind: fc.constantFrom<WantedRun['kind']>('on-commit', 'on-schedule', 'trigger'),
      by: fc.constantFrom<WantedRun['by']>('push', 'timer', 'hand'),
      trigger: fc.option(fc.constantFrom('a', 'b'), { nil: undefined }),
    });
    fc.assert(
      fc.property(fc.array(wanted), (runs) => {
        const line = new RunLine();
        for (const run of runs) line.put(run);
        const names = all(line).map(({ kind, trigger }) => `${kind} ${trigger}`);
        expect([...names].sort()).toEqual(
          [...new Set(runs.map(({ kind, trigger }) => `${kind} ${trigger}`))].sort(),
        );
      }),
    );
  });
});
