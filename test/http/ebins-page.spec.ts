import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { ebinListSchema, ebinMatrixSchema, ebinRepositoriesSchema } from '../../src/api/index.ts';
import { generate, memoryOf } from '../../src/ebin-repository/index.ts';
import { indexOf, sampleBuilds } from '../ebin-index/sample.ts';
import { writeRepository } from '../ebin-index/write-repository.ts';
import { sample } from '../ebins/sample.ts';
import { launchBrowser, watchedPage } from './browser.ts';
import { type ServedFarm, serveFarm } from './served-farm.ts';

let browser: Browser;
let farm: ServedFarm;
let folder: string;
let page: Page;
let problems: string[];

const hostile = '<img src=x onerror=alert(1)>';
const demo = 'app-misc/ebindemo-1.0';

const wideFlags = Array.from({ length: 10 }, (_, at) => `flag${at}`);

/** Builds of ten flags, of which four matter; flag0 and flag1 together are missing. */
function manyBuilds() {
  const [first] = sampleBuilds('app-misc/ebinscript-2.0-r1');
  if (!first) throw new Error('the sample has no build');
  return Array.from({ length: 1024 }, (_, one) => wideFlags.filter((_flag, index) => (one >> index) & 1))
    .filter((use) => !(use.includes('flag0') && use.includes('flag1')))
    .map((use) => {
      const deciding = (...flags: readonly string[]): string =>
        flags.map((flag) => Number(use.includes(flag))).join('');
      return {
        ...first,
        path: `wide-${use.join('-')}`,
        iuse: wideFlags,
        use: [...use, 'amd64'],
        words: { main: deciding('flag0', 'flag4', 'flag7'), splitdebug: deciding('flag1') },
      };
    });
}

/** Builds of the sample without two of them: {alpha,beta} and {doc} are missing. */
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'packmill-ebins-page-'));
  cpSync(join(sample, 'gpkg'), join(folder, 'pkgdir'), { recursive: true });
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
  writeRepository(join(folder, 'wide'), indexOf(manyBuilds()).ebuilds);
  farm = await serveFarm({
    pagesFolder: `${import.meta.dirname}/../../src/http/pages`,
    distfiles: join(folder, 'store'),
  });
  const own = memoryOf(join(folder, 'ebins'));
  const refused = new Map([
    ['app-misc/broken-1', [{ code: 'EBN001', severity: 'error' as const, message: `cut off ${hostile}` }]],
  ]);
  farm.service.shownEbins = [
    {
      name: 'ebins',
      folder: join(folder, 'ebins'),
      memory: () =>
        new Map([
          ['own', own],
          ['refused', { version: '1', read: () => ({ packages: new Map(), refused }) }],
        ]),
      takesRequests: true,
    },
  ];
  const wide = { name: 'wide', folder: join(folder, 'wide'), takesRequests: true };
  farm.service.shownEbins.push(wide);
  browser = await launchBrowser();
});
afterAll(async () => {
  await browser.close();
  await farm.close();
  rmSync(folder, { recursive: true, force: true });
});
beforeEach(() => {
  problems = [];
  farm.service.calls.length = 0;
  farm.service.ebinWishes.length = 0;
});
afterEach(async () => {
  await page.close();
  expect(problems).toEqual([]);
});

async function open(query = '', options: Parameters<Browser['newPage']>[0] = {}): Promise<void> {
  page = await watchedPage(browser, problems, options);
  await page.goto(`${farm.url}/ebins.html${query}`);
  await page.locator('#state', { hasText: 'live' }).waitFor();
}

const matrixOf = (cpv: string, use = ''): string =>
  `?${new URLSearchParams({ repository: 'ebins', ebin: cpv, ...(use === '' ? {} : { use }) })}`;
const rows = (kind: string) => page.locator(`#combinations-rows tr[data-kind="${kind}"]`);
const shot = async (name: string): Promise<void> => {
  const shots = process.env['PACKMILL_SHOTS'];
  if (shots) await page.screenshot({ path: `${shots}/${name}.png`, fullPage: true });
};

/** Names of controls, table heads and ids: what a reader of the screen needs. */
const flaws = async (): Promise<readonly string[]> =>
  JSON.parse(
    await page.evaluate(`JSON.stringify((() => {
      const found = [];
      for (const one of document.querySelectorAll('button, a, input, summary')) {
        const name = one.getAttribute('aria-label') ?? one.textContent.trim();
        const isNamed = name !== '' || (one.labels?.length ?? 0) > 0;
        if (one.offsetParent !== null && !isNamed) found.push('no name: ' + one.outerHTML.slice(0, 80));
      }
      for (const head of document.querySelectorAll('th'))
        if (!head.getAttribute('scope')) found.push('no scope: ' + head.textContent);
      const ids = [...document.querySelectorAll('[id]')].map(({ id }) => id);
      if (new Set(ids).size < ids.length) found.push('an id stands twice');
      if (document.querySelectorAll('h1').length !== 1 || document.title === '') found.push('no one title');
      return found;
    })())`),
  );

describe('the page of ebins', () => {
  it('lists ebins with counts and sizes, and what was refused, as its JSON does', async () => {
    await open();
    // there are two repositories to choose from
    expect(await page.locator('#repositories a').allTextContents()).toEqual(['ebins (3)', 'wide (1)']);
    await page.click('text=ebins (3)');
    await page.locator('#rows tr').first().waitFor();
    expect(await page.locator('#rows td:first-child').allTextContents()).toEqual([
      demo,
      'app-misc/ebinscript-2.0-r1',
      'dev-libs/demolib-1.3',
    ]);
    const cells = await page.locator(`#rows tr[data-cpv="${demo}"] td`).allTextContents();
    const json = await page.getAttribute('#json', 'href');
    const list = ebinListSchema.parse(await (await farm.get(json ?? '')).json());
    const [first] = list.ebins;
    expect(cells.slice(1, 4)).toEqual([first?.built, first?.missing, first?.objects].map(String));
    expect([first?.built, first?.missing]).toEqual([6, 2]);
    expect(await page.textContent('#refused')).toContain(`EBN001 cut off ${hostile}`);
    expect(await page.locator('img').count()).toBe(0);
    await page.keyboard.press('/');
    await page.keyboard.type('demolib');
    expect(await page.textContent('#count')).toBe('1 of 3 ebins');
    await page.fill('#text', '');
    await page.click('th[data-sort="built"] button');
    await page.click('th[data-sort="built"] button');
    expect(await page.locator('#rows td:first-child').first().textContent()).toBe(demo);
    expect(await flaws()).toEqual([]);
    await shot('ebins-list');
    await page.click(`text=${demo}`);
    await page.locator('#title', { hasText: demo }).waitFor();
    const repositories = await (await farm.get('/api/ebins')).json();
    expect(ebinRepositoriesSchema.parse(repositories)[0]).toMatchObject({ ebins: 3, refused: 1 });
  });

  it('shows what is built, shared and missing, in words as well as in colours', async () => {
    await open(matrixOf(demo));
    expect(await rows('built').count()).toBe(6);
    expect(await rows('missing').count()).toBe(2);
    expect(await page.textContent('#counts')).toBe(
      '6 combinations built in 6 contents, 2 missing, 0 not allowed',
    );
    const first = await rows('built').first().locator('td').allTextContents();
    expect(first.slice(0, 4)).toEqual(['built', 'off', 'off', 'off']);
    expect(first[4]).toMatch(/^#1 \d\S* (K?i?B) only here$/);
    expect(first.at(-1)).toMatch(/^build 1 \d+ days ago|build 1 yesterday/);
    expect(await rows('missing').first().textContent()).toContain('missing');
    const parts = await page.locator('#parts-rows tr').allTextContents();
    expect(parts).toHaveLength(3);
    expect(parts[1]).toMatch(/^installsourcesflag installsources4 for 6 combinations.*doc$/);
    expect(await flaws()).toEqual([]);
    await shot('ebins-matrix');
  });

  it('filters by flags with the keyboard, keeps the wish in its address, and tells what a whole wish comes to', async () => {
    await open(matrixOf(demo));
    await page.focus('#flag-0-any');
    await page.keyboard.press('ArrowRight');
    await page.locator('#counts', { hasText: '3 combinations built' }).waitFor();
    expect(await page.evaluate('document.activeElement.id')).toBe('flag-0-on');
    expect(await page.evaluate('location.search')).toContain('use=alpha');
    await page.check('#flag-1-on');
    await page.check('#flag-2-off');
    await page.locator('#choice', { hasText: 'Nobody has built this combination.' }).waitFor();
    expect(await page.locator('#choice li').allTextContents()).toEqual([
      ...['turn alpha off', 'turn beta off', 'turn doc on'],
    ]);
    const href = (await page.getAttribute('#json', 'href')) ?? '';
    const matrix = ebinMatrixSchema.parse(await (await farm.get(href)).json());
    expect(matrix.choice?.state).toBe('missing');
    await page.click('#choice >> text=turn doc on');
    await page.locator('#choice', { hasText: 'This combination is built.' }).waitFor();
    await page.reload();
    await page.locator('#choice', { hasText: 'This combination is built.' }).waitFor();
  });

  it('asks for a missing combination with the token of an operator, and tells how it stands', async () => {
    await open(matrixOf(demo));
    const [narrow] = await rows('missing').locator('button').all();
    expect(await narrow?.textContent()).toBe('Request');
    await narrow?.click();
    await page.fill('#token', 'wrong');
    await page.keyboard.press('Enter');
    await page.locator('#sign-in-error', { hasText: 'HTP002' }).waitFor();
    await page.fill('#token', 'operator-token');
    await page.keyboard.press('Enter');
    await page.locator('#notice', { hasText: 'it waits for a builder' }).waitFor();
    expect(farm.service.calls.map(({ name, args }) => [name, ...args])).toEqual([
      ['requestEbin', { target: 'ebins', atom: demo, use: ['-alpha', '-beta', 'doc'] }],
    ]);
    await page.locator('#requests', { hasText: '-alpha -beta doc' }).waitFor();
    expect(await page.evaluate('location.href')).not.toContain('token');
  });

  it('tells what the ebuild does not allow, and what is not there', async () => {
    const flags = 'nls -python_targets_python3_11 -python_targets_python3_12';
    await open(matrixOf('app-misc/ebinscript-2.0-r1', flags));
    expect(await page.textContent('#choice')).toContain('The ebuild does not allow this combination.');
    expect(await page.locator('#request').count()).toBe(0);
    await page.goto(`${farm.url}/ebins.html${matrixOf('app-misc/none-1')}`);
    await page.locator('#state[data-state="lost"]', { hasText: "'ebins' has no ebin" }).waitFor();
  });

  it('fits a phone in the dark, with nothing beyond the edge', async () => {
    const phone = {
      viewport: { width: 360, height: 640 },
      isMobile: true,
      hasTouch: true,
      colorScheme: 'dark' as const,
    };
    await open(matrixOf(demo), phone);
    await shot('ebins-matrix-phone');
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBeLessThanOrEqual(360);
    expect(await rows('missing').first().isVisible()).toBe(true);
    await shot('ebins-matrix-phone');
    await page.goto(`${farm.url}/ebins.html?repository=ebins`);
    await page.locator('#rows tr').first().waitFor();
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBeLessThanOrEqual(360);
    await shot('ebins-list-phone');
  });

  it('stays short for 768 combinations of ten flags, and comes closer step by step to one that is missing', async () => {
    const cpv = 'app-misc/ebinscript-2.0-r1';
    const query = (use: string) => `?${new URLSearchParams({ repository: 'wide', ebin: cpv, use })}`;
    await open(query(''));
    expect(await page.textContent('#counts')).toContain('768 combinations built in 12 contents, 256 missing');
    expect(await rows('built').count()).toBeLessThanOrEqual(16);
    expect(await rows('missing').count()).toBe(1);
    expect(await page.locator('#combinations-head th.flag').allTextContents()).toEqual([
      ...['flag0', 'flag1', 'flag4', 'flag7'],
    ]);
    expect(await page.locator('#neutral summary').textContent()).toBe('6 flags that no content depends on');
    expect(await page.locator('#neutral fieldset').first().isVisible()).toBe(false);
    await shot('ebins-matrix-wide');
    await rows('missing').locator('button').click();
    await page.locator('#counts', { hasText: '0 combinations built' }).waitFor();
    for (let left = 256; left > 1; left /= 2) {
      await page.locator('#counts', { hasText: ` ${left} missing` }).waitFor();
      await rows('missing').locator('button').click();
    }
    await page.locator('#counts', { hasText: ' 1 missing' }).waitFor();
    expect(await page.textContent('#choice')).toContain('Nobody has built this combination.');
    expect(await page.locator('#neutral').getAttribute('open')).toBe('');
    await page.click('#request');
    expect(await page.locator('#sign-in').isVisible()).toBe(true);
  });

  it('links to files that are there', async () => {
    await open(matrixOf(demo));
    const ebuild = (await page.getAttribute('#facts a >> nth=1', 'href')) ?? '';
    expect(await (await farm.get(ebuild)).text()).toContain('EAPI=8');
    const tar = await farm.get('/trees/ebins.tar');
    expect([tar.status, tar.headers.get('content-type')]).toEqual([200, 'application/x-tar']);
    expect((await farm.get('/distfiles/layout.conf')).status).toBe(200);
  });
});
