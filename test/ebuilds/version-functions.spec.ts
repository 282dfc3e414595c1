import fc from 'fast-check';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { treeMetadata } from '../../src/ebuilds/index.ts';
import { compareVersions } from '../../src/formats/gentoo/index.ts';
import { Workshop } from './cage.ts';

let workshop: Workshop;
beforeAll(() => {
  workshop = new Workshop();
});
afterAll(() => workshop.remove());

const part = fc.constantFrom('0', '1', '2', '10', '01', '010', '09', '100', '00', '99999999999999999999999');
const version = fc
  .tuple(
    fc.array(part, { minLength: 1, maxLength: 4 }),
    fc.constantFrom('', 'a', 'b'),
    fc.array(
      fc.tuple(fc.constantFrom('alpha', 'beta', 'pre', 'rc', 'p'), fc.constantFrom('', '0', '1', '02', '11')),
      {
        maxLength: 2,
      },
    ),
    fc.constantFrom('', '-r0', '-r1', '-r01', '-r10'),
  )
  .map(
    ([parts, letter, suffixes, revision]) =>
      `${parts.join('.')}${letter}${suffixes.map(([kind, number]) => `_${kind}${number}`).join('')}${revision}`,
  );

/** What an ebuild of EAPI 7 prints for each of some commands, by their order. */
async function answers(name: string, commands: readonly string[]): Promise<readonly string[]> {
  const lines = commands.map((command) => `ALL+="$(${command});"`);
  const tree = workshop.repository(name, {
    'app-test/a/a-1.2.3.ebuild': `EAPI=7\n${lines.join('\n')}\nDESCRIPTION=\${ALL}\nSLOT=0\n`,
  });
  const { rows } = await treeMetadata({ tree, by: workshop.cage() });
  expect(rows[0]?.problems).toEqual([]);
  return (rows[0]?.entry?.variables['DESCRIPTION'] ?? '').split(';').slice(0, -1);
}

it('ver_test orders versions as PMS 3.3 does', async () => {
  const pairs = fc.sample(fc.tuple(version, version), 400);
  const operators = ['-lt', '-eq', '-gt', '-le', '-ne', '-ge'];
  const commands = pairs.map(
    ([a, b]) =>
      `for o in ${operators.join(' ')}; do if ver_test ${a} \${o} ${b}; then printf 1; else printf 0; fi; done`,
  );
  const found = await answers('test', commands);
  const wanted = pairs.map(([a, b]) => {
    const order = compareVersions(a, b);
    const truths = [order < 0, order === 0, order > 0, order <= 0, order !== 0, order >= 0];
    return truths.map((one) => (one ? '1' : '0')).join('');
  });
  for (const [index, pair] of pairs.entries()) expect(found[index], pair.join(' and ')).toBe(wanted[index]);
});

it.each([
  ['ver_cut 1', '1'],
  ['ver_cut 2-', '2.3'],
  ['ver_cut 1-2 1.2b_rc3', '1.2'],
  ['ver_cut 3-4 1.2b_rc3', 'b_rc'],
  ['ver_cut 2-9 1.2', '2'],
  ['ver_cut 5 1.2', ''],
  ['ver_cut 0-1 .1.2', '.1'],
  ['ver_cut 1-2 .1.2', '1.2'],
  ['ver_cut 2 1.2_', '2'],
  ['ver_cut 2- 1.2_', '2_'],
  ['ver_cut 3 1.2_', ''],
  ['ver_rs 1 -', '1-2.3'],
  ['ver_rs 1- _', '1_2_3'],
  ['ver_rs 1 a 2 b', '1a2b3'],
  ['ver_rs 3 x 1.2b_rc3', '1.2bxrc3'],
  ['ver_rs 2 - 1.2b_rc3', '1.2-b_rc3'],
  ['ver_rs 0 x 1.2', '1.2'],
  ['ver_rs 0 x .1.2', 'x1.2'],
  ['ver_rs 9 x 1.2', '1.2'],
])('%s prints %s (PMS 12.3.14)', async (command, wanted) => {
  expect(await answers(command.replace(/[^a-z0-9]/g, ''), [command])).toEqual([wanted]);
});
