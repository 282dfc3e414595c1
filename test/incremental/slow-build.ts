// node slow-build.ts FOLDER: makes five files one after the other and says how far it is.
import { appendFileSync, readFileSync, writeFileSync, writeSync } from 'node:fs';
import { systemClock } from '../../src/host/index.ts';
import { IncrementalBuild, type Target } from '../../src/incremental/index.ts';

/** Five targets, each written in two halves; `onHalf` is awaited between them. */
export function slowTargets(onHalf: (name: string) => unknown): readonly Target[] {
  return [0, 1, 2, 3, 4].map((at) => ({
    name: `out/${at}`,
    outputs: [`out/${at}`],
    inputs: at === 0 ? ['source'] : ['source', { path: `out/${at - 1}`, by: 'order' as const }],
    make: async (context) => {
      const text = `${readFileSync(context.input('source') ?? '', 'utf8')} `;
      writeFileSync(context.output(`out/${at}`), text.repeat(500));
      await onHalf(`out/${at}`);
      appendFileSync(context.output(`out/${at}`), text.repeat(500));
    },
  }));
}

const [, program, root] = process.argv;
if (program === import.meta.filename && root !== undefined) {
  let count = 0;
  const targets = slowTargets(async () => {
    writeSync(1, `half ${count}\n`);
    count += 1;
    // waits to be killed
    if (count === 3) await new Promise((resolve) => setTimeout(resolve, 60_000));
  });
  await new IncrementalBuild({ root, state: `${root}/.state`, targets, clock: systemClock }).build();
}
