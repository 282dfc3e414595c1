import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { stayOnDisk } from '../quick-folder.ts';
import { FarmFixture, simpleRecipe } from './farm-fixture.ts';

stayOnDisk();

describe('a result that a killed packmill recorded and did not publish', () => {
  const fixture = new FarmFixture();
  afterAll(() => fixture.remove());

  it('is published by the next build, which builds nothing', async () => {
    await fixture.do('init', '--repo', 'farm');
    fixture.writeRecipe('first', simpleRecipe('first'));
    await fixture.do('build', fixture.recipes);
    fixture.writeRecipe('second', simpleRecipe('second'));
    await fixture.do('build', fixture.recipes);
    // what is there between the end of the attempt and the flip of the generation
    await fixture.do('repo', 'rollback', '1');
    const database = new DatabaseSync(join(fixture.farm, 'state/farm.sqlite'));
    database.exec("UPDATE artifacts SET generation = NULL WHERE name = 'second'");
    database.close();
    expect(await fixture.do('repo', 'show')).not.toContain('second');

    const { ran, jobs } = await fixture.build(fixture.recipes);
    expect(ran.stderr).toContain('published');
    expect([...jobs.values()].map(({ state }) => state)).toEqual(['already-built', 'already-built']);
    expect(await fixture.do('repo', 'show')).toContain('second');
    expect((await fixture.run('repo', 'verify')).code).toBe(0);
  });
});

describe('a recipe that changed though its version did not, with same-version: keep', () => {
  const fixture = new FarmFixture();
  beforeAll(async () => {
    await fixture.do('init', '--repo', 'farm');
    fixture.settings('repository: farm\nrebuild: { same-version: keep }');
    mkdirSync(join(fixture.folder, 'upstream'));
    writeFileSync(join(fixture.folder, 'upstream/text'), 'text\n');
  });
  afterAll(() => fixture.remove());

  const sources = () => `source=("file://${join(fixture.folder, 'upstream/text')}")\nsha256sums=(SKIP)`;

  it.each([
    ['no sources', () => ''],
    ['a source to fetch', sources],
  ])('is already built, with %s', async (_, lines) => {
    const folder = fixture.writeRecipe('kept', simpleRecipe('kept', lines()));
    expect((await fixture.build(folder)).jobs.get('kept')).toMatchObject({
      state: expect.stringMatching(/succeeded|already-built/),
    });
    fixture.writeRecipe('kept', simpleRecipe('kept', `${lines()}\n# changed`));
    const { ran, jobs } = await fixture.build(folder);
    expect(jobs.get('kept')).toMatchObject({ state: 'already-built', outcome: 'already-built' });
    expect(ran.code).toBe(0);
    // the change is known now: nothing is left to be done
    expect((await fixture.build(folder)).jobs.get('kept')?.reason).toContain('up to date');
  });
});
