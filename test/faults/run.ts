// npm run test:faults: hundreds of rounds, one line each. PACKMILL_FAULT_ROUNDS and PACKMILL_FAULT_SEED say which;
// PACKMILL_FAULT_ONLY names faults, with semicolons between them. The rounds are dealt out to PACKMILL_FAULT_FARMS farms
// that work at the same time, the first with that seed and each of the others with the next one. Without names of faults,
// the tests that kill single programs follow, each of which kills PACKMILL_TEST_KILLS times.
import { spawnSync } from 'node:child_process';
import { runRounds } from './rounds.ts';

const variable = (name: string): string | undefined => process.env[name];
const seed = Number(variable('PACKMILL_FAULT_SEED') ?? Math.floor(Math.random() * 100_000));
const rounds = Number(variable('PACKMILL_FAULT_ROUNDS') ?? 200);
const only = variable('PACKMILL_FAULT_ONLY')?.split(';');
// most of a round is waiting for somebody to notice what has happened
const farms = Math.min(rounds, Number(variable('PACKMILL_FAULT_FARMS') ?? 4));

console.log(`${rounds} rounds on ${farms} farms, PACKMILL_FAULT_SEED=${seed}`);
const ended = await Promise.allSettled(
  Array.from({ length: farms }, (_, at) =>
    runRounds({
      seed: seed + at,
      rounds: Math.floor(rounds / farms) + (at < rounds % farms ? 1 : 0),
      only,
      say: (line) => console.log(line),
    }),
  ),
);
const stories = ended.filter((one) => one.status === 'rejected').map(({ reason }) => reason as unknown);
for (const story of stories) {
  console.error(story instanceof Error ? story.message : story);
  process.exitCode = 1;
}
if (stories.length === 0) console.log(`${rounds} rounds went well`);

if (only === undefined) {
  const specs = [
    'test/publisher/killed.spec.ts',
    'test/pipeline/schedule-killed.spec.ts',
    'test/end-to-end/kill.spec.ts',
  ];
  const { status } = spawnSync(
    process.execPath,
    ['node_modules/vitest/vitest.mjs', 'run', '--maxWorkers=1', ...specs],
    { stdio: 'inherit', env: { PACKMILL_TEST_KILLS: '45', ...process.env } },
  );
  process.exitCode ||= status ?? 1;
}
