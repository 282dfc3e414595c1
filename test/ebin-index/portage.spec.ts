import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isUnreadable, pfOf, readText, requiredUseHolds, urisUnder } from '../../src/ebin-index/index.ts';
import { checkout, PortageLab } from '../ebins/portage-lab.ts';
import { bothParts, cached, indexOf, sampleBuilds } from './sample.ts';
import { writeRepository } from './write-repository.ts';

/** Reads questions as JSON, answers them with the functions of Portage. */
const program = `
import json, sys, warnings
warnings.simplefilter("ignore")
from portage.dep import use_reduce, check_required_use
from portage.exception import InvalidDependString
known = {"a", "b", "c"}
def answer(kind, text, flags):
    valid = lambda flag: not flags.get("only") or flag in flags["only"]
    use = set(flags["on"])
    try:
        if kind == "src-uri":
            words = use_reduce(text, uselist=use, is_src_uri=True, eapi="8", flat=True, is_valid_flag=valid)
            files, at = [], 0
            while at < len(words):
                if words[at + 1:at + 2] == ["->"]:
                    files.append([words[at], words[at + 2]]); at += 3
                else:
                    files.append([words[at], words[at].rsplit("/", 1)[-1]]); at += 1
            return files
        return bool(check_required_use(text, use, valid, eapi="8"))
    except InvalidDependString:
        return None
json.dump([answer(*question) for question in json.load(sys.stdin)], sys.stdout)
`;

type Question = readonly [
  kind: 'src-uri' | 'required-use',
  text: string,
  flags: { readonly on: readonly string[]; readonly only?: readonly string[] },
];

async function askPortage(questions: readonly Question[]): Promise<unknown[]> {
  const running = promisify(execFile)('python3', ['-c', program], {
    env: { PATH: process.env.PATH, PYTHONPATH: join(checkout ?? '', 'lib'), PYTHONDONTWRITEBYTECODE: '1' },
    maxBuffer: 1 << 28,
  });
  running.child.stdin?.end(JSON.stringify(questions));
  return JSON.parse((await running).stdout) as unknown[];
}

function ownAnswer([kind, text, flags]: Question): unknown {
  const only = flags.only && new Set(flags.only);
  const read = readText(text, { kind, isKnown: (flag) => only?.has(flag) ?? true });
  if (isUnreadable(read)) return null;
  const on = new Set(flags.on);
  return kind === 'src-uri'
    ? urisUnder(read, on).map(({ uri, name }) => [uri, name])
    : requiredUseHolds(read, on);
}

/** All sets of some flags. */
const subsets = (flags: readonly string[]): string[][] =>
  Array.from({ length: 2 ** flags.length }, (_, one) => flags.filter((_flag, index) => (one >> index) & 1));

const words: fc.Arbitrary<string> = fc
  .array(
    fc.constantFrom(
      'a',
      '!a',
      'b',
      '!b',
      'c',
      'a?',
      '!a?',
      'b?',
      'c?',
      '(',
      '(',
      ')',
      ')',
      '||',
      '^^',
      '??',
      '( )',
    ),
    { maxLength: 9 },
  )
  .map((list) => list.join(' '));

/** Portage only finds out while it fetches that no address stands in front of an arrow; such texts are not compared. */
const uriWords: fc.Arbitrary<string> = fc
  .array(
    fc.constantFrom(
      'x://h/f',
      'x://h/g',
      'x://h/g -> n',
      'x://h/g ->',
      'a?',
      '!b?',
      '(',
      '( x://h/i )',
      ')',
      '||',
    ),
    {
      maxLength: 8,
    },
  )
  .map((list) => list.join(' '));

describe.skipIf(checkout === undefined)(
  'beside Portage (set PACKMILL_PORTAGE to a checkout to run this)',
  () => {
    it('entries of the metadata cache are those that egencache writes, and Portage takes the packages', async () => {
      const folder = mkdtempSync(join(tmpdir(), 'packmill-ebin-index-'));
      try {
        const ebuilds = [
          ...indexOf(sampleBuilds('app-misc/ebindemo-1.0'), { form: 'naive', requiredUse: 'naive' }).ebuilds,
          ...indexOf(sampleBuilds('app-misc/ebinscript-2.0-r1'), { phases: 'bundle', defaults: 'nearest' })
            .ebuilds,
          ...indexOf(sampleBuilds('app-misc/usedep-1'), {}, bothParts('subpackage')).ebuilds,
          ...indexOf(sampleBuilds('dev-libs/demolib-1.3')).ebuilds,
        ];
        const ebins = join(folder, 'ebins');
        writeRepository(ebins, ebuilds);
        const lab = new PortageLab(folder, { ebins });
        const run = async (words: readonly string[]): Promise<string> => {
          const ended = await lab.run(words);
          expect(ended.code, ended.text).toBe(0);
          return ended.text.trim();
        };
        const option = `--repositories-configuration=${lab.repositories}`;
        await run(['egencache', option, '--update', '--repo', 'ebins']);
        for (const { id, cache } of ebuilds) {
          const path = join(ebins, 'metadata/md5-cache', id.category, pfOf(id));
          expect(readFileSync(path, 'utf8')).toBe(cache);
        }
        for (const { id } of ebuilds) {
          const asked = ['portageq', 'best_visible', `${lab.root}/`, 'ebuild', `${id.category}/${id.name}`];
          expect(await run(asked)).toBe(`${id.category}/${pfOf(id)}`);
        }
      } finally {
        rmSync(folder, { recursive: true });
      }
    });

    it('REQUIRED_USE and SRC_URI of any words mean the same', async () => {
      const flags = ['a', 'b', 'c'];
      const texts = fc.sample(words, { numRuns: 3000, seed: 7 });
      const uriTexts = fc.sample(uriWords, { numRuns: 3000, seed: 8 });
      const questions: Question[] = [
        ...texts.flatMap((text) =>
          subsets(flags).map((on): Question => ['required-use', text, { on, only: flags }]),
        ),
        ...uriTexts.flatMap((text) =>
          subsets(flags).map((on): Question => ['src-uri', text, { on, only: flags }]),
        ),
      ];
      const answers = await askPortage(questions);
      const different = questions.flatMap((question, index) => {
        const own = ownAnswer(question);
        return JSON.stringify(own) === JSON.stringify(answers[index])
          ? []
          : [[question, own, answers[index]]];
      });
      expect(different.slice(0, 5)).toEqual([]);
      expect(answers.filter((one) => one !== null).length).toBeGreaterThan(5000);
    });

    it.each(['tree', 'naive'] as const)(
      'the texts of the sample mean the same in the form %s',
      async (form) => {
        const questions = ['app-misc/ebindemo-1.0', 'app-misc/ebinscript-2.0-r1'].flatMap((cpv) => {
          const [ebuild] = indexOf(sampleBuilds(cpv), { form, requiredUse: form }).ebuilds;
          const only = cached(ebuild, 'IUSE')
            .split(' ')
            .map((flag) => flag.replace('+', ''));
          return subsets(only).flatMap((on): Question[] => [
            ['src-uri', cached(ebuild, 'SRC_URI'), { on, only }],
            ['required-use', cached(ebuild, 'REQUIRED_USE'), { on, only }],
          ]);
        });
        expect(await askPortage(questions)).toEqual(questions.map(ownAnswer));
      },
    );
  },
);
