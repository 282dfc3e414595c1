// The run of a push in a process of its own, to be killed. Its manager answers over HTTP; AUR_KEY is in its environment.
import { readFileSync } from 'node:fs';
import { uploadsToAur } from '../../src/app/ci/upkeep.ts';
import { isFault } from '../../src/diagnostics/index.ts';
import { systemClock } from '../../src/host/index.ts';
import { type Delivery, type HandOverPort, onCommit } from '../../src/pipeline/index.ts';
import { withRepository } from './regular-run.ts';

interface Wishes {
  readonly checkout: string;
  readonly manager: string;
}

const { checkout, manager } = JSON.parse(readFileSync(process.argv[2] ?? '', 'utf8')) as Wishes;

const port: HandOverPort = {
  deliver: async (document) => {
    const answer = await fetch(manager, { method: 'POST', body: JSON.stringify(document) });
    return (await answer.json()) as Delivery;
  },
};

try {
  const place = { checkout, clock: systemClock, variables: {}, told: [], problems: [] };
  await withRepository(place, (context) => onCommit(context, { port, uploadToAur: uploadsToAur(context) }));
} catch (error) {
  if (!isFault(error)) throw error;
  process.stderr.write(`${error.problem.code} ${error.problem.what}\n`);
  process.exitCode = 3;
}
