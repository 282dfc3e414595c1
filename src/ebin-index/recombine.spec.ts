import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  evaluate,
  leaf,
  mapLeaves,
  parseDependencies,
  printDependencies,
  settleAtom,
} from '../formats/gentoo/index.ts';
import { recombine } from './recombine.ts';
import { flagsOf } from './table.ts';

const flags = ['a', 'b', 'c'];

/** Texts of ebuilds, and their sub-slots by the flags of a build. */
const template: fc.Arbitrary<string> = fc.letrec<{ items: string; item: string }>((tie) => ({
  items: fc.array(tie('item'), { minLength: 1, maxLength: 3 }).map((items) => items.join(' ')),
  item: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    fc.constantFrom(
      'd/x',
      '>=d/y-1',
      '!d/z',
      'd/x:=',
      'd/v:2=',
      'd/w[a?]',
      'd/w[b=,c(-)?]',
      'd/x:=[c?]',
      '>=d/y-2:=',
    ),
    fc
      .tuple(fc.constantFrom('a? ', '!b? ', 'c? ', '|| ', 'other? ', '!other? ', ''), tie('items'))
      .map(([head, items]) => `${head}( ${items} )`),
  ),
})).items;

const read = (text: string) => {
  const { expression } = parseDependencies(text, { place: { file: 'x' }, eapi: '8' });
  if (!expression) throw new Error(text);
  return expression;
};

/** What a build with these flags has: evaluated, and bound to a sub-slot, or to none. */
function built(text: string, on: ReadonlySet<string>, subslot: string): string {
  const settled = mapLeaves(evaluate(read(text), on), (atom) => {
    const own = settleAtom(atom, on);
    const isBound = own.slotOperator === '=' && subslot !== '';
    return leaf(isBound ? { ...own, slot: own.slot ?? '0', subslot } : own);
  });
  // Portage leaves groups away that are empty once conditions are settled.
  let printed = printDependencies(settled);
  while (/\( \)/.test(printed))
    printed = printed
      .replace(/(\|\| )?\( \)/g, '')
      .replace(/ +/g, ' ')
      .trim();
  return printed;
}

const builds = fc.record({
  text: template,
  missing: fc.subarray([1, 2, 3, 4, 5, 6, 7]),
  subslots: fc.array(fc.constantFrom('3', '4', ''), { minLength: 8, maxLength: 8 }),
});

describe('dependencies of random ebuilds', () => {
  it.each(['template', 'set'] as const)('give each build what it has, from %s', (method) => {
    const methods = new Set<string>();
    fc.assert(
      fc.property(builds, ({ text, missing, subslots }) => {
        const values = Array.from({ length: 8 }, (_, one) => one)
          .filter((one) => !missing.includes(one))
          .map((combination) => ({
            combination,
            text: built(text, new Set(flagsOf(flags, combination)), subslots[combination] ?? ''),
            template: method === 'template' ? text : undefined,
          }));
        const settled = (flag: string) => (flag === 'other' ? false : undefined);
        // That the text gives each build its items is checked within: it throws otherwise.
        const done = recombine({
          key: 'RDEPEND',
          values,
          flags,
          eapi: '8',
          settled,
          options: {},
          cpv: 'd/p-1',
        });
        methods.add(done.method);
        expect(done.text).not.toMatch(/\/\d+=|other\?/);
      }),
      { numRuns: 250 },
    );
    expect(methods).toContain(method);
  });
});
