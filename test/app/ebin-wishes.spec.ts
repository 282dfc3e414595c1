// What is asked for, as it is written down, and what a job makes of a workspace in which nothing was made.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  addWish,
  dropWishes,
  ebinWishes,
  settleRequest,
  wishJob,
} from '../../src/app/ebin-targets/wishes.ts';
import type { Farm } from '../../src/app/farm.ts';
import { requireCombination } from '../../src/recipes/ebin/index.ts';
import { refusalsOf } from '../../src/recipes/ebin/report.ts';
import { writtenFarm } from './written-farm.ts';

const folder = mkdtempSync(join(tmpdir(), 'packmill-ebin-wishes-'));
let farm: Farm;

beforeAll(async () => {
  const source = `{ url: '${folder}', kind: ebins, target: ebins }`;
  const targets = 'targets: { ebins: { kind: ebins }, things: { kind: ebuild-tree } }';
  farm = await writtenFarm(join(folder, 'farm'), `recipe-sources: { binpkgs: ${source} }\n${targets}`);
}, 60_000);

afterAll(async () => {
  await farm.close();
  rmSync(folder, { recursive: true, force: true });
});

const wish = { target: 'ebins', source: 'binpkgs', package: 'app-misc/pen-1.0' } as const;

describe('requests for ebins', () => {
  it('are written down once each, numbers are never used again, and a thousand are the most', () => {
    expect(addWish(farm, { ...wish, use: ['a'] }).id).toBe(1);
    expect(addWish(farm, { ...wish, use: ['-a'] }).id).toBe(2);
    expect(addWish(farm, { ...wish, use: ['a'] }).id).toBe(1);
    expect(dropWishes(farm, new Set([2, 7])).map(({ id }) => id)).toEqual([2]);
    const third = addWish(farm, { ...wish, use: ['-a'] });
    expect([third.id, wishJob(third)]).toEqual([3, 'ebins/any/app-misc/pen-1.0.request-3']);
    const wishes = Array.from({ length: 1000 }, (_, id) => ({
      ...wish,
      id,
      use: [`f${id}`],
      requestedMs: 0,
    }));
    farm.database.words.set('ebin requests', JSON.stringify({ last: 1000, wishes }));
    expect(() => addWish(farm, { ...wish, use: ['one-more'] })).toThrow(
      expect.objectContaining({ problem: expect.objectContaining({ code: 'EBN103' }) }),
    );
    dropWishes(farm, new Set(ebinWishes(farm).map(({ id }) => id)));
  });

  it('name a target of ebins, and take flags as they are for a package that is not there yet', () => {
    const { wish: settled, found } = settleRequest(farm, {
      atom: '=app-misc/pen-1.0',
      use: ['+b', '-a', 'b'],
    });
    expect([settled, found]).toEqual([{ ...wish, use: ['-a', 'b'] }, undefined]);
    const elsewhere = { target: 'things', atom: 'app-misc/pen', use: [] };
    expect(() => settleRequest(farm, elsewhere)).toThrow(
      expect.objectContaining({ problem: expect.objectContaining({ code: 'EBN101' }) }),
    );
  });
});

describe('what builders of ebins hand in', () => {
  const build = { kind: 'build', cpv: 'app-misc/pen-1.0', use: ['a', '-b'], folder: '/none' } as const;

  it('is refused when its flags are not those that were asked for', () => {
    requireCombination(build, { iuse: ['+a', 'b', 'c'], use: ['a', 'c', 'amd64'] });
    for (const use of [['a', 'b'], []])
      expect(() => requireCombination(build, { iuse: ['a', 'b'], use })).toThrow(
        expect.objectContaining({ problem: expect.objectContaining({ code: 'EBN106' }) }),
      );
    expect(() => requireCombination(build, { iuse: ['a'], use: ['a'] })).toThrow("has no flag 'b'");
  });

  it('tells refusals with codes that there are, and nothing else', () => {
    const report = join(folder, 'report');
    mkdirSync(report);
    expect(refusalsOf(report)).toEqual([]);
    const line = (code: string, severity = 'error') => ({ code, severity, message: 'why' });
    const reports = [
      {
        cpv: 'a/b-1',
        refused: true,
        diagnostics: [line('EBN100', 'warning'), line('EBN053'), line('EBN100')],
      },
      { cpv: 'a/b-2', refused: true, diagnostics: [line('XXX999')] },
      { cpv: 'a/b-3', diagnostics: [line('EBN100')] },
      null,
    ];
    writeFileSync(join(report, 'report.json'), JSON.stringify({ reports, diagnostics: [line('EBN001')] }));
    expect(refusalsOf(report).map(({ cpv, code }) => [cpv, code])).toEqual([
      ['a/b-1', 'EBN053'],
      ['PKGDIR', 'EBN001'],
    ]);
    writeFileSync(join(report, 'report.json'), '{');
    expect(refusalsOf(report)).toEqual([]);
  });
});
