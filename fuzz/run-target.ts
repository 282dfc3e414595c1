import { mutate, SeededNumbers } from './mutate.ts';
import type { FuzzTarget } from './target.ts';

/** An input that took longer than this is a hang; ordinary ones take well under a millisecond. */
const hangMs = 5000;

export interface FuzzRun {
  readonly target: FuzzTarget;
  readonly seeds: readonly Uint8Array[];
  readonly seed: number;
  /** Asked before each input, with the number of those done. */
  readonly goOn: (done: number) => boolean;
}

export interface FuzzFailure {
  readonly input: Uint8Array;
  readonly error: unknown;
}

async function tryInput(target: FuzzTarget, input: Uint8Array): Promise<FuzzFailure | undefined> {
  const start = performance.now();
  try {
    await target.check(input);
  } catch (error) {
    return { input, error };
  }
  const tookMs = performance.now() - start;
  return tookMs > hangMs ? { input, error: new Error(`took ${Math.round(tookMs)} ms`) } : undefined;
}

/** Feeds the seeds and then changed seeds; stops at the first failure. */
export async function runTarget(run: FuzzRun): Promise<{ done: number; failure?: FuzzFailure }> {
  const numbers = new SeededNumbers(run.seed);
  const { seeds } = run;
  for (let done = 0; run.goOn(done); done += 1) {
    const seed = seeds[done < seeds.length ? done : numbers.next(seeds.length)] ?? new Uint8Array(0);
    const other = seeds[numbers.next(seeds.length)] ?? seed;
    const input = done < seeds.length ? seed : mutate(seed, other, numbers);
    const failure = await tryInput(run.target, input);
    if (failure) return { done, failure };
    if (!run.goOn(done + 1)) return { done: done + 1 };
  }
  return { done: 0 };
}
