import { appendFileSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import type { Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { openFarm } from '../../src/app/index.ts';
import { FailureDesk } from '../../src/app/log-workbench/failure-desk.ts';
import { type DashboardFixture, expectAccessible, openDashboard, picture } from './dashboard.ts';

/** A log of some megabytes with its error far from both ends, and where things are in it. */
interface LongLog {
  readonly job: string;
  readonly timestamp: number;
  readonly path: string;
  readonly attempt: number;
}

const compiled = 30_000;
const errorText = "src/window.c:214:17: error: too few arguments to function 'surface_commit'";

function longText(): string {
  const lines = [
    "==> packmill: phase 'fetch'",
    '==> Retrieving sources...',
    '  -> Downloading long-1.0.tar.gz...',
  ];
  lines.push(
    '\r 3%\r 28%\r 64%\r100%',
    '==> Validating source files with sha256sums...',
    '    long-1.0.tar.gz ... Passed',
  );
  lines.push("==> packmill: phase 'build'", '==> Starting build()...');
  for (let at = 1; at <= compiled; at += 1)
    lines.push(`[${at}/40000] \u001b[32mCompiling\u001b[0m C object part${at}.c.o`);
  lines.push("src/window.c: In function 'window_present':", `\u001b[1m${errorText}\u001b[0m`);
  lines.push('  214 |     surface_commit(window->surface);', 'make: *** [Makefile:4: window.o] Error 1');
  for (let at = 1; at <= 4_000; at += 1) lines.push(`waiting for unfinished job ${at}`);
  lines.push('==> ERROR: A failure occurred in build().', '    Aborting...');
  return `${lines.join('\n')}\n`;
}

describe('the log workbench', () => {
  let dashboard: DashboardFixture;
  let long: LongLog;
  let live: LongLog;
  beforeAll(async () => {
    dashboard = await openDashboard({
      prepare: async ({ folder }) => {
        const farm = await openFarm(folder, 'write');
        const { database } = farm;
        const found = (wanted: (kind: string | undefined) => boolean): LongLog => {
          for (const { id, jobKey, job, logPath, outcome } of database.attempts.before(1e9, 1000)) {
            const revision = database.views.revision(jobKey);
            const isNewest = database.views.revisions(job, 1)[0]?.attempt === id;
            if (wanted(outcome?.kind) && isNewest && logPath && revision)
              return { job, timestamp: revision.requestedMs, path: `${folder}/${logPath}`, attempt: id };
          }
          throw new Error('no such attempt');
        };
        long = found((kind) => kind === 'failed');
        writeFileSync(long.path, longText());
        live = found((kind) => kind === undefined);
        await new FailureDesk({ root: folder, database, mayWrite: () => true }).catchUp({ limit: 10_000 });
        await farm.close();
      },
    });
  });
  afterAll(() => dashboard?.close());
  afterEach(() => expect(dashboard.problems.splice(0)).toEqual([]));

  const address = ({ job, timestamp }: LongLog): string => `/logs/${job}?timestamp=${timestamp}`;
  const shot = async (page: Page, name: string): Promise<void> => {
    const folder = process.env['PACKMILL_SHOTS'];
    if (folder) await page.screenshot({ path: `${folder}/${name}.png` });
  };
  const shows = (page: Page, text: string): Promise<void> =>
    page.locator('.xterm-rows > div', { hasText: text }).first().waitFor({ state: 'attached' });
  /** Numbers beside the lines that can be seen. */
  const numbers = async (page: Page): Promise<number[]> =>
    (await page.locator('.log-gutter a').allTextContents()).map(Number).filter((line) => line > 0);
  /** Number of the first line of the log that has a text. */
  const lineOf = (log: LongLog, text: string): number =>
    notesLines(log) +
    readFileSync(log.path, 'utf8')
      .split('\n')
      .findIndex((line) => line.includes(text)) +
    1;
  const notesLines = ({ job, attempt }: LongLog): number => {
    const { attempts } = dashboard.farm.database;
    const key = attempts.get(attempt as Parameters<typeof attempts.get>[0])?.jobKey;
    const [target, arch, name] = job.split('/');
    try {
      return (
        readFileSync(
          `${dashboard.seeded.folder}/logs/${target}/${arch}/${name}/${key}-0.notes`,
          'utf8',
        ).split('\n').length - 1
      );
    } catch {
      return 0;
    }
  };

  it('opens at the first error of an attempt that failed, and says why it did', async () => {
    const page = await dashboard.open(address(long));
    await shows(page, errorText);
    const line = lineOf(long, errorText);
    expect(await numbers(page)).toContain(line);
    expect(await page.locator('.failure h2').textContent()).toContain('compiler error in the build phase');
    expect(await page.locator('.failure li[data-first=true]').textContent()).toContain(errorText);
    await page.locator(`.log-bands [data-mark=evidence]`).first().waitFor();
    expect(await page.locator('.log-gutter a[data-mark=evidence]').first().textContent()).toBe(String(line));
    await shot(page, 'log-error');
    await picture(page, 'log', { width: 1200, height: 720 });
    await page.emulateMedia({ colorScheme: 'dark' });
    await shot(page, 'log-error-dark');
    await expectAccessible(page);
    await page.close();
  });

  it('loads only what is looked at, and goes to lines, to per cent, to both ends', async () => {
    const page = await dashboard.open(address(long));
    await shows(page, errorText);
    let loaded = 0;
    page.on('response', (response) => {
      if (response.url().includes('/lines')) loaded += Number(response.headers()['content-length'] ?? 0);
    });
    const goTo = async (text: string): Promise<void> => {
      await page.locator('input[name=line]').fill(text);
      await page.locator('.line-form button').click();
    };
    const twelve = lineOf(long, '[12345/40000]');
    await goTo(String(twelve));
    await shows(page, 'part12345.c.o');
    expect(await numbers(page)).toContain(twelve);
    await goTo('25%');
    const quarter = Math.round((notesLines(long) + longText().split('\n').length - 1) / 4);
    await expect.poll(() => numbers(page)).toContain(quarter);
    await page.getByRole('button', { name: 'Top' }).click();
    await expect.poll(async () => (await numbers(page))[0]).toBe(1);
    await page.getByRole('button', { name: 'End' }).click();
    await shows(page, 'Aborting');
    await page.keyboard.press('e');
    await shows(page, errorText);
    expect(loaded).toBeLessThan(statSync(long.path).size);
    await page.close();
  });

  it('asks for facts and lines while the page is loaded, once for each, and for few lines', async () => {
    const page = await dashboard.browser.newPage();
    const asked: string[] = [];
    page.on('request', (request) => asked.push(request.url().replace(dashboard.url, '')));
    const line = lineOf(long, errorText);
    await page.goto(`${dashboard.url}${address(long)}&line=${line}`);
    await shows(page, errorText);
    const of = (what: RegExp): readonly string[] => asked.filter((one) => what.test(one));
    expect(of(/\/facts/).length).toBe(1);
    expect(of(/\/lines/)).toEqual([expect.stringContaining(`/lines?from=${line - 400}&count=800`)]);
    // neither waits for the code of the page, which is on its way at the same time
    const code = asked.findIndex((one) => /\/app\/log-view-.*js$/.test(one));
    const last = asked.findIndex((one) => one.includes('/lines'));
    const screen = asked.findIndex((one) => one.includes('/phases'));
    expect(code).toBeGreaterThan(0);
    expect(last).toBeLessThan(screen);
    expect(Math.abs(last - code)).toBeLessThan(6);
    await page.close();
  });

  it('finds text in the whole log, and steps from one place to the next', async () => {
    const page = await dashboard.open(address(long));
    await shows(page, errorText);
    await page.getByRole('button', { name: 'Top' }).click();
    await expect.poll(async () => (await numbers(page))[0]).toBe(1);
    await page.keyboard.press('/');
    await page.keyboard.type('part2999');
    await page.keyboard.press('Enter');
    const status = page.locator('.log-search [role=status]');
    await expect.poll(() => status.textContent()).toContain('of 11 lines');
    await expect.poll(() => numbers(page)).toContain(lineOf(long, 'part2999.c'));
    await page.getByRole('button', { name: 'Next' }).click();
    await expect.poll(() => numbers(page)).toContain(lineOf(long, 'part29990.c'));
    await page.locator('.log-gutter a[data-mark=here]').waitFor();
    await page.locator('.log-frame textarea').focus();
    await page.keyboard.press('Shift+N');
    await expect.poll(() => numbers(page)).toContain(lineOf(long, 'part2999.c'));
    await shot(page, 'log-search');
    expect(new URL(page.url()).searchParams.get('q')).toBe('part2999');
    await page.locator('.log-search input[type=checkbox]').check();
    await page.locator('input[name=find]').fill('part(');
    await page.keyboard.press('Enter');
    await expect.poll(() => status.textContent()).toContain('is not a regular expression');
    await page.locator('input[name=find]').fill('part1{5}\\b');
    await page.keyboard.press('Enter');
    await shows(page, 'part11111.c');
    await page.close();
  });

  it('folds phases, and opens them where something in them is wanted', async () => {
    const page = await dashboard.open(address(long));
    await shows(page, errorText);
    await page.getByRole('button', { name: 'Fold all' }).click();
    await shows(page, 'lines folded');
    await expect.poll(async () => (await numbers(page)).length).toBeLessThan(20);
    await shot(page, 'log-folded');
    await page.keyboard.press('e');
    await shows(page, errorText);
    expect(await numbers(page)).toContain(lineOf(long, errorText));
    await page.close();
  });

  it('has an address for each line, which others can open', async () => {
    const page = await dashboard.open(address(long));
    await shows(page, errorText);
    const line = lineOf(long, errorText) - 3;
    await page.locator('.log-gutter a', { hasText: String(line) }).click();
    await page.waitForURL(`**line=${line}`);
    await page.locator('.log-bands [data-mark=chosen]').waitFor();
    const other = await dashboard.open(`${address(long)}&line=20000`);
    await expect.poll(() => numbers(other)).toContain(20_000);
    expect(await other.locator('.log-gutter a[data-mark=chosen]').textContent()).toBe('20000');
    await page.close();
    await other.close();
  });

  it('follows a log that grows, stays where somebody reads, and goes on when asked', async () => {
    const page = await dashboard.open(address(live));
    await page.locator('.log-line[data-state=live]').waitFor();
    appendFileSync(live.path, Array.from({ length: 200 }, (_, at) => `grown ${at}\n`).join(''));
    await shows(page, 'grown 199');
    appendFileSync(live.path, '\u001b[33mhalf a li');
    await shows(page, 'half a li');
    appendFileSync(live.path, 'ne\u001b[0m\n');
    await shows(page, 'half a line');
    await page.locator('.log-frame textarea').focus();
    await page.keyboard.press('PageUp');
    await page.locator('button[aria-pressed=false]', { hasText: 'Follow' }).waitFor();
    const before = await numbers(page);
    appendFileSync(live.path, 'not taken along\n'.repeat(100));
    const most = page.locator('input[type=range]');
    await expect
      .poll(async () => Number(await most.getAttribute('max')))
      .toBeGreaterThan(Math.max(...before) + 90);
    expect(await numbers(page)).toEqual(before);
    await page.keyboard.press('f');
    await shows(page, 'not taken along');
    await page.locator('button[aria-pressed=true]', { hasText: 'Follow' }).waitFor();
    await shot(page, 'log-live');
    await page.close();
  });

  it('says when the connection is lost, and has every line when it is back', async () => {
    const page = await dashboard.open(address(live));
    await page.locator('.log-line[data-state=live]').waitFor();
    await dashboard.hangUp();
    await page.locator('.log-line[data-state=lost]').waitFor();
    appendFileSync(live.path, 'written while nobody listened\n');
    await dashboard.listen();
    await shows(page, 'written while nobody listened');
    await page.locator('.log-line[data-state=live]').waitFor();
    expect(await page.locator('.xterm-rows > div', { hasText: 'nobody listened' }).count()).toBe(1);
    await page.close();
  });

  it('is text for those who do not see it, a portion at a time', async () => {
    const page = await dashboard.open(address(long));
    await shows(page, errorText);
    await page.keyboard.press('t');
    const line = lineOf(long, errorText);
    const item = page.locator(`.text-log li[data-line="${line}"]`);
    await item.waitFor();
    expect((await item.textContent())?.trim()).toBe(errorText);
    await shot(page, 'log-text');
    await expectAccessible(page);
    await page.getByRole('button', { name: 'Later lines' }).click();
    await page.locator(`.text-log li[data-line="${line + 600}"]`).waitFor();
    await page.close();
  });

  it('lists attempts with how they ended, and failures that are the same', async () => {
    const page = await dashboard.open(address(long));
    const attempts = page.locator('[role=group][aria-label="attempts at this job"]');
    await attempts.locator(`tr[data-row="${long.attempt}"][data-state=here]`).waitFor();
    expect(await attempts.textContent()).toContain('compiler error');
    await page.locator('.failure a', { hasText: 'Same failure elsewhere' }).click();
    await page.locator('h1', { hasText: 'Logs and failures' }).waitFor();
    await page
      .locator('[role=group][aria-label="attempts that failed alike"] tr[data-row]')
      .first()
      .waitFor();
    await page.close();
  });

  it('shows what fails most, and searches in all logs', async () => {
    const page = await dashboard.open('/logs?days=all');
    const groups = page.locator('[role=group][aria-label="failures that are the same"]');
    await groups.locator('tr[data-row]').first().waitFor();
    await page.locator('input[name=q]').fill('surface_commit');
    await page.locator('button.main', { hasText: 'Search' }).click();
    await page
      .locator('.found-logs > li', { hasText: long.job.split('/')[2] ?? '' })
      .first()
      .waitFor();
    await shot(page, 'logs');
    await expectAccessible(page);
    await page.locator('.found-logs a', { hasText: 'attempt' }).first().click();
    await page.locator('.log-gutter a[data-mark=here]').waitFor();
    await page.close();
  });

  it('fits a phone', async () => {
    const page = await dashboard.open(address(long), {
      viewport: { width: 360, height: 740 },
      hasTouch: true,
    });
    await shows(page, 'error: too few');
    await shot(page, 'log-phone');
    const width = await page.evaluate('document.documentElement.scrollWidth');
    expect(Number(width)).toBeLessThanOrEqual(360);
    await page.close();
  });
});
