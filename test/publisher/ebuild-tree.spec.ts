import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { encodeTarEntry, tarEnd } from '../../src/formats/archives/index.ts';
import { systemClock } from '../../src/host/index.ts';
import { EbuildTrees, type TreePackage } from '../../src/publisher/ebuild-tree/index.ts';
import { openDiskStore } from '../../src/store/index.ts';

const folders: string[] = [];

afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
});

function scene() {
  const top = mkdtempSync(join(tmpdir(), 'packmill-trees-'));
  folders.push(top);
  const store = openDiskStore({ root: join(top, 'store') });
  const publicRoot = join(top, 'public');
  const trees = new EbuildTrees({ publicRoot, store, clock: systemClock, keep: 2 });
  const pack = async (name: string, files: Readonly<Record<string, string>>): Promise<TreePackage> => {
    const entries = Object.entries(files).map(([path, text]) =>
      encodeTarEntry({ path }, new TextEncoder().encode(text)),
    );
    const { digest: object } = await store.putBytes(Buffer.concat([...entries, tarEnd]));
    return { name, version: '1', fileName: `${name.replace('/', '+')}-${object.slice(0, 16)}.tar`, object };
  };
  const publish = (add: readonly TreePackage[], remove: readonly string[] = []) =>
    trees.publish({ tree: 'kit', add, remove, reason: 'test' });
  return { trees, pack, publish, folder: join(publicRoot, 'kit'), tree: join(publicRoot, 'kit', 'tree') };
}

describe('a tree of ebuilds', () => {
  it('gains, replaces and loses packages, one generation each, and keeps as many as it was told', async () => {
    const { pack, publish, tree, folder, trees } = scene();
    const foo = await pack('app-misc/foo', { 'app-misc/foo/foo-1.ebuild': 'one' });
    const bar = await pack('app-misc/bar', { 'app-misc/bar/bar-1.ebuild': 'bar' });
    expect((await publish([foo, bar])).kind).toBe('published');
    expect((await publish([foo])).kind).toBe('nothing-new');
    const newer = await pack('app-misc/foo', { 'app-misc/foo/foo-2.ebuild': 'two' });
    expect(await publish([newer])).toMatchObject({
      generation: 2,
      added: [newer.fileName],
      archived: [foo.fileName],
    });
    expect(readdirSync(join(tree, 'app-misc/foo'))).toEqual(['foo-2.ebuild']);
    expect((await publish([], ['app-misc/bar'])).generation).toBe(3);
    expect(readdirSync(join(tree, 'app-misc'))).toEqual(['foo']);
    expect(readdirSync(join(folder, '.trees')).sort()).toEqual([
      '000002',
      '000002.json',
      '000003',
      '000003.json',
    ]);
    expect([...trees.versions('kit')]).toEqual([['app-misc/foo', '1']]);
    expect([...trees.referencedObjects()].sort()).toEqual([bar.object, newer.object].sort());
  });

  it('gives the folder of a package to that package alone', async () => {
    const { pack, publish, tree } = scene();
    const overlay = await pack('overlay', { 'app-misc/foo/foo-0.ebuild': 'old', 'eclass/a.eclass': 'a' });
    await publish([overlay]);
    expect(existsSync(join(tree, 'app-misc/foo/foo-0.ebuild'))).toBe(true);
    await publish([await pack('app-misc/foo', { 'app-misc/foo/foo-1.ebuild': 'one' })]);
    expect(readdirSync(join(tree, 'app-misc/foo'))).toEqual(['foo-1.ebuild']);
    expect(readFileSync(join(tree, 'eclass/a.eclass'), 'utf8')).toBe('a');
    await publish([], ['app-misc/foo']);
    expect(readdirSync(join(tree, 'app-misc/foo'))).toEqual(['foo-0.ebuild']);
  });

  it('shares files of what did not change with the generation before', async () => {
    const { pack, publish, tree } = scene();
    const [eclass, ebuild] = [join(tree, 'eclass/a.eclass'), join(tree, 'app-misc/foo/foo-1.ebuild')];
    await publish([
      await pack('overlay', { 'eclass/a.eclass': 'a' }),
      await pack('app-misc/foo', { 'app-misc/foo/foo-1.ebuild': 'one' }),
    ]);
    const before = [statSync(eclass).ino, statSync(ebuild).ino];
    await publish([await pack('app-misc/bar', { 'app-misc/bar/bar-1.ebuild': 'bar' })]);
    expect(readlinkSync(tree)).toBe('.trees/000002');
    expect([statSync(eclass).ino, statSync(ebuild).ino]).toEqual(before);
  });

  it.each([
    ['app-misc/foo', 'app-misc/bar/bar-1.ebuild'],
    ['app-misc/foo', 'app-misc/foo/../../../escaped'],
    ['overlay', '../escaped'],
    ['overlay', '/escaped'],
  ])('refuses a package %s with a file %s, and stays as it is', async (name, path) => {
    const { pack, publish, tree } = scene();
    await publish([await pack('app-misc/old', { 'app-misc/old/old-1.ebuild': 'old' })]);
    await expect(publish([await pack(name, { [path]: 'x' })])).rejects.toThrow('PUB034');
    expect([readlinkSync(tree), readdirSync(tree)]).toEqual(['.trees/000001', ['app-misc']]);
  });

  it('sweeps what a crash left half made, and goes on from what is visible', async () => {
    const { trees, pack, publish, folder, tree } = scene();
    const foo = await pack('app-misc/foo', { 'app-misc/foo/foo-1.ebuild': 'one' });
    await publish([foo]);
    for (const name of ['.new-000002', '000002']) mkdirSync(join(folder, '.trees', name));
    writeFileSync(join(folder, '.trees', '000002', 'half'), '');
    expect(await trees.recover()).toHaveLength(2);
    expect(readdirSync(join(folder, '.trees')).sort()).toEqual(['000001', '000001.json']);
    expect((await publish([foo])).kind).toBe('nothing-new');
    expect(readlinkSync(tree)).toBe('.trees/000001');
  });
});
