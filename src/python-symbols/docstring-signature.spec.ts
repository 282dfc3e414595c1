import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ArgSpec } from '../formats/pyresources/index.ts';
import { type DocstringRules, docstringSignature } from './docstring-signature.ts';

function read(text: string, rules: DocstringRules = 'packmill'): ArgSpec | undefined {
  const found = docstringSignature(text, rules);
  return found.found ? found.argSpec : undefined;
}

function shown(text: string, rules: DocstringRules = 'packmill'): string {
  const found = read(text, rules);
  if (found === undefined) return 'none';
  const words = found.args.map(
    ({ name, defaultValue, keywordOnly, positionalOnly }) =>
      `${keywordOnly ? 'kw:' : positionalOnly ? 'pos:' : ''}${name}${defaultValue === '' ? '' : `=${defaultValue}`}`,
  );
  if (found.vararg !== '') words.push(`*${found.vararg}`);
  if (found.kwarg !== '') words.push(`**${found.kwarg}`);
  return words.join(' ');
}

const accepted: readonly (readonly [string, string, string])[] = [
  ['get_state()', '', ''],
  ['rand(d0, d1, ..., dn)', 'd0 d1 ... dn', 'd0 d1 *args'],
  ['f(a[, b, c])', 'a b=... c=...', 'a b=... c=...'],
  ['f([ a, b ], c)', 'a=... b=... c', 'a=... b=... c'],
  ['f(x = 3)', 'x=3', 'x=3'],
  ['f.a.b ( x )', 'x', 'x'],
  ['fn( x, y) -> None', 'x y', 'x y'],
  ['fn(*)', '', ''],
  ['\n\n  f(a)\n\nText.', 'a', 'a'],
  ["f(a='', b='x', **k)", 'a="" b=x **k', 'a="" b=x **k'],
  ['f(*a, **k)', '*a **k', '*a **k'],
  ['f(*a, b)', '*a b', 'kw:b *a'],
  ['f(a[, b[, c]])', 'a b=... c=...', 'a b=... c=...'],
  ['f(a,\n  b=1)', 'a b=1', 'a b=1'],
];

const refused = [
  '',
  'fn',
  '1a()',
  'fn(a,)',
  'fn(x=)',
  'fn(x=1 2)',
  'fn(**)',
  'fn(***x)',
  'fn(*...)',
  'fn([]a)',
  'fn([[a])',
  'fn(.)',
  'Returns the answer (which is 42).',
  'Call fn(a) for it.',
  'fn(a)b',
  'fn(a]',
  'fn(a]) b',
  'fn(a.b)',
];

describe('signatures in docstrings', () => {
  it.each(accepted)('D9 %j is read', (text, original, ours) => {
    expect(read(text, 'original')).toBeDefined();
    expect(shown(text, 'original')).toBe(original);
    expect(shown(text)).toBe(ours);
  });

  it.each(refused)('D9 %j is refused', (text) => {
    expect(docstringSignature(text, 'original').found).toBe(false);
    expect(docstringSignature(text).found).toBe(false);
  });

  it('D9 makes all optional behind a lone sign by the rules of the original', () => {
    expect(shown('fn(required,/,o1[, o2], o3, *, k)', 'original')).toBe(
      'required o1=... o2=... o3=... k=...',
    );
    expect(shown('fn(required,/,o1[, o2], o3, *, k)')).toBe('pos:required o1 o2=... o3 kw:k');
  });

  it('knows how numpy and pybind11 write today', () => {
    expect(shown('add(x1, x2, /[, out, ...])')).toBe('pos:x1 pos:x2 out=... *args');
    expect(shown("sin(x, /, out=None, *, where=True, casting='same_kind')")).toBe(
      'pos:x out=None kw:where=True kw:casting=same_kind',
    );
    expect(shown('min(iterable, *[, default=obj, key=func])')).toBe('iterable kw:default=obj kw:key=func');
    expect(shown('arange([start,] stop[, step,], dtype=None)')).toBe('start=... stop step=... dtype=None');
    expect(shown('sum(a, keepdims=<no value>, x=[])')).toBe('a keepdims=<no value> x=[]');
    const found = read('f(self: a.B, x: Dict[str, int] = 3) -> List[int]');
    expect(found?.args.map(({ annotation }) => annotation)).toEqual(['a.B', 'Dict[str, int]']);
    expect(found?.returns).toBe('List[int]');
  });

  it('says why there is none', () => {
    expect(docstringSignature('\n\n\n\n\nf(a)')).toEqual({ found: false, refusal: 'too-many-lines' });
    expect(docstringSignature('f(a,\nb,\nc,\nd,\ne,\nf)')).toEqual({
      found: false,
      refusal: 'too-many-lines',
    });
    expect(docstringSignature(`f(${'a, '.repeat(40_000)}a)`)).toEqual({ found: false, refusal: 'too-long' });
    expect(docstringSignature('f(\ud800)')).toEqual({ found: false, refusal: 'invalid-text' });
  });

  it('never throws', () => {
    const piece = fc.constantFrom(..."f a ( ) [ ] , * ** / ... = 1 ' : . -> \n".split(' '), ' ', 'x');
    fc.assert(
      fc.property(
        fc.array(piece, { maxLength: 24 }),
        fc.constantFrom('packmill', 'original'),
        (pieces, rules) => {
          const found = docstringSignature(pieces.join(''), rules as DocstringRules);
          if (found.found) expect(found.argSpec.args.every(({ name }) => name !== '')).toBe(true);
        },
      ),
    );
  });

  it('reads what was written', () => {
    const name = fc.stringMatching(/^[a-z]{1,6}$/u);
    const row = fc.record({ name, value: fc.constantFrom('', '3', 'None', '-1.5', 'a.b') });
    fc.assert(
      fc.property(fc.array(row, { maxLength: 6 }), fc.nat(6), fc.boolean(), (rows, cut, isStarred) => {
        const words = rows.map((one) => (one.value === '' ? one.name : `${one.name}=${one.value}`));
        const at = Math.min(cut, words.length);
        const all = [...words.slice(0, at), ...(isStarred ? ['*'] : []), ...words.slice(at)];
        const args = read(`f(${all.join(', ')})`)?.args;
        expect(args?.map((one) => [one.name, one.defaultValue, one.keywordOnly])).toEqual(
          rows.map((one, index) => [one.name, one.value, isStarred && index >= at]),
        );
      }),
    );
  });
});
