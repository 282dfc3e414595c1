import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { pythonSymbolSchema } from '../../src/api/index.ts';
import { followSymbols } from '../../src/app/python/index.ts';
import {
  hashPath,
  ManifestBuilder,
  makeIndex,
  writeIndex,
  writeManifest,
} from '../../src/python-resources/index.ts';
import { node, type SmallWorld, smallWorld } from '../python-resources/small-world.ts';
import { launchBrowser, watchedPage } from './browser.ts';
import { type ServedFarm, serveFarm } from './served-farm.ts';

let browser: Browser;
let page: Page;
let farm: ServedFarm;
let world: SmallWorld;
const problems: string[] = [];
const hostile = '<img src=x onerror=alert(1)>';

beforeAll(async () => {
  world = smallWorld();
  farm = await serveFarm({
    pagesFolder: `${import.meta.dirname}/../../src/http/pages`,
    symbols: followSymbols(world.manifestFile, () => {}),
  });
  browser = await launchBrowser();
  page = await watchedPage(browser, problems);
});
afterAll(async () => {
  await browser.close();
  await farm.close();
  world.remove();
  expect(problems).toEqual([]);
});

describe('symbols of Python over HTTP', () => {
  it('answer what a path leads to, in the form of their contract', async () => {
    const response = await farm.get('/api/python/symbol?path=requests.dumps');
    expect(response.status).toBe(200);
    const answer = pythonSymbolSchema.parse(await response.json());
    expect(answer).toMatchObject({
      kind: 'function',
      canonical: { path: 'json.dumps', distribution: 'builtin-stdlib==3.11.7' },
      returnTypes: ['builtins.str'],
      providedBy: ['requests==2.28.1'],
    });
    expect(answer.signature).toBe(
      '(obj, *, skipkeys=False, ensure_ascii=True, check_circular=True, allow_nan=True, cls=None, indent=None, separators=None, default=None, sort_keys=False, **kw)',
    );
    expect(await (await farm.get('/api/python/toplevels?prefix=j')).json()).toEqual(['json']);
  });

  it('tell what is not found, and what is no path', async () => {
    const lost = await farm.get('/api/python/symbol?path=jsn.dumps');
    expect([lost.status, ((await lost.json()) as { code: string }).code]).toEqual([404, 'MPY330']);
    const nowhere = await farm.get('/api/python/symbol?path=json.dmups');
    expect(nowhere.status).toBe(404);
    expect((await farm.get('/api/python/symbol?path=a..b')).status).toBe(400);
    expect((await farm.get('/api/python/symbol')).status).toBe(400);
    const without = await serveFarm();
    try {
      expect((await without.get('/api/python/toplevels')).status).toBe(404);
    } finally {
      await without.close();
    }
  });
});

describe('the page of Python symbols', () => {
  it('leads from names to members, and back', async () => {
    await page.goto(`${farm.url}/python.html`);
    await page.locator('#answer a', { hasText: 'requests' }).click();
    await page.locator('h2', { hasText: 'requests' }).waitFor();
    expect(new URL(page.url()).searchParams.get('path')).toBe('requests');
    await page.locator('.names a', { hasText: 'dumps' }).click();
    await page.locator('.signature').waitFor();
    expect(await page.locator('.signature').textContent()).toContain('dumps(obj, *, skipkeys=False');
    expect(await page.locator('dd').first().textContent()).toBe('json.dumps in builtin-stdlib==3.11.7');
    await page.goBack();
    await page.locator('.names a', { hasText: 'compat' }).waitFor();
    await page.locator('#path').fill('json.dmups');
    await page.locator('#path').press('Enter');
    await page.locator('.trouble', { hasText: "Perhaps 'dumps' is meant" }).waitFor();
  });

  it('shows a manifest that was built anew, and what it says as text', async () => {
    const builder = new ManifestBuilder(`${world.folder}/again`);
    const evil = { name: 'evil', version: '1' };
    builder.put(evil, 'SymbolGraph', new Map([['evil', [node('evil', 'module')]]]));
    builder.put(evil, 'Documentation', new Map([[hashPath('evil'), { html: hostile, text: hostile }]]));
    writeManifest(`${world.folder}/again/manifest.json`, builder.manifest);
    writeManifest(world.manifestFile, [...world.manifest, ...builder.manifest]);
    writeIndex(world.indexFile, makeIndex([[evil, ['evil']]]));
    writeManifest(world.manifestFile, builder.manifest);
    await page.goto(`${farm.url}/python.html?path=evil`);
    await page.locator('.documentation').waitFor();
    expect(await page.locator('.documentation').textContent()).toBe(hostile);
    expect(await page.locator('#answer img').count()).toBe(0);
  });
});
