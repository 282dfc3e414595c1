import { execFileSync } from 'node:child_process';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { globPattern } from './glob.ts';

describe('globPattern', () => {
  it('matches what fnmatch of Python matches', () => {
    const signs = fc.array(
      fc.constantFrom('a', 'b', '-', '/', '*', '?', '.', '+', '[', ']', '[a-b]', '[!a]'),
      {
        maxLength: 6,
      },
    );
    const texts = fc.array(fc.constantFrom('a', 'b', '-', '/', '.', '+', '[', ']'), { maxLength: 6 });
    const samples = fc.sample(
      fc.tuple(signs, texts).map(([glob, text]) => [glob.join(''), text.join('')] as const),
      { numRuns: 3_000, seed: 7 },
    );
    const program =
      'import fnmatch, json, sys; print(json.dumps([fnmatch.fnmatchcase(t, g) for g, t in json.load(sys.stdin)]))';
    const answers: boolean[] = JSON.parse(
      execFileSync('python3', ['-c', program], { input: JSON.stringify(samples), encoding: 'utf8' }),
    );
    expect(samples.map(([glob, text]) => [glob, text, globPattern(glob).test(text)])).toEqual(
      samples.map(([glob, text], index) => [glob, text, answers[index]]),
    );
    expect(answers.filter(Boolean).length).toBeGreaterThan(100);
  });
  it('takes no longer for many stars than for one', () => {
    // tried in every way this would outlive the machine
    expect(globPattern(`${'*a'.repeat(30)}*b`).test('a'.repeat(10_000))).toBe(false);
  });
});
