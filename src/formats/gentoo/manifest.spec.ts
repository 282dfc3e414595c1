import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  type ManifestEntry,
  mergeManifest,
  parseManifest,
  printEntry,
  printManifest,
  thinManifest,
} from './manifest.ts';

const entry = (name: string, size = 1, fill = 'a', type: ManifestEntry['type'] = 'DIST'): ManifestEntry => ({
  type,
  name,
  size,
  hashes: { SHA512: fill.repeat(128), BLAKE2B: fill.repeat(128) },
});
const codes = (problems: readonly { code: string }[]): string[] => problems.map(({ code }) => code);

describe('Manifests', () => {
  it('30: have one line for each distfile, digests in the order of their names', () => {
    expect(printManifest({ entries: [entry('bar-1.0.tar.xz', 17)] })).toBe(
      `DIST bar-1.0.tar.xz 17 BLAKE2B ${'a'.repeat(128)} SHA512 ${'a'.repeat(128)}\n`,
    );
  });
  it('sort by type and name, say a thing once, and are nothing when they have no entries', () => {
    const entries = [entry('b'), entry('a'), entry('a'), entry('x.patch', 1, 'a', 'AUX')];
    expect(
      printManifest({ entries })
        .split('\n')
        .map((line) => line.slice(0, 8)),
    ).toEqual(['AUX x.pa', 'DIST a 1', 'DIST b 1', '']);
    expect(printManifest({ entries: [] })).toBe('');
    expect(thinManifest({ entries }).entries).toHaveLength(3);
  });
  it('read and print the same', () => {
    const name = fc.stringMatching(/^[A-Za-z0-9%+._é-]{1,12}$/);
    const one = fc
      .tuple(
        fc.constantFrom('AUX', 'DIST', 'EBUILD', 'MISC'),
        name,
        fc.nat(),
        fc.stringMatching(/^[0-9a-f]{4}$/),
      )
      .map(
        ([type, file, size, digest]): ManifestEntry => ({
          type: type as 'DIST',
          name: file,
          size,
          hashes: { MD5: digest },
        }),
      );
    const distinct = fc.uniqueArray(one, { selector: ({ type, name: file }) => `${type} ${file}` });
    fc.assert(
      fc.property(distinct, (entries) => {
        const text = printManifest({ entries });
        const read = parseManifest(text, 'Manifest');
        expect(read.problems).toEqual([]);
        expect(printManifest(read.manifest)).toBe(text);
        expect(read.manifest.entries).toHaveLength(entries.length);
      }),
    );
  });
  it.each([
    'DIST foo',
    'DIST foo x SHA1 aa',
    'DIST foo 1',
    'DIST foo 1 SHA1',
    'dist foo 1 SHA1 aa',
    'DIST a b 1 SHA1 aa',
  ])("PMS010 for the line '%s', with its place", (line) => {
    const { manifest, problems } = parseManifest(`DIST x 1 SHA1 aa\n${line}\n`, 'cat/foo/Manifest');
    expect(problems).toMatchObject([{ code: 'PMS010', place: { file: 'cat/foo/Manifest', line: 2 } }]);
    expect(manifest.entries).toHaveLength(1);
  });
  it('PMS011 when one name is two files, and nothing when a line is repeated', () => {
    expect(codes(parseManifest('DIST a 1 SHA1 aa\nDIST a 2 SHA1 aa\n', 'M').problems)).toEqual(['PMS011']);
    expect(parseManifest('DIST a 1 SHA1 aa\nDIST a 1 SHA1 aa\n', 'M')).toMatchObject({
      problems: [],
      manifest: { entries: [{}] },
    });
  });
  it('that are signed are read without their signature', () => {
    const signed =
      '-----BEGIN PGP SIGNED MESSAGE-----\nHash: SHA256\n\nDIST a 1 SHA1 aa\n-----BEGIN PGP SIGNATURE-----\n\niQIz=\n=abcd\n-----END PGP SIGNATURE-----\n';
    expect(parseManifest(signed, 'M')).toMatchObject({
      problems: [],
      manifest: { entries: [{ name: 'a' }] },
    });
  });
});

describe('merging', () => {
  const merge = (existing: ManifestEntry[], produced: [ManifestEntry, string][], referenced: string[]) =>
    mergeManifest({
      existing: { entries: existing },
      produced: produced.map(([one, origin]) => ({ entry: one, origin })),
      isReferenced: (name) => referenced.includes(name),
      file: 'Manifest',
    });
  it('33: keeps what a static ebuild names, replaces what the run made, forgets the rest', () => {
    const { manifest, problems } = merge(
      [entry('static.xz'), entry('made.xz', 1, 'b'), entry('gone.xz'), entry('x', 1, 'a', 'AUX')],
      [[entry('made.xz', 2), 'an autogen']],
      ['static.xz', 'made.xz'],
    );
    expect(problems).toEqual([]);
    expect(printManifest(manifest)).toBe(
      [entry('x', 1, 'a', 'AUX'), entry('made.xz', 2), entry('static.xz')]
        .map((one) => `${printEntry(one)}\n`)
        .join(''),
    );
  });
  it('PMS012 names both origins when one name is two files', () => {
    const { problems } = merge(
      [],
      [
        [entry('v1.tar.gz'), 'one'],
        [entry('v1.tar.gz', 2), 'two'],
      ],
      [],
    );
    expect(problems).toMatchObject([{ code: 'PMS012', what: expect.stringMatching(/'two'.*'one'/) }]);
    expect(
      merge(
        [],
        [
          [entry('v1.tar.gz'), 'one'],
          [entry('v1.tar.gz'), 'two'],
        ],
        [],
      ).problems,
    ).toEqual([]);
  });
});
