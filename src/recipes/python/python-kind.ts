import type { JobContext, JobRun, Outcome, RecipeKind } from '../../model/index.ts';
import { compareText } from '../../primitives/index.ts';
import type { PythonDetails } from './python-recipe.ts';

/** Does what a recipe of Python resources says. */
export type PythonMaker = (context: JobContext<PythonDetails>, run: JobRun) => Promise<Outcome>;

/**
 * Python resources as a kind of the engine: a job explores one distribution, and one more makes the manifest of all. The interpreter
 * and the build run in the sandbox.
 */
export function createPythonKind(make: PythonMaker): RecipeKind<PythonDetails> {
  return {
    name: 'python',
    satisfies: () => true,
    compareVersions: compareText,
    parseNeed: (text) => ({ phase: 'build', name: text, text }),
    parseOffer: (text) => ({ name: text, version: undefined }),
    timeoutFactor: () => 1,
    // of the build, what is up to date is not made again
    keepsSources: ({ details }) => details.kind === 'manifest',
    stage: () => Promise.reject(new Error('jobs of Python resources are done as a whole')),
    perform: make,
  };
}
