import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { mtreeEntries, parseMtree, printMtree, readTarBytes } from '../../src/formats/archives/index.ts';
import {
  parseBuildinfo,
  parsePkginfo,
  printInfo,
  readPackage,
  rewritePackage,
} from '../../src/formats/pacman/index.ts';
import { buildRecipe, runTool, scratchFolder, unpackedPieces } from './real-tools.ts';

let scratch: ReturnType<typeof scratchFolder>;
let packages: ReadonlyMap<string, string>;
beforeAll(() => {
  scratch = scratchFolder();
  const paths = ['split', 'library'].flatMap((name) => buildRecipe(name, scratch.folder));
  packages = new Map(paths.map((path) => [basename(path).replace(/-[^-]+-[^-]+-[^-]+$/, ''), path]));
});
afterAll(() => scratch.remove());

const pathOf = (name: string): string => packages.get(name) ?? `no package '${name}'`;

async function contentsOf(name: string) {
  const { package: contents, problems } = await readPackage(unpackedPieces(pathOf(name)), name);
  expect(problems).toEqual([]);
  if (!contents) throw new Error('no package');
  return contents;
}

async function rewritten(name: string, drop: readonly string[]) {
  const result = rewritePackage(unpackedPieces(pathOf(name)), { drop });
  const parts: Uint8Array[] = [];
  for await (const piece of result.pieces) parts.push(piece);
  return { tar: Buffer.concat(parts), ...result.report() };
}

describe('readPackage', () => {
  it('reads the metadata that makepkg wrote, and it prints back byte for byte', async () => {
    const contents = await contentsOf('quill');
    const tar = gunzipSync(readFileSync(pathOf('quill')));
    const texts = new Map(
      [...readTarBytes(tar, 'quill')].map((file) => [file.path, Buffer.from(file.body).toString()]),
    );
    expect(contents.pkginfo).toMatchObject({
      pkgname: 'quill',
      pkgbase: 'quill',
      pkgver: '1:2.1-3',
      pkgdesc: 'A pen for plain text',
      arch: 'x86_64',
      group: ['writing'],
      replaces: ['feather<2', 'goose'],
      backup: ['etc/quill.conf'],
      depend: ['glibc', 'zlib>=1.2', 'nasm'],
    });
    expect(printInfo(contents.pkginfo.lines)).toBe(texts.get('.PKGINFO'));
    expect(contents.buildinfo && printInfo(contents.buildinfo.lines)).toBe(texts.get('.BUILDINFO'));
    expect(contents.install).toBe(texts.get('.INSTALL'));
    expect(printInfo(parsePkginfo(texts.get('.PKGINFO') ?? '', 'x').pkginfo?.lines ?? [])).toBe(
      texts.get('.PKGINFO'),
    );
    expect(parseBuildinfo(texts.get('.BUILDINFO') ?? '', 'x').problems).toEqual([]);
  });

  it('lists the files and finds provided and needed sonames', async () => {
    const contents = await contentsOf('libink');
    expect(contents.files).toEqual([
      ...['usr/', 'usr/bin/', 'usr/bin/ink', 'usr/lib/', 'usr/lib/ink/', 'usr/lib/ink/plug.so'],
      ...['usr/lib/libink.so.1', 'usr/lib/libink.so.1.4'],
    ]);
    expect(contents.providedSonames).toEqual(['libink.so.1']);
    expect(contents.neededSonames).toEqual(['libc.so.6', 'libm.so.6']);
  });

  it('answers with problems for what is no package', async () => {
    const pieces = async function* (text: string) {
      yield Buffer.from(text);
    };
    const codes = async (text: string) =>
      (await readPackage(pieces(text), 'x')).problems.map(({ code }) => code);
    expect(await codes('')).toEqual(['FMT012']);
    expect(await codes('x')).toEqual(['FMT020']);
    expect(await codes('no tar '.repeat(200))).toEqual(['FMT021']);
    const whole = gunzipSync(readFileSync(pathOf('quill')));
    expect(await codes(whole.subarray(0, 0).toString())).toEqual(['FMT012']);
  });
});

describe('.MTREE', () => {
  it.each(['quill', 'quill-docs', 'libink'])("of '%s' prints back byte for byte", async (name) => {
    const text = gunzipSync((await contentsOf(name)).mtree ?? Buffer.alloc(0)).toString();
    const { lines, problems } = parseMtree(text, '.MTREE');
    expect(problems).toEqual([]);
    expect(printMtree(lines)).toBe(text);
    const listed = mtreeEntries(lines).map(({ path, keywords }) =>
      keywords.get('type') === 'dir' ? `${path.slice(2)}/` : path.slice(2),
    );
    const { files } = await contentsOf(name);
    expect(listed.filter((path) => !path.startsWith('.')).sort()).toEqual([...files].sort());
  });
});

describe('rewritePackage', () => {
  it('takes lines out, puts .PKGINFO first and keeps .MTREE right', async () => {
    const { tar, dropped, pkginfoText } = await rewritten('quill', ['replaces', 'group']);
    expect(dropped).toEqual(['replaces = feather<2', 'replaces = goose', 'group = writing']);
    const before = [...readTarBytes(gunzipSync(readFileSync(pathOf('quill'))), 'before')];
    const after = [...readTarBytes(tar, 'after')];
    expect(after[0]?.path).toBe('.PKGINFO');
    expect(after.map(({ path }) => path).sort()).toEqual(before.map(({ path }) => path).sort());
    const bodies = (files: typeof after) => new Map(files.map((file) => [file.path, file]));
    for (const [path, file] of bodies(before)) {
      if (path !== '.PKGINFO' && path !== '.MTREE') expect(bodies(after).get(path)).toEqual(file);
    }
    const text = Buffer.from(after[0]?.body ?? []).toString();
    expect(text).toBe(pkginfoText);
    const original = Buffer.from(bodies(before).get('.PKGINFO')?.body ?? []).toString();
    expect(text).toBe(original.replace(/^(replaces|group) = .*\n/gm, ''));
    const mtree = parseMtree(
      gunzipSync(bodies(after).get('.MTREE')?.body ?? Buffer.alloc(0)).toString(),
      '.MTREE',
    );
    const line = mtreeEntries(mtree.lines).find(({ path }) => path === './.PKGINFO');
    expect(line?.keywords.get('size')).toBe(String(Buffer.byteLength(text)));
    const hex = (algorithm: string) => createHash(algorithm).update(text).digest('hex');
    const digests = ['md5', 'sha256'].map(
      (name) => line?.keywords.get(`${name}digest`) ?? line?.keywords.get(name),
    );
    expect(digests).toEqual([hex('md5'), hex('sha256')]);
  });

  it('keeps every byte of the files when nothing is to be dropped', async () => {
    const { tar, dropped } = await rewritten('quill-docs', ['replaces', 'group']);
    expect(dropped).toEqual([]);
    const sorted = (bytes: Uint8Array) =>
      [...readTarBytes(bytes, 'x')].sort((a, b) => (a.path < b.path ? -1 : 1));
    expect(sorted(tar)).toEqual(sorted(gunzipSync(readFileSync(pathOf('quill-docs')))));
  });

  it('makes packages that bsdtar lists and pacman shows and verifies against their .MTREE', async () => {
    const { tar } = await rewritten('quill', ['replaces', 'group']);
    const path = join(scratch.folder, 'quill-rewritten-1:2.1-3-x86_64.pkg.tar');
    writeFileSync(path, tar);
    const names = runTool('bsdtar', ['-tf', path], scratch.folder).toString().split('\n');
    expect(names[0]).toBe('.PKGINFO');
    writeFileSync(
      join(scratch.folder, 'pacman.conf'),
      '[options]\nArchitecture = x86_64\nSigLevel = Never\n',
    );
    const options = [
      '--config',
      join(scratch.folder, 'pacman.conf'),
      '--dbpath',
      scratch.folder,
      '-Qip',
      path,
    ];
    const shown = runTool('pacman', options, scratch.folder).toString();
    expect(shown).toMatch(/^Replaces +: None$/m);
    expect(shown).toMatch(/^Groups +: None$/m);
    expect(shown).toMatch(/^Conflicts With +: pen$/m);
    const folder = join(scratch.folder, 'unpacked');
    runTool('mkdir', [folder], scratch.folder);
    runTool('bsdtar', ['-xpf', path, '-C', folder], scratch.folder);
    // bsdtar reads the list itself; what it makes of .PKGINFO must agree with the file.
    const size = spawnSync('bsdtar', ['-tvf', join(folder, '.MTREE')], { encoding: 'utf8', cwd: folder });
    expect(size.stdout).toMatch(
      new RegExp(`\\b${readFileSync(join(folder, '.PKGINFO')).byteLength}\\b.*\\.PKGINFO`),
    );
  });

  it('refuses what is no package', async () => {
    const pieces = async function* () {
      yield Buffer.alloc(1024);
    };
    const { pieces: out } = rewritePackage(pieces(), { drop: ['group'] });
    const readAll = async () => {
      for await (const piece of out) expect(piece).toBeDefined();
    };
    await expect(readAll()).rejects.toMatchObject({ problem: { code: 'FMT012' } });
  });
});
