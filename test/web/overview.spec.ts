import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { type DashboardFixture, expectAccessible, openDashboard } from './dashboard.ts';

describe('the overview', () => {
  let dashboard: DashboardFixture;
  beforeAll(async () => {
    dashboard = await openDashboard();
  });
  afterAll(() => dashboard?.close());
  afterEach(() => expect(dashboard.problems.splice(0)).toEqual([]));

  it('shows what is running, with the builder, and what has failed since yesterday', async () => {
    const page = await dashboard.open('/');
    const running = dashboard.farm.database.recent.atWork();
    expect(running.length).toBeGreaterThan(2);
    for (const { job, builder } of running) {
      const row = page.locator(`[role=group][aria-label="running jobs"] tr[data-row="${job}"]`);
      expect(await row.textContent()).toContain(builder);
    }
    const failed = dashboard.farm.database.recent.failures(Date.now() - 86_400_000, 100);
    expect(await page.locator('[role=group][aria-label="failed since yesterday"] tr[data-row]').count()).toBe(
      failed.length,
    );
    await expectAccessible(page);
    await page.close();
  });
});
