import { describe, expect, it } from 'vitest';
import { bestNames, namesOf } from './search-names.ts';

const of = (...names: readonly string[]) =>
  namesOf(names.map((name) => ({ target: 'main', arch: 'x86_64', name })));
const names = (all: ReturnType<typeof of>, text: string) => bestNames(all, text).map(({ name }) => name);

describe('names of packages', () => {
  it('are offered once each, with the first target that has them', () => {
    const all = namesOf([
      { target: 'main', arch: 'x86_64', name: 'nib' },
      { target: 'testing', arch: 'x86_64', name: 'nib' },
    ]);
    expect(all).toEqual([{ name: 'nib', id: 'main/x86_64/nib' }]);
  });

  it('come with those that begin with the text first, in any case, and short ones before long ones', () => {
    const all = of('kde-qt', 'Qt6-base', 'qt', 'python-pyqt', 'zlib');
    expect(names(all, ' QT ')).toEqual(['qt', 'Qt6-base', 'kde-qt', 'python-pyqt']);
    expect(names(all, 'no')).toEqual([]);
  });

  it('are twenty at most', () => {
    expect(names(of(...Array.from({ length: 50 }, (_, at) => `lib${at}`)), 'lib')).toHaveLength(20);
  });
});
