import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type CleanUp, removeObsolete } from '../../src/app/index.ts';
import { type FarmDatabase, openFarmDatabase } from '../../src/database/index.ts';
import { openTestFarm, type TestFarm } from '../publisher/farm.ts';

const day = 24 * 60 * 60 * 1000;

describe('the clean-up of a target', () => {
  let farm: TestFarm;
  let database: FarmDatabase;
  beforeEach(async () => {
    farm = await openTestFarm();
    database = openFarmDatabase(join(farm.root, 'record.sqlite'), { clock: farm.clock });
  });
  afterEach(async () => {
    database.close();
    await farm.close();
  });

  interface Made {
    readonly name: string;
    readonly base?: string;
    readonly date?: number;
    readonly version?: string;
  }
  const publish = async (packages: readonly Made[], repo = 'extra'): Promise<void> => {
    const add = await Promise.all(
      packages.map(({ name, base = name, date = 1_700_000_000, version = '1-1' }) =>
        farm.make({ name, version, contentBytes: 10, lines: [`pkgbase = ${base}`, `builddate = ${date}`] }),
      ),
    );
    await farm.repositories.publish({ repo, arch: 'x86_64', add, reason: 'test' });
  };
  const cleanUp = (keep: readonly string[], more: Partial<CleanUp> = {}) =>
    removeObsolete(
      { repositories: farm.repositories, database },
      { target: 'extra', arch: 'x86_64', keep, force: false, ...more },
    );
  const visible = (): string[] => farm.repositories.show('extra', 'x86_64').map(({ name }) => name);
  const expectWhole = async (): Promise<void> => {
    const { problems } = await farm.repositories.verify('extra', 'x86_64', { mode: 'full' });
    expect(problems).toEqual([]);
  };

  it('takes out every package of a pkgbase that is not in the list (W05)', async () => {
    await publish([{ name: 'foo' }, { name: 'bar' }, { name: 'bar-doc', base: 'bar' }]);
    expect(await cleanUp(['foo', 'never-heard-of'])).toEqual({
      ...{ generation: 2, removed: ['bar', 'bar-doc'], spared: [], unknown: ['never-heard-of'] },
    });
    expect(visible()).toEqual(['foo']);
    // Kept for a week, unlike what the specified system does.
    expect(farm.repositories.archived('extra')).toEqual([
      ...['bar-1-1-any.pkg.tar.zst', 'bar-1-1-any.pkg.tar.zst.sig'],
      ...['bar-doc-1-1-any.pkg.tar.zst', 'bar-doc-1-1-any.pkg.tar.zst.sig'],
    ]);
    expect(existsSync(join(farm.publicRoot, 'extra/x86_64/bar-1-1-any.pkg.tar.zst.sig'))).toBe(false);
    expect(readFileSync(join(farm.publicRoot, 'extra/pkgs.txt'), 'utf8')).toBe('foo-1-1\n');
    await expectWhole();
  });

  it('takes out members that the newest build did not make (W06)', async () => {
    await publish([
      { name: 'foo' },
      { name: 'foo-doc', base: 'foo' },
      { name: 'lib' },
      { name: 'lib-doc', base: 'lib' },
    ]);
    await publish([{ name: 'foo', version: '2-1', date: 1_700_000_100 }]);
    expect((await cleanUp(['foo', 'lib'])).removed).toEqual(['foo-doc']);
    expect(visible()).toEqual(['foo', 'lib', 'lib-doc']);
    await expectWhole();
  });

  it('succeeds without a new generation when there is nothing to remove', async () => {
    await publish([{ name: 'foo' }]);
    expect(await cleanUp(['foo'])).toEqual({ generation: 1, removed: [], spared: [], unknown: [] });
    expect(farm.repositories.generations('extra', 'x86_64')).toHaveLength(1);
  });

  it('refuses an empty list, also with force, and a target that is not there (F11)', async () => {
    await publish([{ name: 'foo' }]);
    for (const force of [false, true]) {
      await expect(cleanUp([], { force })).rejects.toMatchObject({ problem: { code: 'PUB031' } });
    }
    await expect(cleanUp(['foo'], { target: 'other' })).rejects.toMatchObject({
      problem: { code: 'PUB004' },
    });
    expect(visible()).toEqual(['foo']);
  });

  it('refuses to remove 40 percent unless it is forced (W07)', async () => {
    const all = Array.from({ length: 50 }, (_, index) => ({ name: `p${index}` }));
    await publish(all);
    const keep = all.slice(20).map(({ name }) => name);
    const error = await cleanUp(keep).catch((caught: unknown) => caught);
    expect(error).toMatchObject({ problem: { code: 'PUB030' } });
    expect((error as Error).message).toContain('20 of 50 pkgbases (40 %)');
    expect(visible()).toHaveLength(50);
    await expect(cleanUp(keep, { limits: { share: 0.4, atLeast: 1 } })).resolves.toMatchObject({
      generation: 2,
    });
    await publish([{ name: 'again' }]);
    const few = keep.slice(20);
    await expect(cleanUp(few)).rejects.toMatchObject({ problem: { code: 'PUB030' } });
    expect((await cleanUp(few, { force: true })).removed).toHaveLength(21);
    expect(visible()).toHaveLength(10);
    await expectWhole();
  });

  it('refuses a list that would leave nothing, and one that knows nothing, unless it is forced', async () => {
    await publish([{ name: 'foo' }, { name: 'bar' }]);
    const recipesAmong = async () => new Set(['not-built-yet']);
    await expect(cleanUp(['not-built-yet'], { recipesAmong })).rejects.toMatchObject({
      problem: { code: 'PUB032', what: expect.stringContaining('all of its 2 pkgbases') },
    });
    await expect(cleanUp(['nosuch'], { recipesAmong })).rejects.toMatchObject({
      problem: { code: 'PUB033', what: expect.stringContaining("'nosuch'") },
    });
    expect(visible()).toEqual(['bar', 'foo']);
    expect(await cleanUp(['foo', 'not-built-yet', 'nosuch'], { recipesAmong })).toMatchObject({
      removed: ['bar'],
      unknown: ['nosuch'],
    });
    expect(await cleanUp(['nosuch'], { force: true })).toMatchObject({ removed: ['foo'] });
  });

  it('tells what would go and changes nothing', async () => {
    await publish([{ name: 'foo' }, { name: 'bar' }]);
    expect(await cleanUp(['foo'], { dryRun: true })).toEqual({
      generation: 1,
      removed: ['bar'],
      spared: [],
      unknown: [],
    });
    expect(visible()).toEqual(['bar', 'foo']);
    await expect(cleanUp(['nosuch'], { dryRun: true })).rejects.toMatchObject({
      problem: { code: 'PUB033' },
    });
    expect(farm.repositories.generations('extra', 'x86_64')).toHaveLength(1);
  });

  it('lets fewer than ten go in a small repository', async () => {
    await publish(Array.from({ length: 12 }, (_, index) => ({ name: `p${index}` })));
    expect((await cleanUp(['p0', 'p1', 'p2'])).removed).toHaveLength(9);
  });

  it('spares what was deployed after the list was made (defect 17)', async () => {
    await publish([{ name: 'foo' }, { name: 'old' }, { name: 'both' }]);
    await farm.clock.advance(day);
    const asOfMs = farm.clock.nowMs();
    await farm.clock.advance(1000);
    await publish([{ name: 'late' }, { name: 'both', version: '2-1' }]);
    // `old` is untouched by the later generation; the others are newer than the list.
    expect(await cleanUp(['foo'], { asOfMs })).toEqual({
      generation: 3,
      removed: ['old'],
      spared: ['both', 'late'],
      unknown: [],
    });
    expect(visible()).toEqual(['both', 'foo', 'late']);
    expect(await cleanUp(['foo'], { asOfMs: farm.clock.nowMs() })).toMatchObject({
      removed: ['both', 'late'],
    });
  });

  it('sees what is published at the same moment, before or after it', async () => {
    await publish([{ name: 'foo' }, { name: 'old' }]);
    const [report] = await Promise.all([
      cleanUp(['foo']),
      publish([{ name: 'new' }]),
      publish([{ name: 'foo', version: '2-1' }]),
    ]);
    expect(report.removed).toEqual(['old']);
    expect(visible()).toEqual(['foo', 'new']);
    await expectWhole();
  });

  it('leaves other targets alone', async () => {
    await publish([{ name: 'foo' }, { name: 'bar' }]);
    await publish([{ name: 'bar' }], 'core');
    await cleanUp(['foo']);
    expect(farm.repositories.show('core', 'x86_64').map(({ name }) => name)).toEqual(['bar']);
  });
});
