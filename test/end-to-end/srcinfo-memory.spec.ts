import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { FarmFixture, simpleRecipe } from './farm-fixture.ts';

describe('recipes without a .SRCINFO', () => {
  const fixture = new FarmFixture();
  beforeAll(() => fixture.do('init', '--repo', 'farm'));
  afterAll(() => fixture.remove());
  const memory = (): readonly string[] => readdirSync(join(fixture.farm, 'cache/srcinfo'));
  const plan = (): Promise<string> => fixture.do('plan', fixture.recipes);

  it('are read by makepkg once for each content of their folder', async () => {
    fixture.writeRecipe('foo', simpleRecipe('foo', '', '1.0'));
    expect(await plan()).toContain('foo');
    const [first = ''] = memory();
    const file = join(fixture.farm, 'cache/srcinfo', first);
    expect(readFileSync(file, 'utf8')).toContain('pkgver = 1.0');
    // what is remembered is what counts: makepkg would not say this
    writeFileSync(file, readFileSync(file, 'utf8').replace('pkgname = foo', 'pkgname = remembered'));
    expect(await fixture.do('--json', 'plan', fixture.recipes)).toContain('remembered');
    expect(memory()).toHaveLength(1);
    fixture.writeRecipe('foo', simpleRecipe('foo', '', '2.0'));
    expect(await fixture.do('--json', 'plan', fixture.recipes)).not.toContain('remembered');
    expect(memory()).toHaveLength(2);
  });
});
