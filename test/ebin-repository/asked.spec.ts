import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { collectObjects, generateEbins, scanBuilds, strangeWords } from '../../src/app/ebins/index.ts';
import { isFault } from '../../src/diagnostics/index.ts';
import { sample } from '../ebins/sample.ts';

let folder = '';
const at = (...names: readonly string[]): string => join(folder, ...names);
const script = 'app-misc/ebinscript';
const library = 'dev-libs/demolib';

const ask = (atoms: readonly string[], options = {}, repo = at('repo')) => ({
  ...{ pkgdirs: [at('pkgdir')], atoms, repo, store: at('store') },
  options,
});

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'packmill-asked-'));
  for (const path of ['Packages', script, library])
    cpSync(join(sample, 'gpkg', path), at('pkgdir', path), { recursive: true });
  await generateEbins(ask([library]));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

it('an index entry without a file is told of its own package, and stops no other', async () => {
  const other = await generateEbins(ask([library]));
  expect([other.exit, other.problems]).toEqual([0, []]);
  const own = await generateEbins(ask(['app-misc/ebindemo']));
  expect(own.exit).toBe(1);
  expect(new Set(own.problems.map(({ code }) => code))).toEqual(new Set(['EBN002', 'EBN087']));
});

it('a package that was named and is not there is told, by generate and by scan', async () => {
  const { problems, exit } = await generateEbins(ask([`${library}x`, library]));
  expect(problems).toMatchObject([
    { code: 'EBN087', severity: 'warning', what: `no package is '${library}x'` },
  ]);
  expect(exit).toBe(0);
  const seen = await scanBuilds({ pkgdirs: [at('pkgdir')], atoms: [`${library}-9`], options: {} });
  expect(seen.problems).toMatchObject([{ code: 'EBN087', severity: 'error' }]);
  expect(seen.versions).toEqual([]);
});

it.each([
  ['EBN083', ['demolib'], {}],
  ['EBN083', [`=${library}-1.3`], {}],
  ['EBN071', [], { pick: 'youngest' }],
  ['EBN083', [], { mirrors: ['files.example/store'] }],
  ['EBN083', [], { mirrors: ['https://files.example/a b'] }],
  ['EBN083', [], { open: { keys: ['/no/such/key'] } }],
  ['EBN083', [], { uriStyle: 'short', uriDigits: 19 }],
  ['EBN083', [], { uriStyle: 'short', uriDigits: 129 }],
  ['EBN083', ['app-misc/foo-1/x'], {}],
])(
  'what is wrong for all versions is refused with %s before anything is written: %j %j',
  async (code, atoms, options) => {
    const refused = await generateEbins(ask(atoms, options, at('nothing'))).catch((error: unknown) => error);
    expect(refused).toMatchObject({ problem: { code } });
    expect(existsSync(at('nothing'))).toBe(false);
  },
);

it('a repository with ebuilds of others stays as it is; ours is ours without its memory, too', async () => {
  const layout = at('others/metadata/layout.conf');
  mkdirSync(at('others/metadata'), { recursive: true });
  mkdirSync(at('others/app-misc/foo'), { recursive: true });
  writeFileSync(layout, 'masters =\n');
  writeFileSync(at('others/app-misc/foo/foo-1.ebuild'), 'EAPI=8\n');
  const refused = await generateEbins(ask([library], {}, at('others'))).catch((error: unknown) => error);
  expect(isFault(refused, 'EBN086')).toBe(true);
  expect(readFileSync(layout, 'utf8')).toBe('masters =\n');
  expect(existsSync(at('others/.ebins'))).toBe(false);
  cpSync(at('repo'), at('cloned'), { recursive: true });
  rmSync(at('cloned/.ebins'), { recursive: true });
  expect((await generateEbins(ask([library], {}, at('cloned')))).exit).toBe(0);
});

it('words of select that nothing has are told: packages, and flags of the ebins that were named', async () => {
  await generateEbins(ask([script]));
  expect(strangeWords(at('repo'), [script, 'app-misc/nah'], ['nls', '-nsl', 'nsl'])).toEqual({
    atoms: ['app-misc/nah'],
    flags: ['nsl'],
  });
  expect(strangeWords(at('repo'), [], ['-nls', 'python_targets_python3_11'])).toEqual({
    atoms: [],
    flags: [],
  });
});

it('a store that is not there is not collected, and not made', () => {
  expect(() => collectObjects([at('repo')], at('no-store'), 0)).toThrow('there is no store');
  expect(existsSync(at('no-store'))).toBe(false);
});

it('folders without any package prune nothing', async () => {
  mkdirSync(at('unmounted'));
  const asked = { ...ask([], { prune: true }), pkgdirs: [at('unmounted')] };
  const refused = await generateEbins(asked).catch((error: unknown) => error);
  expect(refused).toMatchObject({ problem: { code: 'EBN089' } });
  expect(existsSync(at('repo', library, 'demolib-1.3.ebuild'))).toBe(true);
  expect((await generateEbins({ ...asked, repo: at('fresh') })).exit).toBe(0);
});
