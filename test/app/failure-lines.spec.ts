import { expect, it } from 'vitest';
import type { Farm } from '../../src/app/farm.ts';
import { FailureLines } from '../../src/app/service/failure-lines.ts';
import type { FarmEvent, JobStateName } from '../../src/model/index.ts';
import type { JobId, PlanId } from '../../src/primitives/index.ts';

const moved = (job: string, to: JobStateName, reason = ''): FarmEvent => ({
  id: 1,
  atMs: 1,
  plan: 1 as PlanId,
  reason,
  kind: 'job-moved',
  job: job as JobId,
  from: 'running',
  to,
  attempt: undefined,
  builder: undefined,
});

it('says one line for each failed job, and how many it blocks', async () => {
  const said: string[] = [];
  const farm = { config: { repository: 'mine', arch: 'x86_64' } } as Pick<Farm, 'config'>;
  const lines = new FailureLines(farm, (line) => said.push(line));
  lines.hear(moved('mine/x86_64/bad', 'failed', "BLD001 makepkg of 'bad' ended with 4"));
  lines.hear(moved('mine/x86_64/good', 'succeeded'));
  lines.hear(moved('mine/x86_64/one', 'blocked'));
  lines.hear(moved('mine/x86_64/two', 'blocked'));
  lines.hear(moved('games/x86_64/slow', 'timed-out', 'ran for longer than 1h'));
  await Promise.resolve();
  expect(said).toEqual([
    "failed bad of mine/x86_64: BLD001 makepkg of 'bad' ended with 4 (packmill logs bad)",
    'failed slow of games/x86_64: timed out: ran for longer than 1h (packmill logs games/x86_64/slow)',
    'blocked by failed dependencies: 2 jobs',
  ]);
});
