import { mtreeEntries, parseMtree, printMtree } from '../src/formats/archives/index.ts';
import { asText, type FuzzTarget, must } from './target.ts';

export const target: FuzzTarget = {
  name: 'mtree',
  check(input) {
    const { lines } = parseMtree(asText(input), 'x');
    mtreeEntries(lines);
    const text = printMtree(lines);
    must(printMtree(parseMtree(text, 'x').lines) === text, 'what is printed reads and prints the same');
  },
};
