import { execFile, spawn } from 'node:child_process';
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { GenerateResult, PackageReport, Scan, Selected } from '../../src/app/ebins/index.ts';
import { isUnreadable, readText, requiredUseHolds, urisUnder } from '../../src/ebin-index/index.ts';
import { pathsBelow } from '../ebins/paths-below.ts';
import { demo, sample } from '../ebins/sample.ts';

interface Ran {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

const packmill = fileURLToPath(new URL('../../bin/packmill', import.meta.url));

/** Runs the real command. */
function run(...words: readonly string[]): Promise<Ran> {
  return new Promise((resolve) => {
    execFile(process.execPath, [packmill, ...words], { maxBuffer: 1 << 26 }, (error, out, err) =>
      resolve({ code: typeof error?.code === 'number' ? error.code : 0, out, err }),
    );
  });
}

async function json<Value>(...words: readonly string[]): Promise<Value> {
  return JSON.parse((await run('--json', 'ebin', ...words)).out) as Value;
}

let folder = '';
let made: GenerateResult;
let naive: GenerateResult;
const at = (...names: readonly string[]): string => join(folder, ...names);
const text = (...names: readonly string[]): string => readFileSync(at(...names), 'utf8');
const pkgdir = join(sample, 'gpkg');

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'packmill-ebins-'));
  made = await json(
    'generate',
    pkgdir,
    '--out',
    at('tree'),
    '--store',
    at('store'),
    '--mirror',
    'http://127.0.0.1:9',
  );
  naive = await json(
    ...['generate', pkgdir, '--out', at('naive'), '--store', at('store'), '--form', 'naive'],
    ...['--required-use', 'naive', '--atom', 'app-misc/ebindemo'],
  );
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const reportOf = (result: GenerateResult, name: string): PackageReport => {
  const found = result.reports.find(({ cpv }) => cpv.startsWith(`app-misc/${name}-`));
  if (!found) throw new Error(`no report on ${name}`);
  return found;
};

/** A value of the metadata cache. */
const value = (repository: string, cpv: string, key: string): string =>
  text(repository, 'metadata/md5-cache', cpv)
    .split('\n')
    .find((line) => line.startsWith(`${key}=`))
    ?.slice(key.length + 1) ?? '';

const read = (kind: 'src-uri' | 'required-use', words: string) => {
  const done = readText(words, { kind });
  if (isUnreadable(done)) throw new Error(done.flaw);
  return done;
};

const holds = (repository: string, cpv: string, ...flags: readonly string[]): boolean =>
  requiredUseHolds(read('required-use', value(repository, cpv, 'REQUIRED_USE')), new Set(flags));

it('12: scan lists nine builds of ebindemo in eight combinations, and the older one is superseded', async () => {
  const { versions } = await json<Scan>('scan', pkgdir, '--atom', 'app-misc/ebindemo');
  expect(versions).toHaveLength(1);
  expect(versions[0]).toMatchObject({
    combinations: 8,
    flags: { varying: ['alpha', 'beta', 'doc'], dropped: ['test'] },
  });
  expect(versions[0]?.builds).toHaveLength(9);
  expect(
    versions[0]?.builds.filter(({ selected }) => !selected).map(({ buildId, reason }) => [buildId, reason]),
  ).toEqual([[5, "superseded by 'app-misc/ebindemo/ebindemo-1.0-9.gpkg.tar'"]]);
});

it('14, 15: the report counts objects and names the flags that change no content', () => {
  expect(reportOf(made, 'ebindemo')).toMatchObject({
    distinct: { main: [8, 8], installsources: [4, 8], splitdebug: [5, 8] },
    neutral: { installsources: ['doc'], splitdebug: [], main: [] },
  });
});

it('16, 17: the naive form has 24 addresses in nested chains, the tree 17 and is shorter', () => {
  const cpv = 'app-misc/ebindemo-1.0';
  const count = (words: string): number =>
    words.split(' ').filter((word) => word.startsWith('mirror://')).length;
  const [long, short] = [value('naive', cpv, 'SRC_URI'), value('tree', cpv, 'SRC_URI')];
  expect([count(long), count(short)]).toEqual([24, 17]);
  expect(long).toContain('!alpha? ( !beta? ( !doc? (');
  expect(long).not.toContain('? !');
  expect(short.length).toBeLessThan(long.length);
  expect(short.slice(short.indexOf('installsources?'), short.indexOf('splitdebug?'))).not.toContain('doc?');
  expect(text('naive/app-misc/ebindemo/Manifest').split('\n').filter(Boolean)).toHaveLength(17);
});

it('19: beta and doc with debug data fetch the two objects of build 4, in both forms', () => {
  const row = reportOf(made, 'ebindemo').table?.find(({ build }) => build.endsWith('-4.gpkg.tar'));
  const wanted = [row?.parts['main']?.name, row?.parts['splitdebug']?.name];
  for (const repository of ['tree', 'naive']) {
    const uris = read('src-uri', value(repository, 'app-misc/ebindemo-1.0', 'SRC_URI'));
    expect(urisUnder(uris, new Set(['beta', 'doc', 'splitdebug'])).map(({ name }) => name)).toEqual(wanted);
  }
});

it('21: without one build REQUIRED_USE refuses its combination, and the naive form lists seven', async () => {
  cpSync(pkgdir, at('seven'), { recursive: true });
  rmSync(at('seven/app-misc/ebindemo/ebindemo-1.0-7.gpkg.tar'));
  rmSync(at('seven/Packages'));
  rmSync(at('seven/Packages.gz'), { force: true });
  const words = ['--out', at('seven-out'), '--store', at('store'), '--atom', 'app-misc/ebindemo-1.0'];
  await json('generate', at('seven'), ...words, '--required-use', 'naive');
  const cpv = 'app-misc/ebindemo-1.0';
  expect(value('seven-out', cpv, 'REQUIRED_USE').match(/\( !?alpha/g)).toHaveLength(7);
  expect(holds('seven-out', cpv, 'alpha', 'beta')).toBe(false);
  await json('generate', at('seven'), ...words);
  expect(value('seven-out', cpv, 'REQUIRED_USE')).toBe('alpha? ( beta? ( doc ) )');
});

it('22, 23: ebinscript allows five of eight combinations, and its texts come through unharmed', () => {
  const cpv = 'app-misc/ebinscript-2.0-r1';
  const flags = ['nls', 'python_targets_python3_11', 'python_targets_python3_12'];
  const sets = Array.from({ length: 8 }, (_, one) => flags.filter((_flag, bit) => (one >> bit) & 1));
  expect(sets.filter((on) => holds('tree', cpv, ...on))).toHaveLength(5);
  expect([holds('tree', cpv), holds('tree', cpv, 'nls')]).toEqual([false, false]);
  expect(value('tree', cpv, 'IUSE').split(' ')).toHaveLength(3);
  expect(value('tree', cpv, 'IUSE')).toContain('+nls');
  expect([value('tree', cpv, 'SLOT'), value('tree', cpv, 'KEYWORDS')]).toEqual(['2/2.1', '-* amd64']);
  expect(value('tree', cpv, 'DESCRIPTION')).toContain('"');
});

it('24, 25, 26: bound dependencies become pin and operator, or only the newest sub-slot stays', async () => {
  const cpv = 'app-misc/ebindemo-1.0';
  const depends = value('tree', cpv, 'RDEPEND');
  expect(depends).toContain('dev-libs/demolib:0/3');
  expect(depends).toContain('dev-libs/demolib:0/4');
  expect(depends).not.toMatch(/:\S+\/\S+=/);
  expect(value('tree', cpv, 'PDEPEND')).toBe('doc? ( dev-libs/demolib:0 )');
  expect(value('tree', cpv, 'LICENSE')).toBe('GPL-2 doc? ( CC0-1.0 )');
  const words = ['--out', at('newest'), '--store', at('store'), '--atom', 'app-misc/ebindemo'];
  await json('generate', pkgdir, ...words, '--subslot', 'newest');
  const sets = [
    [],
    ['alpha'],
    ['beta'],
    ['doc'],
    ['alpha', 'beta'],
    ['alpha', 'doc'],
    ['beta', 'doc'],
    ['alpha', 'beta', 'doc'],
  ];
  expect(sets.filter((on) => holds('newest', cpv, ...on))).toEqual([
    [],
    ['alpha'],
    ['beta'],
    ['doc'],
    ['beta', 'doc'],
  ]);
});

it('34, 36, 37: objects lie under their digests, none is empty, and the Manifest lists each once', () => {
  expect(text('store/layout.conf')).toBe('[structure]\n0=content-hash SHA512 8:8:8\n');
  const lines = text('tree/app-misc/ebindemo/Manifest').trimEnd().split('\n');
  expect(lines).toHaveLength(17);
  expect([...lines].sort()).toEqual(lines);
  for (const line of lines) {
    const [, , size, , , , digest = ''] = line.split(' ');
    const path = `store/${digest.slice(0, 2)}/${digest.slice(2, 4)}/${digest.slice(4, 6)}/${digest}`;
    expect(statSync(at(path)).size).toBe(Number(size));
    expect(Number(size)).toBeGreaterThan(0);
  }
});

it('35: one store serves addresses of the mirror and of mirrors with a layout', async () => {
  const server = createServer((request, response) => {
    const path = at('store', (request.url ?? '').replace(/^\/distfiles\//, '/'));
    try {
      response.end(readFileSync(path));
    } catch {
      response.writeHead(404).end();
    }
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  try {
    const uri = /mirror:\/\/binhost\/(\S+)/.exec(value('tree', 'dev-libs/demolib-1.3', 'SRC_URI'))?.[1] ?? '';
    const direct = await (await fetch(`${base}/${uri}`)).bytes();
    const layout = await (await fetch(`${base}/distfiles/layout.conf`)).text();
    expect(layout).toContain('content-hash SHA512 8:8:8');
    expect(await (await fetch(`${base}/distfiles/${uri}`)).bytes()).toEqual(direct);
    expect(Buffer.from(direct)).toEqual(readFileSync(at('store', uri)));
  } finally {
    await new Promise((resolve) => server.close(resolve));
  }
});

it('38: the same packages, found in another order and without an index, make the same repository', async () => {
  for (const [from, to] of [
    ['dev-libs', 'dev-libs'],
    ['app-misc/ebinscript', 'app-misc/ebinscript'],
    ['app-misc/ebindemo', 'app-misc/ebindemo'],
  ] as const)
    cpSync(join(pkgdir, from), at('shuffled', to), { recursive: true });
  const words = ['--out', at('second'), '--store', at('second-store'), '--mirror', 'http://127.0.0.1:9'];
  await json('generate', at('shuffled'), ...words);
  expect(pathsBelow(at('second'))).toEqual(pathsBelow(at('tree')));
  for (const path of pathsBelow(at('second'))) expect(text('second', path)).toBe(text('tree', path));
  const objects = pathsBelow(at('second-store')).filter((path) => path.includes('/'));
  expect(objects).toHaveLength(23);
  for (const path of objects)
    expect(readFileSync(at('second-store', path))).toEqual(readFileSync(at('store', path)));
});

it('40: select tells what exists and what is nearest, and masks ebins that lack the combination', async () => {
  const { selected } = await json<{ selected: Selected[] }>(
    'select',
    at('tree'),
    'app-misc/ebinscript',
    '--use',
    'nls',
  );
  expect(selected[0]).toMatchObject({ isThere: false, wanted: ['nls'] });
  expect(selected[0]?.combinations).toHaveLength(5);
  expect(selected[0]?.nearest.map(({ turnOn }) => turnOn)).toEqual([
    ['python_targets_python3_12'],
    ['python_targets_python3_11'],
  ]);
  const missing = await run('ebin', 'select', at('tree'), 'app-misc/ebinscript', '--use', 'nls');
  expect([missing.code, missing.err]).toEqual([1, expect.stringContaining('EBN085')]);
  const words = ['ebin', 'select', at('tree'), '--use', '-nls', '--mask', at('mask')];
  expect((await run(...words, '--dry-run')).code).toBe(0);
  expect(() => text('mask')).toThrow();
  await run(...words);
  expect(text('mask').split('\n').slice(1, -1)).toEqual(['=app-misc/ebinscript-2.0-r1::ebins']);
  writeFileSync(at('foreign'), '>=a/b-1\n');
  expect((await run('ebin', 'select', at('tree'), '--mask', at('foreign'))).code).toBe(2);
  expect(text('foreign')).toBe('>=a/b-1\n');
});

it('41: features writes one line for ebins only, tells with --check, and removes it again', async () => {
  const words = ['ebin', 'features', at('tree'), '--file', at('package.use'), '--features'];
  expect((await run(...words, 'splitdebug', '--check')).code).toBe(1);
  await run(...words, 'sandbox splitdebug');
  expect(text('package.use').split('\n')[1]).toBe('*/*::ebins splitdebug');
  expect((await run(...words, 'splitdebug', '--check')).code).toBe(0);
  await run(...words, 'splitdebug -splitdebug');
  expect(() => text('package.use')).toThrow();
});

it('43, 44: rules of ebins.json split parts off, and a flag that is taken is refused', async () => {
  const rules = [
    { class: 'programs', globs: ['usr/bin/**'], mode: 'flag', flag: 'programs', inverted: true },
  ];
  writeFileSync(at('ebins.json'), JSON.stringify({ rules, options: { compress: 'gzip' } }));
  const words = ['generate', pkgdir, '--store', at('store'), '--atom', 'app-misc/ebindemo'];
  const split = await json<GenerateResult>(...words, '--out', at('rules'), '--config', at('ebins.json'));
  expect(value('rules', 'app-misc/ebindemo-1.0', 'IUSE')).toContain('+programs');
  const table = reportOf(split, 'ebindemo').table ?? [];
  expect(table.every(({ parts }) => parts['programs']?.name.endsWith('.tar.gz'))).toBe(true);
  const clash = await run('ebin', ...words, '--out', at('clash'), '--part-flag', 'splitdebug=alpha');
  expect([clash.code, clash.err]).toEqual([1, expect.stringContaining('EBN051')]);
  writeFileSync(at('wrong.json'), '{"option": {}}');
  const wrong = await run('ebin', ...words, '--out', at('clash'), '--config', at('wrong.json'));
  expect([wrong.code, wrong.err]).toEqual([2, expect.stringContaining('EBN083')]);
  const nowhere = await run('ebin', 'verify', at('nowhere'));
  expect([nowhere.code, nowhere.err]).toEqual([2, expect.stringContaining('EBN084')]);
});

it('45: a package without flags has one address and no REQUIRED_USE', () => {
  expect(value('tree', 'dev-libs/demolib-1.3', 'SRC_URI')).toMatch(/^mirror:\/\/\S+ -> \S+$/);
  expect(value('tree', 'dev-libs/demolib-1.3', 'REQUIRED_USE')).toBe('');
});

it('inspect tells container, metadata and parts, and refuses what is cut off', async () => {
  const seen = await json<{ parts: { part: string; members: number }[]; compression: string }>(
    'inspect',
    demo('gpkg', 9),
  );
  expect(seen.parts.map(({ part, members }) => [part, members]).sort()).toEqual([
    ['installsources', 6],
    ['main', 12],
    ['splitdebug', 10],
  ]);
  writeFileSync(at('short.xpak'), readFileSync(demo('xpak', 1)).subarray(0, -1));
  expect((await run('ebin', 'inspect', at('short.xpak'))).code).toBe(1);
});

it('watch generates at once and whenever a package comes, until it is stopped', async () => {
  const name = 'app-misc/ebinscript/ebinscript-2.0-r1-';
  for (const build of [1, 2])
    cpSync(join(pkgdir, `${name}${build}.gpkg.tar`), at('watched', `${name}${build}.gpkg.tar`));
  const words = ['ebin', 'watch', at('watched'), '--out', at('watch'), '--store', at('store')];
  const child = spawn(process.execPath, [packmill, ...words], { stdio: ['ignore', 'pipe', 'ignore'] });
  let told = '';
  child.stdout.setEncoding('utf8').on('data', (piece: string) => {
    const before = told;
    told += piece;
    if (!before.includes('2 combinations') && told.includes('2 combinations'))
      cpSync(join(pkgdir, `${name}3.gpkg.tar`), at('watched', `${name}3.gpkg.tar`));
    // once: a second one would not be waited for
    if (!before.includes('3 combinations') && told.includes('3 combinations')) child.kill('SIGINT');
  });
  const code = await new Promise((resolve) => child.once('exit', resolve));
  expect(code).toBe(0);
  expect(told).toContain('3 combinations');
});

it('a request in JSON does what the words do, and the answer has the fields of the specification', async () => {
  const request = {
    pkgdirs: [pkgdir],
    atoms: [],
    repo: at('asked'),
    store: at('store'),
    options: { mirrors: ['http://127.0.0.1:9'] },
  };
  writeFileSync(at('request.json'), JSON.stringify(request));
  const result = await json<GenerateResult>('generate', '--request', at('request.json'));
  expect(result.exit).toBe(0);
  expect(result.objects.every(({ action }) => action === 'unchanged')).toBe(true);
  for (const path of pathsBelow(at('asked'))) expect(text('asked', path)).toBe(text('tree', path));
  expect(naive.files.every(({ action, sha256 }) => action === 'written' && sha256.length === 64)).toBe(true);
});

it('select and matrix tell of flags that no ebin has, and select of packages that are not there', async () => {
  for (const command of ['select', 'matrix']) {
    const done = await run('ebin', command, at('tree'), 'app-misc/ebindemo', '--use', 'alfa doc');
    expect([done.code, done.err]).toEqual([0, "warning EBN088 no ebin has the flag 'alfa'\n"]);
  }
  const nothing = await run('ebin', 'select', at('tree'), 'app-misc/nah', '--mask', at('mask-of-nothing'));
  expect([nothing.code, nothing.err]).toEqual([2, expect.stringContaining('EBN095')]);
  expect(readdirSync(at(''))).not.toContain('mask-of-nothing');
});
