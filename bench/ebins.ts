// What taking binary packages apart costs: canonical tars against tar alone, objects of the store, and the index of many packages.
// `ebins large` sends an image of 3 GiB through as well.
import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { generate } from '../src/ebin-repository/index.ts';
import { ContentStore, canonicalParts, indexFolder, openBuild, writeGpkg } from '../src/ebins/index.ts';
import { encodeTarHeader, tarEnd, tarPadding } from '../src/formats/archives/index.ts';
import { type Compression, printXpak } from '../src/formats/gentoo/index.ts';
import { checkout, PortageLab } from '../test/ebins/portage-lab.ts';

const mib = 1 << 20;

/** Bytes of work for each second that processors spend on it, whatever else the machine has to do. */
async function perCpuSecond(totalBytes: number, work: () => unknown): Promise<string> {
  const before = process.cpuUsage();
  await work();
  const { user, system } = process.cpuUsage(before);
  return `${(totalBytes / mib / ((user + system) / 1e6)).toFixed(0)} MiB for each second of CPU`;
}

const mostMemory = (): string => `${(process.resourceUsage().maxRSS / 1024).toFixed(0)} MiB`;

async function timeMs(work: () => unknown): Promise<number> {
  const start = performance.now();
  await work();
  return performance.now() - start;
}

/** Bytes that compress about as well as programs do, the same on every run. */
function programBytes(size: number, seed: number): Buffer {
  const bytes = Buffer.alloc(size);
  let state = seed * 7919 + 1;
  for (let at = 0; at < size; at += 4) {
    state = (state * 48271) % 2147483647;
    bytes.writeUInt32LE(state % 5 < 3 ? 0x90480f00 + (state & 15) : state, Math.min(at, size - 4));
  }
  return bytes;
}

/** Sizes of the files of a large package: many small ones, and few that hold most of the bytes. */
function sizesOf(totalBytes: number): number[] {
  const sizes: number[] = [];
  for (let left = totalBytes, at = 0; left > 0; at += 1) {
    const size = at % 400 === 0 ? 24 * mib : 512 + ((at * 7919) % 40_000);
    sizes.push(Math.min(size, left));
    left -= size;
  }
  return sizes;
}

async function* imageOf(sizes: readonly number[], source: Buffer): AsyncGenerator<Uint8Array> {
  yield encodeTarHeader({ path: 'image/', type: 'folder' }, 0);
  for (let at = 0; at < 100; at += 1)
    yield encodeTarHeader({ path: `image/usr/lib/d${at}/`, type: 'folder' }, 0);
  for (const [at, size] of sizes.entries()) {
    yield encodeTarHeader({ path: `image/usr/lib/d${at % 100}/file-${at}.so` }, size);
    yield source.subarray(0, size);
    yield tarPadding(size);
  }
  yield tarEnd;
}

const records = (pf: string): Map<string, Uint8Array> =>
  new Map(
    Object.entries({
      CATEGORY: 'app-misc',
      PF: pf,
      SLOT: '0',
      EAPI: '8',
      IUSE: '+alpha beta doc',
      USE: 'alpha amd64 elibc_glibc kernel_linux',
      KEYWORDS: 'amd64',
      RDEPEND: '>=dev-libs/demolib-1.0 dev-libs/other:0/3=',
      CHOST: 'x86_64-pc-linux-gnu',
      BUILD_TIME: '1795243946',
    }).map(([key, value]) => [key, Buffer.from(`${value}\n`)]),
  );

async function parts(folder: string, totalBytes: number, compression: Compression): Promise<void> {
  const path = join(folder, `large-${compression || 'none'}.gpkg.tar`);
  const image = imageOf(sizesOf(totalBytes), programBytes(24 * mib, 1));
  await writeGpkg(path, { base: 'large-1-1', mtime: 0, records: records('large-1'), image, compression });
  const total = totalBytes / mib;
  const rate = (ms: number): string => `${(total / (ms / 1000)).toFixed(0)} MiB/s`;
  const openMs = await timeMs(() => openBuild(path));
  const build = await openBuild(path, { temporaryFolder: folder });
  let opened: Awaited<ReturnType<typeof build.openImage>> | undefined;
  const unpackMs = await timeMs(async () => {
    opened = await build.openImage();
  });
  if (!opened) return;
  const rounds: number[] = [];
  for (let round = 0; round < 3; round += 1)
    rounds.push(await timeMs(() => opened && canonicalParts(opened, path)));
  const best = Math.min(...rounds);
  const program = compression === 'none' ? 'cat' : `${compression} -dc`;
  const script = `tar -xOf "$1" --wildcards '*/image.tar*' | ${program} | tar -xOf - | sha512sum`;
  const theirs = await timeMs(() => execFileSync('bash', ['-c', script, 'x', path]));
  console.log(
    `image of ${total} MiB (${compression}, file of ${(statSync(path).size / mib).toFixed(0)} MiB): opened and all digests compared ${rate(openMs)}; unpacked ${rate(unpackMs)}; split, canonical tar, SHA-512 ${rate(best)}; all of it ${rate(openMs + unpackMs + best)}; tar | ${program} | tar -xO | sha512sum ${rate(theirs)}`,
  );
  const split = await perCpuSecond(totalBytes, () => opened && canonicalParts(opened, path));
  console.log(`  split, canonical tar, SHA-512: ${split}; most memory so far ${mostMemory()}`);
  if (totalBytes <= 8 * mib) await objects(folder, opened, path);
  await opened.close();
}

async function objects(
  folder: string,
  image: Parameters<typeof canonicalParts>[0],
  path: string,
): Promise<void> {
  for (const codec of ['xz', 'gzip'] as const) {
    const store = new ContentStore({ root: join(folder, `store-${codec}`) });
    const { parts: made } = await canonicalParts(image, path);
    const total = made.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0) / mib;
    const newMs = await timeMs(async () => {
      for (const part of made) await store.put(part, codec);
    });
    const againMs = await timeMs(async () => {
      for (const part of (await canonicalParts(image, path)).parts) await store.put(part, codec);
    });
    const rate = (ms: number): string => `${(total / (ms / 1000)).toFixed(1)} MiB/s`;
    console.log(
      `ingest as ${codec}: new ${rate(newMs)}, canonical tar and store when it is there ${rate(againMs)}`,
    );
  }
}

async function index(folder: string): Promise<void> {
  const count = 5_000;
  const pkgdir = join(folder, 'pkgdir');
  for (let at = 0; at < count; at += 1) {
    const category = join(pkgdir, `cat-${at % 50}`);
    mkdirSync(category, { recursive: true });
    const pf = `name${at}-1.0`;
    const own = records(pf).set('CATEGORY', Buffer.from(`cat-${at % 50}`));
    const tar = [encodeTarHeader({ path: './a' }, 4096), programBytes(4096, at), tarEnd];
    writeFileSync(join(category, `${pf}.tbz2`), Buffer.concat([...tar, printXpak(own)]));
  }
  const firstMs = await timeMs(() => indexFolder(pkgdir));
  const againMs = await timeMs(() => indexFolder(pkgdir));
  if (checkout === undefined) console.log('emaint binhost: set PACKMILL_PORTAGE to a checkout of Portage');
  else await indexByPortage(folder, pkgdir, count);
  writeFileSync(join(pkgdir, 'cat-0', 'name0-1.0.tbz2'), 'damaged');
  const changedMs = await timeMs(() => indexFolder(pkgdir));
  console.log(
    `index of ${count} packages: ${firstMs.toFixed(0)} ms (${(firstMs / count).toFixed(2)} ms each); again ${againMs.toFixed(0)} ms; with one that changed ${changedMs.toFixed(0)} ms`,
  );
}

/** The same folder without its index, for Portage. */
async function indexByPortage(folder: string, pkgdir: string, count: number): Promise<void> {
  const theirs = join(folder, 'theirs');
  cpSync(pkgdir, theirs, { recursive: true, preserveTimestamps: true });
  for (const name of ['Packages', 'Packages.gz']) rmSync(join(theirs, name));
  const lab = new PortageLab(join(folder, 'lab'), { pkgdir: theirs });
  const ms = await timeMs(() => lab.run(['emaint', '--fix', 'binhost'], { apart: true }));
  const listed = readFileSync(join(theirs, 'Packages'), 'utf8').match(/^CPV: /gm)?.length ?? 0;
  console.log(`emaint --fix binhost: ${ms.toFixed(0)} ms, ${listed} of ${count} packages listed`);
}

/** A repository of many packages: made, made again, and made with one more build. */
async function rerun(folder: string): Promise<void> {
  const [versions, size] = [100, 16 * 1024];
  const [pkgdir, repo, store] = ['rerun', 'rerun-repo', 'rerun-store'].map((name) => join(folder, name));
  if (!pkgdir || !repo || !store) return;
  const add = async (version: number, build: number): Promise<void> => {
    const pf = `name${version}-1`;
    mkdirSync(join(pkgdir, 'app-misc', `name${version}`), { recursive: true });
    const own = records(pf)
      .set('BUILD_ID', Buffer.from(String(build)))
      .set('ARCH', Buffer.from('amd64'))
      .set('USE', Buffer.from(build % 2 === 0 ? 'arch_amd64 beta' : 'arch_amd64'));
    const body = programBytes(size, version * 100 + build);
    const tar = [encodeTarHeader({ path: 'image/usr/bin/x' }, size), body, tarEnd];
    const path = join(pkgdir, 'app-misc', `name${version}`, `${pf}-${build}.gpkg.tar`);
    const image = Readable.from(tar);
    await writeGpkg(path, { base: `${pf}-${build}`, mtime: 0, records: own, image, compression: 'zstd' });
  };
  for (let version = 0; version < versions; version += 1) await add(version, 1);
  const request = { pkgdirs: [pkgdir], atoms: [], repo, store, options: { compress: 'gzip' } } as const;
  const told: string[] = [];
  for (const what of ['new', 'nothing changed', 'one more build']) {
    if (what === 'one more build') await add(7, 2);
    let split = 0;
    const ms = await timeMs(async () => {
      const done = await generate(request);
      if (done.exit !== 0) throw new Error('a package is refused');
      split = done.split;
    });
    told.push(`${what} ${ms.toFixed(0)} ms, ${split} images`);
  }
  console.log(`repository of ${versions} packages of ${size / 1024} KiB: ${told.join('; ')}`);
}

/** Prints the figures. */
export async function run(): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'bench-ebins-'));
  try {
    await parts(folder, 8 * mib, 'zstd');
    await parts(folder, 256 * mib, 'none');
    await parts(folder, 256 * mib, 'zstd');
    if (process.argv.includes('large')) await parts(folder, 3072 * mib, 'zstd');
    await index(folder);
    await rerun(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
  console.log(`most memory: ${mostMemory()}`);
}
