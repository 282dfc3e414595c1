import { describe, expect, it } from 'vitest';
import { bestNames } from './search-names.ts';

describe('names of packages', () => {
  it('are offered once each, however many targets have them', () => {
    expect(bestNames(['nib', 'zlib', 'nib'], 'nib')).toEqual(['nib']);
  });

  it('come with those that begin with the text first, in any case, and short ones before long ones', () => {
    const all = ['kde-qt', 'Qt6-base', 'qt', 'python-pyqt', 'zlib'];
    expect(bestNames(all, ' QT ')).toEqual(['qt', 'Qt6-base', 'kde-qt', 'python-pyqt']);
    expect(bestNames(all, 'no')).toEqual([]);
  });

  it('are twenty at most', () => {
    const all = Array.from({ length: 50 }, (_, at) => `lib${at}`);
    expect(bestNames(all, 'lib')).toHaveLength(20);
  });
});
