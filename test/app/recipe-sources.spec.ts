// Recipes of a commit, read with what earlier commits had in mind, are those that a reading of the whole commit finds.
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Farm } from '../../src/app/farm.ts';
import { type LoadedRecipes, loadRecipes } from '../../src/app/load-recipes.ts';
import { RecipeSources } from '../../src/app/recipe-sources.ts';
import { isFault } from '../../src/diagnostics/index.ts';
import { VirtualClock } from '../../src/host/index.ts';
import { nobodysGit } from '../git/nobodys-git.ts';
import { writtenFarm } from './written-farm.ts';

const folder = mkdtempSync(join(tmpdir(), 'packmill-recipe-sources-'));
const remote = join(folder, 'remote');
let farm: Farm;

beforeAll(async () => {
  mkdirSync(remote);
  git('init', '--quiet', '--initial-branch=main');
  farm = await writtenFarm(join(folder, 'farm'), `recipe-sources:\n  recipes: { url: '${remote}' }`);
}, 60_000);

afterAll(async () => {
  await farm.close();
  rmSync(folder, { recursive: true, force: true });
});

function git(...args: string[]): string {
  return nobodysGit({ cwd: remote }, ...args);
}

/** Makes the remote hold these files and nothing else; returns the commit. */
function commit(files: ReadonlyMap<string, string>): string {
  for (const name of readdirSync(remote))
    if (name !== '.git') rmSync(join(remote, name), { recursive: true });
  for (const [path, text] of files) {
    mkdirSync(dirname(join(remote, path)), { recursive: true });
    writeFileSync(join(remote, path), text);
  }
  git('add', '--all');
  git('commit', '--quiet', '--allow-empty', '--message', 'x');
  return git('rev-parse', 'HEAD');
}

interface Sketch {
  readonly name: string;
  readonly version: number;
  /** What is the matter with it. */
  readonly flaw: 'none' | 'stale' | 'malformed' | 'no PKGBUILD' | 'no recipe' | 'renamed';
  readonly arch: 'any' | 'x86_64' | 'aarch64';
  readonly bump: number;
}

function filesOf(sketches: readonly Sketch[]): ReadonlyMap<string, string> {
  const files = new Map([['README', 'text']]);
  for (const { name, version, flaw, arch, bump } of sketches) {
    if (flaw === 'no recipe') {
      files.set(`${name}/notes`, `${version}`);
      continue;
    }
    const listed = flaw === 'stale' ? version + 1 : version;
    const base = flaw === 'renamed' ? `${name}-x` : name;
    const srcinfo = `pkgbase = ${base}\n\tpkgver = ${listed}\n\tpkgrel = 1\n\tarch = ${arch}\n\tdepends_x86_64 = b\n\npkgname = ${base}\n`;
    files.set(`${name}/.SRCINFO`, flaw === 'malformed' ? `\tpkgver\n${srcinfo}` : srcinfo);
    if (bump > 0) files.set(`${name}/.CI/config`, `CI_PKGREL=${bump}\n`);
    if (flaw === 'no PKGBUILD') continue;
    files.set(`${name}/PKGBUILD`, `pkgname=${base}\npkgver=${version}\npkgrel=1\narch=(${arch})\n`);
  }
  return files;
}

const sketches = fc.uniqueArray(
  fc.record<Sketch>({
    name: fc.constantFrom('a', 'b', 'c', 'd+', 'é', 'F', 'g.h', 'i', 'j', 'k', 'l', 'm'),
    version: fc.integer({ min: 1, max: 3 }),
    // stale ones are made anew by makepkg, which takes its time
    flaw: fc.constantFrom('none', 'none', 'none', 'malformed', 'no PKGBUILD', 'no recipe', 'renamed'),
    arch: fc.constantFrom('any', 'x86_64', 'aarch64'),
    bump: fc.integer({ min: 0, max: 1 }),
  }),
  { selector: ({ name }) => name, maxLength: 12 },
);

/** What was found, without where it lies. */
async function told(loading: Promise<LoadedRecipes>): Promise<unknown> {
  try {
    const { recipes, broken, problems } = await loading;
    const text = JSON.stringify({
      recipes,
      broken,
      problems: problems.map(({ code, what }) => [code, what]),
    });
    return JSON.parse(
      text.replaceAll(/"[^"]*\/([^/"]+)(\/(?:PKGBUILD|\.SRCINFO|\.CI\/config))?"/g, '"$1$2"'),
    );
  } catch (error) {
    return isFault(error) ? error.problem.code : error;
  }
}

const fresh = (arch: string): Promise<unknown> =>
  told(loadRecipes(farm, { paths: [remote], only: undefined, arch, upstreamHeads: false }));

describe('recipes of a source', () => {
  it('are those of a fresh reading, commit by commit, forwards and back, for each architecture', async () => {
    const sources = new RecipeSources(farm);
    await fc.assert(
      fc.asyncProperty(
        fc.array(sketches, { minLength: 2, maxLength: 4 }),
        fc.boolean(),
        async (states, back) => {
          const seen: [string, unknown][] = [];
          for (const state of states) {
            const made = commit(filesOf(state));
            for (const arch of ['x86_64', 'aarch64']) {
              const found = await told(sources.recipes(await sources.at('recipes', made), arch, []));
              expect(found).toEqual(await fresh(arch));
              seen.push([`${made} ${arch}`, found]);
            }
          }
          // a force push, and commits that were read before
          if (back) git('reset', '--quiet', '--hard', 'HEAD~1');
          for (const [key, found] of seen) {
            const [made = '', arch = ''] = key.split(' ');
            expect(await told(sources.recipes(await sources.at('recipes', made), arch, []))).toEqual(found);
          }
        },
      ),
      { numRuns: 12 },
    );
  }, 120_000);

  it('keep their folder, and are the same objects, while their files stay the same', async () => {
    const sources = new RecipeSources(farm);
    const one: Sketch = { name: 'a', version: 1, flaw: 'none', arch: 'any', bump: 0 };
    const read = async (...state: Sketch[]) =>
      new Map(
        (
          await sources.recipes(await sources.at('recipes', commit(filesOf(state))), 'x86_64', [])
        ).recipes.map((recipe) => [recipe.name, recipe]),
      );
    const before = await read(one, { ...one, name: 'b' });
    const after = await read(one, { ...one, name: 'b', version: 2 }, { ...one, name: 'c' });
    expect(after.get('a')).toBe(before.get('a'));
    expect(after.get('b')?.folder).not.toBe(before.get('b')?.folder);
    // a removal of what is not used any more costs nothing but that it is laid out again
    rmSync(dirname(dirname(before.get('b')?.folder ?? '')), { recursive: true });
    const commitOfBefore = git('rev-parse', 'HEAD~1');
    const place = { source: 'recipes', commit: commitOfBefore, arch: 'x86_64' };
    const again = await sources.recipeOf({ ...place, folder: before.get('b')?.folder ?? '' });
    expect(again).toMatchObject({ version: '1-1', folder: before.get('b')?.folder });
    expect(existsSync(join(again.folder, 'PKGBUILD'))).toBe(true);
    // a plan of an earlier version has its recipes in a folder of the whole commit
    const old = `${farm.paths.root}/sources/recipes/checkouts/${commitOfBefore}/b`;
    expect(await sources.recipeOf({ ...place, folder: old })).toMatchObject({ version: '1-1' });
    await expect(sources.recipeOf({ ...place, folder: `${old}x` })).rejects.toMatchObject({
      problem: { code: 'CLI002' },
    });
  });

  it('that makepkg refuses are asked again when they are wanted, and those that it reads are not', async () => {
    const clock = new VirtualClock();
    const others = { clock, jobs: farm.jobs, config: farm.config, paths: farm.paths, sandbox: farm.sandbox };
    const later = { ...others, sandboxRoot: () => farm.sandboxRoot() } as unknown as Farm;
    const sources = new RecipeSources(later);
    const files = new Map([
      ['good/PKGBUILD', 'pkgname=good\npkgver=1\npkgrel=1\narch=(any)\n'],
      ['bad/PKGBUILD', 'pkgname=bad\nexit 7\n'],
    ]);
    const read = async (...wanted: string[]) =>
      await sources.recipes(await sources.at('recipes', commit(files)), 'x86_64', wanted);
    const first = await read('good', 'bad');
    expect(first.recipes.map(({ name, version }) => [name, version])).toEqual([['good', '1-1']]);
    expect(first.broken).toMatchObject([{ name: 'bad', problem: { code: 'BLD013' } }]);
    files.set('more/PKGBUILD', 'pkgname=more\npkgver=1\npkgrel=1\narch=(any)\n');
    await clock.advance(100_000);
    const second = await read('good');
    expect(second.recipes.map(({ name }) => name)).toEqual(['good', 'more']);
    expect(second.recipes[0]).toBe(first.recipes[0]);
    expect(second.broken[0]?.problem).toBe(first.broken[0]?.problem);
    // for a minute its refusal counts for those who want it, too
    expect((await read('bad')).broken[0]?.problem).not.toBe(first.broken[0]?.problem);
    const again = (await read('bad')).broken[0]?.problem;
    expect(again).toMatchObject({ code: 'BLD013' });
    expect((await read('bad')).broken[0]?.problem).toBe(again);
  }, 120_000);
});
