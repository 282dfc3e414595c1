import { describe, expect, it } from 'vitest';
import { parseSrcinfo } from '../../formats/pacman/index.ts';
import { branchKey, watchedBranches } from '../../formats/pkgbuild-repo/index.ts';
import type { Recipe } from '../../model/index.ts';
import { parseSource } from './package-source.ts';
import type { PkgbuildDetails } from './recipe-details.ts';
import { watchedRefs } from './watched-refs.ts';

const recipeOf = (name: string, sources: readonly string[], hasPkgverFunction = false) =>
  ({
    name,
    details: {
      settings: { forceVcs: false },
      hasPkgverFunction,
      vcsSources: sources.map(parseSource).filter(({ vcs }) => vcs !== undefined),
    },
  }) as unknown as Recipe<PkgbuildDetails>;

const refs = (...sources: string[]): readonly string[] =>
  watchedRefs(recipeOf('foo-git', sources)).map(branchKey);

describe('branches in the digest of a recipe', () => {
  const followed = [
    'git+https://h/a.git',
    'name::git+https://h/b.git#branch=dev',
    'git+ssh://git@h/c.git?signed#branch=x',
    'git+file:///srv/d#branch=x?signed',
    'git+https://h/e.git#tag=v1',
    'git+https://h/f.git#commit=abc',
    'https://h/g.tar.gz',
    'local.patch',
    'hg+https://h/i',
  ];

  it('are those that pipelines watch', () => {
    const lines = followed.map((source) => `\tsource = ${source}`);
    const { srcinfo } = parseSrcinfo(
      [
        'pkgbase = foo-git',
        '\tpkgver = 1',
        '\tpkgrel = 1',
        '\tarch = any',
        ...lines,
        '',
        'pkgname = foo-git',
      ].join('\n'),
      'f',
    );
    const watched = srcinfo ? watchedBranches(srcinfo).map(branchKey) : [];
    expect(refs(...followed)).toEqual(watched);
    expect(watched).toEqual([
      'https://h/a.git#HEAD',
      'https://h/b.git#refs/heads/dev',
      'ssh://git@h/c.git#refs/heads/x',
      'file:///srv/d#refs/heads/x',
    ]);
  });

  it('are also those that makepkg clones by itself, each as often as it is written', () => {
    expect(refs('git://h/a', 'git://h/a', 'git://h/a#branch=')).toEqual(['git://h/a#HEAD', 'git://h/a#HEAD']);
  });

  it('are none for recipes with a version of their own', () => {
    expect(watchedRefs(recipeOf('foo', followed))).toEqual([]);
    expect(watchedRefs(recipeOf('foo', followed, true))).toHaveLength(4);
  });
});
