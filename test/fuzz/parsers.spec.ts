import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { runTarget } from '../../fuzz/run-target.ts';
import { readSeeds, targets } from '../../fuzz/targets.ts';

const fuzzFolder = join(import.meta.dirname, '../../fuzz');

describe('every parser', () => {
  // The same inputs on every machine: a fixed seed and a fixed number.
  it.each(targets.map((target) => [target.name, target] as const))(
    "stands hostile input: '%s'",
    async (name, target) => {
      const slow = name === 'tar' || name === 'package-file';
      const count = slow ? 300 : 2000;
      const { failure } = await runTarget({
        target,
        seeds: readSeeds(name),
        seed: 20260801,
        goOn: (done) => done < count,
      });
      const input = failure && Buffer.from(failure.input).toString('base64');
      expect(failure?.error, `input, base64: ${input}`).toBeUndefined();
    },
  );

  it('with a corpus is a target', () => {
    const corpora = readdirSync(join(fuzzFolder, 'corpus')).sort();
    expect(corpora).toEqual(targets.map(({ name }) => name).sort());
  });
});
