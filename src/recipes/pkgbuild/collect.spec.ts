import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { encodeTarEntry, tarEnd } from '../../formats/archives/index.ts';
import type { KindServices, Recipe } from '../../model/index.ts';
import { openMemoryStore } from '../../store/index.ts';
import { collectPackages, type PackagesFolder } from './collect.ts';
import type { PkgbuildDetails } from './recipe-details.ts';

/** What makepkg might leave behind, and what is made of it. */
describe('the packages of a build', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'packmill-collect-'));
    mkdirSync(join(folder, 'packages'));
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  const put = (name: string, pkginfo: string): void => {
    const entry = encodeTarEntry({ path: '.PKGINFO', type: 'file', mode: 0o644 }, Buffer.from(pkginfo));
    writeFileSync(join(folder, 'packages', name), Buffer.concat([entry, tarEnd]));
  };
  const info = (fields: Record<string, string>): string =>
    Object.entries({ pkgname: 'foo', pkgbase: 'foo', pkgver: '1-1', arch: 'any', ...fields })
      .map(([key, value]) => `${key} = ${value}\n`)
      .join('');
  const store = openMemoryStore();
  const services = {
    putFile: (path: string) => store.putFile(path),
    putBytes: (bytes: Uint8Array) => store.putBytes(bytes),
  } as KindServices;
  const collect = async (allowProhibited = false) => {
    const recipe = {
      name: 'foo',
      outputs: ['foo', 'foo-doc'],
      details: { settings: { allowProhibited } },
    } as unknown as Recipe<PkgbuildDetails>;
    const input: PackagesFolder = {
      recipe,
      arch: 'x86_64',
      folder: join(folder, 'packages'),
      scratch: join(folder, 'finished'),
      compressionLevel: 3,
      say: () => undefined,
    };
    const { outcome, stripped } = await collectPackages(input, services);
    const code = outcome.kind === 'failed' ? outcome.problem.code : outcome.kind;
    return { outcome, code, stripped };
  };

  it('are all of them or none', async () => {
    put('foo-1-1-any.pkg.tar', info({}));
    put('foo-doc-1-1-any.pkg.tar', info({ pkgname: 'foo-doc' }));
    const { outcome } = await collect();
    if (outcome.kind !== 'succeeded') throw new Error(JSON.stringify(outcome));
    expect(outcome.artifacts.map(({ fileName }) => fileName)).toEqual([
      'foo-1-1-any.pkg.tar.zst',
      'foo-doc-1-1-any.pkg.tar.zst',
    ]);
    put('stranger-1-1-any.pkg.tar', info({ pkgname: 'stranger' }));
    expect((await collect()).code).toBe('BLD004');
  });
  it('lack when there are only empty files, folders and links', async () => {
    writeFileSync(join(folder, 'packages', 'foo-1-1-any.pkg.tar'), '');
    mkdirSync(join(folder, 'packages', 'bar-1-1-any.pkg.tar'));
    symlinkSync('/etc/passwd', join(folder, 'packages', 'baz-1-1-any.pkg.tar'));
    expect((await collect()).code).toBe('BLD003');
  });
  it('are refused under a file name that is not theirs', async () => {
    put('foo-2-1-any.pkg.tar', info({}));
    expect((await collect()).code).toBe('BLD004');
  });
  it('are refused for another architecture', async () => {
    put('foo-1-1-riscv64.pkg.tar', info({ arch: 'riscv64' }));
    expect((await collect()).code).toBe('BLD004');
  });
  it('X10 are refused when their pkgbase is not the folder name', async () => {
    put('foo-1-1-any.pkg.tar', info({ pkgbase: 'other' }));
    expect((await collect()).code).toBe('BLD005');
  });
  it('are refused when they are no packages', async () => {
    writeFileSync(join(folder, 'packages', 'foo-1-1-any.pkg.tar'), 'x'.repeat(2000));
    expect((await collect()).code).toBe('BLD006');
  });
  it('lose replaces and group unless the recipe is allowed to have them', async () => {
    put('foo-1-1-any.pkg.tar', info({ replaces: 'bar', group: 'games' }));
    expect((await collect()).stripped).toEqual([
      "foo: removed 'replaces = bar'",
      "foo: removed 'group = games'",
    ]);
    rmSync(join(folder, 'finished'), { recursive: true });
    expect((await collect(true)).stripped).toEqual([]);
  });
});
