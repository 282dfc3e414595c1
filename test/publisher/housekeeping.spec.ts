import { existsSync, readdirSync, readFileSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openTestFarm, type TestFarm } from './farm.ts';

const minute = 60 * 1000;

describe('files in a repository that nobody published', () => {
  let farm: TestFarm;
  beforeEach(async () => {
    farm = await openTestFarm();
    await publish('first');
  });
  afterEach(() => farm.close());

  const publish = async (name: string) =>
    farm.repositories.publish({
      ...{ repo: 'extra', arch: 'x86_64', reason: 'test' },
      add: [await farm.make({ name, contentBytes: 10 })],
    });
  const inRepo = (...path: string[]): string => join(farm.publicRoot, 'extra', ...path);
  const put = (path: string, ageMinutes: number): void => {
    writeFileSync(path, path);
    const seconds = (farm.clock.nowMs() - ageMinutes * minute) / 1000;
    utimesSync(path, seconds, seconds);
  };

  it('go to the archive after an hour when they are half a pair (W04)', async () => {
    for (const folder of [inRepo(), inRepo('x86_64')]) {
      const mark = folder.endsWith('x86_64') ? 'in' : 'by';
      put(join(folder, `old-${mark}-1-1-any.pkg.tar.zst`), 61);
      put(join(folder, `young-${mark}-1-1-any.pkg.tar.zst`), 30);
      put(join(folder, `old-sig-${mark}-1-1-any.pkg.tar.zst.sig`), 61);
      put(join(folder, `pair-${mark}-1-1-any.pkg.tar.zst`), 61);
      put(join(folder, `pair-${mark}-1-1-any.pkg.tar.zst.sig`), 61);
      put(join(folder, `notes-${mark}.txt`), 61);
    }
    const before = inRepo('.generations/x86_64/000001');
    expect(await farm.reopen().recover()).toEqual([]);
    const archived = farm.repositories.archived('extra');
    expect(archived).toEqual([
      'old-by-1-1-any.pkg.tar.zst',
      'old-in-1-1-any.pkg.tar.zst',
      'old-sig-by-1-1-any.pkg.tar.zst.sig',
      'old-sig-in-1-1-any.pkg.tar.zst.sig',
    ]);
    for (const name of archived) {
      expect(Math.abs(statSync(inRepo('archive', name)).mtimeMs - farm.clock.nowMs())).toBeLessThan(5);
      expect(existsSync(inRepo(name)) || existsSync(join(before, name))).toBe(false);
    }
    for (const [folder, mark] of [
      [inRepo(), 'by'],
      [before, 'in'],
    ]) {
      const left = readdirSync(folder ?? '').filter((name) => name.includes(`-${mark}`));
      expect(left.sort()).toEqual([
        `notes-${mark}.txt`,
        `pair-${mark}-1-1-any.pkg.tar.zst`,
        `pair-${mark}-1-1-any.pkg.tar.zst.sig`,
        `young-${mark}-1-1-any.pkg.tar.zst`,
      ]);
    }
    // Kept for seven days like everything else there.
    await farm.clock.advance(7 * 24 * 60 * minute + minute);
    expect(farm.repositories.pruneArchive('extra')).toEqual(archived);
  });

  it('are looked for after every publication, also in the generation that becomes visible', async () => {
    put(inRepo('x86_64', 'stray-1-1-any.pkg.tar.zst'), 61);
    // The folder of a retired generation becomes that of a new one.
    for (let count = 2; count <= 6; count += 1) await publish(`p${count}`);
    expect(farm.repositories.archived('extra')).toEqual(['stray-1-1-any.pkg.tar.zst']);
    const { problems } = await farm.repositories.verify('extra', 'x86_64');
    expect(problems).toEqual([]);
  });

  it('are never files of the database, nor do they replace what is archived', async () => {
    const name = 'first-1.0-1-any.pkg.tar.zst';
    await publish('second');
    await farm.repositories.remove({ repo: 'extra', arch: 'x86_64', names: ['second'], reason: 'test' });
    const signature = inRepo('x86_64', `${name}.sig`);
    rmSync(signature);
    const old = (farm.clock.nowMs() - 90 * minute) / 1000;
    utimesSync(inRepo('x86_64', name), old, old);
    await farm.reopen().recover();
    // Damaged, but still what the database promises.
    expect(existsSync(inRepo('x86_64', name))).toBe(true);
    const archived = inRepo('archive/second-1.0-1-any.pkg.tar.zst');
    const bytes = readFileSync(archived);
    put(inRepo('second-1.0-1-any.pkg.tar.zst'), 61);
    await farm.reopen().recover();
    expect(readFileSync(archived).equals(bytes)).toBe(true);
    expect(existsSync(inRepo('second-1.0-1-any.pkg.tar.zst'))).toBe(false);
  });
});
