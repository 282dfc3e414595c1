// node copy-targets.ts FOLDER COUNT [touched]: a build of that many copies, as a process.
import { copyFileSync } from 'node:fs';
import { systemClock } from '../../src/host/index.ts';
import { IncrementalBuild, type Target } from '../../src/incremental/index.ts';

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

const [, program, root, count, touched] = process.argv;
if (program === import.meta.filename && root !== undefined) {
  const targets = copyTargets(Number(count));
  const build = new IncrementalBuild({ root, state: `${root}/.state`, targets, clock: systemClock });
  const { failed } = await build.build({ jobs: 4, ...(touched === undefined ? {} : { touched: [] }) });
  if (failed.length > 0) throw new Error(JSON.stringify(failed[0]));
}
