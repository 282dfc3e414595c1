import { ElfCollector, readElf } from '../src/formats/elf/index.ts';
import { type FuzzTarget, inPieces, must } from './target.ts';

export const target: FuzzTarget = {
  name: 'elf',
  async check(input) {
    const facts = readElf(input);
    const collector = new ElfCollector();
    for await (const piece of inPieces(input)) collector.push(piece);
    const reading = collector.finish();
    must((facts === undefined) === (reading.kind !== 'elf'), 'whole and in pieces a file reads the same');
    if (facts && reading.kind === 'elf') {
      must(
        JSON.stringify(facts) === JSON.stringify(reading.facts),
        'whole and in pieces the facts are the same',
      );
    }
  },
};
