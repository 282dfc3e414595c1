import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { gunzipSync, zstdCompressSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { encodeTarEntry, tarEnd } from '../../src/formats/archives/index.ts';
import type { Artifact, KindServices, Recipe } from '../../src/model/index.ts';
import { collectPackages } from '../../src/recipes/pkgbuild/collect.ts';
import {
  describePackage,
  type ExpectedPackages,
  type PkgbuildDetails,
  verifyHandedIn,
} from '../../src/recipes/pkgbuild/index.ts';
import { type ObjectStore, openDiskStore } from '../../src/store/index.ts';
import { buildRecipe, scratchFolder } from '../formats/real-tools.ts';

let scratch: ReturnType<typeof scratchFolder>;
let store: ObjectStore;
beforeAll(() => {
  scratch = scratchFolder();
  store = openDiskStore({ root: join(scratch.folder, 'store') });
});
afterAll(() => scratch.remove());

/** Builds with the real makepkg and collects as a builder does. */
async function built(name: string, base: string, allowProhibited: boolean) {
  const place = join(scratch.folder, `${name}-${allowProhibited}`);
  mkdirSync(join(place, 'packages'), { recursive: true });
  const outputs: string[] = [];
  for (const path of buildRecipe(name, place)) {
    const fileName = basename(path, '.gz');
    writeFileSync(join(place, 'packages', fileName), gunzipSync(readFileSync(path)));
    outputs.push(fileName.replace(/-[^-]+-[^-]+-[^-]+$/, ''));
  }
  const recipe = { name: base, outputs, details: { settings: { allowProhibited } } };
  const { outcome } = await collectPackages(
    {
      recipe: recipe as unknown as Recipe<PkgbuildDetails>,
      ...{ arch: 'x86_64', folder: join(place, 'packages'), scratch: join(place, 'finished') },
      ...{ compressionLevel: 3, say: () => undefined },
    },
    {
      putFile: (path: string) => store.putFile(path),
      putBytes: (bytes) => store.putBytes(bytes),
    } as KindServices,
  );
  if (outcome.kind !== 'succeeded') throw new Error(JSON.stringify(outcome));
  const expected: ExpectedPackages = { recipe: base, outputs, arch: 'x86_64', allowProhibited };
  return { artifacts: outcome.artifacts, expected };
}

describe('packages that a builder hands in', () => {
  it.each([
    ['split', 'quill', false],
    ['split', 'quill', true],
    ['library', 'libink', false],
  ] as const)(
    'are read to what the builder found itself: %s of %s, everything kept: %s',
    async (name, base, keep) => {
      const { artifacts, expected } = await built(name, base, keep);
      expect(artifacts.length).toBe(name === 'split' ? 3 : 1);
      for (const artifact of artifacts) {
        const described = await describePackage(await store.path(artifact.object), expected);
        expect(described.artifact).toEqual(artifact);
        expect(Buffer.from(described.factsBytes)).toEqual(Buffer.from(await store.readBytes(artifact.facts)));
      }
      expect(await verifyHandedIn(store, artifacts, expected)).toEqual(artifacts);
      // Whatever else the builder says of them is not listened to.
      const lies = artifacts.map((artifact) => ({ ...artifact, depends: ['evil'], facts: artifact.object }));
      expect(await verifyHandedIn(store, lies, expected)).toEqual(artifacts);
    },
  );

  const info = (fields: Record<string, string> = {}): string =>
    Object.entries({ pkgname: 'foo', pkgbase: 'foo', pkgver: '1-1', arch: 'any', ...fields })
      .map(([key, value]) => `${key} = ${value}\n`)
      .join('');
  const tarOf = (...texts: readonly string[]): Buffer =>
    Buffer.concat([...texts.map((text) => encodeTarEntry({ path: '.PKGINFO' }, Buffer.from(text))), tarEnd]);
  const store1 = async (bytes: Uint8Array, claim: Partial<Artifact> = {}): Promise<Artifact> => {
    const { digest, sizeBytes } = await store.putBytes(bytes);
    return {
      ...{ name: 'foo', version: '1-1', arch: 'any', fileName: 'foo-1-1-any.pkg.tar.zst' },
      ...{ depends: [], provides: [], providedSonames: [], neededSonames: [] },
      ...{ object: digest, facts: digest, sizeBytes },
      ...claim,
    };
  };
  const expected: ExpectedPackages = {
    ...{ recipe: 'foo', outputs: ['foo', 'foo-doc'], arch: 'x86_64', allowProhibited: false },
  };
  const packed = (fields: Record<string, string> = {}, claim: Partial<Artifact> = {}) =>
    store1(zstdCompressSync(tarOf(info(fields))), claim);
  const refusal = async (
    claimed: readonly Artifact[],
    more: Partial<ExpectedPackages> = {},
  ): Promise<string> => {
    const error = await verifyHandedIn(store, claimed, { ...expected, ...more }).catch(
      (caught: unknown) => caught,
    );
    expect(error).toMatchObject({ problem: { code: 'BLD032' } });
    return (error as Error).message;
  };

  it('are taken when they are what the plan says', async () => {
    const artifact = await packed();
    expect(await verifyHandedIn(store, [artifact], expected)).toMatchObject([
      { name: 'foo', version: '1-1' },
    ]);
    for (const version of ['1-1', '1-0.9']) await verifyHandedIn(store, [artifact], { ...expected, version });
  });

  it('are refused when they are something else, and the problem says what', async () => {
    expect(await refusal([])).toContain("no package of 'foo'");
    expect(await refusal([await packed({ pkgname: 'sudo' })])).toContain("a package 'sudo'");
    expect(await refusal([await packed({ pkgbase: 'bar' })])).toContain("pkgbase 'bar'");
    expect(await refusal([await packed({ arch: 'aarch64' })])).toContain("'aarch64'");
    expect(await refusal([await packed({ pkgver: '../../x-1' })])).toContain('which no package can have');
    expect(await refusal([await packed({ pkgver: '2-1' })])).toContain("version '1-1', and has '2-1'");
    expect(await refusal([await packed({}, { name: 'foo-doc' })])).toContain("name 'foo-doc'");
    expect(await refusal([await packed({}, { arch: 'x86_64' })])).toContain("arch 'x86_64'");
    expect(await refusal([await packed({}, { fileName: '../foo-1-1-any.pkg.tar.zst' })])).toContain(
      'fileName',
    );
    expect(await refusal([await packed({}, { sizeBytes: 7 })])).toContain('sizeBytes 7');
    expect(await refusal([await packed({}, { object: 'x' as Artifact['object'] })])).toContain('no hash');
    expect(await refusal([await packed({ replaces: 'glibc' })])).toContain("'replaces'");
    expect(await refusal([await packed({ group: 'base' })])).toContain("'group'");
    expect(await refusal([await packed(), await packed()])).toContain('twice');
    for (const version of ['2-1', '1:1-1', '1-2', '1.1-1']) {
      expect(await refusal([await packed()], { version })).toContain(`planned was ${version}`);
    }
    const doc = await packed(
      { pkgname: 'foo-doc', pkgver: '2-1' },
      { name: 'foo-doc', version: '2-1', fileName: 'foo-doc-2-1-any.pkg.tar.zst' },
    );
    expect(await refusal([await packed(), doc])).toContain('several versions: 1-1, 2-1');
  });

  it('are refused when readers would disagree on what is in them', async () => {
    const good = zstdCompressSync(tarOf(info()));
    const evil = zstdCompressSync(tarOf(info({ pkgname: 'evil' })));
    expect(await refusal([await store1(Buffer.concat([good, evil]))])).toContain('exactly one zstd frame');
    const skippable = Buffer.from([0x50, 0x2a, 0x4d, 0x18, 1, 0, 0, 0, 7]);
    for (const bytes of [
      [skippable, good],
      [good, skippable],
      [good, Buffer.from('x')],
      [good.subarray(0, -1)],
    ]) {
      expect(await refusal([await store1(Buffer.concat(bytes))])).toContain('exactly one zstd frame');
    }
    const twice = zstdCompressSync(tarOf(info(), info({ pkgname: 'evil' })));
    expect(await refusal([await store1(twice)])).toContain("contains '.PKGINFO' more than once");
  });

  it('are refused when they are no packages', async () => {
    const broken = Buffer.from(zstdCompressSync(tarOf(info(), 'x'.repeat(5000))));
    broken.fill(0xff, 20, 60);
    for (const bytes of [
      Buffer.from('no zstd'),
      zstdCompressSync(Buffer.from('no tar '.repeat(200))),
      zstdCompressSync(tarEnd),
      zstdCompressSync(tarOf('pkgname = foo\n')),
      broken,
    ]) {
      await refusal([await store1(bytes)]);
    }
    const missing = await packed({}, { object: '0'.repeat(64) as Artifact['object'] });
    await expect(verifyHandedIn(store, [missing], expected)).rejects.toMatchObject({
      problem: { code: 'STO001' },
    });
  });

  it('may come from the zstd program too', async () => {
    const tar = join(scratch.folder, 'plain.tar');
    writeFileSync(tar, Buffer.concat([tarOf(info()), Buffer.alloc(9_000_000)]));
    for (const options of [['-1'], ['-19', '--no-check'], ['-T2', '-3'], ['--no-content-size']]) {
      const bytes = execFileSync('zstd', ['-q', '-c', ...options, tar]);
      expect(await verifyHandedIn(store, [await store1(bytes)], expected)).toHaveLength(1);
    }
  });
});
