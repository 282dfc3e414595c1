import { execFileSync } from 'node:child_process';
import { utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Yard } from './model.ts';

const count = 5;

/** Inputs of five targets among two sources and earlier targets, and a time in seconds for each of the files. */
const sample = fc.record({
  inputs: fc.array(fc.array(fc.nat({ max: 6 }), { minLength: 1, maxLength: 3 }), {
    minLength: count,
    maxLength: count,
  }),
  times: fc.array(fc.integer({ min: 0, max: 4 }), { minLength: count + 2, maxLength: count + 2 }),
});

const nameOf = (at: number): string => (at < 2 ? `s${at}` : `t${at - 2}`);

test('by times alone the same is made as by make', async () => {
  await fc.assert(
    fc.asyncProperty(sample, async ({ inputs, times }) => {
      const yard = new Yard();
      try {
        const rules = inputs.map((list, at) => ({
          name: `t${at}`,
          from: [...new Set(list.map((input) => nameOf(input % (at + 2))))],
        }));
        const all = rules.map(({ name }) => name).join(' ');
        const text = rules.map(
          ({ name, from }) => `${name}: ${from.join(' ')}\n\t@echo ${name}; touch ${name}\n`,
        );
        writeFileSync(join(yard.root, 'Makefile'), `all: ${all}\n${text.join('')}`);
        const reset = (): void => {
          for (const [at, time] of times.entries()) {
            const name = nameOf(at);
            // no time: not made yet
            if (time === 0 && at >= 2) {
              if (yard.read(name) !== undefined) yard.remove(name);
              continue;
            }
            yard.write(name, name);
            utimesSync(join(yard.root, name), 1_000_000 + time, 1_000_000 + time);
          }
        };
        reset();
        const said = execFileSync('make', ['-s'], { cwd: yard.root, encoding: 'utf8' });
        reset();
        const targets = rules.map(({ name, from }) => yard.target(name, from));
        const { made } = await yard.build(targets, { mode: 'time' });
        expect(made).toEqual(
          said
            .split('\n')
            .filter((line) => /^t\d$/.test(line))
            .sort(),
        );
      } finally {
        yard.end();
      }
    }),
    { numRuns: 40 },
  );
});
