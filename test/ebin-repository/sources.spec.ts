import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  type GenerateOptions,
  type GenerateResult,
  generate,
  scan,
  verify,
} from '../../src/ebin-repository/index.ts';
import { imageTar, makePackage, partsOf } from '../ebins/made.ts';
import { demo } from '../ebins/sample.ts';

let folder = '';
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'packmill-ebin-sources-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const at = (...names: readonly string[]): string => join(folder, ...names);

const common = { KEYWORDS: 'amd64', USE: 'arch_amd64', ARCH: 'amd64', CHOST: 'x86_64-pc-linux-gnu' };

const make = (name: string, options: GenerateOptions = {}): Promise<GenerateResult> =>
  generate({
    pkgdirs: [at(name)],
    atoms: [],
    repo: at(`${name}-repo`),
    store: at(`${name}-store`),
    options: { compress: 'gzip', ...options },
  });

/** Copies members of tars into one, without folders above `usr/lib/debug` and `usr/src/debug`, as packdebug has them. */
const joinTars = `
import sys, tarfile
with tarfile.open(sys.argv[1], "w:xz", format=tarfile.GNU_FORMAT) as out:
    for path in sys.argv[2:]:
        with tarfile.open(path) as tar:
            for member in tar:
                if member.name.startswith(("./usr/lib/debug", "./usr/src/debug")):
                    out.addfile(member, tar.extractfile(member) if member.isreg() else None)
`;

describe('5.2: a tarball of FEATURES=packdebug', () => {
  it('gives its build the parts that it would have had, and others none', async () => {
    mkdirSync(at('packdebug'));
    const whole = await partsOf(demo('gpkg', 1));
    for (const [id, use] of [
      [1, ''],
      [2, 'alpha'],
    ] as const)
      await makePackage(at('packdebug'), `made-1.0-${id}`, {
        format: 'xpak',
        image: whole['main']?.tar ?? Buffer.alloc(0),
        metadata: { ...common, BUILD_ID: String(id), IUSE: 'alpha', USE: `arch_amd64 ${use}` },
      });
    const tars = ['splitdebug', 'installsources'].map((part) => {
      writeFileSync(at(`${part}.tar`), whole[part]?.tar ?? '');
      return at(`${part}.tar`);
    });
    mkdirSync(at('debug/app-misc/made'), { recursive: true });
    const tarball = at('debug/app-misc/made/made-1.0-1-debug.tar.xz');
    execFileSync('python3', ['-c', joinTars, tarball, ...tars]);
    const partsIn = ({ reports }: GenerateResult): (readonly [string, unknown])[] =>
      (reports[0]?.table ?? []).map(({ build, parts }) => [
        build,
        Object.fromEntries(Object.entries(parts).map(([part, { canonical }]) => [part, canonical])),
      ]);
    const canonical = Object.fromEntries(Object.entries(whole).map(([part, one]) => [part, one.canonical]));
    const without = [
      ['made-1.0-1.xpak', { main: canonical['main'] }],
      ['made-1.0-2.xpak', { main: canonical['main'] }],
    ];
    expect(partsIn(await make('packdebug'))).toEqual(without);
    // nothing of the packages has changed, and yet the build with a tarball is made anew
    const options = { packdebugDir: at('debug') };
    const done = await make('packdebug', options);
    expect([done.exit, done.split]).toEqual([0, 1]);
    expect(partsIn(done)).toEqual([['made-1.0-1.xpak', canonical], without[1]]);
    expect((await make('packdebug', options)).split).toBe(0);
    execFileSync('python3', ['-c', joinTars, tarball, tars[0] ?? '']);
    expect(Object.keys(partsIn(await make('packdebug', options))[0]?.[1] ?? {}).sort()).toEqual([
      'main',
      'splitdebug',
    ]);
    expect((await verify(at('packdebug-repo'), { store: at('packdebug-store') })).problems).toEqual([]);
  });

  it.each([
    ['holds a program', [{ path: './usr/bin/made', body: 'x' }], 'EBN015'],
    ['holds a file of the package', [{ path: './usr/lib/debug/there', body: 'x' }], 'EBN015'],
    ['leads outside', [{ path: './usr/lib/debug/../../../x', body: 'x' }], 'EBN004'],
    ['is no tar', undefined, 'EBN001'],
  ] as const)('that %s refuses its version', async (what, entries, code) => {
    const name = `harmed-${what.replaceAll(' ', '-')}`;
    mkdirSync(at(name));
    await makePackage(at(name), 'made-1.0-1', {
      format: 'gpkg',
      image: imageTar([{ path: 'image/usr/lib/debug/there', body: 'content' }]),
      metadata: { ...common, BUILD_ID: '1' },
    });
    mkdirSync(at(`${name}-debug/app-misc/made`), { recursive: true });
    const bytes = entries === undefined ? 'no tarball at all' : imageTar(entries);
    writeFileSync(at(`${name}-debug/app-misc/made/made-1.0-1-debug.tar.xz`), bytes);
    const done = await make(name, { packdebugDir: at(`${name}-debug`) });
    expect([done.exit, done.problems.map((one) => one.code)]).toEqual([1, [code]]);
    expect(readdirSync(at(`${name}-repo`))).not.toContain('app-misc');
  });
});

describe('4.10: sonames', () => {
  const package_ = (name: string, metadata: Record<string, string>): Promise<string> =>
    makePackage(at('sonames'), `${name}-1.0-1`, {
      format: 'gpkg',
      image: imageTar([{ path: `image/usr/lib/${name}`, body: name }]),
      metadata: { ...common, PF: `${name}-1.0`, BUILD_ID: '1', ...metadata },
    });

  it('that no package has are told, by generate and scan, for what is asked for, and again when nothing changed', async () => {
    mkdirSync(at('sonames'));
    await package_('one', { REQUIRES: 'x86_64: libtwo.so.2 libnone.so.1 x86_32: libtwo.so.2' });
    await package_('two', { PROVIDES: 'x86_64: libtwo.so.2' });
    const message =
      "'app-misc/one-1.0' needs 'x86_32: libtwo.so.2', 'x86_64: libnone.so.1', which no package here has";
    const told = ({ problems }: Pick<GenerateResult, 'problems'>): unknown =>
      problems.map(({ code, what }) => [code, what]);
    const wanted = [['EBN090', message]];
    expect(told(await make('sonames'))).toEqual([]);
    const options = { sonameCheck: true };
    const done = await make('sonames', options);
    expect([done.split, done.exit, told(done)]).toEqual([0, 0, wanted]);
    expect(done.reports.find(({ cpv }) => cpv === 'app-misc/one-1.0')?.diagnostics).toMatchObject([
      { code: 'EBN090' },
    ]);
    const request = { pkgdirs: [at('sonames')], options };
    expect(told(await scan({ ...request, atoms: [] }))).toEqual(wanted);
    expect(told(await scan({ ...request, atoms: ['app-misc/one'] }))).toEqual(wanted);
    expect(told(await scan({ ...request, atoms: ['app-misc/two'] }))).toEqual([]);
    await package_('three', { PROVIDES: 'x86_64: libnone.so.1 x86_32: libtwo.so.2' });
    expect(told(await make('sonames', options))).toEqual([]);
  });
});

it('6.2: short addresses have their names in the store, and verify misses those that are gone', async () => {
  mkdirSync(at('short'));
  await makePackage(at('short'), 'made-1.0-1', {
    format: 'gpkg',
    image: imageTar([{ path: 'image/made', body: 'content' }]),
    metadata: { ...common, BUILD_ID: '1' },
  });
  const options = { uriStyle: 'short', uriDigits: 24 } as const;
  await make('short', options);
  const text = readFileSync(at('short-repo/app-misc/made/made-1.0.ebuild'), 'utf8');
  const name = /mirror:\/\/binhost\/([0-9a-f]{24})\s/.exec(text)?.[1] ?? '';
  expect(readFileSync(at('short-repo/app-misc/made/Manifest'), 'utf8')).toContain(`DIST ${name} `);
  const unpacked = execFileSync('tar', ['-xzOf', at('short-store', name), './made'], { encoding: 'utf8' });
  expect(unpacked).toBe('content');
  const problems = async (): Promise<unknown> =>
    (await verify(at('short-repo'), { store: at('short-store') })).problems.map(({ what }) => what);
  expect(await problems()).toEqual([]);
  rmSync(at('short-store', name));
  expect(await problems()).toEqual([`the store lacks the name '${name}' of an object`]);
  expect((await make('short', options)).split).toBe(0);
  expect(await problems()).toEqual([]);
});
