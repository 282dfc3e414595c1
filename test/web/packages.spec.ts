import { zstdCompressSync } from 'node:zlib';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { openFarm } from '../../src/app/index.ts';
import { stateProvenance } from '../../src/app/provenance/state-provenance.ts';
import type { StoredArtifact } from '../../src/database/index.ts';
import { encodeTarEntry, tarEnd } from '../../src/formats/archives/index.ts';
import type { BuildRecord } from '../../src/model/index.ts';
import { parseJobId } from '../../src/primitives/index.ts';
import type { SeededFarm } from '../seeded-farm.ts';
import { type DashboardFixture, expectAccessible, openDashboard } from './dashboard.ts';

type OpenFarm = Awaited<ReturnType<typeof openFarm>>;

/** A package file with what tests look for. */
const packageOf = (files: Readonly<Record<string, string>>): Uint8Array =>
  zstdCompressSync(
    Buffer.concat([
      ...Object.entries(files).map(([path, text]) =>
        encodeTarEntry({ path, mode: 0o644 }, Buffer.from(text)),
      ),
      tarEnd,
    ]),
  );

async function giveBytes(
  farm: OpenFarm,
  { id, artifact }: StoredArtifact,
  bytes: Uint8Array,
  record?: string,
) {
  const { digest, sizeBytes } = await farm.store.putBytes(bytes);
  const changed = { ...artifact, object: digest, sizeBytes, ...(record === undefined ? {} : { record }) };
  farm.database.connection
    .prepare('UPDATE artifacts SET object = ?, artifact = ? WHERE id = ?')
    .run(digest, JSON.stringify(changed), id);
  return digest;
}

const recordFor = (name: string, target: string, arch: string): BuildRecord => ({
  version: 1,
  kind: 'pkgbuild',
  recipe: { name, version: '1-1', inputDigest: 'a'.repeat(64) },
  materials: [
    {
      role: 'source',
      name: 'source-of-it.tar.gz',
      uri: 'https://example.org/source-of-it.tar.gz',
      digest: { sha256: 'b'.repeat(64) },
    },
    { role: 'root', name: 'root of the builder', digest: { sha256: 'c'.repeat(64) } },
  ],
  circumstances: {
    ...{ target, arch, reasons: [], published: [], repositoryNeeds: [], processors: 2 },
    ...{ epochSeconds: 1_700_000_000, network: 'fetch-only' },
  },
  settings: {},
  machine: { name: 'one builder', arch, versions: { packmill: '0.1.0', node: '24' } },
});

/** One package of the farm gets bytes, a statement and a verdict; returns its name and the hashes of two versions. */
async function prepare(seeded: SeededFarm): Promise<{ name: string; now: string; before: string }> {
  const farm = await openFarm(seeded.folder, 'write');
  try {
    const own = farm.database.artifacts.newest('packages', 'x86_64');
    const found = own.flatMap((now) => {
      const older = farm.database.artifacts
        .ofName(now.artifact.name)
        .filter(({ job, id }) => job === now.job && id < now.id);
      return older[0] && parseJobId(now.job)?.name === now.artifact.name ? [{ now, before: older[0] }] : [];
    })[0];
    if (!found) throw new Error('no package of the seeded farm was made twice');
    const name = found.now.artifact.name;
    const record = await farm.store.putBytes(
      Buffer.from(JSON.stringify(recordFor(name, 'packages', 'x86_64'))),
    );
    const facts = await farm.store.putBytes(
      Buffer.from(
        JSON.stringify({
          pkginfo: `pkgname = ${name}\npkgver = 1-1\narch = x86_64\nlicense = MIT\n`,
          fileName: 'x',
        }),
      ),
    );
    const before = await giveBytes(
      farm,
      found.before,
      packageOf({ 'usr/bin/tool': 'old', 'usr/share/gone': 'x', 'usr/share/same': 's' }),
    );
    const now = await giveBytes(
      farm,
      { ...found.now, artifact: { ...found.now.artifact, facts: facts.digest } },
      packageOf({ 'usr/bin/tool': 'newer', 'usr/share/come': 'x', 'usr/share/same': 's' }),
      record.digest,
    );
    const [stored] = farm.database.artifacts
      .ofAttempt(found.now.attempt)
      .filter(({ id }) => id === found.now.id);
    if (stored) await stateProvenance(farm, [stored], () => undefined);
    farm.database.provenance.judge({
      ...{ object: now, attempt: found.now.attempt, atMs: seeded.nowMs, verdict: 'differs' },
      details: JSON.stringify({
        missing: [],
        differences: [{ path: 'usr/share/throw', kind: 'changed', lines: ['- 4', '+ 6', 'first in line 1'] }],
        surroundings: ['node 24.1, then 24.0'],
      }),
    });
    return { name, now, before };
  } finally {
    await farm.close();
  }
}

describe('the pages of packages', () => {
  let dashboard: DashboardFixture;
  let known: Awaited<ReturnType<typeof prepare>>;
  beforeAll(async () => {
    dashboard = await openDashboard({
      prepare: async (seeded) => {
        known = await prepare(seeded);
      },
    });
  });
  afterAll(() => dashboard?.close());
  afterEach(() => expect(dashboard.problems.splice(0)).toEqual([]));

  it('list every package, find one by a part of its name, and keep what was asked for in the address', async () => {
    const page = await dashboard.open('/packages');
    const rows = page.locator('[aria-label="packages"] tr[data-row]');
    const all = dashboard.farm.database.packages.all();
    expect(await page.locator('.table-count').first().textContent()).toBe(`${all.length} rows`);
    await page.getByRole('searchbox', { name: 'Name' }).fill(known.name);
    await page.locator(`tr[data-row="packages/x86_64/${known.name}"]`).waitFor();
    for (const row of await rows.allTextContents()) expect(row).toContain(known.name);
    expect(new URL(page.url()).searchParams.get('q')).toBe(known.name);
    await page.reload();
    await page.locator(`tr[data-row="packages/x86_64/${known.name}"]`).waitFor();
    expect(await rows.count()).toBeLessThan(all.length);
    await expectAccessible(page);
    await page.close();
  });

  it('tell by states what is the matter, and lead to the page of a package', async () => {
    const page = await dashboard.open('/packages?state=failed');
    const failed = dashboard.farm.database.packages.all().filter(({ state }) => state === 'failed');
    expect(failed.length).toBeGreaterThan(0);
    expect(await page.locator('[aria-label="packages"] tr[data-row]').count()).toBe(failed.length);
    const name = parseJobId(failed[0]?.job ?? '')?.name ?? '';
    await page.locator(`tr[data-row="${failed[0]?.job}"] a`).first().click();
    await page.getByRole('heading', { level: 1, name, exact: true }).waitFor();
    await page.getByRole('heading', { level: 2, name: 'History' }).waitFor();
    await page.close();
  });

  it('show one package: attempts with logs, charts, who needs it, and how it was made', async () => {
    const page = await dashboard.open(`/packages/${known.name}?target=packages&arch=x86_64`);
    const attempts = dashboard.farm.database.attempts.ofJob(`packages/x86_64/${known.name}` as never, 300);
    await page.locator('[role=group][aria-label="attempts"]').waitFor();
    expect(await page.locator('[role=group][aria-label="attempts"] tr[data-row]').count()).toBe(
      attempts.length,
    );
    const log = page.getByRole('link', { name: `log of attempt ${attempts[0]?.id}` });
    expect(await log.getAttribute('href')).toBe(
      `/logs/packages/x86_64/${known.name}?attempt=${attempts[0]?.id}`,
    );
    expect(await page.locator('.chart canvas').count()).toBe(2);
    const verdict = page.locator('.verdict');
    expect(await verdict.textContent()).toContain('differs');
    expect(await verdict.locator('pre').textContent()).toBe('- 4\n+ 6\nfirst in line 1');
    await page
      .locator('[aria-label="what it was made of"]')
      .getByRole('link', { name: 'source-of-it.tar.gz' })
      .waitFor();
    const [statement] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('link', { name: 'statement', exact: true }).click(),
    ]);
    expect(statement.suggestedFilename()).toMatch(/\.provenance\.json$/);
    await expectAccessible(page);
    await page.close();
  });

  it('compare the files of two versions', async () => {
    const page = await dashboard.open(`/packages/${known.name}?target=packages&arch=x86_64`);
    const files = page.locator('[aria-label="files"]');
    await files.locator('tr[data-row="usr/share/come"]').waitFor();
    await page.getByRole('combobox', { name: 'changes since' }).selectOption(known.before);
    await files.locator('tr[data-row="usr/share/gone"]').waitFor();
    expect(
      await files
        .locator('tr[data-row]')
        .evaluateAll((rows) => rows.map((row) => row.getAttribute('data-row'))),
    ).toEqual(['usr/bin/tool', 'usr/share/come', 'usr/share/gone']);
    expect(await page.getByText('3 paths changed, 1 path the same').count()).toBe(1);
    expect(new URL(page.url()).searchParams.get('before')).toBe(known.before);
    await page.close();
  });

  it('tell which packages came out the same when they were built again', async () => {
    const page = await dashboard.open('/provenance');
    const row = page.locator('[role=group][aria-label="verdicts"] tr[data-row]', { hasText: known.name });
    expect(await row.textContent()).toContain('usr/share/throw');
    await page.getByRole('link', { name: '1', exact: true }).click();
    await page.locator(`[aria-label="packages"] tr[data-row="packages/x86_64/${known.name}"]`).waitFor();
    expect(new URL(page.url()).search).toBe('?verdict=differs');
    await page.goBack();
    await page.locator('.numbers').waitFor();
    await expectAccessible(page);
    await page.close();
  });

  it('say what is the matter with files that are gone and with names that nobody has built', async () => {
    const response = await fetch(
      `${dashboard.url}/api/packages/${known.name}/files?object=${'0'.repeat(64)}`,
    );
    expect(response.status).toBe(404);
    const page = await dashboard.open('/packages/nobodys-package');
    await page.locator('.problem', { hasText: 'PRV002' }).waitFor();
    dashboard.problems.splice(0);
    await page.close();
  });

  it('fit a phone', async () => {
    const page = await dashboard.open(`/packages/${known.name}?target=packages&arch=x86_64`, {
      viewport: { width: 360, height: 760 },
    });
    await page.locator('[role=group][aria-label="attempts"]').waitFor();
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBeLessThanOrEqual(360);
    await page.close();
  });
});
