import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { formatDependency, parseDependency, satisfies } from './dependency.ts';

describe('parseDependency', () => {
  it.each([
    ['glibc', { name: 'glibc' }],
    ['gtk4>=1:4.10-2', { name: 'gtk4', operator: '>=', version: '1:4.10-2' }],
    ['foo<2', { name: 'foo', operator: '<', version: '2' }],
    ['foo<=2', { name: 'foo', operator: '<=', version: '2' }],
    ['foo>2', { name: 'foo', operator: '>', version: '2' }],
    ['libfoo.so=1-64', { name: 'libfoo.so', operator: '=', version: '1-64' }],
    ['libfoo.so', { name: 'libfoo.so' }],
    ['jack: for JACK output', { name: 'jack', description: 'for JACK output' }],
    [
      'jack>=1:2: with an epoch',
      { name: 'jack', operator: '>=', version: '1:2', description: 'with an epoch' },
    ],
    ['jack: x=1', { name: 'jack', description: 'x=1' }],
    ['foo=', { name: 'foo', operator: '=', version: '' }],
    ['', { name: '' }],
  ])("reads '%s'", (text, expected) => {
    expect(parseDependency(text)).toEqual({ ...expected, text });
  });

  it('can be printed again without loss, whatever the text', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        expect(formatDependency(parseDependency(text))).toBe(text);
      }),
    );
  });
});

describe('satisfies', () => {
  it.each([
    ['1.0-1', 'foo', true],
    [undefined, 'foo', true],
    [undefined, 'foo>=1', false],
    ['1.0-3', 'foo=1.0', true],
    ['1.0-3', 'foo=1.0-2', false],
    ['1:0.5-1', 'foo>=2', true],
    ['1.0-1', 'foo>1.0', false],
    ['1.0-1', 'foo<1.0', false],
    ['0.9-1', 'foo<1.0', true],
    ['1.0-1', 'foo<=1.0-1', true],
    ['1-64', 'libfoo.so=1-64', true],
    ['1-32', 'libfoo.so=1-64', false],
  ])("says whether %s meets '%s'", (offered, text, expected) => {
    expect(satisfies(offered, parseDependency(text))).toBe(expected);
  });
});
