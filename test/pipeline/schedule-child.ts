// A regular run in a process of its own, to be killed. Its manager answers over HTTP.
import { readFileSync } from 'node:fs';
import { isFault } from '../../src/diagnostics/index.ts';
import { systemClock } from '../../src/host/index.ts';
import type { HandOverPort } from '../../src/pipeline/index.ts';
import { regularRun } from './regular-run.ts';

interface Wishes {
  readonly checkout: string;
  readonly cacheFolder: string;
  readonly manager: string;
  readonly variables: Readonly<Record<string, string>>;
}

const { checkout, cacheFolder, manager, variables } = JSON.parse(
  readFileSync(process.argv[2] ?? '', 'utf8'),
) as Wishes;

const port: HandOverPort = {
  deliver: async (document) => {
    await fetch(manager, { method: 'POST', body: JSON.stringify(document) });
    return { accepted: [], refused: [], removed: [] };
  },
};

try {
  await regularRun({ checkout, cacheFolder, variables, port, clock: systemClock, told: [], problems: [] });
} catch (error) {
  if (!isFault(error)) throw error;
  process.stderr.write(`${error.problem.code} ${error.problem.what}\n`);
  process.exitCode = 3;
}
