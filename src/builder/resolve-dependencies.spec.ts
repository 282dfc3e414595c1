import { describe, expect, it } from 'vitest';
import type { Artifact, Need } from '../model/index.ts';
import type { Digest } from '../primitives/index.ts';
import { type ArtifactIndex, type DependencyPolicy, resolveDependencies } from './resolve-dependencies.ts';

const artifact = (name: string, facts: Partial<Artifact> = {}): Artifact => ({
  name,
  version: '1-1',
  arch: 'x86_64',
  fileName: `${name}-1-1-x86_64.pkg.tar.zst`,
  object: '' as Digest,
  sizeBytes: 1,
  depends: [],
  provides: [],
  providedSonames: [],
  neededSonames: [],
  facts: '' as Digest,
  ...facts,
});
const parseNeed = (text: string): Need => {
  const [name = '', version] = text.split('=');
  return { phase: 'run', name, text, ...(version ? { operator: '=', version } : {}) };
};
const words = {
  parseNeed,
  parseOffer: (text: string) => ({ name: text.split('=')[0] ?? '', version: text.split('=')[1] }),
  satisfies: (offered: string | undefined, need: Need) =>
    need.version === undefined || offered?.split('-')[0] === need.version,
};
const indexOf = (...all: Artifact[]): ArtifactIndex => ({
  byOutput: (name) => all.find((one) => one.name === name),
  byProvided: (name) => all.filter((one) => one.provides.some((text) => text.split('=')[0] === name)),
});
const policy: DependencyPolicy = {
  hostProvides: new Set(['glibc']),
  official: new Set(['gtk3']),
  otherwise: 'assume',
};
const resolve = (needs: string[], index: ArtifactIndex) =>
  resolveDependencies(
    { name: 'app', outputs: ['app', 'app-doc'], needs: needs.map(parseNeed) },
    index,
    policy,
    words,
  );

describe('dependencies of a job', () => {
  it('brings dependencies of dependencies along, those first', () => {
    const index = indexOf(
      artifact('a', { depends: ['b'] }),
      artifact('b', { depends: ['c', 'glibc'] }),
      artifact('c'),
    );
    const { install, hostProvided, unmet } = resolve(['a'], index);
    expect(install.map(({ name }) => name)).toEqual(['c', 'b', 'a']);
    expect({ hostProvided, unmet }).toEqual({ hostProvided: ['glibc'], unmet: [] });
  });
  it('ends on packages that depend on each other', () => {
    const index = indexOf(artifact('a', { depends: ['b'] }), artifact('b', { depends: ['a'] }));
    expect(resolve(['a'], index).install.map(({ name }) => name)).toEqual(['b', 'a']);
  });
  it('says what nobody offers, and for whom', () => {
    const { unmet } = resolve(['a', 'nowhere'], indexOf(artifact('a', { depends: ['gone'] })));
    expect(unmet).toEqual([
      { need: 'gone', of: 'a' },
      { need: 'nowhere', of: 'app' },
    ]);
  });
  it('leaves its own outputs out', () => {
    expect(resolve(['app-doc'], indexOf(artifact('app-doc'))).install).toEqual([]);
  });
  it('takes a provided name only when one package provides it and no official repository offers it', () => {
    const fork = artifact('gtk3-classic', { provides: ['gtk3=3'] });
    expect(resolve(['gtk3'], indexOf(fork)).install).toEqual([]);
    const editor = artifact('vim-fork', { provides: ['vi=1'] });
    expect(resolve(['vi'], indexOf(editor)).install).toEqual([editor]);
    expect(resolve(['vi'], indexOf(editor, artifact('other', { provides: ['vi=1'] }))).install).toEqual([]);
  });
  it('does not install a version that is out of bounds', () => {
    expect(resolve(['a=2'], indexOf(artifact('a'))).unmet).toEqual([{ need: 'a=2', of: 'app' }]);
  });
});
