import { describe, expect, it } from 'vitest';
import { autogensAmong, isAutogenPart, isAutogenPath } from './autogen-files.ts';

describe('what writes ebuilds', () => {
  it('has names of its own: a script that a package installs is none', () => {
    const autogens = ['autogen.ts', 'a/autogen.yaml', 'app-a/a/autogen.mjs'];
    const others = ['app-a/a/files/autogen.sh', 'autogen.py', 'app-a/a/autogen.yaml.orig', 'autogen.yml'];
    expect(autogens.filter(isAutogenPath)).toEqual(autogens);
    expect(others.filter(isAutogenPath)).toEqual([]);
    expect(autogensAmong(['x', 'autogen.yaml', 'autogen.js', 'autogen.mts'])).toEqual([
      'autogen.mts',
      'autogen.yaml',
    ]);
  });
  it('is no part of a tree that others get, nor are its templates and generators', () => {
    const parts = [
      'app-a/a/autogen.ts',
      'app-a/a/autogen.py',
      'app-a/generator.ts',
      'app-a/templates/x.tmpl',
      'generators/x.ts',
      'app-a/a/node_modules/x/index.js',
    ];
    const kept = [
      'app-a/a/files/autogen.sh',
      'app-a/a/a-1.ebuild',
      'profiles/templates/x',
      'profiles/generators/autogen.ts',
      'app-a/templates',
    ];
    expect(parts.filter(isAutogenPart)).toEqual(parts);
    expect(kept.filter(isAutogenPart)).toEqual([]);
  });
});
