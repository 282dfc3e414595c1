import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openTree, treeMetadata, writeCache } from '../../src/ebuilds/index.ts';
import { testData, Workshop } from './cage.ts';

let workshop: Workshop;
beforeEach(() => {
  workshop = new Workshop();
});
afterEach(() => workshop.remove());

const cached = 'metadata/md5-cache/app-rules';
const golden = join(testData, 'rules-kit', cached);
const names = readdirSync(golden).sort();

describe('metadata of ebuilds for every rule of an EAPI', () => {
  it('is to the byte what egencache of Portage wrote for the same ebuilds', async () => {
    const tree = workshop.rulesKit();
    rmSync(join(tree.folder, 'metadata/md5-cache'), { recursive: true });
    const { rows, problems } = await treeMetadata({ tree, by: workshop.cage() });
    expect([...problems, ...rows.flatMap((row) => row.problems)]).toEqual([]);
    const { written, removed } = await writeCache(tree.folder, rows, { prune: true });
    expect(removed).toEqual([]);
    expect(written).toEqual(rows.map(({ ebuild }) => ebuild.id));
    const made = join(tree.folder, cached);
    expect(readdirSync(made).sort()).toEqual(names);
    for (const name of names)
      expect(readFileSync(join(made, name), 'utf8'), name).toBe(readFileSync(join(golden, name), 'utf8'));
  });
});

describe('a cache that is there already', () => {
  it('is kept when ebuilds and eclasses are the same, without a shell', async () => {
    const tree = workshop.rulesKit();
    const by = async (): Promise<void> => {
      throw new Error('an ebuild is read');
    };
    const { rows } = await treeMetadata({ tree, by });
    expect(rows.map(({ origin }) => origin)).toEqual(names.map(() => 'kept'));
    expect(await writeCache(tree.folder, rows, { prune: true })).toEqual({ written: [], removed: [] });
  });

  it('is made anew for the ebuilds that inherit a changed eclass of a master, directly or not', async () => {
    const tree = workshop.rulesKit();
    writeFileSync(join(tree.masters[0] ?? '', 'eclass/shared.eclass'), 'IUSE="other"\n');
    const { rows } = await treeMetadata({ tree, by: workshop.cage() });
    const made = rows.filter(({ origin }) => origin === 'made').map(({ ebuild }) => ebuild.id);
    expect(made).toEqual(['app-rules/overwrite-5', 'app-rules/overwrite-8', 'app-rules/phases-8']);
    const { written } = await writeCache(tree.folder, rows, { prune: true });
    expect(written).toEqual(made);
    expect(readFileSync(join(tree.folder, cached, 'phases-8'), 'utf8')).toContain(
      'IUSE=inner other outer-before outer-after\n',
    );
  });

  it('loses entries of ebuilds that are gone or broken, and of nothing else when only some are looked at', async () => {
    const tree = workshop.rulesKit();
    rmSync(join(tree.folder, 'app-rules/names/names-2.ebuild'));
    writeFileSync(join(tree.folder, 'app-rules/fallback/fallback-5.ebuild'), 'EAPI=5\nSLOT="0\n');
    const some = await treeMetadata({
      tree,
      by: workshop.cage(),
      only: ({ name }) => name === 'fallback',
    });
    expect(await writeCache(tree.folder, some.rows, { prune: false })).toEqual({
      written: [],
      removed: ['app-rules/fallback-5'],
    });
    const all = await treeMetadata({ tree, by: workshop.cage() });
    const wish = { prune: true, dryRun: true };
    expect(await writeCache(tree.folder, all.rows, wish)).toEqual({
      written: [],
      removed: ['app-rules/names-2'],
    });
    expect(readdirSync(join(tree.folder, cached))).toContain('names-2');
    await writeCache(tree.folder, all.rows, { prune: true });
    expect(readdirSync(join(tree.folder, cached))).not.toContain('names-2');
  });

  it.each([
    ['has a line that is none', (text: string) => `${text}nothing\n`],
    ['has a variable that nobody knows', (text: string) => `HDEPEND=a/b\n${text}`],
    ['has another EAPI', (text: string) => text.replace('EAPI=8', 'EAPI=7')],
    [
      'is not in the order of names',
      (text: string) => text.split('\n').slice(0, -1).reverse().join('\n').concat('\n'),
    ],
  ])('is written again when an entry %s', async (_, damage) => {
    const tree = workshop.rulesKit();
    const path = join(tree.folder, cached, 'accumulate-8');
    const text = readFileSync(path, 'utf8');
    writeFileSync(path, damage(text));
    const { rows } = await treeMetadata({ tree, by: workshop.cage() });
    expect(await writeCache(tree.folder, rows, { prune: true })).toEqual({
      written: ['app-rules/accumulate-8'],
      removed: [],
    });
    expect(readFileSync(path, 'utf8')).toBe(text);
  });
});

describe('masters', () => {
  it('are found among the neighbours of a repository by their names', () => {
    const tree = workshop.rulesKit();
    expect(openTree(tree.folder)).toEqual(tree);
  });

  it('that are nowhere are EBD014, and a folder that is no repository is EBD013', () => {
    const { folder } = workshop.repository('lonely', { 'metadata/layout.conf': 'masters = nowhere\n' });
    expect(() => openTree(folder)).toThrow(/EBD014 master 'nowhere'/);
    expect(() => openTree(workshop.folder)).toThrow(/EBD013/);
  });
});
