import { execFileSync, spawnSync } from 'node:child_process';
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  collectObjects,
  type GenerateOptions,
  type GenerateResult,
  generate,
  verify,
} from '../../src/ebin-repository/index.ts';
import { asOnlyWriter } from '../../src/ebin-repository/writer-lock.ts';
import { imageTar, makePackage } from '../ebins/made.ts';
import { sample } from '../ebins/sample.ts';

let folder = '';
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'packmill-ebin-steps-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const at = (...names: readonly string[]): string => join(folder, ...names);
const script = 'app-misc/ebinscript/ebinscript-2.0-r1';

/** A folder with some builds of ebinscript. */
function packages(name: string, builds: readonly number[]): string {
  for (const build of builds)
    cpSync(join(sample, 'gpkg', `${script}-${build}.gpkg.tar`), at(name, `${script}-${build}.gpkg.tar`), {
      preserveTimestamps: true,
    });
  return at(name);
}

const make = (pkgdir: string, name: string, options: GenerateOptions = {}): Promise<GenerateResult> =>
  generate({
    pkgdirs: [pkgdir],
    atoms: [],
    repo: at(name),
    store: at(`${name}-store`),
    options: { compress: 'gzip', ...options },
  });

const tree = (root: string): Map<string, string> =>
  new Map(
    readdirSync(root, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name))
      .filter((path) => !path.includes('/.'))
      .sort()
      .map((path) => [path.slice(root.length + 1), readFileSync(path, 'latin1')]),
  );

describe('what has been done is not done again', () => {
  it('unchanged packages cost nothing, a new build costs that build, and what is missing is made anew', async () => {
    const pkgdir = packages('steps', [1, 2, 3, 4]);
    expect((await make(pkgdir, 'one')).split).toBe(4);
    const again = await make(pkgdir, 'one');
    expect([again.split, again.exit]).toEqual([0, 0]);
    expect(new Set(again.files.map(({ action }) => action))).toEqual(new Set(['unchanged']));
    expect(again.reports[0]?.table).toHaveLength(4);
    packages('steps', [5]);
    const more = await make(pkgdir, 'one');
    expect(more.split).toBe(1);
    expect(more.files.filter(({ action }) => action === 'written').map(({ path }) => path)).toEqual([
      'app-misc/ebinscript/Manifest',
      'app-misc/ebinscript/ebinscript-2.0-r1.ebuild',
      'metadata/md5-cache/app-misc/ebinscript-2.0-r1',
    ]);
    await make(pkgdir, 'clean');
    expect(tree(at('one'))).toEqual(tree(at('clean')));
    rmSync(at('one-store', readdirSync(at('one-store')).find((name) => /^[0-9a-f]{2}$/.test(name)) ?? ''), {
      recursive: true,
    });
    writeFileSync(at('one/metadata/md5-cache/app-misc/ebinscript-2.0-r1'), '_md5_=0\n');
    const harmed = await verify(at('one'), { store: at('one-store') });
    expect(new Set(harmed.problems.map(({ code }) => code))).toEqual(new Set(['EBN081', 'EBN082']));
    await make(pkgdir, 'one');
    expect(tree(at('one'))).toEqual(tree(at('clean')));
    expect((await verify(at('one'), { store: at('one-store') })).problems).toEqual([]);
  });

  it('versions that are gone go with prune only, and their objects with a collection', async () => {
    const pkgdir = packages('pruned', [1, 2]);
    await makePackage(at('pruned'), 'made-1.0-1', {
      format: 'gpkg',
      image: imageTar([{ path: 'image/made', body: 'content' }]),
      metadata: { KEYWORDS: 'amd64', USE: 'arch_amd64', CHOST: 'x86_64-pc-linux-gnu', ARCH: 'amd64' },
    });
    await make(pkgdir, 'prune');
    expect(existsSync(at('prune/app-misc/made/made-1.0.ebuild'))).toBe(true);
    rmSync(at('pruned/made-1.0-1.gpkg.tar'));
    await make(pkgdir, 'prune');
    expect(existsSync(at('prune/app-misc/made/made-1.0.ebuild'))).toBe(true);
    const { files } = await make(pkgdir, 'prune', { prune: true });
    expect(files.filter(({ action }) => action === 'removed')).toHaveLength(4);
    expect(existsSync(at('prune/app-misc/made'))).toBe(false);
    expect(collectObjects([at('prune')], at('prune-store'), 1_000_000).removed).toBe(0);
    for (const [path] of tree(at('prune-store'))) utimesSync(at('prune-store', path), 1, 1);
    expect(collectObjects([at('prune')], at('prune-store'), 1_000_000)).toMatchObject({
      removed: 1,
      kept: 2,
    });
    expect((await verify(at('prune'), { store: at('prune-store') })).problems).toEqual([]);
  });

  it('one run at a time writes a package, and a lock of a process that was killed does not count', async () => {
    await asOnlyWriter(at('locked'), 'app-misc/one', async () => {
      await expect(asOnlyWriter(at('locked'), 'app-misc/one', async () => 1)).rejects.toMatchObject({
        problem: { code: 'EBN080' },
      });
      expect(await asOnlyWriter(at('locked'), 'app-misc/two', async () => 2)).toBe(2);
    });
    const ended = spawnSync('true');
    const left = { pid: ended.pid, realm: 'elsewhere' };
    writeFileSync(at('locked/.ebins/locks/app-misc:one'), JSON.stringify(left));
    await expect(asOnlyWriter(at('locked'), 'app-misc/one', async () => 1)).rejects.toThrow();
    writeFileSync(at('locked/.ebins/locks/app-misc:one'), '');
    expect(await asOnlyWriter(at('locked'), 'app-misc/one', async () => 1)).toBe(1);
  });
});

describe('a run that is killed', () => {
  const child = fileURLToPath(new URL('kill-child.ts', import.meta.url));
  it('50: leaves a repository that holds together at every step, and the next run completes it', async () => {
    const before = packages('killed-before', [1, 2, 3, 4]);
    const after = packages('killed-after', [2, 3, 4, 5]);
    await make(before, 'base');
    await make(after, 'goal');
    let signal: string | null = 'SIGKILL';
    let steps = 0;
    while (signal === 'SIGKILL' && steps < 20) {
      steps += 1;
      const [repo, store] = [at(`killed-${steps}`), at(`killed-${steps}-store`)];
      cpSync(at('base'), repo, { recursive: true });
      cpSync(at('base-store'), store, { recursive: true });
      signal = spawnSync(process.execPath, [child, after, repo, store, String(steps)]).signal;
      const { problems } = await verify(repo, { store });
      expect(problems.filter(({ severity }) => severity === 'error')).toEqual([]);
      await make(after, `killed-${steps}`);
      expect(tree(repo)).toEqual(tree(at('goal')));
      expect((await verify(repo, { store })).problems).toEqual([]);
    }
    // a Manifest that has more, the ebuild, the Manifest without the old lines, the cache
    expect(steps).toBe(5);
  });

  it('50: a first run that is killed before its last file is completed as well', async () => {
    const pkgdir = at('killed-after');
    for (const steps of [1, 5, 8]) {
      const [repo, store] = [at(`first-${steps}`), at(`first-${steps}-store`)];
      expect(spawnSync(process.execPath, [child, pkgdir, repo, store, String(steps)]).signal).toBe('SIGKILL');
      await make(pkgdir, `first-${steps}`);
      expect(tree(repo)).toEqual(tree(at('goal')));
    }
  });
});

describe('what is refused', () => {
  const facts = { KEYWORDS: 'amd64', USE: 'arch_amd64', CHOST: 'x86_64-pc-linux-gnu', ARCH: 'amd64' };
  const image = imageTar([{ path: 'image/made', body: 'content' }]);

  it('47: stops no other package, and all of them with strict', async () => {
    packages('refusing', [1, 2]);
    const made = (name: string, pf: string, metadata: Record<string, string>): Promise<string> =>
      makePackage(at('refusing'), name, {
        format: 'gpkg',
        image,
        metadata: { ...facts, PF: pf, ...metadata },
      });
    await made('bound-1.0-1', 'bound-1.0', { RESTRICT: 'bindist' });
    await made('prefixed-1.0-1', 'prefixed-1.0', { EPREFIX: '/opt/gentoo' });
    writeFileSync(at('refusing/app-misc/ebinscript/broken-1.0-1.gpkg.tar'), 'nothing');
    const strict = await make(at('refusing'), 'strict', { strict: true });
    expect([strict.exit, strict.files]).toEqual([1, []]);
    const { exit, reports, diagnostics } = await make(at('refusing'), 'refused');
    const codes = [...reports, { diagnostics }].flatMap((one) => one.diagnostics.map(({ code }) => code));
    expect(exit).toBe(1);
    expect(codes).toEqual(expect.arrayContaining(['EBN053', 'EBN005', 'EBN001']));
    expect(existsSync(at('refused/app-misc/ebinscript/ebinscript-2.0-r1.ebuild'))).toBe(true);
    expect(existsSync(at('refused/app-misc/bound'))).toBe(false);
    const allowed = await make(at('refusing'), 'refused', { allowBindist: true });
    expect(allowed.reports.find(({ cpv }) => cpv === 'app-misc/bound-1.0')?.refused).toBeUndefined();
    expect(readFileSync(at('refused/app-misc/bound/bound-1.0.ebuild'), 'utf8')).toMatch(/RESTRICT="bindist/);
  });

  it('a version of which one build is damaged stays as it was published', async () => {
    const pkgdir = packages('damaged', [1, 2, 3]);
    await make(pkgdir, 'stay');
    const before = tree(at('stay'));
    writeFileSync(at('damaged', `${script}-3.gpkg.tar`), 'cut off');
    const { exit, reports } = await make(pkgdir, 'stay', { prune: true });
    expect([exit, reports[0]?.refused]).toEqual([1, true]);
    expect(tree(at('stay'))).toEqual(before);
  });

  it('48: a secret of the builder is neither in the repository nor in the store', async () => {
    const secret = 'tr0ub4dor-and-three';
    const environment = `declare -x TOKEN="${secret}"\ndeclare -x PF="made-1.0"\npkg_postinst () \n{ \n    echo done\n}\n`;
    mkdirSync(at('secret'));
    await makePackage(at('secret'), 'made-1.0-1', {
      format: 'xpak',
      image: imageTar([{ path: './made', body: 'content' }]),
      metadata: { ...facts, DEFINED_PHASES: 'postinst' },
      environment: execFileSync('bzip2', ['-c'], { input: environment }),
    });
    const { exit } = await make(at('secret'), 'hidden', { phases: 'bundle' });
    expect(exit).toBe(0);
    expect(readFileSync(at('hidden/app-misc/made/made-1.0.ebuild'), 'utf8')).toContain('postinst');
    for (const root of ['hidden', 'hidden-store']) {
      const found = spawnSync('grep', ['-rla', secret, at(root)], { encoding: 'utf8' });
      expect([found.status, found.stdout]).toEqual([1, '']);
      for (const path of readdirSync(at(root), { recursive: true, encoding: 'utf8' }).filter((name) =>
        /[0-9a-f]{128}$/.test(name),
      )) {
        const packed = spawnSync('gzip', ['-dc', at(root, path)], { encoding: 'latin1' });
        expect(packed.stdout).not.toContain(secret);
      }
    }
  });
});
