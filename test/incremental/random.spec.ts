import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Target } from '../../src/incremental/index.ts';
import { Yard } from './model.ts';

/** A graph of targets: each has inputs among sources and earlier targets, and keeps so many signs of what it reads. */
interface Sample {
  readonly sources: number;
  readonly targets: readonly {
    readonly inputs: readonly number[];
    readonly keeps: number;
    readonly fails: number;
  }[];
  readonly steps: readonly {
    readonly source: number;
    readonly text: string;
    readonly removed: number;
    readonly jobs: number;
  }[];
}

const sample: fc.Arbitrary<Sample> = fc.record({
  sources: fc.integer({ min: 1, max: 4 }),
  targets: fc.array(
    fc.record({
      inputs: fc.array(fc.nat(), { minLength: 1, maxLength: 4 }),
      keeps: fc.integer({ min: 0, max: 6 }),
      fails: fc.integer({ min: 0, max: 12 }),
    }),
    { minLength: 1, maxLength: 10 },
  ),
  steps: fc.array(
    fc.record({
      source: fc.nat(),
      text: fc.constantFrom('a', 'ab', 'abc', 'b', 'zzzzzzz', ''),
      removed: fc.nat({ max: 20 }),
      jobs: fc.constantFrom(1, 2, 7),
    }),
    { minLength: 1, maxLength: 5 },
  ),
});

const inputsOf = ({ sources }: Sample, at: number, inputs: readonly number[]): string[] => [
  ...new Set(
    inputs.map((input) => input % (sources + at)).map((n) => (n < sources ? `s${n}` : `t${n - sources}`)),
  ),
];

/** What a build has to do, by the plainest of means: a target is made when what it reads is not what it was made from. */
class Model {
  readonly files = new Map<string, string>();
  readonly #from = new Map<string, string>();

  build(given: Sample, failing: ReadonlySet<string>): string[] {
    const made: string[] = [];
    const bad = new Set<string>();
    for (const [at, { inputs, keeps }] of given.targets.entries()) {
      const name = `t${at}`;
      const read = inputsOf(given, at, inputs);
      if (read.some((input) => bad.has(input))) {
        bad.add(name);
        continue;
      }
      const texts = read.map((input) => this.files.get(input) ?? '');
      const from = JSON.stringify(texts);
      if (this.#from.get(name) === from && this.files.has(name)) continue;
      if (failing.has(name)) {
        bad.add(name);
        continue;
      }
      made.push(name);
      this.#from.set(name, from);
      this.files.set(name, texts.join('+').slice(0, keeps));
    }
    return made;
  }
}

test('what is made is what a plain model makes, whatever changes, fails or is removed, one or many at a time', async () => {
  await fc.assert(
    fc.asyncProperty(sample, async (given) => {
      const yard = new Yard();
      const model = new Model();
      try {
        const targets: Target[] = given.targets.map(({ inputs, keeps }, at) =>
          yard.target(`t${at}`, inputsOf(given, at, inputs), {
            of: (texts) => texts.join('+').slice(0, keeps),
          }),
        );
        const write = (name: string, text: string): void => {
          yard.write(name, text);
          model.files.set(name, text);
        };
        for (let at = 0; at < given.sources; at += 1) write(`s${at}`, `source ${at}`);
        for (const [step, { source, text, removed, jobs }] of [
          { source: 0, text: 'x', removed: 20, jobs: 1 },
          ...given.steps,
        ].entries()) {
          write(`s${source % given.sources}`, text);
          const gone = `t${removed}`;
          if (model.files.delete(gone)) yard.remove(gone);
          yard.broken.clear();
          for (const [at, { fails }] of given.targets.entries())
            if (fails === step) yard.broken.add(`t${at}`);
          const expected = model.build(given, yard.broken);
          const { made } = await yard.build(step % 4 < 2 ? targets : [...targets].reverse(), {
            jobs,
            keepGoing: true,
          });
          expect(made).toEqual([...expected].sort());
          for (const [at] of given.targets.entries())
            expect(yard.read(`t${at}`)).toBe(model.files.get(`t${at}`));
        }
      } finally {
        yard.end();
      }
    }),
    { numRuns: 60 },
  );
});
