import { appendFileSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Browser, Page } from 'playwright-core';
import { expect } from 'vitest';
import { prepareFarm, prepareLook } from '../../src/app/index.ts';
import { createTokenDigest } from '../../src/host/index.ts';
import { type HttpOptions, type HttpServer, startHttpServer } from '../../src/http/index.ts';
import { launchBrowser, watchedPage } from '../http/browser.ts';
import { type SeededFarm, type SeededFarmOptions, seeBuilders, seedFarm } from '../seeded-farm.ts';

/** A seeded farm that is served to a real browser. One of them is enough for all pages of a spec. */
export interface DashboardFixture {
  readonly seeded: SeededFarm;
  readonly farm: Awaited<ReturnType<typeof prepareLook>>['farm'];
  readonly url: string;
  readonly browser: Browser;
  /** What went wrong in pages: errors, what the content-security policy forbids. Each test should find it empty. */
  readonly problems: string[];
  /** Opens a page of the dashboard and waits until its data is there. */
  open(path: string, options?: Parameters<Browser['newPage']>[0]): Promise<Page>;
  /** Builders of the farm give a sign of life, so that none counts as lost. */
  hear(): void;
  /** Nobody answers any more, until `listen`. */
  hangUp(): Promise<void>;
  listen(): Promise<void>;
  close(): Promise<void>;
}

export interface FixtureOptions extends Partial<Omit<SeededFarmOptions, 'folder'>> {
  /** Changes the folder of the farm before it is served. */
  readonly prepare?: (farm: SeededFarm) => void | Promise<void>;
  readonly http?: Partial<HttpOptions>;
  /** One that is there already; its owner closes it. */
  readonly browser?: Browser;
  /** The farm has a manager, which takes commands with `operatorToken`; it gives no job out. */
  readonly isManaged?: boolean;
}

export const operatorToken = 'token-of-an-operator';

/** Seeds a farm, serves it and starts a browser. */
export async function openDashboard(options: FixtureOptions = {}): Promise<DashboardFixture> {
  const folder = mkdtempSync(join(tmpdir(), 'packmill-web-'));
  const { prepare, http, isManaged = false, browser: given, ...seed } = options;
  const seeded = await seedFarm({ folder: join(folder, 'farm'), ...seed });
  await prepare?.(seeded);
  const look = isManaged ? await prepareManager(seeded.folder) : await prepareLook(seeded.folder);
  const { farm, service, intake, logReading } = look;
  let port = 0;
  const serve = (): Promise<HttpServer> => startHttpServer(service, intake, { port, logReading, ...http });
  let server: HttpServer | undefined = await serve();
  port = server.port;
  const { url } = server;
  const browser = given ?? (await launchBrowser());
  const problems: string[] = [];
  const hear = (): void => seeBuilders(farm, seeded.builders, Date.now());
  hear();
  return {
    seeded,
    farm,
    url,
    browser,
    problems,
    hear,
    open: async (path, how) => {
      hear();
      const page = await watchedPage(browser, problems, how);
      await page.goto(url + path);
      await page.locator('main h1').waitFor();
      const reading = page.locator('main .empty', { hasText: 'reading …' });
      await expect.poll(() => reading.count(), { timeout: 30_000 }).toBe(0);
      return page;
    },
    hangUp: async () => {
      await server?.close();
      server = undefined;
    },
    listen: async () => {
      server ??= await serve();
    },
    close: async () => {
      if (!given) await browser.close();
      await server?.close();
      await look.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** A manager that was not told to start: it does what it is asked, and nothing by itself. */
function prepareManager(folder: string) {
  const token = `{name: olga, role: operator, sha256: ${createTokenDigest(operatorToken)}}`;
  appendFileSync(`${folder}/packmill.yaml`, `\nservice:\n  tokens: [${token}]\n`);
  const { signal } = new AbortController();
  return prepareFarm({ folder, localBuilders: 0, withoutRedis: true, say: () => {}, signal });
}

/** Types the token into the dialog that asks for it. */
export async function signInAs(page: Page, token: string): Promise<void> {
  await page.getByRole('textbox', { name: 'Token' }).fill(token);
  await page.getByRole('button', { name: 'Go on' }).click();
}

const axeFile = createRequire(import.meta.url).resolve('axe-core/axe.min.js');
let axeText: string | undefined;
const axeSource = (): string => (axeText ??= readFileSync(axeFile, 'utf8'));

interface AxeAnswer {
  readonly violations: readonly {
    readonly id: string;
    readonly help: string;
    readonly nodes: readonly { readonly target: readonly string[]; readonly failureSummary: string }[];
  }[];
}

/** Asks axe what it has against a page as it is then: rule, element, what to do; by one rule or by all. */
type AskAxe = (rule?: string) => Promise<readonly string[]>;

/** Brings axe into a page, once for all that is asked: it is half a megabyte of script. */
async function withAxe(page: Page, work: (ask: AskAxe) => Promise<void>): Promise<void> {
  // by the debugger's way in, which the policy of the page does not bind
  const session = await page.context().newCDPSession(page);
  await session.send('Runtime.evaluate', { expression: axeSource() });
  await work(async (rule) => {
    const { result } = await session.send('Runtime.evaluate', {
      expression: `axe.run(document, ${JSON.stringify({
        resultTypes: ['violations'],
        ...(rule === undefined ? {} : { runOnly: [rule] }),
      })}).then(({ violations }) => JSON.stringify({ violations }))`,
      awaitPromise: true,
      returnByValue: true,
    });
    const { violations } = JSON.parse(String(result.value)) as AxeAnswer;
    return violations.flatMap(({ id, help, nodes }) =>
      nodes.map(({ target, failureSummary }) => `${id} (${help}) at ${target.join(' ')}: ${failureSummary}`),
    );
  });
  await session.detach();
}

/**
 * Takes the picture of a page that documents show, `docs/screenshots/NAME.png`, where `PACKMILL_SCREENSHOTS` is set: usual
 * runs of the tests change no files.
 */
export async function picture(page: Page, name: string, size = { width: 1200, height: 780 }): Promise<void> {
  if (!process.env['PACKMILL_SCREENSHOTS']) return;
  const before = page.viewportSize();
  await page.setViewportSize(size);
  await page.screenshot({
    path: fileURLToPath(new URL(`../../docs/screenshots/${name}.png`, import.meta.url)),
  });
  if (before) await page.setViewportSize(before);
}

/** Fails with what axe has against the page: all in light, colours in dark too. */
export async function expectAccessible(page: Page): Promise<void> {
  await withAxe(page, async (ask) => {
    expect(await ask()).toEqual([]);
    await page.emulateMedia({ colorScheme: 'dark' });
    expect(await ask('color-contrast'), 'in dark').toEqual([]);
    await page.emulateMedia({ colorScheme: 'light' });
  });
}
