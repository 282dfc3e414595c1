import { describe, expect, it } from 'vitest';
import { PosixExpression } from './posix-expression.ts';

const matches = (expression: string, line: string): boolean => {
  const read = PosixExpression.read(expression);
  if (typeof read === 'string') throw new Error(read);
  return read.matches(line);
};

describe('extended regular expressions', () => {
  it.each([
    ['^source=\\(https://a/', 'source=(https://a/b)', true],
    ['^source=\\(https://a/', ' source=(https://a/b)', false],
    ['^_(commit|rev)=[0-9a-f]{7,40}$', '_rev=0123abc', true],
    ['^_(commit|rev)=[0-9a-f]{7,40}$', '_rev=0123ab', false],
    ['a|b', 'xb', true],
    ['', 'x', true],
    ['()a', 'a', true],
    ['[]x]+$', 'a]', true],
    ['[^]x]', ']', false],
    ['[[:digit:][:space:]]', 'a b', true],
    ['[a-c-]$', 'x-', true],
    ['a{2}', 'aba', false],
    ['a{2,}b', 'aaab', true],
    ['a{0,1}b', 'b', true],
    ['(ab)*c', 'ababc', true],
    ['\\.', 'a', false],
    ['.', '\u{1f600}', true],
    ['^.$', '\u{1f600}', true],
    ['\\w\\s\\W', 'a -', true],
    ['a$', 'ab', false],
  ])("'%s' on '%s' is %s", (expression, line, expected) => {
    expect(matches(expression, line)).toBe(expected);
  });

  it.each([
    '(a',
    'a)',
    '[a',
    '*a',
    'a{,3}',
    'a{3,2}',
    'a{1000}',
    '\\1',
    '(a)\\1',
    '\\bx',
    '\\d',
    'a\\',
    '[[:nope:]]',
    '[[.a.]]',
    '[b-a]',
    '^*',
    'a'.repeat(1001),
    '((((a{200}){200}){200}){200})',
    `${'('.repeat(60)}a${')'.repeat(60)}`,
  ])("is none: '%s'", (expression) => {
    expect(typeof PosixExpression.read(expression)).toBe('string');
  });

  it('take time in proportion to the line, whatever the expression', () => {
    expect(matches('^(a|a)*(a*)*$', `${'a'.repeat(9000)}b`)).toBe(false);
    expect(matches('a', 'a'.repeat(10_001))).toBe(false);
  });
});
