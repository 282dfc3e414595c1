import { readDatabase, writeDatabase } from '../src/formats/pacman/index.ts';
import { type FuzzTarget, must } from './target.ts';

export const target: FuzzTarget = {
  name: 'database',
  check(input) {
    const { entries } = readDatabase(input, 'x');
    if (entries.length === 0) return;
    const written = writeDatabase(entries, { kind: 'files', compression: 'none' });
    const again = readDatabase(written, 'x');
    must(again.problems.length === 0, 'what is written has no problems');
    must(again.entries.length === entries.length, 'what is written has as many entries');
    const rewritten = writeDatabase(again.entries, { kind: 'files', compression: 'none' });
    must(Buffer.compare(rewritten, written) === 0, 'what is written writes the same');
  },
};
