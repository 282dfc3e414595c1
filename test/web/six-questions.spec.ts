import type { Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { Overview } from '../../src/api/index.ts';
import { openFarm } from '../../src/app/index.ts';
import type { JobId } from '../../src/primitives/index.ts';
import { stubPackage } from '../publisher/stub-packages.ts';
import { seedAbi } from '../seeded-farm/abi.ts';
import type { SeededPackage } from '../seeded-farm/world.ts';
import {
  type DashboardFixture,
  expectAccessible,
  openDashboard,
  operatorToken,
  picture,
  signInAs,
} from './dashboard.ts';

const hourMs = 3_600_000;
const dayMs = 24 * hourMs;

/** A time zone in which it is about ten in the morning, so that days begin at the same place of the seeded history. */
function morningZone(): { readonly timezoneId: string; readonly awayMs: number } {
  const hours = 10 - new Date().getUTCHours();
  const away = hours < -12 ? hours + 24 : hours;
  // names of these zones have the sign the other way round
  return { timezoneId: `Etc/GMT${away > 0 ? '-' : '+'}${Math.abs(away)}`, awayMs: away * hourMs };
}

interface Generation {
  readonly number: number;
  readonly createdMs: number;
}

/** Each begins on the first page, as somebody does who knows nothing but the question. */
describe('somebody who asks', () => {
  let dashboard: DashboardFixture;
  let hub: SeededPackage;
  beforeAll(async () => {
    dashboard = await openDashboard({
      isManaged: true,
      prepare: async ({ folder, world }) => {
        const hubs = world.filter(
          ({ soname, target, arch }) => soname && target === 'packages' && arch === 'x86_64',
        );
        hub = hubs.sort((a, b) => b.neededBy.length - a.neededBy.length)[0] as SeededPackage;
        const farm = await openFarm(folder, 'write');
        seedAbi(farm, world);
        // generations with all their files, which can be gone back to
        for (const version of ['1.0-1', '1.1-1']) {
          const { bytes, toPublish } = stubPackage({ name: 'nib', version, contentBytes: 10 });
          await farm.store.putBytes(bytes);
          const at = { repo: 'spare', arch: 'x86_64', reason: version };
          await farm.repositories.publish({ ...at, add: [toPublish] });
        }
        await farm.close();
      },
    });
  });
  afterAll(() => dashboard?.close());
  afterEach(() => expect(dashboard.problems.splice(0)).toEqual([]));

  /** Types a name where all pages have a field for it. */
  async function goTo(page: Page, name: string): Promise<void> {
    await page.getByRole('combobox', { name: 'Go to' }).fill(name);
    await page.locator(`#all-packages option[value="${name}"]`).waitFor({ state: 'attached' });
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { level: 1, name, exact: true }).waitFor();
  }

  const read = async <Answer>(path: string): Promise<Answer> =>
    (await (await fetch(dashboard.url + path)).json()) as Answer;

  it('what is being built, and until when, reads it on the first page', async () => {
    const zone = morningZone();
    const page = await dashboard.open('/', zone);
    const now = Date.now();
    const jobs = dashboard.farm.database.recent.atWork();
    const due = jobs.filter(
      ({ startedMs, expectedMs }) => expectedMs && startedMs + expectedMs > now + 60_000,
    );
    expect(due.length).toBeGreaterThan(2);
    for (const { job, builder, startedMs, expectedMs } of due) {
      const row = await page.locator(`[aria-label="running jobs"] tr[data-row="${job}"]`).textContent();
      const end = new Date(startedMs + (expectedMs ?? 0) + zone.awayMs).toISOString().slice(11, 16);
      expect(row).toContain(`, ${end}`);
      expect(row).toContain(builder);
    }
    for (const name of ['running jobs', 'failed since yesterday']) {
      const table = page.locator(`[role=group][aria-label="${name}"]`);
      expect(await table.evaluate((box) => box.scrollWidth - box.clientWidth), name).toBe(0);
    }
    await page.close();
  });

  it('why a package is not in the repository goes to it by its name, and reads the reason', async () => {
    const [blocked] = dashboard.farm.database.connection
      .prepare(
        `SELECT id, blocked_on AS root FROM jobs b WHERE state = 'blocked' AND id LIKE 'testing/%'
           AND NOT EXISTS (SELECT 1 FROM jobs n WHERE n.id = b.id AND n.key > b.key) ORDER BY key DESC LIMIT 1`,
      )
      .all() as unknown as readonly { readonly id: string; readonly root: string }[];
    const [name, root] = [blocked?.id, blocked?.root].map((id) => String(id?.split('/')[2]));
    const page = await dashboard.open('/');
    await goTo(page, String(name));
    // the farm's own target has a package of this name too
    await page.getByRole('link', { name: 'testing/x86_64', exact: true }).click();
    await page.waitForURL('**/packages/*?target=testing&arch=x86_64');
    const why = page.locator('section[aria-labelledby=why]');
    await why.getByText(`it needs '${root}'`).waitFor();
    await why.getByRole('link', { name: 'where in the log' }).click();
    await page.waitForURL(`**/logs/*/*/${root}`);
    await page.close();
  });

  it('why by the name of a package is answered for the recipe that makes it', async () => {
    const { attempts, artifacts } = dashboard.farm.database;
    const [success] = attempts
      .ofJob(`packages/x86_64/${hub.name}` as JobId, 50)
      .flatMap(({ id, outcome }) =>
        outcome?.kind === 'succeeded' ? [{ id, artifacts: outcome.artifacts }] : [],
      );
    const [made] = success?.artifacts ?? [];
    if (!success || !made) throw new Error('the hub was built before');
    const job = `packages/x86_64/${hub.name}` as JobId;
    artifacts.add({ attempt: success.id, job, artifact: { ...made, name: 'hub-manual' } });
    expect(await read('/api/why?of=hub-manual')).toMatchObject({ id: job });
    expect(await read('/api/why?of=hub-manuals')).toMatchObject({ code: 'CLI002' });
  });

  it('what yesterday changed goes to the repository, and to the day', async () => {
    const zone = morningZone();
    const page = await dashboard.open('/', zone);
    await page.getByRole('link', { name: 'Repositories' }).click();
    await page.locator('tr[data-row="packages/x86_64"] th a').click();
    await page.getByRole('button', { name: 'yesterday' }).click();
    const midnight = Math.floor((Date.now() + zone.awayMs) / dayMs) * dayMs - zone.awayMs;
    const kept = await read<Generation[]>('/api/repositories/packages/x86_64/generations');
    const visibleAt = (atMs: number) => kept.find(({ createdMs }) => createdMs < atMs)?.number;
    const [from, to] = [visibleAt(midnight - dayMs) ?? kept.at(-1)?.number, visibleAt(midnight)];
    expect(to).toBeGreaterThan(Number(from));
    await page.getByRole('heading', { name: `What changed from ${from} to ${to}` }).waitFor();
    const { changes } = await read<{ changes: readonly { readonly name: string }[] }>(
      `/api/repositories/packages/x86_64/changes?from=${from}&to=${to}`,
    );
    const rows = page.locator('[role=group][aria-label="changed packages"] tr[data-row]');
    await expect.poll(() => rows.count()).toBe(changes.length);
    expect(changes.length).toBeGreaterThan(0);
    await expectAccessible(page);
    await picture(page, 'repository', { width: 1200, height: 640 });
    await page.close();
  });

  it('which packages are built anew if a library is updated goes to it, and on to the list', async () => {
    const page = await dashboard.open('/');
    await goTo(page, hub.name);
    await picture(page, 'package', { width: 1200, height: 1000 });
    await page.getByRole('link', { name: 'what is rebuilt if it is updated' }).click();
    const users = hub.neededBy.filter(({ target, arch }) => target === hub.target && arch === hub.arch);
    const published = dashboard.farm.repositories.versions('packages', 'x86_64');
    const wanted = users.map(({ name }) => name).filter((name) => published.has(name));
    const rows = page.locator('section[aria-labelledby=preview] tr[data-row]');
    await expect.poll(() => rows.count()).toBe(wanted.length);
    expect(wanted.length).toBeGreaterThan(2);
    await page.close();
  });

  it('where something failed, and whether it did before, is led to the line by one click', async () => {
    await read('/api/failures');
    const page = await dashboard.open('/');
    type Failed = Overview['failed'][number];
    const toldOf = async (): Promise<Failed | undefined> =>
      (await read<Overview>('/api/overview')).failed.find(({ said }) => said?.line);
    await expect.poll(toldOf).toBeDefined();
    const known = (await toldOf()) as Failed;
    const line = String(known.said?.line?.trim());
    const row = page.locator(`[aria-label="failed since yesterday"] tr[data-row="${known.attempt}"]`);
    await row.getByRole('link', { name: `${known.said?.title}: ${line}` }).click();
    await page.waitForURL(`**/logs/${known.id}`);
    await page.locator('.failure').getByText(line).waitFor();
    const { attempts } = await read<{ attempts: readonly unknown[] }>(
      `/api/logs/${encodeURIComponent(known.id)}/attempts?limit=50`,
    );
    const listed = page.locator('[role=group][aria-label="attempts at this job"] tr[data-row]');
    await expect.poll(() => listed.count()).toBe(attempts.length);
    await page.getByRole('heading', { name: 'Same failure as' }).waitFor();
    await page.close();
  });

  it('for the repository as it was goes back to a generation of that time', async () => {
    const page = await dashboard.open('/', morningZone());
    await page.getByRole('link', { name: 'Repositories' }).click();
    await page.locator('tr[data-row="spare/x86_64"] th a').click();
    expect(dashboard.farm.repositories.visible('spare', 'x86_64')).toBe(2);
    const row = page.locator('[role=group][aria-label="kept generations"] tr[data-row="1"]');
    expect(await row.textContent()).toMatch(/today \d\d:\d\d/);
    await row.getByRole('button', { name: 'Go back to generation 1' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Go back', exact: true }).click();
    await signInAs(page, operatorToken);
    await page.getByText('Generation 1 is visible again.').waitFor();
    expect(dashboard.farm.repositories.versions('spare', 'x86_64').get('nib')).toBe('1.0-1');
    await page.close();
  });

  it('for a part of a name gets all packages that have it, on a phone too', async () => {
    const page = await dashboard.open('/builders', { viewport: { width: 360, height: 740 } });
    const field = page.getByRole('combobox', { name: 'Go to' });
    await field.fill('a');
    await field.press('Enter');
    await page.waitForURL('**/packages?q=a');
    const rows = page.locator('[role=group][aria-label="packages"] tr[data-row]');
    await expect.poll(() => rows.count()).toBeGreaterThan(2);
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBeLessThanOrEqual(360);
    await expectAccessible(page);
    await page.close();
  });

  it('for a plan sees its graph', async () => {
    const largest = [...dashboard.seeded.plans].sort((a, b) => b.jobs.length - a.jobs.length)[0];
    const { plans } = await read<{
      plans: readonly { id: number; jobs: number; finishedMs: number | null }[];
    }>('/api/plans');
    const plan = plans.find(({ jobs, finishedMs }) => finishedMs === null && jobs === largest?.jobs.length);
    const page = await dashboard.open('/plans', { viewport: { width: 1200, height: 900 } });
    await page.getByRole('link', { name: String(plan?.id), exact: true }).click();
    await page.getByRole('heading', { name: 'Graph' }).waitFor();
    await expect.poll(() => page.locator('canvas').count()).toBe(1);
    await picture(page, 'plan', { width: 1200, height: 900 });
    await page.close();
  });
});
