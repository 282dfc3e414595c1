import { describe, expect, it } from 'vitest';
import { shortFaults } from './fault-list.ts';
import { runRounds } from './rounds.ts';

const rounds = Number(process.env['PACKMILL_FAULT_ROUNDS'] ?? 3);
const seed = Number(process.env['PACKMILL_FAULT_SEED'] ?? Math.floor(Math.random() * 100_000));
const only = process.env['PACKMILL_FAULT_ONLY']?.split(';') ?? Object.keys(shortFaults);

/**
 * A farm of real processes at work, in which processes are killed and stopped, machines cut off, Redis emptied and
 * the disk filled. `npm run test:faults` runs hundreds of rounds.
 */
describe('a farm in trouble', () => {
  it(
    `loses nothing and does nothing twice (PACKMILL_FAULT_SEED=${seed}, ${rounds} rounds)`,
    async () => {
      const said: string[] = [];
      const say = (line: string): void => {
        said.push(line);
        if (rounds > 20) console.info(line);
      };
      await runRounds({ seed, rounds, only, say });
      expect(said).toHaveLength(rounds);
    },
    120_000 + rounds * 180_000,
  );
});
