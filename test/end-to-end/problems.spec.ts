import { readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { FarmFixture, simpleRecipe } from './farm-fixture.ts';

/** Mistakes people make, as they meet them on the command line: the code, and the exit code that goes with it. */
describe('a mistake', () => {
  const fixture = new FarmFixture();
  beforeAll(async () => {
    await fixture.do('init', '--repo', 'farm');
    fixture.settings(
      'repository: farm\ndependencies: { otherwise: fail, host-provides: [git], official: [glibc] }',
    );
    fixture.writeRecipe('good', simpleRecipe('good'));
    await fixture.do('build', join(fixture.recipes, 'good'));
  });
  afterAll(() => fixture.remove());

  const expectProblem = async (code: string, exit: number, ...args: string[]): Promise<void> => {
    const ran = await fixture.run(...args);
    expect({ said: ran.stderr, exit: ran.code }).toEqual({ said: expect.stringContaining(code), exit });
  };

  it('in the command line is a usage error', async () => {
    await expectProblem('CLI001', 2, 'biuld');
    await expectProblem('CLI001', 2, 'build');
    await expectProblem('CLI001', 2, 'up', '--web-port', 'abc');
    await expectProblem('CLI001', 2, 'logs', 'good', '--list', '--manager', 'http://127.0.0.1:1');
    await expectProblem('CLI002', 2, 'why', 'nowhere');
    await expectProblem('CLI003', 2, 'explain', 'XYZ999');
    await expectProblem('CLI004', 2, 'dump', 'everything');
    await expectProblem('CLI007', 2, 'repo', 'remove', 'nowhere');
    await expectProblem('CFG004', 2, 'init');
    await expectProblem('SBX005', 2, '--farm', join(fixture.folder, 'a,b'), 'init');
    await expectProblem('PLN001', 2, 'build', join(fixture.folder, 'nowhere'));
  });

  it('in a recipe is told of that recipe alone', async () => {
    fixture.writeRecipe('unmet', simpleRecipe('unmet', "depends=('nobody-offers-this')"));
    fixture.writeRecipe('unreadable', { PKGBUILD: 'pkgname=unreadable\npkgver=1-2\npkgrel=1\narch=(any)\n' });
    const { ran, jobs } = await fixture.build(fixture.recipes);
    expect(ran.code).toBe(1);
    expect(jobs.get('unmet')).toMatchObject({ state: 'failed', code: 'BLD009' });
    expect(jobs.get('unreadable')).toMatchObject({
      state: 'failed',
      code: 'BLD013',
      reason: expect.stringContaining('makepkg cannot read'),
    });
    expect(jobs.get('good')?.state).toBe('already-built');
    for (const name of ['unmet', 'unreadable']) rmSync(join(fixture.recipes, name), { recursive: true });
  });

  it('between recipes is told when they are planned', async () => {
    fixture.writeRecipe('vi-one', simpleRecipe('vi-one', "provides=('vi')"));
    fixture.writeRecipe('vi-two', simpleRecipe('vi-two', "provides=('vi')"));
    fixture.writeRecipe('editor', simpleRecipe('editor', "depends=('vi' 'good>=9' 'glbic')"));
    const { stderr } = await fixture.run('-v', 'plan', fixture.recipes);
    for (const code of ['PLN015', 'PLN016', 'PLN017']) expect(stderr).toContain(code);
    for (const name of ['vi-one', 'vi-two', 'editor'])
      rmSync(join(fixture.recipes, name), { recursive: true });
  });

  it('in the address of an upstream is a warning', async () => {
    const url = `git+file://${fixture.folder}/gone.git`;
    fixture.writeRecipe('gone-git', simpleRecipe('gone-git', `source=('${url}')\nsha256sums=(SKIP)`));
    await expectProblem('PLN090', 0, 'plan', fixture.recipes);
    rmSync(join(fixture.recipes, 'gone-git'), { recursive: true });
  });

  it('in a published file is found by verify', async () => {
    const published = join(fixture.farm, 'public', 'farm', 'x86_64');
    const file = readdirSync(published).find((name) => name.endsWith('.pkg.tar.zst')) ?? '';
    rmSync(join(published, file));
    writeFileSync(join(published, file), 'something else');
    await expectProblem('PUB007', 3, 'repo', 'verify');
  });
});
