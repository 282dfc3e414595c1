import {
  formatMetro,
  lintProgram,
  loadMetro,
  memoryFiles,
  parseMetro,
  printMetro,
} from '../src/formats/metro/index.ts';
import { asText, type FuzzTarget, must } from './target.ts';

/** The language: a tree without loss, a format that is one, and an end with values or problems at places that exist. */
export const target: FuzzTarget = {
  name: 'metro',
  check(input) {
    const text = asText(input);
    const tree = parseMetro(text, 'root');
    must(printMetro(tree) === text, 'what is parsed is printed as it was');
    const formatted = formatMetro(tree);
    must(formatMetro(parseMetro(formatted, 'root')) === formatted, 'formatting twice is formatting once');
    const files = memoryFiles(
      new Map([
        ['root', text],
        ['a', 'x: $[y:zap]\n'],
        ['b', text],
      ]),
    );
    const { program } = loadMetro({ root: 'root', files });
    if (!program) return;
    const lines = text.split(/\r\n|\r|\n/).length;
    const lint = lintProgram(program).map((trouble) => program.problemOf(trouble));
    for (const { place, code } of [...program.problems, ...program.check(), ...lint]) {
      must(code.startsWith('MTR'), 'a problem has a code of the language');
      must(place?.file === 'a' || (place?.line ?? 0) <= lines, 'the place is within the file');
    }
    for (const name of program.names()) must(program.value(name) !== undefined, 'a name has a value');
  },
};
