import { execFile, execFileSync, spawn, spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { watch } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { GenerateResult, Scan } from '../../src/app/ebins/index.ts';
import { encodeTarHeader } from '../../src/formats/archives/index.ts';
import { BinhostServer } from '../ebins/binhost-server.ts';
import { imageTar, type Made, type MadePackage, makePackage } from '../ebins/made.ts';
import { pathsBelow } from '../ebins/paths-below.ts';
import { sample } from '../ebins/sample.ts';

const packmill = fileURLToPath(new URL('../../bin/packmill', import.meta.url));

let folder = '';
const at = (...names: readonly string[]): string => join(folder, ...names);
const text = (...names: readonly string[]): string => readFileSync(at(...names), 'utf8');
let server: BinhostServer;
let address = '';
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'packmill-ebin-acceptance-'));
  cpSync(join(sample, 'gpkg'), at('binhost'), { recursive: true });
  // the plain index is enough, and easier to change
  rmSync(at('binhost/Packages.gz'));
  server = new BinhostServer(at('binhost'));
  address = await server.start();
  await package_('plain', 'plain-1.0-1', { image: imageTar([{ path: 'image/a', body: 'a' }]) });
  await json('generate', at('plain'), ...into('plain-out'));
  for (let one = 0; one < 8; one += 1) await package_('shared', `shared-1.0-${one + 1}`, sharing(one));
  await json('generate', at('shared'), ...into('naive'), '--form', 'naive');
});
afterAll(async () => {
  await server.stop();
  rmSync(folder, { recursive: true, force: true });
});

/** Runs the real command with a cache of its own. */
function run(...words: readonly string[]): Promise<{ code: number; out: string; err: string }> {
  const env = { ...process.env, PACKMILL_CACHE: at('cache') };
  return new Promise((resolve) => {
    execFile(process.execPath, [packmill, ...words], { maxBuffer: 1 << 26, env }, (error, out, err) =>
      resolve({ code: typeof error?.code === 'number' ? error.code : 0, out, err }),
    );
  });
}

async function json<Value>(...words: readonly string[]): Promise<Value> {
  return JSON.parse((await run('--json', 'ebin', ...words)).out) as Value;
}

const into = (name: string): string[] => [
  '--out',
  at(name),
  '--store',
  at(`${name}-store`),
  '--compress',
  'gzip',
];

/** A value of the metadata cache. */
const value = (repository: string, cpv: string, key: string): string =>
  text(repository, 'metadata/md5-cache', cpv)
    .split('\n')
    .find((line) => line.startsWith(`${key}=`))
    ?.slice(key.length + 1) ?? '';

const common = { KEYWORDS: 'amd64', USE: 'arch_amd64', ARCH: 'amd64', CHOST: 'x86_64-pc-linux-gnu' };

async function package_(
  pkgdir: string,
  pf: string,
  of: Partial<MadePackage> & { readonly image: Uint8Array },
): Promise<string> {
  const pkg = at(pkgdir, 'app-misc', pf.replace(/-[\d.]+-\d+$/, ''));
  mkdirSync(pkg, { recursive: true });
  const { format = 'gpkg', metadata, ...rest } = of;
  const facts = { ...common, BUILD_ID: '1', PF: pf.replace(/-\d+$/, ''), ...metadata };
  return await makePackage(pkg, pf, { ...rest, format, metadata: facts });
}

/** One of eight builds that differ in their programs, and have the same sources. */
function sharing(one: number): Partial<MadePackage> & { readonly image: Uint8Array } {
  const flags = ['a', 'b', 'c'];
  const on = flags.filter((_flag, bit) => (one >> bit) & 1);
  const image = imageTar([
    { path: './usr/bin/x', body: `program ${one}` },
    { path: './usr/src/debug/app-misc/shared-1.0/x.c', body: 'source' },
  ]);
  const metadata = {
    IUSE: flags.join(' '),
    USE: ['arch_amd64', ...on].join(' '),
    BUILD_ID: String(one + 1),
  };
  return { format: 'xpak', image, metadata };
}

describe('a binhost', () => {
  const words = (name: string): string[] => [...into(name), '--atom', 'app-misc/ebinscript'];

  it('2.1: makes the same repository as its folder, only the index is asked for again, and another build alone is fetched', async () => {
    const held = at('binhost/app-misc/ebinscript/ebinscript-2.0-r1-5.gpkg.tar');
    const bytes = readFileSync(held);
    const index = readFileSync(at('binhost/Packages'), 'utf8');
    writeFileSync(at('binhost/Packages'), index.replace(new RegExp(stanzaOf('ebinscript-2.0-r1-5')), ''));
    // what lets us in is kept nowhere
    const own = address.replace('://', '://user:open-sesame@');
    const first = await json<GenerateResult>('generate', own, ...words('hosted'));
    expect([first.exit, first.reports[0]?.table?.length]).toEqual([0, 4]);
    expect(server.taken()).toHaveLength(5);
    const again = await json<GenerateResult>('generate', `${own}/`, ...words('hosted'));
    expect([again.exit, again.split, server.taken()]).toEqual([0, 0, []]);
    writeFileSync(at('binhost/Packages'), index);
    const more = await json<GenerateResult>('generate', own, ...words('hosted'));
    expect([more.split, server.taken()]).toEqual([
      1,
      ['/Packages', '/app-misc/ebinscript/ebinscript-2.0-r1-5.gpkg.tar'],
    ]);
    const found = spawnSync('grep', ['-rla', 'open-sesame', folder], { encoding: 'utf8' });
    expect([JSON.stringify([first, more]).includes('sesame'), found.stdout]).toEqual([false, '']);
    await json('generate', at('binhost'), ...words('local'));
    expect(pathsBelow(at('hosted'))).toEqual(pathsBelow(at('local')));
    for (const path of pathsBelow(at('hosted'))) expect(text('hosted', path)).toBe(text('local', path));
    // what is there stays as it was when a package cannot be had whole
    writeFileSync(held, bytes.subarray(1));
    rmSync(at('cache'), { recursive: true, force: true });
    const harmed = await run('ebin', 'generate', own, ...words('hosted'), '--prune');
    expect([harmed.code, harmed.err]).toEqual([1, expect.stringContaining('EBN002')]);
    expect(harmed.out + harmed.err).not.toContain('sesame');
    for (const path of pathsBelow(at('hosted'))) expect(text('hosted', path)).toBe(text('local', path));
    writeFileSync(held, bytes);
    server.taken();
  });

  /** A stanza of the index, as an expression. */
  function stanzaOf(name: string): string {
    const stanza = readFileSync(at('binhost/Packages'), 'utf8')
      .split('\n\n')
      .find((one) => one.includes(`/${name}.`));
    return `${(stanza ?? '').replace(/[$()*+.?[\\\]^{|}]/g, '\\$&')}\n\n`;
  }

  it('12: scan reads its index alone and tells what scanning the folder tells', async () => {
    rmSync(at('cache'), { recursive: true, force: true });
    server.taken();
    const hosted = await json<Scan>('scan', address, '--atom', 'app-misc/ebindemo', '--soname-check');
    expect(server.taken()).toEqual(['/Packages']);
    const local = await json<Scan>('scan', at('binhost'), '--atom', 'app-misc/ebindemo', '--soname-check');
    const comparable = ({ versions }: Scan): unknown =>
      versions.map(({ builds, diagnostics, ...rest }) => [
        rest,
        builds.map(({ path, reason, ...build }) => [build, path.slice(path.indexOf('app-misc')), !reason]),
        diagnostics.map(({ code, message }) => [code, message]),
      ]);
    expect(comparable(hosted)).toEqual(comparable(local));
    expect(hosted.versions[0]?.diagnostics.map(({ code }) => code)).toContain('EBN090');
  });

  it('is watched: a build that comes is taken up without a signal, until it is stopped', async () => {
    const index = readFileSync(at('binhost/Packages'), 'utf8');
    writeFileSync(at('binhost/Packages'), index.replace(new RegExp(stanzaOf('ebinscript-2.0-r1-4')), ''));
    const every = ['--every', '1s', '--cache', at('watch-cache')];
    const child = spawn(process.execPath, [packmill, 'ebin', 'watch', address, ...words('watch'), ...every], {
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    let told = '';
    child.stdout.setEncoding('utf8').on('data', (piece: string) => {
      const before = told;
      told += piece;
      const isNew = (what: string): boolean => !before.includes(what) && told.includes(what);
      if (isNew('4 combinations')) writeFileSync(at('binhost/Packages'), index);
      if (isNew('5 combinations')) child.kill('SIGINT');
    });
    expect(await new Promise((resolve) => child.once('exit', resolve))).toBe(0);
    expect(told).toContain('5 combinations');
  });

  it('out of reach, unknown, or without a place for its packages ends the command and says why', async () => {
    const gone = await run('ebin', 'generate', `${address}/nowhere`, ...words('none'));
    expect([gone.code, gone.err]).toEqual([2, expect.stringContaining('FET004')]);
    expect(() => text('none/profiles/repo_name')).toThrow();
    const { HOME: _, XDG_CACHE_HOME: __, PACKMILL_CACHE: ___, ...env } = process.env;
    const bare = await new Promise<string>((resolve) => {
      execFile(
        process.execPath,
        [packmill, 'ebin', 'generate', address, ...words('none')],
        { env },
        (_e, _o, err) => resolve(err),
      );
    });
    expect(bare).toContain('CLI001');
  });
});

describe('through the command', () => {
  it('18: verify calls a condition that no parenthesis follows unreadable, and names the ebuild', async () => {
    const path = at('plain-out/app-misc/plain/plain-1.0.ebuild');
    const whole = readFileSync(path, 'utf8');
    writeFileSync(path, whole.replace(/SRC_URI="[^"]*"/, 'SRC_URI="!a? !b? ( mirror://x/y )"'));
    const found = await run('ebin', 'verify', at('plain-out'));
    expect([found.code, found.err]).toEqual([
      1,
      expect.stringMatching(/EBN081[\s\S]*SRC_URI is not readable/),
    ]);
    expect(found.err).toContain('plain-1.0.ebuild');
  });

  it('20: sources that all builds share have one address as a tree, eight chains in naive form, and one line in the Manifest', async () => {
    const cpv = 'app-misc/shared-1.0';
    await json('generate', at('shared'), ...into('tree'));
    const sources = (form: string): string[] =>
      value(form, cpv, 'SRC_URI')
        .split(' ')
        .filter((word) => word.startsWith('shared-1.0-installsources-'));
    expect(value('tree', cpv, 'SRC_URI')).toMatch(/ installsources\? \( mirror:\S+ -> \S+ \)$/);
    expect([sources('tree').length, sources('naive').length]).toEqual([1, 8]);
    expect(new Set(sources('naive'))).toEqual(new Set(sources('tree')));
    for (const form of ['tree', 'naive'])
      expect(text(form, 'app-misc/shared/Manifest').match(/installsources/g)).toHaveLength(1);
  });

  it('42: sub-packages have the flags that their content depends on, and ask for the same of the main package', async () => {
    const words = ['generate', join(sample, 'gpkg'), '--atom', 'app-misc/ebindemo', '--extra', 'subpackage'];
    const made = await json<GenerateResult>(...words, ...into('sub'));
    expect(made.exit).toBe(0);
    const of = (name: string, key: string): string => value('sub', `app-misc/${name}-1.0`, key);
    expect(of('ebindemo-sources', 'IUSE')).toBe('+alpha beta');
    expect(of('ebindemo-debug', 'IUSE')).toBe('+alpha beta doc');
    expect(of('ebindemo-sources', 'RDEPEND')).toBe('~app-misc/ebindemo-1.0[alpha=,beta=]');
    expect(of('ebindemo-debug', 'RDEPEND')).toBe('~app-misc/ebindemo-1.0[alpha=,beta=,doc=]');
    expect(of('ebindemo', 'IUSE')).toBe('+alpha beta doc');
    expect((await run('ebin', 'verify', at('sub'), '--store', at('sub-store'))).code).toBe(0);
  });

  it('40: select asks Portage for flags, and says so when there is none or when it does not know the repository', async () => {
    const asked = await run('ebin', 'select', at('plain-out'), '--portage', '--mask', at('mask'));
    expect([asked.code, asked.err]).toEqual([3, expect.stringContaining('EBN091')]);
    expect(() => text('mask')).toThrow();
    const both = await run('ebin', 'select', at('plain-out'), '--portage', '--use', 'alpha');
    expect([both.code, both.err]).toEqual([2, expect.stringContaining('CLI001')]);
  });

  it('46: 1024 combinations become an ebuild of less than 1 MiB that verify finds whole', async () => {
    const flags = Array.from({ length: 10 }, (_, bit) => `flag${bit}`);
    for (let one = 0; one < 1024; one += 1) {
      const on = flags.filter((_flag, bit) => (one >> bit) & 1);
      await package_('many', `many-1.0-${one + 1}`, {
        format: 'xpak',
        // half of the flags matter
        image: imageTar([{ path: './usr/bin/x', body: `program ${one & 31}` }]),
        metadata: { IUSE: flags.join(' '), USE: ['arch_amd64', ...on].join(' '), BUILD_ID: String(one + 1) },
      });
    }
    const made = await json<GenerateResult>('generate', at('many'), ...into('many-out'));
    const [report] = made.reports;
    expect([made.exit, report?.table?.length, report?.distinct]).toEqual([0, 1024, { main: [32, 1024] }]);
    expect(report?.sizes?.ebuild).toBeLessThan(2 ** 20);
    const seen = await json<{ combinations: number; problems?: unknown[]; diagnostics: unknown[] }>(
      ...['verify', at('many-out'), '--store', at('many-out-store')],
    );
    expect([seen.diagnostics, seen.combinations]).toEqual([[], 2 ** 5]);
  });

  it('50: a generate that is killed leaves what the next one completes', async () => {
    const words = ['ebin', 'generate', at('shared'), ...into('killed')];
    mkdirSync(at('killed-store'));
    const events = watch(at('killed-store'));
    const child = spawn(process.execPath, [packmill, ...words, '--form', 'naive'], { stdio: 'ignore' });
    const ended = new Promise((resolve) => child.once('exit', (_code, signal) => resolve(signal)));
    // the first object is there, and the ebuild is not yet
    for await (const { filename } of events) if (/^[0-9a-f]{2}$/.test(filename ?? '')) break;
    child.kill('SIGKILL');
    expect(await ended).toBe('SIGKILL');
    expect((await run(...words, '--form', 'naive')).code).toBe(0);
    expect((await run('ebin', 'verify', at('killed'), '--store', at('killed-store'))).code).toBe(0);
    expect(text('killed/app-misc/shared/shared-1.0.ebuild')).toBe(
      text('naive/app-misc/shared/shared-1.0.ebuild'),
    );
  });
});

describe('bad input through the command', () => {
  const secret = 'correct-horse-battery';
  const plain = { path: 'image/a', body: 'a' };
  /** A header that claims what it likes, its check sum in order. */
  function header(type: string, size: number): Uint8Array {
    const block = Buffer.from(encodeTarHeader({ path: 'image/x' }, size).subarray(-512));
    block.write(type, 156);
    block.fill(' ', 148, 156);
    block.write(
      `${block
        .reduce((sum, byte) => sum + byte, 0)
        .toString(8)
        .padStart(6, '0')}\0 `,
      148,
    );
    return block;
  }
  /** What is made by name of the package, and the code that refuses it. */
  const bad: Readonly<
    Record<string, readonly [string, Partial<MadePackage> & { readonly image: Uint8Array }]>
  > = {
    climbs: ['EBN004', { image: imageTar([{ path: 'image/../../x', body: 'x' }]) }],
    'climbs-xpak': ['EBN004', { format: 'xpak', image: imageTar([{ path: '../x', body: 'x' }]) }],
    rooted: ['EBN004', { format: 'xpak', image: imageTar([{ path: '/etc/x', body: 'x' }]) }],
    device: [
      'EBN004',
      { format: 'xpak', image: imageTar([{ path: './dev/null', type: 'character-device' }]) },
    ],
    pipe: ['EBN004', { image: imageTar([{ path: 'image/pipe', type: 'fifo' }]) }],
    early: ['EBN004', { image: imageTar([{ path: 'image/h', type: 'hardlink', linkPath: 'image/later' }]) }],
    through: [
      'EBN004',
      {
        image: imageTar([
          { path: 'image/l', type: 'symlink', linkPath: '/etc' },
          { path: 'image/l/x', body: 'x' },
        ]),
      },
    ],
    twice: ['EBN004', { image: imageTar([plain, plain]) }],
    bomb: [
      'EBN008',
      { image: imageTar([{ path: 'image/z', body: Buffer.alloc(3 << 20) }]), compression: 'zstd' },
    ],
    header: ['EBN001', { image: Buffer.concat([header('x', 2 ** 32), Buffer.alloc(4096)]) }],
    'long-name': ['EBN001', { image: Buffer.concat([header('L', 2 ** 32), Buffer.alloc(4096)]) }],
    'no-tar': ['EBN001', { image: Buffer.from('no tar at all') }],
    stand: [
      'EBN006',
      {
        image: imageTar([
          { path: 'image/etc/x', body: '# empty file because --include-config=n when `quickpkg` was used\n' },
        ]),
      },
    ],
    prefixed: ['EBN005', { image: imageTar([plain]), metadata: { EPREFIX: '/opt/gentoo' } }],
    bound: ['EBN053', { image: imageTar([plain]), metadata: { RESTRICT: 'mirror bindist' } }],
    clash: [
      'EBN051',
      {
        image: imageTar([plain, { path: 'image/usr/lib/debug/a.debug', body: 'd' }]),
        metadata: { IUSE: 'splitdebug' },
      },
    ],
    flag: ['EBN050', { image: imageTar([plain]), metadata: { IUSE: 'a,b' } }],
  };

  it('44, 47, 49: refuses each package for its own reason, publishes the good one, and tells nothing of its builder', async () => {
    for (const [name, [, of]] of Object.entries(bad)) await package_('bad', `${name}-1.0-1`, of);
    const good: Made[] = [
      { path: './a', body: 'a' },
      { path: './link', type: 'symlink', linkPath: '/etc/passwd' },
      { path: './pipe', type: 'fifo' },
    ];
    await package_('bad', 'good-1.0-1', {
      format: 'xpak',
      image: imageTar(good),
      environment: execFileSync('bzip2', ['-c'], { input: `declare -x TOKEN="${secret}"\n` }),
    });
    // a byte of the image changed, a length that leads far away, a file that is cut off
    const tampered = await package_('bad', 'tampered-1.0-1', {
      image: imageTar([{ path: 'image/a', body: 'marker' }]),
    });
    writeFileSync(
      tampered,
      Buffer.from(readFileSync(tampered, 'latin1').replace('marker', 'market'), 'latin1'),
    );
    const huge = await package_('bad', 'huge-1.0-1', {
      format: 'xpak',
      image: imageTar([{ path: './a', body: 'a' }]),
    });
    const bytes = readFileSync(huge);
    bytes.writeUInt32BE(0xfffffff0, bytes.byteLength - 8);
    writeFileSync(huge, bytes);
    const cut = await package_('bad', 'cut-1.0-1', {
      format: 'xpak',
      image: imageTar([{ path: './a', body: 'a' }]),
    });
    writeFileSync(cut, readFileSync(cut).subarray(0, -1));
    const ran = await run('--json', 'ebin', 'generate', at('bad'), ...into('bad-out'), '--max-image', '2MiB');
    expect(ran.code).toBe(1);
    const { reports, diagnostics } = JSON.parse(ran.out) as GenerateResult;
    const codes = Object.fromEntries(
      reports.map(({ cpv, refused, diagnostics: own }) => [
        cpv.slice('app-misc/'.length, -'-1.0'.length),
        refused ? own.map(({ code }) => code).join(' ') : 'fine',
      ]),
    );
    const wanted = Object.fromEntries(Object.entries(bad).map(([name, [code]]) => [name, code]));
    const broken = { tampered: 'EBN002', huge: 'EBN001', cut: 'EBN001' };
    expect(codes).toEqual({ ...wanted, ...broken, good: 'fine' });
    expect(diagnostics).toEqual([]);
    expect(readdirSync(at('bad-out/app-misc'))).toEqual(['good']);
    expect((await run('ebin', 'verify', at('bad-out'), '--store', at('bad-out-store'))).code).toBe(0);
    const object = /mirror:\/\/binhost\/(\S+)/.exec(text('bad-out/app-misc/good/good-1.0.ebuild'))?.[1] ?? '';
    const listed = execFileSync('tar', ['-tvzf', at('bad-out-store', object)], { encoding: 'utf8' });
    expect(listed).toMatch(/^p.*\.\/pipe$/m);
    expect(listed).toContain('./link -> /etc/passwd');
    expect(ran.out + ran.err).not.toContain(secret);
    const found = spawnSync('grep', ['-rla', secret, at('bad-out'), at('bad-out-store')], {
      encoding: 'utf8',
    });
    expect([found.status, found.stdout]).toEqual([1, '']);
    expect(execFileSync('tar', ['-xOzf', at('bad-out-store', object), './a'], { encoding: 'utf8' })).toBe(
      'a',
    );
  });

  it('8: unsigned packages are refused where signatures are demanded, and signed ones by a key that is not trusted', async () => {
    const demand = ['--signatures', 'require', '--key', join(sample, 'gpkg-signed/sample-key.asc')];
    const words = ['ebin', 'generate', ...into('signed'), '--atom', 'app-misc/ebindemo'];
    const unsigned = await run(...words, join(sample, 'gpkg-single'), ...demand);
    expect([unsigned.code, unsigned.err]).toEqual([1, expect.stringContaining('EBN003')]);
    const untrusted = await run(...words, join(sample, 'gpkg-signed'), '--signatures', 'require');
    expect([untrusted.code, untrusted.err]).toEqual([1, expect.stringContaining('EBN003')]);
    expect(readdirSync(at('signed'))).not.toContain('app-misc');
    expect((await run(...words, join(sample, 'gpkg-signed'), ...demand)).code).toBe(0);
  });

  it('builds that contradict each other are left out and told, or refuse the version where that is asked for', async () => {
    const image = imageTar([plain]);
    const build = (id: number, metadata: Record<string, string>): Promise<string> =>
      package_('contrary', `contrary-1.0-${id}`, {
        image,
        metadata: { BUILD_ID: String(id), BUILD_TIME: String(id), IUSE: 'x', ...metadata },
      });
    await build(1, { SLOT: '1' });
    await build(2, { SLOT: '2', RDEPEND: 'dev-libs/a:0/1=' });
    await build(3, { SLOT: '2', USE: 'arch_amd64 x', RDEPEND: 'dev-libs/a:0/2=' });
    const words = ['ebin', 'generate', at('contrary'), ...into('contrary-out')];
    const left = await run(...words);
    expect([left.code, left.err]).toEqual([0, expect.stringContaining('EBN061')]);
    for (const [option, code] of [
      ['--mixed', 'EBN068'],
      ['--subslot', 'EBN069'],
    ] as const) {
      const refused = await run(...words, option, 'reject');
      expect([refused.code, refused.err]).toEqual([1, expect.stringContaining(code)]);
    }
  });
});

/** Where each acceptance check of the specification is tested, below the top of the repository. */
const checks: Readonly<Record<string, string>> = {
  'test/ebins/containers.spec.ts': '1-9 11',
  'test/ebins/folder.spec.ts': '10',
  'test/ebins/parts.spec.ts': '13-15 31-33 47 49',
  'test/ebins/store.spec.ts': '34 36 38',
  'test/ebin-repository/commands.spec.ts': '12 14-17 19 21-26 34-38 40 41 43-45',
  'test/ebin-repository/incremental.spec.ts': '47 48 50',
  'test/ebin-repository/acceptance.spec.ts': '8 12 18 20 42 44 46 47 49 50',
  'test/ebins/portage-ebins.spec.ts': '35 37 39-41',
  'src/ebin-index/prove.spec.ts': '18',
  'src/ebin-index/phases.spec.ts': '28-30',
  'src/ebin-index/generate.spec.ts': '14-17 19-27 37 38 42-47',
};

const numbersIn = (list: string): number[] =>
  list.split(/,? /).flatMap((word) => {
    const [first = 0, last = first] = word.split('-').map(Number);
    return Array.from({ length: last - first + 1 }, (_, index) => first + index);
  });

it('each of the 50 acceptance checks is the title of a test where the list says', () => {
  const top = fileURLToPath(new URL('../..', import.meta.url));
  const listed = Object.entries(checks).map(([path, list]) => {
    const titles = readFileSync(join(top, path), 'utf8').matchAll(
      /^ *(?:(?:it|describe)\b[^'"`\n]*\()?['"`](\d+(?:, \d+)*): /gm,
    );
    const found = [...titles].flatMap(([, numbers = '']) => numbersIn(numbers.replaceAll(',', '')));
    const missing = numbersIn(list).filter((number) => !found.includes(number));
    return { path, missing, numbers: numbersIn(list) };
  });
  expect(listed.flatMap(({ path, missing }) => missing.map((number) => `${number} in ${path}`))).toEqual([]);
  const all = new Set(listed.flatMap(({ numbers }) => numbers));
  expect(Array.from({ length: 50 }, (_, index) => index + 1).filter((number) => !all.has(number))).toEqual(
    [],
  );
});
