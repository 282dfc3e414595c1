import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { openFarm } from '../../src/app/index.ts';
import { seedAbi, seedRebuild } from '../seeded-farm/abi.ts';
import type { SeededPackage } from '../seeded-farm/world.ts';
import { type DashboardFixture, expectAccessible, openDashboard } from './dashboard.ts';

describe('repositories and rebuilds', () => {
  let dashboard: DashboardFixture;
  let hub: SeededPackage;
  beforeAll(async () => {
    dashboard = await openDashboard({
      prepare: async ({ folder, world, nowMs }) => {
        const hubs = world.filter(
          ({ soname, target, arch }) => soname && target === 'packages' && arch === 'x86_64',
        );
        hub = hubs.sort((a, b) => b.neededBy.length - a.neededBy.length)[0] as SeededPackage;
        const farm = await openFarm(folder, 'write');
        seedAbi(farm, world);
        seedRebuild(farm, hub, nowMs - 3_600_000);
        await farm.close();
      },
    });
  });
  afterAll(() => dashboard?.close());
  afterEach(() => expect(dashboard.problems.splice(0)).toEqual([]));

  it('are listed with their generation, and lead to what changed between any two generations', async () => {
    const page = await dashboard.open('/repositories');
    const rows = page.locator('[role=group][aria-label="published repositories"] tr[data-row]');
    expect(await rows.count()).toBe(dashboard.farm.repositories.list().length);
    await expectAccessible(page);
    await page.locator('tr[data-row="packages/x86_64"] a').click();
    await page.getByRole('heading', { level: 1, name: 'Repository packages' }).waitFor();
    const kept = dashboard.farm.repositories.generations('packages', 'x86_64');
    const generations = page.locator('[role=group][aria-label="kept generations"] tr[data-row]');
    await generations.first().waitFor();
    expect(await generations.count()).toBe(kept.length);
    const [first, last] = [kept[0]?.number, kept.at(-1)?.number];
    await page.getByRole('combobox', { name: 'From' }).selectOption(String(first));
    await page.getByRole('heading', { name: `What changed from ${first} to ${last}` }).waitFor();
    const answer = await fetch(
      `${dashboard.url}/api/repositories/packages/x86_64/changes?from=${first}&to=${last}`,
    );
    const { changes } = (await answer.json()) as { readonly changes: readonly unknown[] };
    expect(changes.length).toBeGreaterThan(0);
    const changed = page.locator('[role=group][aria-label="changed packages"] tr[data-row]');
    await expect.poll(() => changed.count()).toBe(changes.length);
    expect(new URL(page.url()).searchParams.get('from')).toBe(String(first));
    await expectAccessible(page);
    await page.close();
  });

  it('go back only with a token of an operator, after a question', async () => {
    const page = await dashboard.open('/repositories/packages?arch=x86_64');
    const before = dashboard.farm.repositories.visible('packages', 'x86_64');
    await page
      .getByRole('button', { name: /Go back to generation/ })
      .first()
      .click();
    await page.getByRole('button', { name: 'Go back', exact: true }).last().click();
    await page.getByRole('textbox', { name: 'Token' }).fill('wrong');
    await page.getByRole('button', { name: 'Go on' }).click();
    expect(await page.getByRole('alert').textContent()).toContain('HTP002');
    expect(dashboard.farm.repositories.visible('packages', 'x86_64')).toBe(before);
    await page.close();
    expect(dashboard.problems.splice(0).every((line) => line.includes('401'))).toBe(true);
  });

  it('tell which packages are rebuilt if a library is updated, in order', async () => {
    const page = await dashboard.open('/rebuilds');
    await page.getByRole('searchbox', { name: 'Package' }).fill(hub.name);
    const rows = page.locator('section[aria-labelledby=preview] tr[data-row]');
    const users = hub.neededBy.filter(({ target, arch }) => target === hub.target && arch === hub.arch);
    const published = new Set(dashboard.farm.repositories.versions('packages', 'x86_64').keys());
    const wanted = users.map(({ name }) => name).filter((name) => published.has(name));
    await expect.poll(() => rows.count()).toBe(wanted.length);
    const shown = await rows.evaluateAll((all) => all.map((row) => row.getAttribute('data-row')));
    expect(shown.toSorted()).toEqual(wanted.toSorted());
    expect(new URL(page.url()).searchParams.get('package')).toBe(hub.name);
    await page.getByRole('searchbox', { name: 'Package' }).fill('no-such-package');
    await page.getByText("has no package 'no-such-package'").waitFor();
    await page.close();
    expect(dashboard.problems.splice(0).every((line) => line.includes('404'))).toBe(true);
  });

  it('show what is held back, why, and what can be decided', async () => {
    const page = await dashboard.open('/rebuilds', { viewport: { width: 360, height: 800 } });
    const held = page.getByRole('article', { name: hub.name });
    expect(await held.textContent()).toContain('waits for a decision');
    expect(await held.textContent()).toContain(`${hub.name.replaceAll('-', '_')}_open`);
    for (const name of [/^Build them anew/, /^Publish/, /^Throw/])
      expect(await held.getByRole('button', { name }).count()).toBe(1);
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(360);
    await expectAccessible(page);
    await page.close();
  });
});
