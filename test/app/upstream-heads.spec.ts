import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Farm } from '../../src/app/index.ts';
import { watchUpstreams } from '../../src/app/upstream-heads.ts';
import { digestBytes } from '../../src/host/index.ts';
import { loadAll } from '../../src/recipes/pkgbuild/index.ts';
import { gitEnvironment, writeFiles } from '../pipeline/upkeep-scene.ts';

describe('newest commits of upstreams', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'packmill-heads-'));
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  it('are part of a digest as `URL#BRANCH COMMIT` lines, in the order of the sources: digests last for years', async () => {
    const upstream = join(folder, 'upstream');
    mkdirSync(upstream);
    const git = (...args: string[]): string =>
      execFileSync('git', args, { cwd: upstream, env: gitEnvironment, encoding: 'utf8' }).trim();
    git('init', '--quiet', '--initial-branch=main');
    git('commit', '--quiet', '--allow-empty', '--message', 'one');
    git('switch', '--quiet', '--create', 'dev/x');
    git('commit', '--quiet', '--allow-empty', '--message', 'two');
    git('switch', '--quiet', 'main');
    const url = `file://${upstream}`;
    const sources = [`git+${url}#branch=dev/x`, `again::git+${url}`, `git+${url}#tag=v1`];
    const recipes = join(folder, 'recipes');
    writeFiles(recipes, {
      'foo-git/PKGBUILD': '',
      'foo-git/.SRCINFO': [
        ...['pkgbase = foo-git', 'pkgver = 1', 'pkgrel = 1', 'arch = any'],
        ...sources.map((source) => `source = ${source}`),
        ...['', 'pkgname = foo-git', ''],
      ].join('\n'),
    });
    const [loaded] = await loadAll([join(recipes, 'foo-git')], { arch: 'x86_64' });
    const recipe = loaded?.recipe;
    if (!recipe) throw new Error(JSON.stringify(loaded));
    mkdirSync(join(folder, 'state'));
    const farm = {
      config: { sources: { map: {} } },
      paths: { root: folder, gitConfig: join(folder, 'state/gitconfig') },
    } as unknown as Farm;
    const watched = await watchUpstreams(farm, [recipe]);
    expect(watched.problems).toEqual([]);
    const lines = [`${url}#dev/x ${git('rev-parse', 'dev/x')}`, `${url}#HEAD ${git('rev-parse', 'main')}`];
    expect(watched.recipes[0]?.inputDigest).toBe(digestBytes([recipe.inputDigest, ...lines].join('\n')));
  });
});
