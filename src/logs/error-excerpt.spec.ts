import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { findErrorExcerpt } from './error-excerpt.ts';

const errorOf = (text: string): string | undefined => {
  const excerpt = findErrorExcerpt(text);
  return excerpt?.lines[excerpt.errorLine - excerpt.firstLine];
};

const compiler = `==> Starting build()...
checking for error: handling... no
gcc -Werror -c a.c
a.c: In function 'main':
a.c:3:5: error: unknown type name 'foo'
    3 |     foo x;
make[1]: *** [Makefile:4: a.o] Error 1
make: *** [Makefile:2: all] Error 2
==> ERROR: A failure occurred in build().
    Aborting...
`;

describe('the error excerpt', () => {
  it('finds the message of the compiler, not those of make and makepkg', () => {
    const excerpt = findErrorExcerpt(compiler);
    expect(excerpt?.errorLine).toBe(5);
    expect(excerpt?.firstLine).toBe(3);
    expect(excerpt?.lines.slice(0, 4)).toEqual([
      'gcc -Werror -c a.c',
      "a.c: In function 'main':",
      "a.c:3:5: error: unknown type name 'foo'",
      '    3 |     foo x;',
    ]);
  });

  it.each([
    [
      'a warning that counts as one',
      "gcc -Werror=x a.c\na.c:3:1: error: unused 'i' [-Werror=unused]\nmake: *** [a.o] Error 1",
      "unused 'i'",
    ],
    [
      'a linker',
      '/usr/bin/ld: cannot find -lfoo: No such file or directory\ncollect2: error: ld returned 1',
      '-lfoo',
    ],
    ['configure', 'checking for zlib... no\nconfigure: error: zlib is required\n', 'zlib is required'],
    [
      'a shell',
      '/build/PKGBUILD: line 9: cmake: command not found\n==> ERROR: A failure occurred in build().',
      'cmake',
    ],
    ['rust', 'error[E0308]: mismatched types\n --> src/main.rs\nerror: could not compile `x`', 'E0308'],
    ['python', 'Traceback (most recent call last):\n  File "x"\nValueError: no', 'Traceback'],
    ['cmake', '-- Looking\nCMake Error at CMakeLists.txt:3 (find_package):\n  Could not', 'CMake Error'],
    ['a test', 'ok 1 - a\nnot ok 2 - adds\n# FAIL\nmake: *** [check] Error 1', 'not ok 2'],
    ['a patch', 'patching file a\nHunk #1 FAILED at 3.\n==> ERROR: A failure occurred in prepare().', 'Hunk'],
  ])('finds the error of %s', (_, text, part) => {
    expect(errorOf(text)).toContain(part);
  });

  it('falls back to the messenger and then to the line of makepkg', () => {
    expect(errorOf('a\nmake: *** [x] Error 1\n')).toBe('make: *** [x] Error 1');
    expect(errorOf('a\n==> ERROR: One or more files did not pass the validity check!\n')).toContain(
      'validity',
    );
  });

  it('finds nothing in a log without errors', () => {
    expect(findErrorExcerpt('gcc a.c\n0 errors, 0 warnings\nall done\n')).toBeUndefined();
    expect(findErrorExcerpt('')).toBeUndefined();
  });

  it('prefers an error near what ended the build to one long before', () => {
    const noise = `error: expected by a test\n${'line\n'.repeat(500)}`;
    expect(errorOf(`${noise}b.c:1:1: error: real\nmake: *** [b.o] Error 1\n`)).toBe('b.c:1:1: error: real');
  });

  it('sees through colours and progress lines', () => {
    expect(errorOf('10%\r20%\r\u001b[01;31ma.c:1:1: error: \u001b[0mbad\r\n')).toBe('a.c:1:1: error: bad');
  });

  it('returns at most eleven lines of the text, for any text', () => {
    const line = fc.oneof(
      fc.string(),
      fc.constantFrom('error: x', 'make: *** [x] Error 1', '==> ERROR: no', '\r'),
    );
    fc.assert(
      fc.property(fc.array(line), (lines) => {
        const text = lines.join('\n');
        const excerpt = findErrorExcerpt(text);
        if (excerpt === undefined) return;
        expect(excerpt.lines.length).toBeLessThanOrEqual(11);
        expect(excerpt.errorLine).toBeGreaterThanOrEqual(excerpt.firstLine);
        expect(excerpt.errorLine).toBeLessThan(excerpt.firstLine + excerpt.lines.length);
        expect(excerpt.errorLine).toBeLessThanOrEqual(text.split('\n').length);
      }),
    );
  });
});
