import { execFileSync } from 'node:child_process';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { sortedJson } from './meta-repo.ts';

describe('sortedJson', () => {
  it('writes JSON as Python does with sorted keys and four spaces, to the byte', () => {
    const name = fc.oneof(fc.constantFrom('1', '10', '9', 'é', '\u{1f600}', '\uffff', 'a'), fc.string());
    const value = fc.letrec((tie) => ({
      any: fc.oneof(
        { maxDepth: 3 },
        fc.constantFrom(null, true, false, '', 'ü\n\u007f'),
        fc.integer(),
        fc.string(),
        fc.array(tie('any'), { maxLength: 3 }),
        fc.dictionary(name, tie('any'), { maxKeys: 4 }),
      ),
    })).any;
    const samples = fc.sample(value, { numRuns: 500, seed: 11 });
    const program =
      'import json, sys; print(json.dumps([json.dumps(v, sort_keys=True, indent=4, ensure_ascii=False) for v in json.load(sys.stdin)]))';
    const answers: string[] = JSON.parse(
      execFileSync('python3', ['-c', program], {
        input: JSON.stringify(samples),
        encoding: 'utf8',
        env: { PYTHONIOENCODING: 'utf-8', PATH: process.env['PATH'] },
      }),
    );
    expect(samples.map((sample) => sortedJson(sample))).toEqual(answers);
  });
});
