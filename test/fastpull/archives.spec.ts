import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { membersOf, tarPieces } from '../../src/fastpull/archives/pack.ts';
import { archiveCompression, type Fastpull, finalNameOf } from '../../src/fastpull/index.ts';
import { encodePlainTarHeader, encodeTarEntry, tarEnd } from '../../src/formats/archives/index.ts';
import { checkDistfileName } from '../../src/formats/gentoo/index.ts';
import { makeWorkspace, type Opened } from './opened.ts';

let workspace: Opened;
let fastpull: Fastpull;
let folder: string;
beforeEach(() => {
  workspace = makeWorkspace();
  fastpull = workspace.open();
  folder = join(workspace.root, 'staging');
  mkdirSync(folder);
});
afterEach(() => workspace.close());

function write(path: string, text: string | Uint8Array, mode = 0o644): void {
  const whole = join(folder, path);
  mkdirSync(join(whole, '..'), { recursive: true });
  writeFileSync(whole, text);
  chmodSync(whole, mode);
}

async function plainTar(mtime = 0): Promise<Buffer> {
  const pieces: Uint8Array[] = [];
  for await (const piece of tarPieces(await membersOf(folder), mtime)) pieces.push(piece);
  return Buffer.concat(pieces);
}

const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

/** What GNU tar makes of the same folder when it is told to leave everything out that we leave out. */
function gnuTar(mtime: number, ...more: string[]): Buffer {
  const list = execFileSync(
    'find',
    ['.', '-mindepth', '1', '(', '-type', 'd', '-printf', '%P/\\0', '-o', '-printf', '%P\\0', ')'],
    {
      cwd: folder,
    },
  );
  const sorted = execFileSync('sort', ['-z'], {
    input: list,
    env: { LC_ALL: 'C', PATH: process.env['PATH'] },
  });
  return execFileSync(
    'tar',
    [
      ...[
        '--format=gnu',
        '--null',
        '--no-recursion',
        '--owner=0',
        '--group=0',
        '--numeric-owner',
        `--mtime=@${mtime}`,
      ],
      ...more,
      ...['--hard-dereference', '--verbatim-files-from', '-T', '-', '-cf', '-'],
    ],
    { cwd: folder, input: sorted, maxBuffer: 1 << 28 },
  );
}

describe('an archive', () => {
  it('18: has exactly the members of its folder, and an address made of its hash', async () => {
    write('bar-1.0/README', 'HELLO');
    const { blob, members } = await fastpull.pack(folder, 'bar-1.0.tar.xz');
    const listing = execFileSync('tar', ['-tJf', blob.path], { encoding: 'utf8' });
    expect(listing).toBe('bar-1.0/\nbar-1.0/README\n');
    expect(members).toBe(2);
    const { sha512: hash } = blob;
    expect(fastpull.addressOf(hash)).toBe(
      `https://cdn.example/${hash.slice(0, 2)}/${hash.slice(2, 4)}/${hash.slice(4, 6)}/${hash}`,
    );
  });
  it('21: has the same bytes whoever packs it, when and with which umask', async () => {
    const before = process.umask(0o077);
    try {
      write('bar-1.0/README', 'HELLO', 0o600);
    } finally {
      process.umask(before);
    }
    const reference = '0204bec8035278d415f394689175fba4bd905fdb64d25fcbfd633efa496a44f7';
    expect(sha256(await plainTar())).toBe(reference);
    utimesSync(join(folder, 'bar-1.0/README'), 5, 5);
    chmodSync(join(folder, 'bar-1.0'), 0o700);
    chmodSync(join(folder, 'bar-1.0/README'), 0o664);
    expect(sha256(await plainTar())).toBe(reference);
  });
  it('22: tells by its name how it is compressed, and refuses other names before any work', () => {
    expect(['a.tar.xz', 'a.tar.zstd', 'a.tar.zst', 'a.tar.gz'].map(archiveCompression)).toEqual([
      'xz',
      'zstd',
      'zstd',
      'gzip',
    ]);
    for (const name of ['a.tar.bz2', 'a.zip', '../x.tar.xz', 'a b.tar.xz', '.tar.xz', 'A.TAR.XZ', '']) {
      expect(() => archiveCompression(name), name).toThrow('PMS004');
    }
    for (const name of ['-x', '.', '..', 'a/b', 'a\0b', 'a\tb', 'x'.repeat(256), 'ü'.repeat(128)]) {
      expect(() => checkDistfileName(name), name).toThrow('PMS004');
    }
    expect(finalNameOf('https://example.com/d/foo-1.0.tar.gz?x=/y#/z')).toBe('foo-1.0.tar.gz');
    expect(finalNameOf('https://example.com/d/foo%20bar')).toBe('foo%20bar');
    expect(() => finalNameOf('https://example.com/d/')).toThrow('PMS004');
  });
  it('is byte for byte what GNU tar writes of the same folder', async () => {
    // as it is in the archive: tar's --mode would change that of links as well
    process.umask(0o022);
    write('a/x', 'x');
    write('a-b', 'between a folder and its slash');
    write('a/run', '#!/bin/sh\n', 0o755);
    write('empty', '');
    write('ü/☃.txt', 'snow');
    write(`${'deep/'.repeat(30)}file`, 'long name');
    write('n'.repeat(100), 'as long as there is room');
    write('n'.repeat(101), 'one more');
    write('big', Buffer.alloc(300_000, 7));
    mkdirSync(join(folder, 'hollow'));
    mkdirSync(join(folder, 'd'.repeat(99)));
    mkdirSync(join(folder, 'd'.repeat(100)));
    symlinkSync('a/x', join(folder, 'link'));
    symlinkSync('l'.repeat(100), join(folder, 'link100'));
    symlinkSync('l'.repeat(150), join(folder, 'm'.repeat(150)));
    execFileSync('ln', ['a/x', 'again'], { cwd: folder });
    writeFileSync(Buffer.concat([Buffer.from(`${folder}/`), Buffer.from([0xff, 0xfe])]), 'no UTF-8');
    expect(await plainTar(1_659_614_400)).toEqual(gnuTar(1_659_614_400));
  });
  it('is byte for byte what GNU tar writes, whatever the names are', { timeout: 60_000 }, async () => {
    const name = fc
      .string({
        unit: fc.constantFrom('a', 'B', '-', '.', '0', '~', 'é', ' ', '\n', 'xxxxxxxxxxxxxxxxxxxxxxxxx'),
        minLength: 1,
        maxLength: 6,
      })
      .filter((text) => text !== '.' && text !== '..');
    const file = fc.tuple(fc.array(name, { minLength: 1, maxLength: 3 }), fc.nat(1200), fc.boolean());
    await fc.assert(
      fc.asyncProperty(fc.array(file, { maxLength: 6 }), async (files) => {
        rmSync(folder, { recursive: true });
        mkdirSync(folder);
        for (const [parts, size, isExecutable] of files) {
          try {
            write(parts.join('/'), Buffer.alloc(size, 65), isExecutable ? 0o711 : 0o640);
          } catch {
            // a file where a folder is wanted, or the other way round
          }
        }
        if (files.length > 0) expect(await plainTar()).toEqual(gnuTar(0, '--mode=u=rwX,go=rX'));
      }),
      { numRuns: 25 },
    );
  });
  it('says sizes beyond 8 GiB as GNU tar does', () => {
    const member = { path: Buffer.from('a'), kind: 'file', isExecutable: false } as const;
    const field = (sizeBytes: number): string =>
      Buffer.from(encodePlainTarHeader({ ...member, sizeBytes }, 0)).toString('hex', 124, 136);
    expect(field(8 ** 11 - 1)).toBe(`${Buffer.from('77777777777').toString('hex')}00`);
    expect(field(8 ** 11)).toBe('800000000000000200000000');
  });
  it.each(['x.tar.xz', 'x.tar.zst', 'x.tar.gz'])(
    'has the same bytes on one processor as on all of them (%s)',
    { timeout: 60_000 },
    async (finalName) => {
      // more than one block of each compressor would take minutes at these levels; sizes around one tell as much
      for (let at = 0; at < 40; at += 1) write(`d/${at}`, Buffer.from(`${at} `.repeat(20_000)));
      const { blob } = await fastpull.pack(folder, finalName);
      const script = `
        const { openFastpull } = await import(${JSON.stringify(new URL('../../src/fastpull/index.ts', import.meta.url).href)});
        const root = ${JSON.stringify(join(workspace.root, 'other'))};
        const opened = openFastpull({ root, distfilesHost: 'https://cdn.example' });
        const { blob } = await opened.pack(${JSON.stringify(folder)}, ${JSON.stringify(finalName)});
        process.stdout.write(blob.sha512);
        await opened.close();`;
      const other = execFileSync(
        'taskset',
        ['-c', '0', process.execPath, '--input-type=module', '-e', script],
        {
          encoding: 'utf8',
          env: {
            ...process.env,
            XZ_OPT: '-9',
            XZ_DEFAULTS: '-T1',
            ZSTD_CLEVEL: '3',
            GZIP: '-9',
            LC_ALL: 'C',
          },
        },
      );
      expect(other).toBe(blob.sha512);
    },
  );
  it('cannot be made of nothing, of sockets, or of a folder that is not there', async () => {
    await expect(fastpull.pack(folder, 'x.tar.xz')).rejects.toThrow('FPL011');
    expect((await fastpull.pack(folder, 'x.tar.xz', { allowEmpty: true })).members).toBe(0);
    await expect(fastpull.pack(join(folder, 'absent'), 'x.tar.xz')).rejects.toThrow('SYS004');
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(join(folder, 'socket'), resolve));
    const what = "FPL010 'socket' is neither file nor folder nor link";
    await expect(fastpull.pack(folder, 'x.tar.xz')).rejects.toThrow(what);
    await new Promise((resolve) => server.close(resolve));
  });
  it('is not made when its compressor is missing', async () => {
    write('file', 'x');
    const { PATH } = process.env;
    process.env['PATH'] = folder;
    try {
      await expect(fastpull.pack(folder, 'x.tar.zst')).rejects.toThrow('FPL014');
    } finally {
      process.env['PATH'] = PATH;
    }
  });
  it('names the version control folders in it', async () => {
    write('src/.git/HEAD', 'ref');
    write('.gitignore', '');
    const { versionControlFolders } = await fastpull.pack(folder, 'x.tar.gz');
    expect(versionControlFolders).toEqual(['src/.git']);
  });
});

describe('unpacking', () => {
  const target = (): string => join(workspace.root, 'target');
  const archive = (name: string, bytes: Uint8Array): { path: string; finalName: string } => {
    const path = join(workspace.root, name);
    writeFileSync(path, bytes);
    return { path, finalName: name };
  };
  const entry = (fields: Parameters<typeof encodeTarEntry>[0], body = ''): Uint8Array =>
    encodeTarEntry(fields, Buffer.from(body));
  const tarOf = (...entries: Uint8Array[]): Buffer => Buffer.concat([...entries, tarEnd]);
  const tree = (): Record<string, string> =>
    Object.fromEntries(
      // readdirSync follows links, here in circles
      execFileSync('find', [target(), '-mindepth', '1', '-print0'], { encoding: 'utf8' })
        .split('\0')
        .filter((path) => path !== '')
        .sort()
        .map((path) => {
          const facts = lstatSync(path);
          const mode = (facts.mode & 0o777).toString(8);
          const what = facts.isSymbolicLink()
            ? `-> ${readlinkSync(path)}`
            : facts.isDirectory()
              ? 'folder'
              : `${mode} ${readFileSync(path, 'utf8')}`;
          return [path.slice(target().length + 1), what];
        }),
    );

  const expected = {
    d: 'folder',
    'd/again': '644 text',
    'd/file': '644 text',
    'd/link': '-> ../d/file',
    'd/run': '755 run',
    ü: '644 ',
  };
  beforeEach(() => {
    write('d/file', 'text');
    write('d/run', 'run', 0o755);
    write('ü', '');
    symlinkSync('../d/file', join(folder, 'd/link'));
    execFileSync('ln', ['file', 'again'], { cwd: join(folder, 'd') });
  });

  it.each([
    ['x.tar', ['tar', '-cf']],
    ['x.tar.gz', ['tar', '-czf']],
    ['x.tar.bz2', ['tar', '-cjf']],
    ['x.tar.xz', ['tar', '-cJf']],
    ['x.tar.zst', ['tar', '--zstd', '-cf']],
    ['x.tar.xz', ['tar', '--format=posix', '-cJf']],
    ['x.zip', ['bsdtar', '--format=zip', '-cf']],
  ])('%s made by %j gives the same files', async (finalName, [program = '', ...args]) => {
    const path = join(workspace.root, finalName);
    execFileSync(program, [...args, path, '.'], { cwd: folder, env: { ...process.env, LC_ALL: 'C.UTF-8' } });
    mkdirSync(target());
    writeFileSync(join(target(), 'left from before'), '');
    await fastpull.unpack({ path, finalName }, target());
    expect(tree()).toEqual(expected);
  });
  it('gives back what was packed, with its times', async () => {
    const { blob } = await fastpull.pack(folder, 'x.tar.zst', { mtime: 1_000_000_000 });
    await fastpull.unpack({ path: blob.path, finalName: 'x.tar.zst' }, target());
    expect(tree()).toEqual(expected);
    expect(statSync(join(target(), 'd/file')).mtimeMs).toBe(1_000_000_000_000);
  });

  const link = (path: string, linkPath: string): Uint8Array => entry({ path, type: 'symlink', linkPath });
  it.each([
    ['goes up', [entry({ path: '../evil' }, 'x')]],
    ['goes up in the middle', [entry({ path: 'a/../../evil' }, 'x')]],
    ['is absolute', [entry({ path: '/tmp/evil' }, 'x')]],
    ['passes through a link', [link('d', '.'), entry({ path: 'd/evil' }, 'x')]],
    ['is a link to an absolute place', [link('d', '/etc')]],
    ['is a link that goes up', [link('d', '..')]],
    ['is a link that goes up from below', [link('a/b', '../../etc')]],
    ['is a link through links that go up further than they look', [link('s', '.'), link('t', 's/s/../..')]],
    [
      'is a link through a link to a deeper place',
      [entry({ path: 'x/y/', type: 'folder' }), link('x/up', '..'), link('t', 'x/up/..')],
    ],
    ['is a hard link to the outside', [entry({ path: 'h', type: 'hardlink', linkPath: '../../etc/passwd' })]],
  ])('refuses a member that %s, and leaves nothing', async (_title, entries) => {
    const of = archive('evil.tar', tarOf(entry({ path: 'good' }, 'x'), ...entries));
    await expect(fastpull.unpack(of, target())).rejects.toThrow('FPL012');
    expect(readdirSync(target())).toEqual([]);
    expect(existsSync(join(workspace.root, 'evil'))).toBe(false);
  });
  it('allows links that stay inside, in a circle, or lead nowhere', async () => {
    const of = archive(
      'good.tar',
      tarOf(
        link('a/up', '..'),
        link('a/b/c', '../../a'),
        link('loop', 'loop'),
        link('gone', 'nothing/there'),
        entry({ path: './a/f' }, 'x'),
      ),
    );
    await fastpull.unpack(of, target());
    expect(Object.keys(tree())).toEqual(['a', 'a/b', 'a/b/c', 'a/f', 'a/up', 'gone', 'loop']);
  });
  it('lets a later member take the place of an earlier one, and never writes through a link', async () => {
    writeFileSync(join(workspace.root, 'victim'), 'safe');
    const of = archive(
      'two.tar',
      tarOf(link('f', 'g'), entry({ path: 'f' }, 'one'), entry({ path: 'f' }, 'two')),
    );
    await fastpull.unpack(of, target());
    expect(tree()).toEqual({ f: '644 two' });
  });
  it('refuses zip members that go up', async () => {
    const script =
      "import sys, zipfile; z = zipfile.ZipFile(sys.argv[1], 'w'); z.writestr('../evil', 'x'); z.close()";
    const path = join(workspace.root, 'evil.zip');
    execFileSync('python3', ['-c', script, path]);
    await expect(fastpull.unpack({ path, finalName: 'evil.zip' }, target())).rejects.toThrow('FPL012');
  });
  it('reads zip files with 64-bit records, comments and stored members', async () => {
    const script = `
import sys, zipfile
z = zipfile.ZipFile(sys.argv[1], 'w', zipfile.ZIP_DEFLATED)
z.comment = b'PK words ' * 50
with z.open('large', 'w', force_zip64=True) as f: f.write(b'x' * 100000)
z.writestr('stored', 'plain', zipfile.ZIP_STORED)
z.writestr('d/', '')
z.close()`;
    const path = join(workspace.root, 'x.zip');
    execFileSync('python3', ['-c', script, path]);
    await fastpull.unpack({ path, finalName: 'x.zip' }, target());
    expect(readFileSync(join(target(), 'large'), 'utf8')).toBe('x'.repeat(100_000));
    expect(readFileSync(join(target(), 'stored'), 'utf8')).toBe('plain');
    const bytes = readFileSync(path);
    bytes.writeUInt8(bytes.readUInt8(60) ^ 0xff, 60);
    await expect(fastpull.unpack(archive('y.zip', bytes), target())).rejects.toThrow('FPL013');
  });
  it('refuses devices, damage, what is no archive, and what is larger than allowed', async () => {
    const device = archive('device.tar', tarOf(entry({ path: 'null', type: 'character-device' })));
    await expect(fastpull.unpack(device, target())).rejects.toThrow('FPL013');
    const { blob } = await fastpull.pack(folder, 'x.tar.xz');
    const cut = archive('cut.tar.xz', readFileSync(blob.path).subarray(0, -20));
    await expect(fastpull.unpack(cut, target())).rejects.toThrow('FPL013');
    expect(readdirSync(target())).toEqual([]);
    for (const bytes of [Buffer.from('<html>not found</html>'), Buffer.alloc(0)]) {
      await expect(fastpull.unpack(archive('page.tar.gz', bytes), target())).rejects.toThrow('FPL013');
      await expect(fastpull.unpack(archive('page.zip', bytes), target())).rejects.toThrow('FPL013');
    }
    const of = { path: blob.path, finalName: 'x.tar.xz' };
    await expect(fastpull.unpack(of, target(), { maxBytes: 3 })).rejects.toThrow('more than 3 bytes');
  });
});
