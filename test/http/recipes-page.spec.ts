import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { launchBrowser, watchedPage } from './browser.ts';
import { keptSource, packageOf, runOf, startedMs } from './kept-source.ts';
import { type ServedFarm, serveFarm } from './served-farm.ts';

let browser: Browser;
let farm: ServedFarm;
let page: Page;
let problems: string[];

beforeAll(async () => {
  browser = await launchBrowser();
});
afterAll(() => browser.close());
beforeEach(async () => {
  problems = [];
  farm = await serveFarm({ pagesFolder: `${import.meta.dirname}/../../src/http/pages` });
  farm.service.kept = [keptSource('recipes', many())];
});
afterEach(async () => {
  await page.close();
  await farm.close();
  expect(problems).toEqual([]);
});

const hostile = '<img src=x onerror=alert(1)>';

function many() {
  const since = { sinceMs: startedMs };
  return [
    packageOf('alpha', { updatedMs: startedMs - 1 }),
    packageOf('bravo', {
      state: 'failed',
      failures: 1,
      error: { code: 'UPS001', what: `the AUR answers ${hostile}`, ...since },
    }),
    packageOf('c++utilities', {
      state: 'review',
      review: { branch: 'update-c++utilities', url: 'https://git.example/mr/7', ...since },
    }),
    packageOf('delta', {
      state: 'review',
      // nobody's address may run something here
      review: { branch: 'update-delta', url: 'javascript:alert(1)', ...since },
    }),
    packageOf('echo', {
      state: 'paused',
      failures: 4,
      nextTryMs: startedMs + 86_400_000 * 20_000,
      error: { code: 'FET003', what: 'the server has enough', ...since },
    }),
    ...Array.from({ length: 400 }, (_, at) =>
      packageOf(`zulu-${String(at).padStart(3, '0')}`, { follows: 'custom' }),
    ),
  ];
}

async function open(options: Parameters<Browser['newPage']>[0] = {}, query = ''): Promise<void> {
  page = await watchedPage(browser, problems, options);
  await page.goto(`${farm.url}/recipes.html${query}`);
  await page.locator('#state', { hasText: 'live' }).waitFor();
}

const names = async (): Promise<readonly string[]> =>
  await page.locator('#rows td:first-child').allTextContents();
const row = (name: string) => page.locator(`#rows tr[data-name="${name}"]`);

describe('the page of recipes', () => {
  it('shows sources with their runs, and packages with what is the matter', async () => {
    farm.service.kept = [
      keptSource('recipes', many(), {
        last: [runOf('on-commit', { scheduled: ['alpha', 'bravo'] }), runOf('on-schedule', { warnings: 3 })],
        problem: { code: 'GIT001', what: 'the server is away', next: 'Wait for it.', sinceMs: startedMs },
      }),
    ];
    await open();
    const source = page.locator('.source');
    expect(await source.locator('h2').textContent()).toBe('recipes');
    const text = await source.textContent();
    expect(text).toContain('main at aaaaaaa');
    expect(text).toContain('GIT001 the server is away');
    expect(text).toMatch(/on-commit .*: 2 scheduled.*on-schedule .*: 3 warnings/);
    expect(await row('bravo').textContent()).toContain(`UPS001 the AUR answers ${hostile}`);
    expect(await row('echo').textContent()).toMatch(/left alone, next try in \d+/);
    expect(await row('alpha').locator('a').first().getAttribute('href')).toBe(
      'https://git.example/recipes/-/tree/main/alpha',
    );
    const links = row('c++utilities').locator('.links a');
    expect(await links.evaluateAll((all) => all.map((one) => one.getAttribute('href')))).toEqual([
      'https://git.example/mr/7',
      '/logs.html?id=c%2B%2Butilities',
    ]);
    expect(await row('delta').locator('.links a').allTextContents()).toEqual(['log']);
    expect(await page.locator('img').count()).toBe(0);
  });

  it('finds by words and states, sorts by column, and shows the rest when it is asked for', async () => {
    await open();
    expect((await names()).length).toBe(200);
    await page.click('#more');
    expect((await names()).length).toBe(405);
    await page.keyboard.press('/');
    await page.keyboard.type('aur failed');
    expect(await names()).toEqual(['bravo']);
    await page.fill('#text', 'nowhere');
    await page.locator('#none').waitFor();
    await page.fill('#text', '');
    await page.click('[data-chip="review"]');
    expect(await names()).toEqual(['c++utilities', 'delta']);
    await page.focus('[data-chip="failed"]');
    await page.keyboard.press('Enter');
    expect(await names()).toEqual(['bravo', 'c++utilities', 'delta']);
    await page.click('th[data-sort="state"] button');
    await page.click('th[data-sort="state"] button');
    expect(await names()).toEqual(['c++utilities', 'delta', 'bravo']);
    expect(await page.locator('th[data-sort="state"]').getAttribute('aria-sort')).toBe('descending');
  });

  it('follows what changes, and says when nobody answers', async () => {
    await open();
    farm.service.kept = [keptSource('recipes', [packageOf('novel')], { paused: true })];
    await row('novel').waitFor();
    expect(await page.locator('.source').textContent()).toContain('paused');
    await page.route('**/api/upkeep', (route) => route.abort());
    await page.locator('#state[data-state="lost"]').waitFor();
    await page.unroute('**/api/upkeep');
    await page.locator('#state', { hasText: 'live' }).waitFor();
  });

  it('asks for the operator token once, refuses a wrong one, and sends what was wanted', async () => {
    await open();
    await row('bravo').locator('button').click();
    await page.fill('#token', 'wrong');
    await page.keyboard.press('Enter');
    await page.locator('#sign-in-error', { hasText: 'HTP002' }).waitFor();
    await page.fill('#token', 'operator-token');
    await page.keyboard.press('Enter');
    await page.locator('#notice', { hasText: 'bravo is looked at' }).waitFor();
    await page.click('text=Look at pushes');
    await page.locator('#notice', { hasText: 'pushes are looked at' }).waitFor();
    await page.click('.source >> text=Pause');
    await page.locator('#notice', { hasText: 'paused' }).waitFor();
    expect(farm.service.calls.map(({ name, args }) => [name, ...args])).toEqual([
      ['runUpkeep', 'recipes', { kind: 'on-schedule', packages: ['bravo'] }],
      ['runUpkeep', 'recipes', { kind: 'on-commit' }],
      ['pauseUpkeep', 'recipes', true],
    ]);
    expect(await page.evaluate('location.href')).not.toContain('token');
  });

  it('shows one of several sources, and lets another be chosen', async () => {
    farm.service.kept.push(keptSource('second', [packageOf('other')]));
    await open({}, '?source=second');
    expect(await names()).toEqual(['other']);
    await page.click('[data-source="recipes"] >> text=Packages');
    await row('alpha').waitFor();
    expect(await page.evaluate('location.search')).toBe('?source=recipes');
  });

  it('fits a phone in the dark, with nothing beyond the edge', async () => {
    await open({
      viewport: { width: 360, height: 640 },
      isMobile: true,
      hasTouch: true,
      colorScheme: 'dark',
    });
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBeLessThanOrEqual(360);
    expect(await row('bravo').isVisible()).toBe(true);
    if (process.env['PACKMILL_SHOTS'])
      await page.screenshot({ path: `${process.env['PACKMILL_SHOTS']}/recipes-phone.png` });
  });

  it('looks well on a desk', async () => {
    await open({ viewport: { width: 1200, height: 800 } });
    expect(await page.locator('thead').isVisible()).toBe(true);
    if (process.env['PACKMILL_SHOTS'])
      await page.screenshot({ path: `${process.env['PACKMILL_SHOTS']}/recipes-desk.png` });
  });
});

describe('the page of stages', () => {
  it('shows subarches with jobs, results and what they began with, and follows what changes', async () => {
    const result = {
      ...{ target: 'stage3', version: '2026-01-31', path: 'a/b/c/2026-01-31/stage3.tar.xz', sizeBytes: 2048 },
      ...{ sha256: 'b'.repeat(64), key: 'a'.repeat(64), begun: 'stage3 2026-01-01 of a/b/c', durationMs: 5 },
      latest: 'a/b/c/stage3-latest.tar.xz',
    };
    const jobs = [{ id: 'mirror/any/a.b.c/stage3', target: 'stage3', state: 'failed', reason: hostile }];
    const own = { build: 'a', archDesc: 'b', subarch: 'c', mode: 'full', version: '2026-01-31' };
    const source = { source: 'tiny', target: 'mirror', generation: 3, trees: [] };
    const subarch = { ...own, state: 'failed' as const, failures: 2, jobs, results: [result] };
    farm.service.stageSources = [{ ...source, subarches: [subarch] }];
    page = await watchedPage(browser, problems);
    await page.goto(`${farm.url}/stages.html`);
    await page.locator('#state', { hasText: 'live' }).waitFor();
    const shown = page.locator('[data-subarch="a/b/c"]');
    const text = await shown.textContent();
    expect(text).toContain('2026-01-31: failed, 2 failures in a row');
    expect(text).toContain(result.begun);
    expect(text).toContain('stage3-latest.tar.xz');
    expect(await shown.locator('a').getAttribute('href')).toBe('/logs.html?id=mirror%2Fany%2Fa.b.c%2Fstage3');
    expect(await page.locator('img').count()).toBe(0);
    farm.service.stageSources = [{ ...source, subarches: [{ ...subarch, state: 'complete', failures: 0 }] }];
    await page.locator('[data-state="complete"]').waitFor();
  });
});
