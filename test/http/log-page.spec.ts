import { once } from 'node:events';
import { appendFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { followStream, LogHub, offsetOfLine, tailOffset } from '../../src/logs/index.ts';
import { launchBrowser, watchedPage } from './browser.ts';

/** The routes of the page as the web port has them, on a log of this test. */
class LogServer {
  readonly path: string;
  finished = false;
  readonly requests: string[] = [];
  readonly #hub = new LogHub({ pollMs: 20 });
  readonly #server: Server;

  constructor(folder: string) {
    this.path = join(folder, '1.log');
    writeFileSync(this.path, '');
    this.#server = createServer((request, response) => {
      this.#answer(request, response).catch(() => response.destroy());
    });
  }

  async start(): Promise<string> {
    await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve));
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  write(text: string): void {
    appendFileSync(this.path, text);
    this.#hub.touched(this.path);
  }

  finish(): void {
    this.finished = true;
    this.#hub.touched(this.path);
  }

  /** As a network does that breaks. */
  breakConnections(): void {
    this.#server.closeAllConnections();
  }

  async stop(): Promise<void> {
    this.breakConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? '/', 'http://here');
    response.setHeader(
      'content-security-policy',
      "default-src 'self'; style-src 'self' 'unsafe-inline'; object-src 'none'",
    );
    const file = fileOf(url.pathname);
    if (file !== undefined) {
      response.setHeader('content-type', file.type);
      response.end(readFileSync(file.path));
      return;
    }
    if (url.pathname.startsWith('/api/')) this.requests.push(request.url ?? '');
    const leave = new AbortController();
    response.on('close', () => leave.abort());
    const source = { segments: () => [this.path], isFinished: () => this.finished };
    const isStream = url.pathname.endsWith('/stream');
    if (!url.pathname.startsWith('/api/logs/c%2B%2Butilities/1700000000000')) {
      response.writeHead(404).end();
      return;
    }
    const line = url.searchParams.get('line');
    const resumed = request.headers['last-event-id'];
    const fromOffset =
      line !== null
        ? await offsetOfLine(source, Number(line))
        : resumed !== undefined
          ? Number(resumed)
          : await tailOffset(source, Number(url.searchParams.get('tail') ?? 1e9));
    if (fromOffset === undefined) {
      response.writeHead(404).end();
      return;
    }
    response.writeHead(200, { 'content-type': isStream ? 'text/event-stream' : 'text/plain; charset=utf-8' });
    if (isStream) response.write('retry: 50\n\n');
    for await (const { offset, bytes } of followStream(source, {
      fromOffset,
      signal: leave.signal,
      hub: this.#hub,
    })) {
      const text = Buffer.from(bytes).toString();
      const id = offset + bytes.byteLength;
      const flows = response.write(
        isStream ? `id: ${id}\ndata: ${JSON.stringify({ offset, text })}\n\n` : text,
      );
      if (!flows) await once(response, 'drain', { signal: leave.signal });
    }
    response.end(isStream ? 'event: end\ndata: {}\n\n' : '');
  }
}

function fileOf(path: string): { readonly path: string; readonly type: string } | undefined {
  const type = path.endsWith('.css') ? 'text/css' : path.endsWith('.js') ? 'text/javascript' : 'text/html';
  const xterm = 'node_modules/@xterm/xterm';
  if (path === '/assets/xterm.js') return { path: `${xterm}/lib/xterm.js`, type };
  if (path === '/assets/xterm.css') return { path: `${xterm}/css/xterm.css`, type };
  if (/^\/(assets\/(?:logs-[a-z]+|pages)\.(js|css)|logs\.html)$/.test(path))
    return { path: `src/http/pages/${path.replace('/assets/', '')}`, type };
  return undefined;
}

let browser: Browser;
beforeAll(async () => {
  browser = await launchBrowser();
});
afterAll(() => browser.close());

let folder: string;
let server: LogServer;
let base: string;
let problems: string[];
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'packmill-log-page-'));
  server = new LogServer(folder);
  base = await server.start();
  problems = [];
});
afterEach(async () => {
  await server.stop();
  rmSync(folder, { recursive: true, force: true });
});

async function open(query: string, options: Parameters<Browser['newPage']>[0] = {}): Promise<Page> {
  const page = await watchedPage(browser, problems, options);
  await page.goto(`${base}/logs.html${query}`);
  return page;
}

/** Lines that can be seen. */
const rows = async (page: Page): Promise<readonly string[]> =>
  (await page.locator('.xterm-rows > div').allTextContents()).map((row) =>
    row.replaceAll('\u00a0', ' ').trimEnd(),
  );
const shows = (page: Page, text: string): Promise<void> =>
  page.locator('.xterm-rows > div', { hasText: text }).first().waitFor({ state: 'attached' });
const hasState = (page: Page, text: string): Promise<void> =>
  page.locator('#state', { hasText: text }).waitFor();
const isFollowing = (page: Page, on: boolean): Promise<void> =>
  page.locator(`#follow[aria-pressed=${on}]`).waitFor();
const query = '?id=c++utilities&timestamp=1700000000000';
const lines = (from: number, to: number): string =>
  Array.from({ length: to - from + 1 }, (_, i) => `line number ${from + i}\n`).join('');

describe('the page of a log', () => {
  it('names the package, shows colours and what comes live, and tells when it is over', async () => {
    server.write('\u001b[31mred text\u001b[0m\nsecond\n');
    const page = await open(query);
    await shows(page, 'second');
    expect(await page.title()).toContain('c++utilities');
    expect(await page.locator('h1').textContent()).toBe('c++utilities');
    await hasState(page, 'live');
    expect((await rows(page))[0]).toBe('red text');
    server.write('third 💚\n');
    await shows(page, 'third 💚');
    server.finish();
    await hasState(page, 'finished');
    expect(server.requests).toEqual(['/api/logs/c%2B%2Butilities/1700000000000/stream?tail=2000']);
    expect(problems).toEqual([]);
    await page.close();
  });

  it('goes on without a gap and without repeating itself after its connection broke', async () => {
    server.write(lines(1, 5));
    const page = await open(query);
    await shows(page, 'line number 5');
    server.breakConnections();
    server.write(lines(6, 8));
    await shows(page, 'line number 8');
    const text = await rows(page);
    expect(text.slice(0, 9)).toEqual([...lines(1, 8).trimEnd().split('\n'), '']);
    await page.close();
  });

  it('opens a long log at its end, at any line and at the beginning, by keyboard too', async () => {
    server.write(lines(1, 200_000));
    const page = await open(query);
    await shows(page, 'line number 200000');
    await isFollowing(page, true);
    await page.fill('#line', '150000');
    await page.press('#line', 'Enter');
    await shows(page, 'line number 150000');
    expect((await rows(page))[0]).toBe('line number 150000');
    await page.click('#beginning');
    await shows(page, 'line number 2');
    expect((await rows(page))[0]).toBe('line number 1');
    await page.locator('#more').waitFor();
    await page.focus('.xterm-helper-textarea');
    await page.keyboard.press('PageDown');
    await page.locator('.xterm-rows > div', { hasText: /number 1$/ }).waitFor({ state: 'detached' });
    // Coming to the end of a portion asks for the next one.
    while (!(await rows(page)).some((row) => /number (?:[4-9]\d{4}|\d{6})$/.test(row)))
      await page.keyboard.press('End');
    await page.keyboard.press('l');
    await shows(page, 'line number 200000');
    expect(problems).toEqual([]);
    await page.close();
  });

  it('stops following when the reader scrolls up, and finds text', async () => {
    server.write(lines(1, 1_000));
    const page = await open(query);
    await shows(page, 'line number 1000');
    await page.fill('#text', 'number 77');
    await page.press('#text', 'Enter');
    await shows(page, 'line number 77');
    await isFollowing(page, false);
    server.write(lines(1_001, 1_100));
    await page.locator('.xterm-rows > div', { hasText: 'line number 77' }).first().waitFor();
    if (process.env['PACKMILL_SHOTS'])
      await page.screenshot({ path: `${process.env['PACKMILL_SHOTS']}/desk.png` });
    await page.click('#follow');
    await shows(page, 'line number 1100');
    await page.focus('.xterm-helper-textarea');
    await page.keyboard.press('ArrowUp');
    await isFollowing(page, false);
    await page.fill('#text', 'nowhere');
    await page.press('#text', 'Enter');
    expect(await page.locator('#notice').textContent()).toContain("'nowhere'");
    await page.close();
  });

  it('says so when there is no such log, and takes no name for markup', async () => {
    const page = await open('?id=%3Cimg%20src%3Dx%20onerror%3Dalert(1)%3E');
    await hasState(page, 'not available');
    expect(await page.locator('img').count()).toBe(0);
    expect(await page.locator('h1').textContent()).toContain('<img');
    const other = await open('');
    await hasState(other, 'no package');
    await page.close();
    await other.close();
  });

  it('fits a phone in the dark: no part beyond the edge, and fingers scroll', async () => {
    server.write(lines(1, 500));
    const page = await open(query, {
      viewport: { width: 360, height: 640 },
      hasTouch: true,
      isMobile: true,
      colorScheme: 'dark',
    });
    await shows(page, 'line number 500');
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBeLessThanOrEqual(360);
    const session = await page.context().newCDPSession(page);
    const touch = (type: 'touchStart' | 'touchMove' | 'touchEnd', y?: number) =>
      session.send('Input.dispatchTouchEvent', { type, touchPoints: y === undefined ? [] : [{ x: 100, y }] });
    await touch('touchStart', 300);
    for (let y = 320; y <= 500; y += 20) await touch('touchMove', y);
    await touch('touchEnd');
    await isFollowing(page, false);
    expect(await rows(page)).not.toContain('line number 500');
    if (process.env['PACKMILL_SHOTS'])
      await page.screenshot({ path: `${process.env['PACKMILL_SHOTS']}/phone.png` });
    await page.close();
  });
});
