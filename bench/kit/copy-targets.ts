// node copy-targets.ts FOLDER COUNT [touched | engine]: a build of that many copies, as a process. `touched`: somebody watches, and
// nothing was; `engine`: without what the last build left to be recalled.
import { copyFileSync } from 'node:fs';
import type { Target } from '../../src/incremental/index.ts';
import { recallUnchanged } from '../../src/incremental/unchanged/index.ts';

/** Where a copy and its source lie: in folders of a thousand. */
export function placesOf(at: number): { readonly source: string; readonly output: string } {
  const group = Math.floor(at / 1000);
  return { source: `source/${group}/${at}.txt`, output: `out/${group}/${at}.txt` };
}

/** Targets that each copy a file. */
export function copyTargets(count: number): readonly Target[] {
  return Array.from({ length: count }, (_, at) => {
    const { source, output } = placesOf(at);
    return {
      name: output,
      outputs: [output],
      inputs: [source],
      make: async (context) => {
        await Promise.resolve();
        copyFileSync(context.input(source) ?? '', context.output(output));
      },
    };
  });
}

/** With all of the engine, as the first time. */
async function wholeBuild(root: string, count: number, sign: string): Promise<string> {
  const { systemClock } = await import('../../src/host/index.ts');
  const { IncrementalBuild } = await import('../../src/incremental/index.ts');
  const sinceMs = systemClock.nowMs();
  const targets = copyTargets(count);
  const build = new IncrementalBuild({ root, state: `${root}/.state`, targets, clock: systemClock });
  const { failed, current } = await build.build({ jobs: 4 });
  if (failed.length > 0) throw new Error(JSON.stringify(failed[0]));
  const said = `${current} up to date`;
  build.remember({ sign, said, beside: [import.meta.filename], trees: [], sinceMs });
  return said;
}

const [, program, root, count, touched] = process.argv;
if (program === import.meta.filename && root !== undefined) {
  const sign = JSON.stringify([count]);
  const file = `${root}/.state/unchanged`;
  const said =
    touched === 'engine'
      ? undefined
      : recallUnchanged({ file, sign, root, here: process.cwd(), trusted: touched === 'touched' });
  console.log(said ?? (await wholeBuild(root, Number(count), sign)));
}
