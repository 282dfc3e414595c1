// A seed for the example: the C compiler, make and BusyBox of this machine, and what they need, as a root file system of its own.
// Nothing is fetched; the same programs give the same seed.
import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  copyFileSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readlinkSync,
  realpathSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { capture, captureFormat } from '../../src/captures/index.ts';

const env = { PATH: process.env['PATH'] ?? '/usr/bin:/bin', LC_ALL: 'C' };
const said = (program: string, args: readonly string[], input = ''): string =>
  execFileSync(program, args, { encoding: 'utf8', env, input, stdio: ['pipe', 'pipe', 'ignore'] }).trim();

function inPath(name: string): string {
  const found = ['/usr/bin', '/bin', '/usr/sbin', '/sbin']
    .map((folder) => `${folder}/${name}`)
    .find(existsSync);
  if (found === undefined) throw new Error(`'${name}' is not installed`);
  return found;
}

const gccProgram = (name: string): string => {
  const path = said('gcc', [`-print-prog-name=${name}`]);
  return path.startsWith('/') ? path : inPath(path);
};

const gccFile = (name: string): string | undefined => {
  const path = said('gcc', [`-print-file-name=${name}`]);
  return path.startsWith('/') ? path : undefined;
};

/** Libraries that a program is linked with, the loader included. */
function libraries(path: string): readonly string[] {
  let text = '';
  try {
    text = said('ldd', [path]);
  } catch {
    return []; // linked statically
  }
  return [...text.matchAll(/(?:=> )?(\/\S+) \(0x/g)].map(([, library = '']) => library);
}

/** Headers of the C library that programs of the example may use, and all that those include. */
function headers(): readonly string[] {
  const names = [
    ...['stdio', 'stdlib', 'string', 'stdint', 'stddef', 'stdarg', 'stdbool', 'limits', 'errno', 'ctype'],
    ...['unistd', 'fcntl', 'signal', 'time', 'inttypes', 'assert', 'dirent', 'locale', 'math', 'setjmp'],
    ...[
      'sys/types',
      'sys/stat',
      'sys/wait',
      'sys/mount',
      'sys/reboot',
      'sys/time',
      'sys/resource',
      'sys/ioctl',
    ],
  ];
  const text = names.map((name) => `#include <${name}.h>\n`).join('');
  // which headers are included depends on what is asked for
  const ways = [['-O0'], ['-O2'], ['-O2', '-D_GNU_SOURCE'], ['-O2', '-D_FORTIFY_SOURCE=2'], ['-std=c99']];
  const rules = ways.map((options) => said('gcc', ['-M', '-w', ...options, '-x', 'c', '-'], text));
  return rules.flatMap((rule) => rule.split(/[\s\\]+/).filter((word) => word.startsWith('/')));
}

const linked = [
  ...[
    'crt1.o',
    'crti.o',
    'crtn.o',
    'Scrt1.o',
    'rcrt1.o',
    'crtbegin.o',
    'crtend.o',
    'crtbeginS.o',
    'crtendS.o',
  ],
  ...['crtbeginT.o', 'libc.so', 'libc.a', 'libc_nonshared.a', 'libgcc.a', 'libgcc_eh.a', 'libgcc_s.so'],
  ...['libgcc_s.so.1', 'libc.so.6', 'liblto_plugin.so'],
];

/** Files of the toolchain, by their paths on this machine. */
function toolchain(): readonly string[] {
  const programs = [
    ...['gcc', 'make', 'as', 'ld', 'ar', 'strip'].map(inPath),
    ...['cc1', 'collect2'].map(gccProgram),
  ];
  const plugin = linked.flatMap((name) => gccFile(name) ?? []);
  return [...programs, ...plugin, ...headers(), ...[...programs, ...plugin].flatMap(libraries)];
}

/** The same file by the name of its folder without links in it, but with its own name: programs are looked for by that. */
const placeOf = (path: string): string => join(realpathSync(dirname(path)), basename(path));

/** Applets of BusyBox that would take the place of programs of the toolchain, or have no use in a tree that is built in. */
const leftOut = new Set(['ar', 'make', 'strip', 'init', 'linuxrc', 'reboot', 'poweroff', 'halt']);

/** Fills a folder with the tree of a seed. */
function fill(tree: string): void {
  for (const name of [
    'dev',
    'etc',
    'proc',
    'root',
    'run',
    'sys',
    'tmp',
    'usr/bin',
    'usr/share/seed',
    'var/tmp',
  ])
    mkdirSync(join(tree, name), { recursive: true });
  for (const name of ['tmp', 'var/tmp']) chmodSync(join(tree, name), 0o1777);
  for (const name of ['bin', 'sbin', 'lib', 'lib64', 'usr/sbin', 'usr/lib64']) {
    const host = lstatSync(`/${name}`, { throwIfNoEntry: false });
    if (!host?.isSymbolicLink()) {
      if (host) mkdirSync(join(tree, name), { recursive: true });
      continue;
    }
    mkdirSync(dirname(join(tree, name)), { recursive: true });
    symlinkSync(readlinkSync(`/${name}`).replace(/^\//, name.includes('/') ? '../' : ''), join(tree, name));
    mkdirSync(join(tree, realpathSync(`/${name}`)), { recursive: true });
  }
  const files = [...new Set(toolchain().map(placeOf))].sort();
  for (const path of files) {
    const copy = join(tree, path);
    mkdirSync(dirname(copy), { recursive: true });
    copyFileSync(path, copy);
    chmodSync(copy, (statSync(path).mode & 0o111) === 0 ? 0o644 : 0o755);
  }
  symlinkSync('gcc', join(tree, 'usr/bin/cc'));
  writeFileSync(
    join(tree, 'usr/share/seed/toolchain'),
    [...files, '/usr/bin/cc', ''].map((one) => one.slice(1)).join('\n'),
  );
  addBusybox(tree);
  writeFileSync(join(tree, 'etc/passwd'), 'root:x:0:0:root:/root:/bin/sh\n');
  writeFileSync(join(tree, 'etc/group'), 'root:x:0:\n');
}

function addBusybox(tree: string): void {
  const bin = join(tree, existsSync(join(tree, 'bin/gcc')) ? 'usr/bin' : 'bin');
  copyFileSync(inPath('busybox'), join(bin, 'busybox'));
  chmodSync(join(bin, 'busybox'), 0o755);
  for (const name of said(inPath('busybox'), ['--list']).split('\n')) {
    if (leftOut.has(name) || name === 'busybox' || existsSync(join(tree, 'usr/bin', name))) continue;
    symlinkSync('busybox', join(bin, name));
  }
}

/** Makes the seed and returns its SHA-256. */
export async function makeSeed(tree: string, archive: string): Promise<string> {
  fill(tree);
  const request = {
    root: tree,
    path: archive,
    format: captureFormat(archive),
    time: 1_767_225_600,
    level: 1,
  };
  const { digest } = await capture(request);
  writeFileSync(`${archive}.hash.txt`, `sha256 ${digest}\n`);
  return digest;
}

/** What a seed of this machine is for, and a subarch whose programs it can run. */
export const processors =
  process.arch === 'arm64'
    ? { archDesc: 'arm-64bit', other: 'cortex_a53' }
    : { archDesc: 'x86-64bit', other: 'core2_64' };

if (import.meta.main) {
  const [tree = '', archive = ''] = process.argv.slice(2);
  process.stdout.write(`${await makeSeed(tree, archive)}\n`);
}
