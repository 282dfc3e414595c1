import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';

const language = 'src/formats/metro/language.spec.ts';
const run = 'test/stages/metro-run.spec.ts';
const tree = 'test/metro/reference-tree.spec.ts';

/** Where each acceptance check of the specification (11) is tested: a file below the top of the repository, and the title of a test. */
const checks: Readonly<Record<string, readonly [file: string, title: string]>> = {
  ...Object.fromEntries(
    Array.from({ length: 12 }, (_, index) => [
      `11.1-${index + 1}`,
      [language, `11.1-${index + 1}: `] as const,
    ]),
  ),
  '11.1-13': ['test/metro/laws.spec.ts', '11.1-13: '],
  '11.2 counts of elements, errors and files': [tree, 'has the elements, errors and files of the table, '],
  '11.2 inputs that are left out': [tree, 'tells what is missing when an input is left out'],
  '11.2 sources, results and links': [
    tree,
    'is planned as it would be built, for each target: source, result',
  ],
  '11.2 the same without the tree': ['src/stages/planning.spec.ts', '11.2: source, result and link follow'],
  '11.2 targets of a mode': ['src/stages/planning.spec.ts', '11.2: follow from the mode and the seed'],
  '11.2 sizes and digests of scripts': [tree, 'has the scripts of the table, line by line'],
  '11.2 all builds, targets and strategies': [
    tree,
    'agrees element by element with the reference, for every build',
  ],
  '11.3 usage, -N, words that are no pairs': [run, '11.3: without words, or with options that are none'],
  '11.3 -h and -V': [run, '11.3: -h and -V need no files'],
  '11.3 -k': [run, '11.3: prints a value alone, answers questions'],
  '11.3 auto jobs': [run, '11.3: builds, with as many jobs'],
  '11.3 duplicates, unknown targets, no control folder': [run, '11.3: mistakes in files end with 3'],
  '11.3 a snapshot alone': [run, '11.3: a package tree alone is packed without a subarch'],
  '11.3 no seed': [
    'test/stages/faults.spec.ts',
    '11.3: stage1 without its seed fails before a lock is taken',
  ],
  '11.3 locks': ['test/stages/faults.spec.ts', '11.3: a lock of a live process stops a run'],
  '11.3 a result that is there': ['test/stages/builds.spec.ts', '11.3: a result that is there is skipped'],
  '11.4 recorded cases': ['src/formats/metro/reference-cases.spec.ts', 'a recorded case of the reference'],
  '11.4 differences are listed': [
    'src/formats/metro/reference-cases.spec.ts',
    'that differs is one, and is explained',
  ],
  '11.4 made-up programs': [tree, 'made-up programs (11.4)'],
  '11.4 order': ['test/metro/laws.spec.ts', 'of definitions and annotations, within files and between them'],
};

it('11: each acceptance check is a test, where the list says', () => {
  const top = fileURLToPath(new URL('../..', import.meta.url));
  const missing = Object.entries(checks).flatMap(([name, [file, title]]) => {
    const text = readFileSync(`${top}/${file}`, 'utf8');
    const titles = text.matchAll(/^ *(?:it|describe)\b(?:\.runIf\([^)]*\))?\(\s*(['"`])(.*)\1/gm);
    return [...titles].some(([, , found = '']) => found.startsWith(title)) ? [] : [`${name} in ${file}`];
  });
  expect(missing).toEqual([]);
});
