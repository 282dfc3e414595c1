// npm run test:faults: hundreds of rounds, one line each. PACKMILL_FAULT_ROUNDS and PACKMILL_FAULT_SEED say which;
// PACKMILL_FAULT_ONLY names faults, with semicolons between them.
import { runRounds } from './rounds.ts';

const variable = (name: string): string | undefined => process.env[name];
const seed = Number(variable('PACKMILL_FAULT_SEED') ?? Math.floor(Math.random() * 100_000));
const rounds = Number(variable('PACKMILL_FAULT_ROUNDS') ?? 200);
const only = variable('PACKMILL_FAULT_ONLY')?.split(';');

console.log(`${rounds} rounds, PACKMILL_FAULT_SEED=${seed}`);
try {
  await runRounds({ seed, rounds, only, say: (line) => console.log(line) });
  console.log(`${rounds} rounds went well`);
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}
