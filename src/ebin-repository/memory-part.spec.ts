import fc from 'fast-check';
import { expect, it } from 'vitest';
import { readMemoryPart } from './memory-part.ts';

const object = { sha512: 'a'.repeat(128), size: 3, name: 'x' };
const report = {
  cpv: 'a/b-1',
  flags: { varying: [], constant: [], dropped: ['test'] },
  builds: [{ path: 'p', buildTime: 1 }],
  table: [{ use: [], build: 'p', parts: { main: object } }],
  diagnostics: [{ code: 'EBN001', severity: 'warning', message: 'm' }],
};
const whole = { packages: { 'a/b-1': { files: [{ path: 'f', sha256: 's' }], report } } };

it('takes what is as the generator writes it', () => {
  expect(readMemoryPart(whole).packages.get('a/b-1')).toEqual({
    files: [{ path: 'f', sha256: 's' }],
    report,
  });
});

it.each([
  ['no report', { ...whole.packages['a/b-1'], report: undefined }],
  ['files that are no list', { report, files: {} }],
  [
    'a size that is none',
    {
      files: [],
      report: { ...report, table: [{ ...report.table[0], parts: { main: { ...object, size: 'x' } } }] },
    },
  ],
  ['flags that are no texts', { files: [], report: { ...report, flags: { dropped: [1] } } }],
  ['a build without a time', { files: [], report: { ...report, builds: [{ path: 'p' }] } }],
  ['a code that is none', { files: [], report: { ...report, diagnostics: [{ code: 1 }] } }],
])('leaves a version out that has %s', (_, known) => {
  expect(readMemoryPart({ packages: { 'a/b-1': known } }).packages.size).toBe(0);
});

it('never throws, whatever it is given', () => {
  fc.assert(
    fc.property(fc.anything(), (value) => {
      expect(readMemoryPart(value).refused.size).toBe(0);
      readMemoryPart({ packages: value });
      readMemoryPart({ packages: { 'a/b-1': { files: [], report: value } } });
    }),
  );
});
