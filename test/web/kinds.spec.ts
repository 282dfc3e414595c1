import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { ebinMatrixSchema } from '../../src/api/index.ts';
import { followSymbols } from '../../src/app/python/index.ts';
import { generate, memoryOf } from '../../src/ebin-repository/index.ts';
import { sample } from '../ebins/sample.ts';
import { launchBrowser, watchedPage } from '../http/browser.ts';
import { keptSource, packageOf } from '../http/kept-source.ts';
import { type ServedFarm, serveFarm } from '../http/served-farm.ts';
import { type SmallWorld, smallWorld } from '../python-resources/small-world.ts';
import { expectAccessible, signInAs } from './dashboard.ts';

const hostile = '<img src=x onerror=alert(1)>';

describe('recipe kinds in the dashboard', () => {
  let farm: ServedFarm;
  let browser: Browser;
  let page: Page;
  let world: SmallWorld;
  const problems: string[] = [];
  const folder = mkdtempSync(join(tmpdir(), 'packmill-kinds-'));

  beforeAll(async () => {
    cpSync(join(sample, 'gpkg'), join(folder, 'pkgdir'), { recursive: true });
    // two combinations are missing then: {alpha,beta} and {doc}
    for (const name of [
      'Packages',
      'Packages.gz',
      ...[2, 7].map((id) => `app-misc/ebindemo/ebindemo-1.0-${id}.gpkg.tar`),
    ])
      rmSync(join(folder, 'pkgdir', name), { force: true });
    await generate({
      pkgdirs: [join(folder, 'pkgdir')],
      atoms: [],
      repo: join(folder, 'ebins'),
      store: join(folder, 'store'),
      options: { compress: 'gzip' },
    });
    world = smallWorld();
    farm = await serveFarm({ symbols: followSymbols(world.manifestFile, () => {}) });
    const own = memoryOf(join(folder, 'ebins'));
    const memory = () => new Map([['own', own]]);
    farm.service.shownEbins = [{ name: 'ebins', folder: join(folder, 'ebins'), memory, takesRequests: true }];
    browser = await launchBrowser();
  });
  afterAll(async () => {
    await browser?.close();
    await farm?.close();
    world?.remove();
    rmSync(folder, { recursive: true, force: true });
  });
  beforeEach(async () => {
    page = await watchedPage(browser, problems);
  });
  afterEach(async () => {
    await page.close();
    expect(problems.splice(0)).toEqual([]);
  });
  const open = (path: string) => page.goto(farm.url + path);

  it('stages: subarches with their jobs and results, which change while somebody looks', async () => {
    const result = {
      ...{ target: 'stage3', version: '2026-01-31', path: 'a/b/c/2026-01-31/stage3.tar.xz', sizeBytes: 2048 },
      ...{ sha256: 'b'.repeat(64), key: 'a'.repeat(64), begun: 'stage3 of 2026-01-01', durationMs: 5_000 },
      latest: 'a/b/c/stage3-latest.tar.xz',
    };
    const jobs = [{ id: 'mirror/any/a.b.c/stage3', target: 'stage3', state: 'failed', reason: hostile }];
    const own = { build: 'a', archDesc: 'b', subarch: 'c', mode: 'full', version: '2026-01-31' };
    const source = { source: 'tiny', target: 'mirror', generation: 3, trees: [] };
    const subarch = { ...own, state: 'failed' as const, failures: 2, jobs, results: [result] };
    farm.service.stageSources = [{ ...source, subarches: [subarch] }];
    await open('/stages');
    await page.getByText('2 failures in a row').waitFor();
    expect(await page.locator('[data-subarch="a/b/c"] a').getAttribute('href')).toBe(
      '/jobs/mirror/any/a.b.c/stage3',
    );
    expect(await page.locator('main').textContent()).toContain('stage3-latest.tar.xz');
    await expectAccessible(page);
    farm.service.stageSources = [{ ...source, subarches: [{ ...subarch, state: 'complete', failures: 0 }] }];
    farm.service.move('mirror/any/a.b.c/stage3', 'running', 'succeeded');
    await page.locator('.badge', { hasText: 'complete' }).waitFor();
  });

  it('ebins: from the list to the USE matrix, where flags are decided in the address', async () => {
    await open('/ebins');
    await page.getByRole('link', { name: 'ebins', exact: true }).click();
    await expectAccessible(page);
    await page.getByRole('link', { name: 'app-misc/ebindemo-1.0' }).click();
    await page.locator('tr[data-kind="missing"]').first().waitFor();
    await expectAccessible(page);
    await page.locator('fieldset[data-flag="doc"]').getByLabel('on').check();
    await page.waitForURL('**/ebins/ebins/app-misc/ebindemo-1.0?use=doc');
    await page.locator('fieldset[data-flag="doc"][data-use="on"]').waitFor();
  });

  it('ebins: a missing combination is asked for with a token', async () => {
    const matrix = ebinMatrixSchema.parse(
      await (await farm.get('/api/ebins/ebins/app-misc/ebindemo-1.0')).json(),
    );
    const use = matrix.flags.map(({ flag }) => (flag === 'doc' ? flag : `-${flag}`)).join(' ');
    await open(`/ebins/ebins/app-misc/ebindemo-1.0?${new URLSearchParams({ use })}`);
    await page.getByRole('button', { name: /^Request this combination/ }).click();
    await signInAs(page, 'operator-token');
    await page.locator('.notice', { hasText: 'it waits for a builder' }).waitFor();
    expect(farm.service.calls.at(-1)).toMatchObject({
      name: 'requestEbin',
      args: [{ target: 'ebins', atom: 'app-misc/ebindemo-1.0' }],
    });
  });

  it('symbols of Python: a path leads to what it is, with links to its neighbours', async () => {
    await open('/python');
    await page.getByRole('link', { name: 'requests', exact: true }).waitFor();
    await page.getByLabel('Path').fill('requests.dumps');
    await page.getByRole('button', { name: 'Look up' }).click();
    await page.waitForURL('**/python?path=requests.dumps');
    await page.getByText('in builtin-stdlib==3.11.7').waitFor();
    await expectAccessible(page);
    await open('/python?path=requests.nothing');
    await page.getByRole('alert').waitFor();
  });

  it('symbols of Python: distributions of the farm, those that failed first', async () => {
    const row = { source: 'lists', target: 'symbols', sinceMs: 1, version: '1.0', published: true } as const;
    const of = (name: string) => ({
      ...row,
      name,
      stem: `${name}__1.0`,
      job: `symbols/any/explore/${name}__1.0`,
    });
    const graph = { toplevels: 1, nodes: 305, python: '3.11.2', durationMs: 5, sizeBytes: 9 };
    const troubles = [{ code: 'MPY004', what: "'six.bad' raises when it is imported" }];
    const problem = { code: 'MPY205', what: "'gone==1.0' is nowhere to be had" };
    farm.service.pythonViews = {
      builds: [],
      failures: [],
      distributions: [
        { ...of('six'), state: 'explored', problem: null, graph: { ...graph, troubles, troubleCount: 1 } },
        { ...of('gone'), state: 'failed', problem, graph: null, published: false },
      ],
    };
    await open('/python');
    const rows = page.locator('[aria-label="Python distributions"] tr[data-row]');
    await rows.first().waitFor();
    expect(await rows.allInnerTexts()).toMatchObject([
      expect.stringMatching(/gone 1\.0.*failed.*no.*MPY205 'gone==1\.0' is nowhere to be had/s),
      expect.stringMatching(/six 1\.0.*explored.*yes.*305.*'six\.bad' raises/s),
    ]);
    const link = page.getByRole('link', { name: 'gone 1.0' });
    expect(await link.getAttribute('href')).toBe('/jobs/symbols/any/explore/gone__1.0');
    await expectAccessible(page);
  });

  it('kits: their sources and autogens, apart from those of PKGBUILDs', async () => {
    farm.service.kept = [
      keptSource('core-kit', [packageOf('app-misc/foo')], { kind: 'autogen' }),
      keptSource('recipes', [packageOf('zlib')]),
    ];
    await open('/kits');
    await page.locator('tr[data-row="app-misc/foo"]').waitFor();
    expect(await page.getByText('zlib').count()).toBe(0);
    await expectAccessible(page);
    await open('/upstreams');
    await page.locator('tr[data-row="zlib"]').waitFor();
    expect(await page.getByText('core-kit').count()).toBe(0);
  });

  it('tables of thousands of rows are drawn in part, and walked to their ends all the same', async () => {
    const names = Array.from({ length: 2_000 }, (_, at) => `package-${String(at).padStart(4, '0')}`);
    farm.service.kept = [
      keptSource(
        'recipes',
        names.map((name) => packageOf(name)),
      ),
    ];
    await open('/upstreams');
    const rows = page.locator('[aria-label="packages of recipes"] tr[data-row]');
    await rows.first().waitFor();
    expect(await rows.count()).toBeLessThan(120);
    await rows.first().press('End');
    await page.locator('tr[data-row="package-1999"]:focus').waitFor();
    expect(await rows.count()).toBeLessThan(120);
    await page.keyboard.press('ArrowUp');
    await page.locator('tr[data-row="package-1998"]:focus').waitFor();
    await page.keyboard.press('Home');
    await page.locator('tr[data-row="package-0000"]:focus').waitFor();
    await expectAccessible(page);
  });
});
