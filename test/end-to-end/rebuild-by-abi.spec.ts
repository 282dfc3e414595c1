import { afterAll, beforeAll, expect, it } from 'vitest';
import { libraryRecipe, programRecipe } from '../linked-recipes.ts';
import { FarmFixture, parse } from './farm-fixture.ts';

const farm = new FarmFixture();
const both = 'int draw(void){return 1;} int erase(void){return 2;}';
const drawOnly = 'int draw(void){return 1;}';

function quill(version: string, soname: number, code: string): void {
  farm.writeRecipe('quill', { PKGBUILD: libraryRecipe('quill', { version, soname, code }) });
}
function brush(code: string): void {
  farm.writeRecipe('brush', { PKGBUILD: programRecipe('brush', code, 'quill') });
}

interface Generation {
  readonly generation: number;
  readonly reason: string;
}
const generations = async (): Promise<readonly Generation[]> =>
  parse<Generation[]>(await farm.run('--json', 'repo', 'generations'));
const shown = async (): Promise<Record<string, string>> => {
  const { packages } = parse<{ packages: { name: string; version: string }[] }>(
    await farm.run('--json', 'repo', 'show'),
  );
  return Object.fromEntries(packages.map(({ name, version }) => [name, version]));
};

beforeAll(async () => {
  await farm.do('init', '--repo', 'demo');
  farm.configure('rebuild: { abi: preview, unchanged: skip }\npublish: { keep-generations: 20 }');
  quill('1.0', 1, both);
  brush('int erase(void); int draw(void); int main(void){return erase()+draw();}');
  farm.writeRecipe('pen', {
    PKGBUILD: programRecipe('pen', 'int draw(void); int main(void){return draw();}', 'quill'),
  });
  const stone = programRecipe('stone', 'int main(void){return 0;}');
  farm.writeRecipe('pebble', { PKGBUILD: `pkgbase=pebble\n${stone}` });
  await farm.do('build', farm.recipes);
});
afterAll(() => farm.remove());

it('holds back a library that lost a symbol, and publishes it with the one program that needs it, in one generation', async () => {
  const [before] = await generations();
  quill('1.1', 1, drawOnly);
  const { ran } = await farm.build(farm.recipes, '--only', 'quill');
  expect(ran.code).toBe(0);
  expect(await generations()).toHaveLength(before?.generation ?? 0);
  expect(parse(await farm.run('--json', 'rebuild', 'list'))).toMatchObject([
    {
      state: 'waiting',
      held: [{ base: 'quill', version: '1.1-1' }],
      libraries: [{ name: 'libquill.so.1', fate: 'lost-symbols', lost: ['erase'] }],
      rebuild: [
        {
          base: 'brush',
          packages: [{ name: 'brush', version: '1.0-1', becomes: '1.0-1.1' }],
          because: [{ by: 'quill', name: 'libquill.so.1', symbols: ['erase'] }],
        },
      ],
    },
  ]);
  expect(await farm.do('why', 'quill')).toContain('held back by rebuild 1: brush would break');
  brush('int draw(void); int main(void){return draw();}');
  await farm.do('rebuild', 'go', '1');
  const [after] = await generations();
  expect(after).toMatchObject({
    generation: (before?.generation ?? 0) + 1,
    reason: 'quill 1.1-1, brush 1.0-1.1',
  });
  expect(await shown()).toEqual({ quill: '1.1-1', brush: '1.0-1.1', pen: '1.0-1', stone: '1.0-1' });
  expect(await farm.do('rebuild', 'list', '--all')).toContain('published, generation');
});

it('builds exactly those anew whose soname is gone, and shows nothing before all of them are there', async () => {
  const [before] = await generations();
  quill('2.0', 2, drawOnly);
  const { jobs } = await farm.build(farm.recipes);
  const states = Object.fromEntries([...jobs].map(([name, job]) => [name, job.state]));
  expect(states).toEqual({
    quill: 'succeeded',
    brush: 'succeeded',
    pen: 'succeeded',
    pebble: 'already-built',
  });
  expect(await generations()).toHaveLength((before?.generation ?? 0) + 1);
  expect(await shown()).toEqual({ quill: '2.0-1', brush: '1.0-1.2', pen: '1.0-1.1', stone: '1.0-1' });
});

it('previews what any change of a library would break, and what one build does', async () => {
  const preview = parse<{ rebuild: { base: string }[] }>(
    await farm.run('--json', 'rebuild', 'preview', 'quill'),
  );
  expect(preview.rebuild.map(({ base }) => base)).toEqual(['brush', 'pen']);
  const file = `${farm.farm}/public/demo/x86_64/quill-2.0-1-x86_64.pkg.tar.zst`;
  expect(await farm.do('rebuild', 'preview', `quill=${file}`)).toContain('nothing has to be built anew');
  // a recipe stands for what it makes
  const ofRecipe = parse<{ packages: string[] }>(await farm.run('--json', 'rebuild', 'preview', 'pebble'));
  expect(ofRecipe.packages).toEqual(['stone']);
  const mistyped = await farm.run('rebuild', 'preview', 'quil');
  expect(mistyped.stderr).toContain("ABI002 'demo/x86_64' has no package 'quil'");
  expect(mistyped.stderr).toContain("Did you mean 'quill'?");
  const noPackage = await farm.run('rebuild', 'preview', `quill=${farm.recipes}/quill/PKGBUILD`);
  expect(noPackage.stderr).toContain("ABI001 'PKGBUILD' cannot be unpacked");
  expect((await farm.run('rebuild', 'go', '99')).stderr).toContain('ABI003 there is no rebuild 99');
  expect(await farm.do('abi', 'show', 'pen', '--symbols')).toMatch(
    /libquill\.so\.2 \(64-bit\) from quill, 1 symbols\n +draw/,
  );
});

it('does not publish a build again that differs in nothing but its times, and builds nothing because of it', async () => {
  const [before] = await generations();
  const { jobs } = await farm.build(farm.recipes, '--rebuild', '--only', 'quill');
  expect(jobs.get('quill')?.state).toBe('succeeded');
  expect(await generations()).toHaveLength(before?.generation ?? 0);
  expect(await farm.do('why', 'quill')).toContain('the same as what is published');
  expect((await shown()).quill).toBe('2.0-1');
});

it('builds by itself what a result breaks where that is the setting, and takes up packages of before', async () => {
  farm.configure('targets: { demo: { abi: auto } }');
  const [before] = await generations();
  quill('3.0', 3, both);
  const { ran, jobs } = await farm.build(farm.recipes, '--only', 'quill');
  expect(ran.code).toBe(0);
  expect([...jobs.keys()].sort()).toEqual(['brush', 'pen', 'quill']);
  expect(await generations()).toHaveLength((before?.generation ?? 0) + 1);
  expect(await shown()).toEqual({ quill: '3.0-1', brush: '1.0-1.3', pen: '1.0-1.2', stone: '1.0-1' });
  expect(await farm.do('abi', 'scan', '--again')).toContain('4 packages read, 0 known before');
});
