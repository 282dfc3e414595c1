import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { isFault } from '../../src/diagnostics/index.ts';
import { openBuild } from '../../src/ebins/index.ts';
import { readTarBytes } from '../../src/formats/archives/index.ts';
import type { Compression, PartRule } from '../../src/formats/gentoo/index.ts';
import { imageTar, type Made, type MadePackage, makePackage, type PartFacts, partsOf } from './made.ts';
import { demo } from './sample.ts';

let folder = '';
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'packmill-parts-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const names = ({ tar }: PartFacts): string[] => [...readTarBytes(tar, 'x')].map(({ path }) => path);

let made = 0;
async function partsOfMade(
  of: Partial<MadePackage> & { image: Uint8Array },
  rules: readonly PartRule[] = [],
) {
  made += 1;
  return await partsOf(await makePackage(folder, `made-${made}`, { format: 'gpkg', ...of }), { rules });
}

/** The code that unpacking and splitting ends with, or `fine`. */
async function outcome(of: Partial<MadePackage> & { image: Uint8Array }, rules: readonly PartRule[] = []) {
  try {
    await partsOfMade(of, rules);
    return 'fine';
  } catch (error) {
    if (isFault(error)) return error.problem.code;
    throw error;
  }
}

describe('the parts of the sample', () => {
  it('13: have their members, and only the folders that they need', async () => {
    const parts = await partsOf(demo('gpkg', 9));
    const kinds = (part: PartFacts | undefined) => {
      const count: Record<string, number> = {};
      for (const { type } of readTarBytes(part?.tar ?? new Uint8Array(0), 'x'))
        count[type] = (count[type] ?? 0) + 1;
      return count;
    };
    expect(kinds(parts['main'])).toEqual({ folder: 7, file: 3, hardlink: 1, symlink: 1 });
    expect(kinds(parts['splitdebug'])).toEqual({ folder: 7, symlink: 2, file: 1 });
    expect(kinds(parts['installsources'])).toEqual({ folder: 5, file: 1 });
    const main = [...readTarBytes(parts['main']?.tar ?? new Uint8Array(0), 'x')];
    expect(main.map(({ path }) => path)).not.toContain('./usr/lib');
    expect(main.map(({ path }) => path)).not.toContain('./usr/src');
    expect(main.find(({ path }) => path === './usr/bin/ebindemo')?.mode).toBe(0o4755);
    const debug = [...readTarBytes(parts['splitdebug']?.tar ?? new Uint8Array(0), 'x')];
    expect(debug.find(({ path }) => path === './usr/lib/debug/usr/bin/ebindemo.debug')?.mode).toBe(0o600);
  });

  it('14, 15: share what is equal between combinations', async () => {
    const digests: Record<string, string[]> = { main: [], installsources: [], splitdebug: [] };
    const combinations = [1, 2, 3, 4, 9, 6, 7, 8];
    for (const id of combinations) {
      const parts = await partsOf(demo('gpkg', id));
      for (const [part, list] of Object.entries(digests)) list.push(parts[part]?.canonical ?? '');
    }
    const distinct = (part: string): number => new Set(digests[part]).size;
    expect([distinct('main'), distinct('installsources'), distinct('splitdebug')]).toEqual([8, 4, 5]);
    // build 1 and 2, 3 and 4, ... differ in `doc` alone
    const sources = digests['installsources'] ?? [];
    expect([0, 2, 4, 6].every((at) => sources[at] === sources[at + 1])).toBe(true);
    expect(digests['splitdebug']?.[2]).not.toBe(digests['splitdebug']?.[3]);
  });

  it('31: are the same from another container and compression', async () => {
    const [gpkg, xpak] = [await partsOf(demo('gpkg', 9)), await partsOf(demo('xpak', 1))];
    expect(Object.keys(gpkg)).toEqual(['installsources', 'main', 'splitdebug']);
    for (const part of Object.keys(gpkg)) expect(xpak[part]?.canonical).toBe(gpkg[part]?.canonical);
  });

  it('are read by GNU tar and by Python, and hold what was built', async () => {
    const parts = await partsOf(demo('gpkg', 9));
    const target = join(folder, 'together');
    mkdirSync(target);
    for (const [part, { tar, canonical }] of Object.entries(parts)) {
      const path = join(folder, `${part}.tar`);
      writeFileSync(path, tar);
      expect(createHash('sha512').update(tar).digest('hex')).toBe(canonical);
      execFileSync('tar', ['-C', target, '--same-permissions', '-xf', path]);
    }
    const original = join(folder, 'original');
    mkdirSync(original);
    const script =
      'tar xOf "$1" --wildcards "*/image.tar.zst" | zstd -dc | tar -C "$2" --same-permissions -xf - --strip-components=1';
    execFileSync('bash', ['-c', script, 'x', demo('gpkg', 9), original]);
    const list = (path: string): string =>
      execFileSync(
        'bash',
        [
          '-c',
          'find . -mindepth 1 -printf "%p %y %m %n %l %U %G " \\( -type f -exec md5sum {} \\; -o -printf "\\n" \\) | sort',
        ],
        {
          cwd: path,
        },
      ).toString();
    expect(list(target)).toBe(list(original));
    const python = execFileSync('python3', [
      '-c',
      'import sys,tarfile\nfor m in tarfile.open(sys.argv[1]): print(m.name, m.type.decode(), oct(m.mode), m.mtime, m.uname, m.linkname)',
      join(folder, 'main.tar'),
    ]).toString();
    expect(python).toContain('./usr/bin/ebindemo-hard 1 0o4755 315532800 root ./usr/bin/ebindemo');
    expect(python.split('\n').length - 1).toBe(12);
  });
});

const base: readonly Made[] = [
  { path: 'image/', type: 'folder' },
  { path: 'image/usr/', type: 'folder' },
  { path: 'image/usr/a', body: 'one' },
  { path: 'image/usr/b', type: 'hardlink', linkPath: 'image/usr/a' },
  { path: 'image/usr/ü x', type: 'symlink', linkPath: '/abs/../z', mode: 0o777 },
];

describe('a canonical tar', () => {
  it('31: does not depend on order and times, and does on modes and owners', async () => {
    const of = async (entries: readonly Made[], compression: Compression = 'none') =>
      (await partsOfMade({ image: imageTar(entries), compression }))['main']?.canonical;
    const wanted = await of(base);
    const [root, usr, a, b, link] = base as [Made, Made, Made, Made, Made];
    expect(await of([root, link, a, b, usr])).toBe(wanted);
    expect(await of(base.map((entry) => ({ ...entry, mtime: 1_234_567_890.25 })))).toBe(wanted);
    // which of two names carries the bytes is an accident
    const other = { path: 'image/usr/b', body: 'one' };
    expect(
      await of([root, usr, other, { path: 'image/usr/a', type: 'hardlink', linkPath: other.path }, link]),
    ).toBe(wanted);
    for (const compression of ['gzip', 'bzip2', 'xz', 'zstd', 'lz4', 'lzip', 'lzop'] as const)
      expect(await of(base, compression)).toBe(wanted);
    expect(await of([root, usr, { ...a, mode: 0o600 }, b, link])).not.toBe(wanted);
    expect(await of([root, usr, { ...a, uid: 7 }, b, link])).not.toBe(wanted);
    expect(await of([root, usr, { ...a, uname: 'games' }, b, link])).not.toBe(wanted);
  });

  it('says long names, large numbers and extended attributes in headers that GNU tar and Python understand', async () => {
    const deep = `usr/${'d'.repeat(120)}/${'n'.repeat(150)}`;
    const image = imageTar([
      { path: './', type: 'folder' },
      { path: `./${deep}`, body: 'x', uid: 3_000_000, uname: 'u'.repeat(40) },
      { path: './usr/bin/link', type: 'symlink', linkPath: `../${'t'.repeat(200)}` },
    ]);
    const capability = Buffer.from([1, 0, 0, 2, 0, 255, 10, 61, 0]);
    const withXattr = await makePackage(folder, 'xattr', {
      format: 'xpak',
      image: Buffer.concat([
        (await import('../../src/formats/archives/index.ts')).encodeCanonicalHeader({
          path: './usr/bin/ping',
          type: 'file',
          sizeBytes: 0,
          mode: 0o755,
          uid: 0,
          gid: 0,
          uname: 'root',
          gname: 'root',
          mtime: 0,
          linkPath: '',
          xattrs: new Map([['security.capability', capability]]),
        }),
        image,
      ]),
    });
    const { main } = await partsOf(withXattr);
    const path = join(folder, 'long.tar');
    writeFileSync(path, main?.tar ?? '');
    const listed = execFileSync('tar', ['--xattrs', '--xattrs-include=*', '-tvvf', path]).toString();
    expect(listed).toContain(deep);
    expect(listed).toContain('security.capability');
    const python = execFileSync('python3', [
      '-c',
      'import sys,tarfile\nfor m in tarfile.open(sys.argv[1]): print(m.uid, m.uname, m.name, m.linkname, m.pax_headers.get("SCHILY.xattr.security.capability","").encode("utf-8","surrogateescape").hex())',
      path,
    ]).toString();
    expect(python).toContain(`3000000 ${'u'.repeat(40)} ./${deep}`);
    expect(python).toContain(`../${'t'.repeat(200)}`);
    expect(python).toContain(capability.toString('hex'));
    const again = [...readTarBytes(main?.tar ?? new Uint8Array(0), 'x')];
    expect(Buffer.from(again.find(({ xattrs }) => xattrs)?.xattrs?.get('security.capability') ?? [])).toEqual(
      capability,
    );
  });

  it('32: keeps the time of a Python source whose byte code names it, and of no other', async () => {
    const code = (flags: number, mtime: number): Buffer => {
      const head = Buffer.alloc(20);
      head.writeUInt32LE(flags, 4);
      head.writeUInt32LE(mtime, 8);
      return head;
    };
    const stamp = 1_700_000_123;
    const python = 'image/usr/lib/python3/x';
    const { main } = await partsOfMade({
      image: imageTar([
        { path: `${python}/stamped.py`, body: 'a', mtime: stamp },
        { path: `${python}/__pycache__/stamped.cpython-312.opt-1.pyc`, body: code(0, stamp), mtime: stamp },
        { path: `${python}/hashed.py`, body: 'a', mtime: stamp },
        { path: `${python}/__pycache__/hashed.cpython-312.pyc`, body: code(1, stamp), mtime: stamp },
        { path: `${python}/stale.py`, body: 'a', mtime: stamp },
        { path: `${python}/__pycache__/stale.cpython-312.pyc`, body: code(0, stamp + 1), mtime: stamp },
        { path: `${python}/alone.py`, body: 'a', mtime: stamp },
      ]),
    });
    const kept = [...readTarBytes(main?.tar ?? new Uint8Array(0), 'x')].filter(
      ({ mtime }) => mtime !== 315532800,
    );
    expect(kept.map(({ path, mtime }) => [path, mtime])).toEqual([['./usr/lib/python3/x/stamped.py', stamp]]);
  });

  it('33: keeps an empty folder of an old EAPI by a file', async () => {
    const image = imageTar([{ path: 'image/var/lib/made/', type: 'folder' }]);
    const metadata = { EAPI: '7', PF: 'made-1.0-r2', SLOT: '3/4' };
    const path = await makePackage(folder, 'keep', { format: 'gpkg', image, metadata });
    const build = await openBuild(path);
    const opened = await build.openImage();
    await opened.close();
    expect(opened.problems.map(({ code }) => code)).toEqual(['EBN011']);
    expect(names((await partsOf(path))['main'] as PartFacts)).toEqual([
      './var/lib/made',
      './var/lib/made/.keep_app-misc_made-3',
    ]);
    expect(names((await partsOfMade({ image }))['main'] as PartFacts)).toEqual(['./var/lib/made']);
  });
});

describe('rules', () => {
  const image = imageTar([
    { path: 'image/usr/share/man/man1/x.1', body: 'man' },
    { path: 'image/usr/share/doc/x', body: 'doc' },
    { path: 'image/usr/share/man/man1/y.1', type: 'hardlink', linkPath: 'image/usr/share/man/man1/x.1' },
  ]);
  const man: PartRule = { class: 'man', globs: ['usr/share/man/**'], mode: 'flag' };

  it('take files out of the main part, and the parts together are the image', async () => {
    const parts = await partsOfMade({ image }, [man]);
    expect(names(parts['man'] as PartFacts)).toEqual([
      './usr/share/man/man1/x.1',
      './usr/share/man/man1/y.1',
    ]);
    expect(names(parts['main'] as PartFacts)).toEqual(['./usr/share/doc/x']);
    const dropped = await partsOfMade({ image }, [{ ...man, mode: 'drop' }]);
    expect(Object.keys(dropped)).toEqual(['main']);
  });

  it('must not take the names of one file apart', async () => {
    expect(await outcome({ image }, [{ ...man, globs: ['usr/share/man/man1/y.*'] }])).toBe('EBN007');
    expect(await outcome({ image }, [{ ...man, class: 'main' }])).toBe('EBN014');
    expect(await outcome({ image }, [{ ...man, globs: ['/usr'] }])).toBe('EBN014');
  });
});

describe('a hostile image', () => {
  const one = (entry: Made, format: 'gpkg' | 'xpak' = 'gpkg') =>
    outcome({ image: imageTar([entry]), format });

  it('49: does not get its paths and devices in, and keeps its links and pipes', async () => {
    expect(await one({ path: 'image/../x', body: 'x' })).toBe('EBN004');
    expect(await one({ path: '../x', body: 'x' }, 'xpak')).toBe('EBN004');
    expect(await one({ path: '/etc/passwd', body: 'x' }, 'xpak')).toBe('EBN004');
    expect(await one({ path: 'other/x', body: 'x' })).toBe('EBN004');
    expect(await one({ path: 'image/l', type: 'symlink', linkPath: '/etc/passwd' })).toBe('fine');
    expect(await one({ path: './pipe', type: 'fifo' }, 'xpak')).toBe('fine');
    expect(await one({ path: 'image/pipe', type: 'fifo' })).toBe('EBN004');
    expect(await one({ path: 'image/dev', type: 'block-device' })).toBe('EBN004');
    expect(await one({ path: './dev', type: 'character-device' }, 'xpak')).toBe('EBN004');
    expect(await one({ path: 'image/h', type: 'hardlink', linkPath: 'image/later' })).toBe('EBN004');
  });

  it('has each name once, in UTF-8, and not through a link', async () => {
    const file = { path: 'image/a', body: 'x' };
    const link: Made = { path: 'image/a', type: 'symlink', linkPath: '/etc' };
    expect(await outcome({ image: imageTar([file, file]) })).toBe('EBN004');
    expect(await outcome({ image: imageTar([file, { path: 'image/./a', body: 'y' }]) })).toBe('EBN004');
    expect(await outcome({ image: imageTar([link, { path: 'image/a/b', body: 'y' }]) })).toBe('EBN004');
    expect(await outcome({ image: imageTar([{ path: 'image/a/b', body: 'y' }, link]) })).toBe('EBN004');
    const latin = execFileSync('python3', [
      '-c',
      'import tarfile,io,sys\nt=tarfile.open(fileobj=sys.stdout.buffer,mode="w|",format=tarfile.USTAR_FORMAT,encoding="latin1")\nt.addfile(tarfile.TarInfo("image/caf\\xe9"))\nt.close()',
    ]);
    expect(await outcome({ image: latin })).toBe('EBN004');
    expect(await outcome({ image: imageTar([{ path: 'image/\ufffd', body: 'its own' }]) })).toBe('fine');
  });

  it('that is damaged or unpacks to more than is allowed ends with a code', async () => {
    const image = imageTar([{ path: 'image/zeros', body: Buffer.alloc(1 << 20) }]);
    for (const compression of ['none', 'zstd', 'bzip2'] as const) {
      const path = await makePackage(folder, `bomb-${compression}`, { format: 'gpkg', image, compression });
      await expect(partsOf(path, { maxImageBytes: 100_000 })).rejects.toMatchObject({
        problem: { code: 'EBN008' },
      });
    }
    const cut = image.subarray(0, 200_000);
    expect(await outcome({ image: cut, format: 'xpak' })).toBe('EBN001');
    expect(await outcome({ image: Buffer.from('no tar at all'), format: 'xpak' })).toBe('EBN001');
  });
});

describe('a build that should not be indexed', () => {
  it('47: for a prefix is refused, or loses the prefix', async () => {
    const image = imageTar([{ path: 'image/opt/x/usr/a', body: 'a' }]);
    const metadata = { EPREFIX: '/opt/x' };
    expect(await outcome({ image, metadata })).toBe('EBN005');
    const path = await makePackage(folder, 'prefix', { format: 'gpkg', image, metadata });
    expect(names((await partsOf(path, { allowPrefix: true }))['main'] as PartFacts)).toEqual(['./usr/a']);
  });

  it('47: that quickpkg made without configuration is refused', async () => {
    const text = '# empty file because --include-config=n when `quickpkg` was used\n';
    const image = imageTar([{ path: 'image/etc/x.conf', body: text }]);
    expect(await outcome({ image })).toBe('EBN006');
    const path = await makePackage(folder, 'quick', { format: 'gpkg', image });
    expect(Object.keys(await partsOf(path, { allowQuickpkg: true }))).toEqual(['main']);
  });

  it('tells that capabilities are lost, where nothing sets them again', async () => {
    const environment = execFileSync('bzip2', ['-c'], {
      input: 'src_install () \n{ \n    setcap cap_net_raw+ep usr/bin/x\n}\n',
    });
    const problemsOf = async (name: string, format: 'gpkg' | 'xpak', phases: string): Promise<string[]> => {
      const metadata = { DEFINED_PHASES: phases };
      const path = await makePackage(folder, name, { format, image: imageTar([]), metadata, environment });
      const image = await (await openBuild(path)).openImage();
      await image.close();
      return image.problems.map(({ code }) => code);
    };
    expect(await problemsOf('caps', 'gpkg', 'install')).toEqual(['EBN010']);
    expect(await problemsOf('caps-again', 'gpkg', 'install postinst')).toEqual([]);
    expect(await problemsOf('caps-kept', 'xpak', 'install')).toEqual([]);
  });

  it('is not held up by an environment of empty lines', async () => {
    const environment = execFileSync('bzip2', ['-c'], { input: '\n'.repeat(300_000) });
    const path = await makePackage(folder, 'empty-lines', {
      format: 'gpkg',
      image: imageTar([]),
      environment,
    });
    const image = await (await openBuild(path)).openImage();
    await image.close();
    expect(image.problems).toEqual([]);
  });

  it('tells what was withheld from it', async () => {
    const metadata = { PKG_INSTALL_MASK: '/usr/share/man' };
    const path = await makePackage(folder, 'masked', { format: 'xpak', image: imageTar([]), metadata });
    expect((await openBuild(path)).problems.map(({ code }) => code)).toEqual(['EBN009']);
    expect(await partsOf(path)).toEqual({});
    expect(readFileSync(path).length).toBeGreaterThan(1024);
  });
});
