import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readRequestedName } from './index.ts';

describe('a package that is asked for', () => {
  it.each([
    ['foo', { name: 'foo' }],
    ['foo/5', { name: 'foo', buildClass: 5 }],
    ['foo/cat-1.b', { name: 'foo', buildClass: 'cat-1.b' }],
    ['foo/0123456789', { name: 'foo', buildClass: '0123456789' }],
    ['foo/', undefined],
    ['/5', undefined],
    ['foo/5/6', undefined],
    ['foo/a b', undefined],
    ['', undefined],
  ])('is read from %j', (word, asked) => {
    expect(readRequestedName(word)).toEqual(asked);
  });

  it('comes back from what was written', () => {
    const name = fc.stringMatching(/^[a-z0-9@._+-]+$/);
    fc.assert(
      fc.property(name, fc.integer({ min: 0, max: 999_999_999 }), (one, buildClass) => {
        expect(readRequestedName(`${one}/${buildClass}`)).toEqual({ name: one, buildClass });
        expect(readRequestedName(one)).toEqual({ name: one });
      }),
    );
  });
});
