// The package directory of the example: what `emerge --buildpkg` would have left for each combination of flags that builds.json
// names. The program is compiled once for each pair of flags that changes it; everything else is put together here.
import { execFileSync } from 'node:child_process';
import { copyFileSync, existsSync, mkdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { indexFolder, writeGpkg, writeXpak } from '../../src/ebins/index.ts';
import { encodeTarEntry, type NewTarEntry, tarEnd } from '../../src/formats/archives/index.ts';

const here = dirname(fileURLToPath(import.meta.url));

/** What builds.json says. */
export interface Described {
  readonly category: string;
  readonly name: string;
  readonly version: string;
  readonly description: string;
  readonly iuse: readonly string[];
  readonly rdepend: string;
  readonly builds: readonly { readonly use: readonly string[]; readonly format: 'gpkg' | 'xpak' }[];
}

/** The builds of the example. */
export function described(): Described {
  return JSON.parse(readFileSync(join(here, 'builds.json'), 'utf8')) as Described;
}

/** A program that was compiled, and its debug data. */
interface Compiled {
  readonly program: Buffer;
  readonly debug: Buffer;
  readonly buildId: string;
}

function compile(folder: string, use: readonly string[], sources: string): Compiled {
  mkdirSync(folder, { recursive: true });
  if (!existsSync(join(folder, 'greet.c')))
    copyFileSync(join(here, 'greet', 'greet.c'), join(folder, 'greet.c'));
  const run = (program: string, ...words: string[]): string =>
    execFileSync(program, words, { cwd: folder, encoding: 'utf8' });
  const defines = use.map((flag) => `-DWITH_${flag.toUpperCase()}`);
  const map = `-ffile-prefix-map=${folder}=/${sources}`;
  run('gcc', '-O2', '-g', map, '-Wl,--build-id=sha1', ...defines, '-o', 'greet', 'greet.c');
  const buildId = /Build ID: ([0-9a-f]{40})/.exec(run('readelf', '-n', 'greet'))?.[1] ?? '';
  run('objcopy', '--only-keep-debug', 'greet', 'greet.debug');
  run('strip', '--strip-unneeded', 'greet');
  return {
    program: readFileSync(join(folder, 'greet')),
    debug: readFileSync(join(folder, 'greet.debug')),
    buildId,
  };
}

/** What an image holds, by path: bytes of a file (with its mode), or the target of a link. */
type Content = Readonly<Record<string, string | readonly [mode: number, bytes: Uint8Array]>>;

function contentOf(made: Compiled, use: readonly string[], sources: string): Content {
  const text = (path: string): readonly [number, Uint8Array] => [
    0o644,
    readFileSync(join(here, 'greet', path)),
  ];
  const id = `usr/lib/debug/.build-id/${made.buildId.slice(0, 2)}/${made.buildId.slice(2)}`;
  return {
    'usr/bin/greet': [0o755, made.program],
    [id]: '../../../../../usr/bin/greet',
    [`${id}.debug`]: '../../usr/bin/greet.debug',
    'usr/lib/debug/usr/bin/greet.debug': [0o644, made.debug],
    [`${sources}/greet.c`]: text('greet.c'),
    ...(use.includes('doc') ? { 'usr/share/man/man1/greet.1': text('greet.1') } : {}),
    ...(use.includes('examples') ? { 'usr/share/greet/greet.c': text('greet.c') } : {}),
  };
}

/** The tar of an image, below `image/` or `./`; folders stand in front of what they hold. */
function imageTar(content: Content, prefix: 'image' | '.', mtime: number): Buffer {
  const folders = new Set<string>([`${prefix}/`]);
  for (const path of Object.keys(content)) {
    const names = path.split('/').slice(0, -1);
    for (const index of names.keys()) folders.add(`${prefix}/${names.slice(0, index + 1).join('/')}/`);
  }
  const tar = [...folders]
    .sort()
    .map((path) => encodeTarEntry({ path, type: 'folder', mtime }, Buffer.alloc(0)));
  for (const [path, what] of Object.entries(content).sort(([a], [b]) => (a < b ? -1 : 1))) {
    const entry: NewTarEntry =
      typeof what === 'string'
        ? { path: `${prefix}/${path}`, type: 'symlink', mode: 0o777, linkPath: what, mtime }
        : { path: `${prefix}/${path}`, mode: what[0], mtime };
    tar.push(encodeTarEntry(entry, typeof what === 'string' ? Buffer.alloc(0) : what[1]));
  }
  return Buffer.concat([...tar, tarEnd]);
}

/** What the builder's shell knew, as far as it matters: dependencies with their conditions. */
function environmentOf(of: Described): Buffer {
  const text = [
    `declare -x EAPI="8"`,
    `declare -x IUSE="${of.iuse.join(' ')}"`,
    `declare -x LICENSE="GPL-2"`,
    `declare DEPEND=""`,
    `declare RDEPEND="${of.rdepend}"`,
  ].join('\n');
  return execFileSync('bzip2', ['-c'], { input: `${text}\n` });
}

function recordsOf(of: Described, use: readonly string[], buildId: number): Map<string, Uint8Array> {
  const values: Readonly<Record<string, string>> = {
    CATEGORY: of.category,
    PF: `${of.name}-${of.version}`,
    SLOT: '0',
    EAPI: '8',
    IUSE: of.iuse.join(' '),
    USE: ['amd64', 'arch_amd64', 'elibc_glibc', 'kernel_linux', ...use].join(' '),
    KEYWORDS: 'amd64',
    LICENSE: 'GPL-2',
    DESCRIPTION: of.description,
    HOMEPAGE: 'https://example.org/greet',
    RDEPEND: use.includes('nls') ? 'virtual/libintl' : '',
    DEFINED_PHASES: 'compile install',
    FEATURES: 'installsources splitdebug',
    CHOST: 'x86_64-pc-linux-gnu',
    BUILD_TIME: String(1_790_000_000 + 60 * buildId),
    BUILD_ID: String(buildId),
    'NEEDED.ELF.2': 'X86_64;/usr/bin/greet;;;libc.so.6;x86_64',
    repository: 'examples',
  };
  const named = Object.entries(values).filter(([, value]) => value !== '');
  const records = new Map<string, Uint8Array>(
    named.map(([key, value]) => [key, Buffer.from(key === 'BUILD_ID' ? value : `${value}\n`)]),
  );
  return records.set('environment.bz2', environmentOf(of));
}

async function* once(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes;
}

/**
 * Writes the packages of the builds named, counted from 0 as builds.json has them, and the index of the folder. What is there
 * already stays as it is. Returns how many were written.
 */
export async function makePkgdir(
  pkgdir: string,
  { scratch, builds }: { readonly scratch: string; readonly builds?: readonly number[] },
): Promise<number> {
  const of = described();
  const pf = `${of.name}-${of.version}`;
  const sources = `usr/src/debug/${of.category}/${pf}`;
  const folder = join(pkgdir, of.category, of.name);
  mkdirSync(folder, { recursive: true });
  const compiled = new Map<string, Compiled>();
  let written = 0;
  for (const [index, { use, format }] of of.builds.entries()) {
    const path = join(folder, `${pf}-${index + 1}.${format === 'gpkg' ? 'gpkg.tar' : 'xpak'}`);
    if (existsSync(path) || (builds && !builds.includes(index))) continue;
    const changing = use.filter((flag) => flag === 'color' || flag === 'nls');
    const made = compiled.get(changing.join()) ?? compile(join(scratch, 'greet'), changing, sources);
    compiled.set(changing.join(), made);
    const mtime = 1_790_000_000 + 60 * index;
    const tar = imageTar(contentOf(made, use, sources), format === 'gpkg' ? 'image' : '.', mtime);
    const what = { records: recordsOf(of, use, index + 1), image: once(tar), compression: 'zstd' as const };
    if (format === 'xpak') await writeXpak(path, what);
    else await writeGpkg(path, { ...what, base: `${pf}-${index + 1}`, mtime });
    written += 1;
  }
  await indexFolder(pkgdir);
  return written;
}
