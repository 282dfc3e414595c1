import { describe, expect, it } from 'vitest';
import { genericNeeds } from './generic-needs.ts';

const names = (name: string, pkgbuild = ''): string[] =>
  genericNeeds(name, pkgbuild).map((need) => need.name);

describe('needs that a recipe does not state', () => {
  it('X07 follow from the name of its folder', () => {
    expect(names('x-git')).toEqual(['git']);
    expect(names('lib32-y-svn')).toEqual(['subversion', 'multilib-devel']);
    expect(names('digit')).toEqual([]);
  });
  it('X07 include ccache when the options ask for it, and not when they forbid it', () => {
    expect(names('x', "options=('!strip' 'ccache')")).toEqual(['ccache']);
    expect(names('x', "options=('!ccache')")).toEqual([]);
    expect(names('x', '# options=(ccache)')).toEqual([]);
  });
});
