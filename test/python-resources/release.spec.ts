import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import {
  decodeIndex,
  decodeManifest,
  encodeIndex,
  encodeManifest,
  makeIndex,
  makeManifest,
} from '../../src/python-resources/index.ts';

/** A folder with `manifest.json` and `index.json` of the original's last release; they are not ours to hand on. */
const release = process.env['PACKMILL_PYTHON_RELEASE'];

const kinds = [
  ...['ArgSpec', 'Documentation', 'Kwargs', 'PopularSignatures', 'ReturnTypes', 'SignatureStats'],
  ...['SymbolCounts', 'SymbolGraph'],
];

/** Manifest and index of the shape of that release. */
function shaped() {
  const names = ['builtin-stdlib', ...Array.from({ length: 863 }, (_, at) => `Dist-${at}`)];
  const entries = names.map((name, at) => ({
    distribution: { name, version: at === 0 ? '3.7' : `0.${at}` },
    paths: new Map(
      kinds
        .filter((_, kind) => (at + kind) % 9 !== 0)
        .map((kind) => [kind, `s3://bucket/python/${name}/0.${at}/${kind}/2020-07-17T18-18-33.blob`]),
    ),
  }));
  const tops = entries.map(
    ({ distribution }, at) => [distribution, [`top${at}`, `shared${at % 314}`]] as const,
  );
  return { manifest: encodeManifest(makeManifest(entries)), index: encodeIndex(makeIndex(tops)) };
}

describe('a release of 864 distributions', () => {
  it('E1, E5: is the same to the byte after it was read and written', () => {
    const { manifest, index } = shaped();
    const read = decodeManifest(manifest, { file: 'manifest.json' });
    expect(read).toHaveLength(864);
    expect(encodeManifest(read)).toBe(manifest);
    const tops = decodeIndex(index, 'index.json');
    expect(tops.size).toBe(1178);
    expect(encodeIndex(tops)).toBe(index);
    expect(tops.get('shared0')?.[0]?.name).toBe('builtin-stdlib');
  });

  it.skipIf(release === undefined)("E1, E5: the original's last one, to the byte", () => {
    const manifest = readFileSync(join(release ?? '', 'manifest.json'), 'utf8');
    expect(manifest).toHaveLength(783_264);
    const read = decodeManifest(manifest, { file: 'manifest.json' });
    expect(read).toHaveLength(864);
    expect(encodeManifest(read)).toBe(manifest);
    const index = readFileSync(join(release ?? '', 'index.json'), 'utf8');
    const tops = decodeIndex(index, 'index.json');
    expect(tops.size).toBe(1178);
    expect(encodeIndex(tops)).toBe(index);
    expect(tops.get('dogpile')?.map(({ name }) => name)).toEqual(['dogpile-cache', 'dogpile-core']);
    expect(tops.get('enum')?.[0]?.name).toBe('builtin-stdlib');
  });
});
