import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  chmodSync,
  linkSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { capture, captureFormat, unpackArchive } from '../../src/captures/index.ts';
import { packed } from '../../src/captures/packed.ts';
import { writePlainTar } from '../../src/captures/plain-tar.ts';
import { TreeTar } from '../../src/captures/tree-tar.ts';
import { encodeTarEntry, readTarBytes, tarEnd } from '../../src/formats/archives/index.ts';
import { removeTree } from '../../src/host/index.ts';

const time = 1_573_344_000;
const image = { name: 'stage3-core2_64', version: '2019-11-10', machine: 'x86_64' };
const isRoot = process.getuid?.() === 0;

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'packmill-captures-'));
  makeTree(join(folder, 'a'), ['user.one', 'user.two', 'user.three']);
  makeTree(join(folder, 'b'), ['user.three', 'user.two', 'user.one']);
  makeTree(join(folder, 'plain'), ['user.one']);
});
afterAll(() => removeTree(folder));

const python = (code: string, ...args: string[]): string =>
  execFileSync('python3', ['-c', code, ...args], { encoding: 'utf8' });

/** A root with one of everything; what may not matter (times, order of making) differs from tree to tree. */
function makeTree(root: string, attributes: readonly string[]): void {
  for (const name of ['usr/bin', 'etc', 'dev', 'var/empty', `deep/${'d'.repeat(120)}/${'e'.repeat(120)}`])
    mkdirSync(join(root, name), { recursive: true });
  const names = ['etc/motd', 'usr/bin/tool', 'dev/left', `deep/${'d'.repeat(120)}/${'e'.repeat(120)}/f`, 'é'];
  for (const name of attributes[0] === 'user.one' ? names : names.toReversed())
    writeFileSync(join(root, name), `this is ${name}\n`);
  writeFileSync(Buffer.concat([Buffer.from(`${root}/bad-`), Buffer.from([0xff, 0x01, 0x0a])]), 'any bytes');
  chmodSync(join(root, 'usr/bin/tool'), 0o4755);
  chmodSync(join(root, 'var/empty'), 0o1777);
  linkSync(join(root, 'usr/bin/tool'), join(root, 'usr/bin/alias'));
  symlinkSync('/etc/motd', join(root, 'etc/absolute'));
  symlinkSync('../usr', join(root, 'etc/up'));
  writeFileSync(join(root, 'sparse'), 'x');
  truncateSync(join(root, 'sparse'), 3_000_000);
  utimesSync(join(root, 'etc/motd'), attributes.length, attributes[0]?.length ?? 0);
  python(
    'import os,sys\nfor name in sys.argv[2:]: os.setxattr(sys.argv[1], name, name.encode())',
    join(root, 'etc/motd'),
    ...attributes,
  );
  // user::rw- user:1:r-- group::r-- mask::r-- other::r--
  const list = '0200000001000600ffffffff020004000100000004000400ffffffff10000400ffffffff20000400ffffffff';
  const setList =
    'import os,sys\nos.setxattr(sys.argv[1], "system.posix_acl_access", bytes.fromhex(sys.argv[2]))';
  python(setList, join(root, 'usr/bin/tool'), list);
  if (!isRoot) return;
  execFileSync('mknod', [join(root, 'var/null'), 'c', '1', '3']);
  execFileSync('chown', ['-h', '3000000:70000', join(root, 'etc/up'), join(root, 'etc/motd')]);
}

/** Everything that makes a tree: kinds, modes, owners, bytes, links, attributes; times when asked for. */
function factsOf(root: string, withTimes = true): unknown {
  const code = `
import os,sys,json,hashlib,stat
root=os.fsencode(sys.argv[1]); seen={}; out=[]
for at,dirs,files in os.walk(root):
  for name in sorted(dirs+files)+([b'.'] if at==root else []):
    path=os.path.join(at,name); s=os.lstat(path); rel=os.path.relpath(path,root)
    one=[rel.hex(),oct(s.st_mode),s.st_uid,s.st_gid,s.st_rdev]
    if sys.argv[2]=='1': one.append(s.st_mtime)
    if stat.S_ISREG(s.st_mode):
      one.append(hashlib.sha256(open(path,'rb').read()).hexdigest()); one.append(seen.setdefault(s.st_ino,rel.hex()))
    if stat.S_ISLNK(s.st_mode): one.append(os.readlink(path).hex())
    one.append(sorted((n,os.getxattr(path,n,follow_symlinks=False).hex()) for n in os.listxattr(path,follow_symlinks=False)))
    out.append(one)
print(json.dumps(sorted(out)))`;
  return JSON.parse(python(code, root, withTimes ? '1' : '0'));
}

const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

async function captured(tree: string, name: string, more: object = {}): Promise<Buffer> {
  const path = join(folder, `${tree}-${name}`);
  const made = await capture({
    root: join(folder, tree),
    path,
    format: captureFormat(name),
    time,
    leaveOut: ['dev/*'],
    level: 3,
    image,
    ...more,
  });
  const bytes = readFileSync(path);
  expect(made).toMatchObject({ path, sizeBytes: bytes.byteLength, digest: sha256(bytes) });
  return bytes;
}

async function unpacked(name: string): Promise<string> {
  const target = mkdtempSync(join(folder, 'out-'));
  chmodSync(target, 0o755);
  await unpackArchive({ archive: join(folder, name), folder: target });
  return target;
}

describe('captures', () => {
  it.each(['s.tar', 's.tar.xz', 's.tar.zst', 's.tar.gz'])(
    '10.4: %s is the same file for the same tree, however the tree came about, and gives the tree back',
    async (name) => {
      const [first, second] = [await captured('a', name), await captured('b', name)];
      expect(first.equals(second)).toBe(true);
      const out = await unpacked(`a-${name}`);
      expect(readdirSync(join(out, 'dev'))).toEqual([]);
      rmSync(join(folder, 'reference'), { recursive: true, force: true });
      execFileSync('cp', ['-a', join(folder, 'a'), join(folder, 'reference')]);
      rmSync(join(folder, 'reference/dev/left'));
      expect(factsOf(out, false)).toEqual(factsOf(join(folder, 'reference'), false));
      expect(execFileSync('stat', ['-c', '%Y', join(out, 'etc/motd')], { encoding: 'utf8' }).trim()).toBe(
        String(time),
      );
    },
  );

  it.each(['s.tar', 's.tar.zst'])(
    '%s is the same file whether it passes by here or goes from tar to the compressor, and says how many members it has',
    async (name) => {
      const root = join(folder, 'plain');
      const strange = [
        '  x: 1 user.a',
        'line\n  x: 1 user.b\n  x: 1 user.c',
        'line\n-rw-r--r-- x',
        '-rwxrwxrwx',
      ];
      for (const one of strange) writeFileSync(join(root, one), one);
      const whole = await captured('plain', name);
      const request = { root, path: '', format: captureFormat(name), time, leaveOut: ['dev/*'], level: 3 };
      const tar = new TreeTar(request);
      const pieces: Uint8Array[] = [];
      for await (const piece of packed(tar, request.format.compression, request)) pieces.push(piece);
      expect(whole.equals(Buffer.concat(pieces))).toBe(true);
      const plain = await writePlainTar(join(folder, `twice-${name}`), request);
      expect(plain?.members).toBe(tar.members);
      // several attributes, which tar has in the order of the file system
      expect(
        await writePlainTar(join(folder, `unordered-${name}`), { ...request, root: join(folder, 'a') }),
      ).toBe(undefined);
    },
  );

  it('a compressor or a tar that fails is told, and leaves no file', async () => {
    const root = join(folder, 'plain');
    const request = { root, path: join(folder, 'bad.tar.zst'), format: captureFormat('s.tar.zst'), time };
    // a level that zstd does not know
    const level = { ...request, level: -1 };
    await expect(capture(level)).rejects.toMatchObject({
      problem: { code: 'MCA002', why: 'Incorrect parameters' },
    });
    await expect(capture({ ...request, signal: AbortSignal.abort(new Error('enough')) })).rejects.toThrow(
      'enough',
    );
    const within = ['sh', '-c', 'kill -9 $$', 'sh'];
    await expect(capture({ ...request, within })).rejects.toMatchObject({
      problem: { code: 'MCA002' },
    });
    expect(readdirSync(folder).filter((name) => name.startsWith('bad'))).toEqual([]);
  });

  it('a squashfs is the same file for the same tree, and gives all of it back but access control lists', async () => {
    const [first, second] = [await captured('a', 's.squashfs'), await captured('b', 's.squashfs')];
    expect(first.equals(second)).toBe(true);
    const out = await unpacked('a-s.squashfs');
    const without = (facts: unknown): unknown =>
      JSON.parse(JSON.stringify(facts), (_, value) =>
        Array.isArray(value) && Array.isArray(value[0]) && typeof value[0][0] === 'string'
          ? value.filter((one) => one[0] !== 'system.posix_acl_access')
          : value,
      );
    rmSync(join(folder, 'reference'), { recursive: true, force: true });
    execFileSync('cp', ['-a', join(folder, 'a'), join(folder, 'reference')]);
    rmSync(join(folder, 'reference/dev/left'));
    // unsquashfs lets an ordinary user have no program that runs as somebody else
    if (!isRoot) chmodSync(join(folder, 'reference/usr/bin/tool'), 0o644);
    expect(without(factsOf(out, false))).toEqual(without(factsOf(join(folder, 'reference'), false)));
  });

  it('9.6: an archive for LXD says what it is and has its root in rootfs, links included', async () => {
    const format = { container: 'lxd', compression: 'gzip' } as const;
    const [first, second] = [
      await captured('a', 'lxd.tar.gz', { format }),
      await captured('b', 'lxd.tar.gz', { format }),
    ];
    expect(first.equals(second)).toBe(true);
    const plain = execFileSync('gzip', ['-dc'], { input: first, maxBuffer: 1 << 28 });
    const entries = [...readTarBytes(plain, 'lxd')];
    const byPath = new Map(entries.map((entry) => [entry.path, entry]));
    expect(entries[0]?.path).toBe('metadata.yaml');
    const metadata = Buffer.from(entries[0]?.body ?? []).toString();
    expect(metadata).toContain('architecture: "x86_64"\ncreation_date: 1573344000\n');
    expect(byPath.get('rootfs/usr/bin/tool')?.linkPath).toBe('rootfs/usr/bin/alias');
    expect(byPath.get('rootfs/etc/absolute')?.linkPath).toBe('/etc/motd');
    expect(byPath.get('rootfs/etc/up')?.linkPath).toBe('../usr');
    expect(byPath.has('rootfs/dev/left')).toBe(false);
    expect(byPath.has('templates/hostname.tpl')).toBe(true);
  });

  it('an OCI image can be followed from its index to the files of its layer, digest by digest', async () => {
    const bytes = await captured('a', 's.oci.tar');
    expect(bytes.equals(await captured('b', 's.oci.tar'))).toBe(true);
    const files = new Map(
      [...readTarBytes(bytes, 'oci')].map((entry) => [entry.path, Buffer.from(entry.body)]),
    );
    const json = (path: string) => JSON.parse(files.get(path)?.toString() ?? 'null');
    const follow = ({ digest, size }: { digest: string; size: number }): string => {
      const path = `blobs/${digest.replace(':', '/')}`;
      expect(`sha256:${sha256(files.get(path) ?? Buffer.alloc(0))}`).toBe(digest);
      expect(files.get(path)?.byteLength).toBe(size);
      return path;
    };
    expect(json('oci-layout')).toEqual({ imageLayoutVersion: '1.0.0' });
    const manifest = json(follow(json('index.json').manifests[0]));
    const config = json(follow(manifest.config));
    expect(config).toMatchObject({ architecture: 'amd64', os: 'linux', created: '2019-11-10T00:00:00Z' });
    const layer = files.get(follow(manifest.layers[0])) ?? Buffer.alloc(0);
    const plain = execFileSync('gzip', ['-dc'], { input: layer, maxBuffer: 1 << 28 });
    expect(config.rootfs.diff_ids).toEqual([`sha256:${sha256(plain)}`]);
    expect(plain.equals(await captured('a', 'layer.tar'))).toBe(true);
  });

  it('9.6: a live image has a boot record, the kernel, a start of our own and the root, and needs a kernel in the root', async () => {
    const live = { container: 'live', compression: 'gzip' } as const;
    const request = { root: join(folder, 'live'), format: live, time, image, level: 1 };
    makeTree(request.root, ['user.one']);
    await expect(capture({ ...request, path: join(folder, 'none.iso') })).rejects.toThrow(/^MCA009 /);
    mkdirSync(join(request.root, 'boot'));
    for (const version of ['6.9.0', '6.10.0'])
      writeFileSync(join(request.root, `boot/vmlinuz-${version}`), `kernel ${version}`);
    await expect(capture({ ...request, path: join(folder, 'none.iso') })).rejects.toThrow(
      /^MCA009 .*BusyBox/,
    );
    writeFileSync(join(request.root, 'usr/bin/busybox'), 'busybox', { mode: 0o755 });
    mkdirSync(join(request.root, 'usr/lib/modules/6.10.0/kernel/fs/isofs'), { recursive: true });
    writeFileSync(join(request.root, 'usr/lib/modules/6.10.0/kernel/fs/isofs/isofs.ko'), 'module');
    for (const name of ['a.iso', 'b.iso']) await capture({ ...request, path: join(folder, name) });
    const bytes = readFileSync(join(folder, 'a.iso'));
    expect(bytes.equals(readFileSync(join(folder, 'b.iso')))).toBe(true);
    // the boot record of El Torito, in the seventeenth sector
    expect(bytes.toString('latin1', 17 * 2048 + 1, 17 * 2048 + 30)).toBe('CD001\x01EL TORITO SPECIFICATION');
    const disk = join(folder, 'disk');
    mkdirSync(disk);
    execFileSync('bsdtar', ['-xf', join(folder, 'a.iso'), '-C', disk]);
    expect(readFileSync(join(disk, 'boot/vmlinuz'), 'utf8')).toBe('kernel 6.10.0');
    const start = execFileSync('bsdtar', ['-tf', join(disk, 'boot/initrd')], { encoding: 'utf8' }).split(
      '\n',
    );
    for (const name of ['init', 'bin/busybox', 'dev', 'lib/modules/6.10.0/kernel/fs/isofs/isofs.ko'])
      expect(start).toContain(name);
    const root = mkdtempSync(join(folder, 'out-'));
    await unpackArchive({ archive: join(disk, 'live/root.squashfs'), folder: root });
    expect(readFileSync(join(root, 'boot/vmlinuz-6.9.0'), 'utf8')).toBe('kernel 6.9.0');
  });

  it('what cannot be captured leaves no file, and a file that is there stays', async () => {
    const path = join(folder, 'never.tar');
    const request = { root: join(folder, 'absent'), path, format: captureFormat('s.tar'), time };
    await expect(capture(request)).rejects.toMatchObject({ problem: { code: 'MCA002' } });
    expect(readdirSync(folder).filter((name) => name.startsWith('never'))).toEqual([]);
    const nameless = { ...request, root: join(folder, 'a'), format: captureFormat('s.oci.tar') };
    await expect(capture(nameless)).rejects.toThrow(/^MCA007 /);
    writeFileSync(path, 'kept');
    await expect(capture({ ...request, root: join(folder, 'a') })).rejects.toMatchObject({
      problem: { code: 'MCA003' },
    });
    expect(readFileSync(path, 'utf8')).toBe('kept');
    expect(() => captureFormat('stage3.rar')).toThrow(/^MCA001 /);
  });
});

describe('unpacking', () => {
  const put = (name: string, ...entries: Uint8Array[]): void =>
    writeFileSync(join(folder, name), Buffer.concat([...entries, tarEnd]));

  it('archives that are none, cut off or changed are told apart from those that lead outside', async () => {
    writeFileSync(join(folder, 'page.tar.xz'), '<html>not found</html>');
    await expect(unpacked('page.tar.xz')).rejects.toMatchObject({ problem: { code: 'MCA004' } });
    const whole = await captured('a', 'cut.tar.xz');
    writeFileSync(join(folder, 'cut.tar.xz'), whole.subarray(0, whole.byteLength - 100));
    await expect(unpacked('cut.tar.xz')).rejects.toMatchObject({ problem: { code: 'MCA005' } });
    put('up.tar', encodeTarEntry({ path: '../../outside' }, Buffer.from('x')));
    await expect(unpacked('up.tar')).rejects.toMatchObject({ problem: { code: 'MCA008' } });
    put(
      'link.tar',
      encodeTarEntry({ path: 'out', type: 'symlink', linkPath: folder }),
      encodeTarEntry({ path: 'out/outside' }, Buffer.from('x')),
    );
    await expect(unpacked('link.tar')).rejects.toMatchObject({ problem: { code: 'MCA008' } });
    put(
      'chain.tar',
      encodeTarEntry({ path: 'a', type: 'symlink', linkPath: 'b' }),
      encodeTarEntry({ path: 'b', type: 'symlink', linkPath: '..' }),
      encodeTarEntry({ path: 'a/outside' }, Buffer.from('x')),
    );
    await expect(unpacked('chain.tar')).rejects.toMatchObject({ problem: { code: 'MCA008' } });
    writeFileSync(join(folder, 'victim'), 'mine');
    put(
      'hard.tar',
      encodeTarEntry({ path: 'x', type: 'symlink', linkPath: join(folder, 'victim') }),
      encodeTarEntry({ path: 'y', type: 'hardlink', linkPath: 'x' }),
      encodeTarEntry({ path: 'y' }, Buffer.from('theirs')),
    );
    await unpacked('hard.tar').catch(() => undefined);
    expect(readFileSync(join(folder, 'victim'), 'utf8')).toBe('mine');
    expect(readdirSync(folder)).not.toContain('outside');
  });

  it('a disk without room is told as such', async () => {
    await captured('a', 'room.tar');
    const target = mkdtempSync(join(folder, 'out-'));
    const small = 'mount -t tmpfs -o size=1m tmpfs "$0" && exec "$@"';
    const within = ['unshare', '-rm', 'sh', '-c', small, target];
    const request = { archive: join(folder, 'a-room.tar'), folder: target, within };
    await expect(unpackArchive(request)).rejects.toMatchObject({ problem: { code: 'MCA006' } });
  });
});
