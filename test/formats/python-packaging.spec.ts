import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import fc from 'fast-check';
import { beforeAll, expect, it } from 'vitest';
import { isFault } from '../../src/diagnostics/index.ts';
import {
  comparePythonVersions,
  formatPythonVersion,
  meetsSpecifier,
  parsePythonVersion,
  parseSpecifier,
} from '../../src/formats/python/index.ts';

const script = join(import.meta.dirname, '../../testdata/python/packaging_verdicts.py');
/** The system's own Python has the system's modules; another one that stands before it in the path may have none. */
const python = '/usr/bin/python3';

interface Asked {
  readonly versions: readonly string[];
  readonly orders: readonly (readonly [string, string])[];
  readonly specifiers: readonly (readonly [version: string, specifier: string, prereleases: boolean])[];
}

interface Verdicts {
  readonly versions: readonly (string | null)[];
  readonly orders: readonly number[];
  readonly specifiers: readonly (boolean | null)[];
}

function askPackaging(asked: Asked): Verdicts {
  const result = spawnSync(python, [script], {
    input: JSON.stringify(asked),
    encoding: 'utf8',
    maxBuffer: 1 << 28,
  });
  expect(result.status, result.stderr).toBe(0);
  return JSON.parse(result.stdout) as Verdicts;
}

const number = fc.constantFrom('0', '1', '2', '10', '01', '123456789012345678901');
const optional = (...choices: string[]) => fc.constantFrom('', '', '', ...choices);
const version = fc
  .tuple(
    optional('v', ' ', '1!', '0!'),
    fc.array(number, { minLength: 1, maxLength: 4 }),
    optional('a1', 'b2', 'rc1', '.alpha.1', '-beta', '_c3', 'preview', 'RC01'),
    optional('.post1', '-1', 'post', '.rev2', '-r3', '.post01'),
    optional('.dev1', 'dev', '-dev2', '_DEV.03'),
    optional('+local', '+1.2', '+Ubuntu-1', '+01', '+a_b', '+1.a'),
  )
  .map(([before, numbers, ...ends]) => `${before}${numbers.join('.')}${ends.join('')}`);
const noise = fc.string({ unit: fc.constantFrom(...'01.-_abcrdevpost+! '), maxLength: 10 });
const sign = fc.constantFrom('~=', '==', '!=', '<=', '>=', '<', '>', '===');
const short = fc
  .tuple(
    fc.constantFrom('1', '1.0', '1.1', '1.0.0', '2.0', '1.0.1', '1!1.0'),
    optional('a1', 'rc1', 'rc2'),
    optional('.post1', '.post2'),
    optional('.dev1'),
    optional('+x', '+1'),
  )
  .map((parts) => parts.join(''));
/**
 * Releases of the module that are in use disagree about `<` and `>` before a pre- or post-release, and older ones about
 * `.*` behind an epoch; PEP 440 has the newer ones right.
 */
const isDisputed = (text: string): boolean => /^[<>](?!=).*[a-z]/.test(text) || /!.*\.\*$/.test(text);
const clause = fc
  .tuple(sign, short, optional('.*'))
  .map((parts) => parts.join(''))
  .filter((text) => !isDisputed(text));

const sample = <T>(what: fc.Arbitrary<T>, count: number): T[] =>
  fc.sample(what, { numRuns: count, seed: 20261127 });
const isVersion = (text: string): boolean => parsePythonVersion(text) !== undefined;
const parsed = (text: string) => parsePythonVersion(text) ?? expect.fail(text);

let asked: Asked;
let verdicts: Verdicts;
beforeAll(() => {
  const pair = fc.tuple(version.filter(isVersion), version.filter(isVersion));
  asked = {
    versions: [...sample(version, 2000), ...sample(noise, 1000)],
    orders: [...sample(pair, 3000), ...sample(fc.tuple(short, short), 2000)],
    specifiers: sample(
      fc.tuple(
        short,
        fc.array(clause, { minLength: 1, maxLength: 2 }).map((clauses) => clauses.join(',')),
        fc.constant(true),
      ),
      5000,
    ),
  };
  verdicts = askPackaging(asked);
});

it('reads and normalises versions as the module packaging does', () => {
  const ours = asked.versions.map((text) => {
    const read = parsePythonVersion(text);
    return [text, read ? formatPythonVersion(read) : null];
  });
  expect(ours).toEqual(asked.versions.map((text, index) => [text, verdicts.versions[index]]));
});

it('orders versions as the module packaging does', () => {
  const ours = asked.orders.map(([a, b]) => `'${a}' '${b}' ${comparePythonVersions(parsed(a), parsed(b))}`);
  expect(ours).toEqual(asked.orders.map(([a, b], index) => `'${a}' '${b}' ${verdicts.orders[index]}`));
});

it('says which versions meet which specifiers as the module packaging does', () => {
  const meets = (text: string, specifier: string, prereleases: boolean): boolean | null => {
    try {
      return meetsSpecifier(parsed(text), parseSpecifier(specifier), prereleases);
    } catch (error) {
      if (isFault(error, 'PEP001')) return null;
      throw error;
    }
  };
  const ours = asked.specifiers.map(
    ([text, specifier, pre]) => `'${text}' '${specifier}' ${meets(text, specifier, pre)}`,
  );
  const theirs = asked.specifiers.map(
    ([text, specifier], index) => `'${text}' '${specifier}' ${verdicts.specifiers[index]}`,
  );
  expect(ours).toEqual(theirs);
});
