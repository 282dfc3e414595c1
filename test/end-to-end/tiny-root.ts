import { execFileSync } from 'node:child_process';
import {
  copyFileSync,
  cpSync,
  existsSync,
  mkdirSync,
  realpathSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';

/** Everything that makepkg, pacman and fakeroot call for a recipe that compiles nothing. */
const programs = [
  ...['bash', 'sh', 'makepkg', 'pacman', 'pacman-conf', 'fakeroot', 'faked', 'bsdtar', 'setpriv', 'getopt'],
  ...[
    'basename',
    'cat',
    'chmod',
    'chown',
    'cp',
    'cut',
    'date',
    'dirname',
    'du',
    'env',
    'gawk',
    'awk',
    'sed',
    'grep',
  ],
  ...[
    'gettext',
    'gzip',
    'find',
    'file',
    'head',
    'id',
    'install',
    'ln',
    'ls',
    'mkdir',
    'mktemp',
    'mv',
    'nproc',
  ],
  ...[
    'readlink',
    'rm',
    'rmdir',
    'sha256sum',
    'sort',
    'stat',
    'strip',
    'tail',
    'tee',
    'touch',
    'tr',
    'uname',
    'wc',
  ],
  ...['xargs', 'xz', 'zstd', 'bzip2', 'chroot', 'true', 'comm', 'uniq', 'faked-sysv', 'faked-tcp'],
];

const folders = [
  '/usr/share/makepkg',
  '/usr/lib/locale/C.utf8',
  '/usr/share/misc',
  '/usr/share/file',
  '/usr/lib/file',
  '/usr/lib/libfakeroot',
];

/** A root file system for arch=any recipes, from this machine's own programs and the libraries they need. */
export function makeTinyRoot(root: string): void {
  for (const name of ['bin', 'lib', 'lib64', 'sbin']) {
    mkdirSync(join(root, 'usr', name), { recursive: true });
    symlinkSync(`usr/${name}`, join(root, name));
  }
  for (const name of ['etc', 'var/lib', 'var/tmp', 'dev', 'proc', 'tmp'])
    mkdirSync(join(root, name), { recursive: true });
  writeFileSync(join(root, 'etc/passwd'), 'root:x:0:0::/root:/bin/sh\n');
  writeFileSync(join(root, 'etc/only-here'), 'tiny\n');
  writeFileSync(join(root, 'etc/pacman.conf'), '[options]\n');
  const found = execFileSync('bash', ['-c', `type -P ${programs.join(' ')} || :`], { encoding: 'utf8' });
  const paths = found.trim().split('\n');
  for (const path of paths) copyInto(root, path, join('/usr/bin', path.slice(path.lastIndexOf('/') + 1)));
  const preloads = execFileSync(
    'bash',
    ['-c', 'ls /usr/lib/*/libfakeroot/*.so /usr/lib/libfakeroot/*.so 2> /dev/null || :'],
    {
      encoding: 'utf8',
    },
  );
  const loaded = preloads.trim().split('\n');
  for (const path of [...loaded, ...librariesOf([...paths, ...loaded])]) copyInto(root, path, path);
  for (const path of folders.filter(existsSync))
    cpSync(path, join(root, path), { recursive: true, dereference: true });
}

/** A root file system with these programs of this machine, the libraries they need, and nothing else. */
export function makeBareRoot(root: string, paths: readonly string[]): void {
  for (const name of ['bin', 'lib', 'lib64', 'sbin']) {
    mkdirSync(join(root, 'usr', name), { recursive: true });
    symlinkSync(`usr/${name}`, join(root, name));
  }
  for (const name of ['etc', 'var/tmp', 'var/cache', 'dev', 'proc', 'tmp', 'root', 'opt'])
    mkdirSync(join(root, name), { recursive: true });
  writeFileSync(join(root, 'etc/passwd'), 'root:x:0:0::/root:/bin/sh\n');
  for (const path of paths) copyInto(root, path, join('/usr/bin', path.slice(path.lastIndexOf('/') + 1)));
  for (const path of librariesOf(paths)) copyInto(root, path, path);
}

function copyInto(root: string, path: string, name: string): void {
  const to = join(root, name.startsWith('/usr/') ? name : `/usr${name}`);
  if (path === '' || existsSync(to)) return;
  mkdirSync(dirname(to), { recursive: true });
  copyFileSync(realpathSync(path), to);
}

/** Absolute paths of the libraries that programs load; scripts have none. */
function librariesOf(paths: readonly string[]): readonly string[] {
  const libraries = new Set<string>();
  for (const path of paths.map((one) => realpathSync(one))) {
    let listed = '';
    try {
      listed = execFileSync('ldd', [path], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] });
    } catch {
      continue;
    }
    for (const [, library] of listed.matchAll(/(\/\S+) \(0x/g)) if (library) libraries.add(library);
  }
  return [...libraries];
}
