import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { PlanGraph, WhyAnswer } from '../../src/api/index.ts';
import { type DashboardFixture, expectAccessible, openDashboard } from './dashboard.ts';

describe('plans, why and what if', () => {
  let dashboard: DashboardFixture;
  beforeAll(async () => {
    dashboard = await openDashboard();
  });
  afterAll(() => dashboard?.close());
  afterEach(() => expect(dashboard.problems.splice(0)).toEqual([]));

  const read = async <Data>(path: string): Promise<Data> =>
    (await fetch(dashboard.url + path)).json() as Promise<Data>;

  it('lists plans, newest first, with what became of their jobs', async () => {
    const page = await dashboard.open('/plans');
    const [newest] = dashboard.farm.database.plans.list(1);
    const row = page.locator('tbody tr[data-row]').first();
    expect(await row.getAttribute('data-row')).toBe(String(newest?.id));
    await page.getByRole('button', { name: 'Older' }).click();
    await page.waitForURL(/before=/);
    await expectAccessible(page);
    await page.close();
  });

  it('shows a plan as a graph that is walked with keys, and as a table', async () => {
    const open = dashboard.farm.database.plans.open();
    const id = open.toSorted((a, b) => b.unfinished - a.unfinished)[0]?.id;
    const graph = await read<PlanGraph>(`/api/plans/${id}`);
    const page = await dashboard.open(`/plans/${id}`);
    await page.getByRole('button', { name: 'Critical path' }).click();
    const first = graph.nodes.find(({ critical }) => critical)?.name ?? '';
    const chosen = page.getByRole('complementary', { name: 'the chosen job' });
    expect(await chosen.locator('.graph-name a').textContent()).toBe(first);
    await page.locator('.graph-box').focus();
    const from = graph.nodes.findIndex(({ critical }) => critical);
    const behind = graph.edges.filter(([one]) => one === from).map(([, to]) => graph.nodes[to]?.name);
    if (behind.length > 0) {
      await page.keyboard.press('ArrowRight');
      expect(behind).toContain(await chosen.locator('.graph-name a').textContent());
      await page.keyboard.press('ArrowLeft');
    }
    await page.keyboard.press('0');
    await page.keyboard.press('Escape');
    await chosen.getByText('Choose a job').waitFor();
    for (const { job } of graph.nodes.slice(0, 5))
      expect(
        await page.locator(`[role=group][aria-label="jobs of plan ${id}"] tr[data-row="${job}"]`).count(),
      ).toBe(1);
    await expectAccessible(page);
    await page.close();
  });

  it('answers why, and asks for a name that there is', async () => {
    const [open] = dashboard.farm.database.plans.open();
    const job = open && dashboard.farm.database.jobs.openOfPlan(open.id)[0];
    const page = await dashboard.open('/why');
    await page.getByRole('textbox').fill(job?.id ?? '');
    await page.getByRole('button', { name: 'Why?' }).click();
    const answer = await read<WhyAnswer>(`/api/why?of=${encodeURIComponent(job?.id ?? '')}`);
    await page.locator('.why .next').getByText(answer.next.text).waitFor();
    expect(await page.locator('.why').textContent()).toContain(answer.planned[0]?.text);
    await expectAccessible(page);
    await page.getByRole('textbox').fill('no-such-package');
    await page.getByRole('button', { name: 'Why?' }).click();
    await page.getByText('CLI002').waitFor();
    dashboard.problems.splice(0);
    await page.close();
  });

  it('shows a job with why and when, at the address that links lead to', async () => {
    const [open] = dashboard.farm.database.plans.open();
    const job = open && dashboard.farm.database.jobs.openOfPlan(open.id)[0];
    const page = await dashboard.open(`/jobs/${job?.id}`);
    await page.locator('.why .next').waitFor();
    expect(await page.locator('main').textContent()).toContain(`plan${job?.plan}`);
    await expectAccessible(page);
    await page.close();
  });

  it('simulates a plan with other builders, and says what is wrong with them', async () => {
    const [newest] = dashboard.farm.database.plans.list(1);
    const page = await dashboard.open(`/simulate?plan=${newest?.id}&builders=2x2`);
    const table = page.locator('[role=group][aria-label="orders of dispatch compared"]');
    await table.waitFor();
    expect(await table.locator('tbody tr').count()).toBe(4);
    await expectAccessible(page);
    await page.getByLabel('on builders').fill('four');
    await page.getByRole('button', { name: 'Simulate' }).click();
    await page.getByText('SIM001').waitFor();
    dashboard.problems.splice(0);
    await page.close();
  });
});
