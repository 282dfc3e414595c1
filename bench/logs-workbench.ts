// The log workbench on a log of two million lines: at the API, in a real Chromium, its searches beside grep, and how fast the
// reason of a failure is found. The farm has history; the log stands in the place of one that a failed attempt left.
import { spawnSync } from 'node:child_process';
import { closeSync, openSync, statSync, writeSync } from 'node:fs';
import type { Page } from 'playwright-core';
import { FailureScan, judgeFailure } from '../src/failures/index.ts';
import { readRange } from '../src/logs/index.ts';
import { type DashboardFixture, openDashboard } from '../test/web/dashboard.ts';
import { median, print, timed } from './measure/figures.ts';

const lines = 2_000_000;
const errorAt = 1_400_000;

export async function run(): Promise<void> {
  const dashboard = await openDashboard({ packages: 40, attempts: 300, logs: 300 });
  try {
    const log = makeLog(dashboard);
    await atTheApi(dashboard, log);
    await searches(dashboard, log);
    await reasons(log.path);
    await inTheBrowser(dashboard, log);
  } finally {
    await dashboard.close();
  }
}

interface Log {
  readonly job: string;
  readonly timestamp: number;
  readonly path: string;
  /** Address of its routes. */
  readonly url: string;
}

/** The newest attempt that failed gets a log of 100 MB. */
function makeLog({ farm, seeded, url }: DashboardFixture): Log {
  const { attempts, views } = farm.database;
  const attempt = attempts.before(Number.MAX_SAFE_INTEGER, 1_000).find(({ id, job, outcome, logPath }) => {
    const isNewest = views.revisions(job, 1)[0]?.attempt === id;
    return outcome?.kind === 'failed' && logPath !== undefined && isNewest;
  });
  const revision = attempt && views.revision(attempt.jobKey);
  if (!attempt || !revision) throw new Error('nothing has failed');
  const path = `${seeded.folder}/${attempt.logPath}`;
  const file = openSync(path, 'w');
  writeSync(file, "==> packmill: phase 'build'\n==> Starting build()...\n");
  for (let from = 3; from <= lines; from += 10_000) {
    const part = Array.from({ length: Math.min(10_000, lines - from + 1) }, (_, at) => textOf(from + at));
    writeSync(file, `${part.join('\n')}\n`);
  }
  closeSync(file);
  const { job } = attempt;
  const timestamp = revision.requestedMs;
  return { job, timestamp, path, url: `${url}/api/logs/${encodeURIComponent(job)}/${timestamp}` };
}

const textOf = (line: number): string => {
  if (line === errorAt) return 'src/window.c:214:17: error: too few arguments to function';
  if (line === errorAt + 1) return 'make: *** [Makefile:4: window.o] Error 1';
  return `[${line}] cc -O2 -pipe -Wall -c src/part${line % 977}.c`;
};

const read = async (url: string): Promise<string> => {
  const answer = await fetch(url);
  if (!answer.ok) throw new Error(`${url}: ${answer.status}`);
  return await answer.text();
};
const many = async (what: () => Promise<unknown>): Promise<string> => {
  const times: number[] = [];
  for (let at = 0; at < 15; at += 1) times.push(await timed(what));
  return `${median(times).toFixed(1)} ms`;
};

async function atTheApi(_: DashboardFixture, { url, path }: Log): Promise<void> {
  const { size } = statSync(path);
  print('log', `${(size / 1e6).toFixed(0)} MB, ${lines} lines`);
  const first = await timed(() => read(`${url}/facts`));
  print('facts, lines not counted and reason not known yet', `${first.toFixed(0)} ms`);
  print('facts', await many(() => read(`${url}/facts`)));
  print('2,000 lines at line 1,000,000', await many(() => read(`${url}/lines?from=1000000&count=2000`)));
  print('the last 2,000 lines', await many(() => read(`${url}/lines?from=${lines - 1_999}&count=2000`)));
  print('phases, the first time', `${(await timed(() => read(`${url}/phases`))).toFixed(0)} ms`);
  print('phases', await many(() => read(`${url}/phases`)));
}

async function searches(_: DashboardFixture, { url, path }: Log): Promise<void> {
  const asked = [
    ['text, any case', 'q=too+few+arguments', ['-ciF', 'too few arguments']],
    ['text, as it is', 'q=too+few+arguments&case=1', ['-cF', 'too few arguments']],
    ['text with 2,047 hits', 'q=part500.c&case=1', ['-cF', 'part500.c']],
    ['expression', `regex=1&case=1&q=${encodeURIComponent('part5\\d0\\.c$')}`, ['-cE', 'part5[0-9]0\\.c$']],
  ] as const;
  for (const [what, query, words] of asked) {
    const times: number[] = [];
    let total = 0;
    for (let at = 0; at < 5; at += 1) {
      const started = performance.now();
      const last = (await read(`${url}/search?${query}`)).trimEnd().split('\n').at(-1) ?? '';
      times.push(performance.now() - started);
      const news = JSON.parse(last) as { total: number; end: string };
      if (news.end !== 'complete') throw new Error(`${query}: ${last}`);
      total = news.total;
    }
    let greps = Number.POSITIVE_INFINITY;
    for (let at = 0; at < 5; at += 1) {
      const started = performance.now();
      const { stdout } = spawnSync('grep', [...words, path], { env: { ...process.env, LC_ALL: 'C.UTF-8' } });
      greps = Math.min(greps, performance.now() - started);
      if (Number(stdout.toString()) !== total) throw new Error(`grep finds ${stdout}, we ${total}`);
    }
    print(`search: ${what}, ${total} lines`, `${median(times).toFixed(0)} ms; grep ${greps.toFixed(0)} ms`);
  }
}

/** How fast the reason is found, on commands of compilers and on a log in which each line looks like an error. */
async function reasons(path: string): Promise<void> {
  const rate = async (
    what: string,
    pieces: () => AsyncIterable<{ readonly bytes: Uint8Array }>,
  ): Promise<void> => {
    const rates: number[] = [];
    for (let at = 0; at < 3; at += 1) {
      const scan = new FailureScan();
      let sizeBytes = 0;
      const started = performance.now();
      for await (const { bytes } of pieces()) {
        sizeBytes += bytes.byteLength;
        scan.push(bytes);
      }
      judgeFailure(scan.end(), { timedOut: false, code: 'BLD001' });
      rates.push(sizeBytes / 1_000 / (performance.now() - started));
    }
    print(`reason of a failure: ${what}`, `${median(rates).toFixed(0)} MB/s`);
  };
  await rate('ordinary log', () => readRange({ segments: () => [path], isFinished: () => true }, 0));
  const hard = Buffer.from('a.c:1:1: error: expected by a test, nothing came of it\n'.repeat(4_000));
  await rate('each line an error', async function* () {
    for (let at = 0; at < 100; at += 1) yield { bytes: hard };
  });
}

/** Notes when a text can first be seen, in ms since the page began to load. */
const watcher = (text: string): string => `
  window.seenMs = undefined;
  const look = () => {
    const rows = document.querySelector('.xterm-rows');
    if (rows && rows.textContent.replaceAll('\\u00a0', ' ').includes(${JSON.stringify(text)})) window.seenMs = performance.now();
    else requestAnimationFrame(look);
  };
  requestAnimationFrame(look);`;

/** Processor time of a page's thread since it was opened: what of its time no other work on the machine explains. */
async function workOf(page: Page): Promise<() => Promise<number>> {
  const session = await page.context().newCDPSession(page);
  await session.send('Performance.enable', { timeDomain: 'threadTicks' });
  return async () => {
    const { metrics } = await session.send('Performance.getMetrics');
    return (metrics.find(({ name }) => name === 'ThreadTime')?.value ?? Number.NaN) * 1000;
  };
}

async function seen(page: Page): Promise<number> {
  for (;;) {
    const ms = await page.evaluate('window.seenMs');
    if (typeof ms === 'number') return ms;
    await page.waitForTimeout(5);
  }
}

async function inTheBrowser({ browser, url }: DashboardFixture, { job, timestamp }: Log): Promise<void> {
  const address = `${url}/logs/${job}?timestamp=${timestamp}`;
  const million = textOf(1_000_000);
  const context = await browser.newContext({ viewport: { width: 1280, height: 900 } });
  for (const [what, query, text] of [
    ['at line 1,000,000', '&line=1000000', million],
    ['at its first error', '', textOf(errorAt)],
    ['at its tail', `&line=${lines}`, textOf(lines)],
  ] as const) {
    const times: number[] = [];
    const work: number[] = [];
    for (let at = 0; at < 6; at += 1) {
      const page = await context.newPage();
      const workMs = await workOf(page);
      await page.addInitScript({ content: watcher(text) });
      await page.goto(address + query, { waitUntil: 'commit' });
      const ms = await seen(page);
      // the first time the files of the page are loaded as well
      if (at > 0) {
        times.push(ms);
        work.push(await workMs());
      }
      await page.close();
    }
    const figures = `${median(times).toFixed(0)} ms from the request to its lines, ${median(work).toFixed(0)} ms of them work of the page`;
    print(`Chromium: page opened ${what}`, figures);
  }
  const page = await context.newPage();
  await page.goto(address);
  await page.locator('.xterm-rows > div', { hasText: 'too few arguments' }).waitFor({ state: 'attached' });
  const jump = async (text: string, action: string): Promise<number> => {
    const started = Number(
      await page.evaluate(`${watcher(text)} const began = performance.now(); ${action}; began`),
    );
    return (await seen(page)) - started;
  };
  const field = "document.querySelector('input[name=line]')";
  const toLine = (line: number): string =>
    `${field}.value = '${line}'; document.querySelector('.line-form button').click()`;
  const toEnd =
    "[...document.querySelectorAll('.log-tools button')].find((one) => one.textContent === 'End').click()";
  const [ends, lineTimes]: [number[], number[]] = [[], []];
  for (let at = 0; at < 7; at += 1) {
    lineTimes.push(await jump(textOf(1_000_000 + at * 7_000), toLine(1_000_000 + at * 7_000)));
    ends.push(await jump(textOf(lines), toEnd));
  }
  print('Chromium: from a click to lines around 1,000,000', `${median(lineTimes).toFixed(0)} ms`);
  print('Chromium: from a click to the last lines', `${median(ends).toFixed(0)} ms`);
  await context.close();
}
