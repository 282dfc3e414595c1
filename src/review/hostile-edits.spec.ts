import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseShell } from '../formats/shell/index.ts';
import { classifyChange, type FileMode, type RecipeFolder } from './index.ts';
import { permittedSlots } from './permitted-slots.ts';

const hash = (letter: string): string => letter.repeat(64);

const recipe = `# Maintainer: Jane <jane@example.org>
pkgname=foo
pkgver=1.2.3
pkgrel=1
pkgdesc="it's a \\$(tool)"
arch=('x86_64' 'aarch64')
url='https://example.org'
depends=(glibc)
install=foo.install
source=("https://example.org/foo-$pkgver.tar.gz"
        fix.patch)
source_aarch64=("https://example.org/foo-arm-$pkgver.tar.gz")
sha256sums=('${hash('a')}'
            '${hash('b')}')
sha256sums_aarch64=('SKIP')

prepare() {
  cd foo
  pkgver=9
  cat > conf <<'EOF'
pkgver=1
$(id)
EOF
}

# note
package() {
  make DESTDIR="$pkgdir" install
}
`;

type Edit = readonly [string, string | RegExp, string];

const replaced = (text: string, from: string | RegExp, to: string): string => {
  const changed = text.replace(from, () => to);
  if (changed === text) throw new Error(`'${from}' is not in the recipe`);
  return changed;
};

const folder = (
  pkgbuild: string | Uint8Array,
  more: Readonly<Record<string, string>> = {},
): RecipeFolder => ({
  files: new Map(
    Object.entries({ PKGBUILD: pkgbuild, 'foo.install': 'post_install() { :; }\n', ...more }).map(
      ([path, content]) => [path, Buffer.from(content)] as const,
    ),
  ),
});
const sizeOf = (before: RecipeFolder, after: RecipeFolder): string =>
  classifyChange(before, after, { allow: [] }).size;

const hostile: readonly Edit[] = [
  ['an escape that goes away', '\\$(tool)', '$(tool)'],
  ['an escape that comes', 'foo-$pkgver', 'foo-\\$pkgver'],
  ['a substitution in pkgver', 'pkgver=1.2.3', 'pkgver=$(id)'],
  ['a substitution in quotes in pkgver', 'pkgver=1.2.3', 'pkgver="1$(id)"'],
  ['backquotes in pkgver', 'pkgver=1.2.3', 'pkgver=`id`'],
  ['a parameter in pkgver', 'pkgver=1.2.3', 'pkgver=$x'],
  ['arithmetic in pkgver', 'pkgver=1.2.3', 'pkgver=$((a[$(id)]))'],
  ['a process substitution in pkgver', 'pkgver=1.2.3', 'pkgver=<(id)'],
  ['an escaped word in pkgver', 'pkgver=1.2.3', 'pkgver=1\\.2'],
  ['ANSI-C quotes in pkgver', 'pkgver=1.2.3', "pkgver=$'1.2'"],
  ['translated quotes in pkgver', 'pkgver=1.2.3', 'pkgver=$"1.2"'],
  ['quotes in the middle of pkgver', 'pkgver=1.2.3', "pkgver=1'.2'"],
  ['an empty pkgver', 'pkgver=1.2.3', 'pkgver='],
  ['an option as pkgver', 'pkgver=1.2.3', 'pkgver=-f'],
  ['a parent folder as pkgver', 'pkgver=1.2.3', 'pkgver=..'],
  ['a path as pkgver', 'pkgver=1.2.3', 'pkgver=1/../../x'],
  ['a glob as pkgver', 'pkgver=1.2.3', 'pkgver=*'],
  ['a tilde as pkgver', 'pkgver=1.2.3', 'pkgver=~'],
  ['a colon in pkgver', 'pkgver=1.2.3', 'pkgver=1:2'],
  ['a blank in pkgver', 'pkgver=1.2.3', "pkgver='1 2'"],
  ['a command behind pkgver', 'pkgver=1.2.3', 'pkgver=2 id'],
  ['a statement behind pkgver', 'pkgver=1.2.3', 'pkgver=2; id'],
  ['a background command behind pkgver', 'pkgver=1.2.3', 'pkgver=2& id'],
  ['a list behind pkgver', 'pkgver=1.2.3', 'pkgver=2 && id'],
  ['a pipe behind pkgver', 'pkgver=1.2.3', 'pkgver=2 | id'],
  ['a redirect behind pkgver', 'pkgver=1.2.3', 'pkgver=2 >/etc/x'],
  ['a here-document behind pkgver', 'pkgver=1.2.3', 'pkgver=2 <<E'],
  ['a comment behind pkgver', 'pkgver=1.2.3', 'pkgver=2 # c'],
  ['a continued line behind pkgver', 'pkgver=1.2.3', 'pkgver=2\\'],
  ['a continued line within pkgver', 'pkgver=1.2.3', 'pkg\\\nver=2'],
  ['pkgver as an array', 'pkgver=1.2.3', 'pkgver=(2)'],
  ['pkgver with a subscript', 'pkgver=1.2.3', 'pkgver[0]=2'],
  ['pkgver that is appended to', 'pkgver=1.2.3', 'pkgver+=2'],
  ['pkgver declared', 'pkgver=1.2.3', 'declare pkgver=2'],
  ['pkgver exported', 'pkgver=1.2.3', 'export pkgver=2'],
  ['pkgver negated', 'pkgver=1.2.3', '! pkgver=2'],
  ['pkgver in a branch', 'pkgver=1.2.3', 'if true; then pkgver=2; fi'],
  ['pkgver in a subshell', 'pkgver=1.2.3', '(pkgver=2)'],
  ['pkgver in a function', 'pkgver=9', 'pkgver=8'],
  ['pkgver in a here-document', 'pkgver=1\n$(id)', 'pkgver=2\n$(id)'],
  ['pkgver twice', 'pkgver=1.2.3', 'pkgver=1.2.3\npkgver=2'],
  ['pkgver that moves', 'pkgver=1.2.3\npkgrel=1', 'pkgrel=1\npkgver=1.2.3'],
  ['a name with a foreign letter', 'pkgver=1.2.3', 'pkgv\u0435r=1.2.3'],
  ['a value with a foreign letter', 'pkgver=1.2.3', 'pkgver=1.2.\u0663'],
  ['an invisible letter in a value', 'pkgver=1.2.3', 'pkgver=1.2\u200b.3'],
  ['a letter that turns the order', 'pkgver=1.2.3', 'pkgver=1.2.3\u202e'],
  ['a no-break space', 'pkgver=1.2.3', 'pkgver=1.2.3\u00a0'],
  ['a carriage return', 'pkgver=1.2.3', 'pkgver=1.2.4\r'],
  ['a carriage return as a line end', 'pkgver=1.2.3\npkgrel', 'pkgver=1.2.3\rpkgrel'],
  ['line ends of another system', /\n/g, '\r\n'],
  ['a byte of value zero', 'pkgver=1.2.3', 'pkgver=1.2\0.4'],
  ['a byte-order mark', '# Maintainer', '\ufeff# Maintainer'],
  ['a vertical tab', 'pkgver=1.2.3', 'pkgver=1.2.4\v'],
  ['an indented line', 'pkgver=1.2.3', ' pkgver=1.2.4'],
  ['blanks at the end', 'pkgrel=1', 'pkgrel=2 '],
  ['a plus sign in pkgrel', 'pkgrel=1', 'pkgrel=1+1'],
  ['a comment that becomes code', '# note', 'note'],
  ['code that becomes a comment', 'depends=(glibc)', '#depends=(glibc)'],
  ['another comment', '# note', '# other'],
  ['a line end that goes away', '# note\n', '# note '],
  ['a line end at the end that goes away', 'install\n}\n', 'install\n}'],
  ['a hash that becomes SKIP', `'${hash('b')}'`, "'SKIP'"],
  ['a hash too few', `\n            '${hash('b')}'`, ''],
  ['a hash too many', `'${hash('b')}'`, `'${hash('b')}' '${hash('c')}'`],
  ['a hash of another length', `'${hash('b')}'`, `'${'b'.repeat(40)}'`],
  ['an empty hash', `'${hash('b')}'`, "''"],
  ['a hash that is none', `'${hash('b')}'`, `'${'g'.repeat(64)}'`],
  ['a hash from a substitution', `'${hash('b')}'`, '"$(id)"'],
  ['a hash from a parameter', `'${hash('b')}'`, '$x'],
  ['a hash with a key', `'${hash('b')}'`, `[1]=${hash('c')}`],
  ['a hash with a key that runs', `'${hash('b')}'`, `[$(id)]=${hash('c')}`],
  ['hashes by braces', `'${hash('b')}'`, `{${hash('b')},${hash('c')}}`],
  ['a comment between hashes', `'${hash('a')}'`, `'${hash('c')}' # c`],
  ['a continued line between hashes', `'${hash('a')}'\n`, `'${hash('c')}'\\\n`],
  ['an odd blank between hashes', `'${hash('a')}'\n`, `'${hash('c')}'\u3000\n`],
  ['an array that does not end', `'${hash('b')}')`, `'${hash('b')}'`],
  ['a command behind the hashes', `'${hash('b')}')`, `'${hash('c')}') id`],
  ['hashes that are appended', 'sha256sums=(', 'sha256sums+=('],
  ['hashes of another kind', 'sha256sums=(', 'md5sums=('],
  ['hashes of another architecture', 'sha256sums_aarch64', 'sha256sums_x86_64'],
  ['hashes that move to another architecture', 'sha256sums_aarch64=', 'sha256sums='],
  ['hashes as a scalar', "sha256sums_aarch64=('SKIP')", "sha256sums_aarch64='SKIP'"],
  ['hashes in a function', 'sha256sums_aarch64', 'f() { :; }; sha256sums_aarch64'],
  ['a source more', 'fix.patch)', 'fix.patch evil)'],
  ['another source', 'example.org/foo-$', 'evil.example/foo-$'],
  ['another install script', 'foo.install', 'bar.install'],
  ['a function more', '# note', 'verify() { id; }'],
  ['a command more in a function', '  make ', '  id\n  make '],
  ['quotes of an argument', '"$pkgdir"', '$pkgdir'],
  ['a here-document that is not quoted any more', "<<'EOF'", '<<EOF'],
  ['a here-document that ends elsewhere', '\nEOF\n', '\n EOF\n'],
  ['epoch', 'pkgrel=1', 'epoch=1\npkgrel=1'],
  ['text that is no Bash', '# note', 'if'],
];

describe('hostile edits', () => {
  it.each(hostile)('are major: %s', (_title, from, to) => {
    expect(sizeOf(folder(recipe), folder(replaced(recipe, from, to)))).toBe('major');
    // a bump beside it does not hide it
    const bumped = replaced(recipe, from, to).replace('pkgrel=1', 'pkgrel=7');
    expect(sizeOf(folder(recipe), folder(bumped))).toBe('major');
  });

  it('are major for what a file is: links, modes, submodules, other files', () => {
    const before = folder(recipe);
    const bumped = recipe.replace('pkgver=1.2.3', 'pkgver=2');
    const withMode = (path: string, mode: FileMode, content?: string): RecipeFolder => {
      const after = folder(bumped, content === undefined ? {} : { [path]: content });
      return { ...after, modes: new Map([[path, mode]]) };
    };
    const hidden: readonly RecipeFolder[] = [
      withMode('PKGBUILD', '120000', '/etc/passwd'),
      withMode('PKGBUILD', '100755'),
      withMode('.SRCINFO', '120000', '/etc/passwd'),
      withMode('.SRCINFO', '160000', 'a'),
      withMode('foo.install', '100755'),
      withMode('foo.install', '120000'),
      folder(bumped, { 'foo.install': 'post_install() { id; }\n' }),
      folder(bumped, { 'foo.hook': '' }),
      folder(bumped, { 'sub/.git/config': '' }),
      folder(bumped, { '.gitattributes': '* filter=x' }),
      folder(bumped, { '.gitmodules': '' }),
      folder(bumped, { '.CIx': '' }),
      folder(bumped, { pkgbuild: '' }),
      { files: new Map([['PKGBUILD', Buffer.from(bumped)]]) },
      { files: new Map([['foo.install', Buffer.from('post_install() { :; }\n')]]) },
      folder(Buffer.concat([Buffer.from(bumped), Buffer.from([0x23, 0xff, 0x0a])])),
    ];
    for (const after of hidden) {
      expect(sizeOf(before, after), [...after.files.keys(), ...(after.modes ?? [])].join()).toBe('major');
    }
  });

  it('are major when a file that was no UTF-8 hides a changed byte', () => {
    const bytes = (last: number): Uint8Array =>
      Buffer.concat([Buffer.from('pkgver=1\n#'), Buffer.from([last, 0x0a])]);
    expect(sizeOf(folder(bytes(0xfe)), folder(bytes(0xff)))).toBe('major');
  });
});

const harmless: readonly Edit[] = [
  ['a version', 'pkgver=1.2.3', 'pkgver=2.0.0_rc1+g12ab-3'],
  ['a version in quotes', 'pkgver=1.2.3', 'pkgver="1.2.4"'],
  ['a release', 'pkgrel=1', "pkgrel='1.2'"],
  ['other hashes', new RegExp(hash('a')), hash('c')],
  ['hashes in capitals', new RegExp(hash('a')), hash('C')],
  ['a hash in place of SKIP', "'SKIP'", `"${hash('d')}"`],
  ['hashes in one line', `'\n            '${hash('b')}'`, `' ${hash('b')}`],
];

describe('harmless edits', () => {
  it.each(harmless)('are minor: %s', (_title, from, to) => {
    expect(sizeOf(folder(recipe), folder(replaced(recipe, from, to)))).toBe('minor');
  });

  it('are minor all at once, and back again', () => {
    const all = harmless.reduce(
      (text, [, from, to], index) => (index === 1 || index === 4 ? text : replaced(text, from, to)),
      recipe,
    );
    expect(sizeOf(folder(recipe), folder(all))).toBe('minor');
    // but not back: a hash would become SKIP
    expect(sizeOf(folder(all), folder(recipe))).toBe('major');
  });
});

describe('random edits', () => {
  const slots = permittedSlots(parseShell(recipe, 'PKGBUILD'));
  const isOutside = (at: number, length: number): boolean =>
    slots.every(({ from, to }) => at + length <= from || at >= to);
  const piece = fc.oneof(
    fc.string({ unit: fc.constantFrom(...'pkgver=12$(){}[]\'"\\`;&|<># \n\t\r\0aé'), maxLength: 4 }),
    fc.string({ unit: 'binary', maxLength: 3 }),
    fc.constantFrom('', '$(id)', '\n', '\\\n', "'", '"', '# ', ' ', 'pkgver=2', 'SKIP'),
  );

  it('outside of the permitted places are never minor', () => {
    expect(slots.map(({ name }) => name)).toEqual(['pkgver', 'pkgrel', 'sha256sums', 'sha256sums_aarch64']);
    fc.assert(
      fc.property(fc.nat(recipe.length), fc.nat(3), piece, (at, length, inserted) => {
        // at the edges of a place an insertion may belong to it
        fc.pre(isOutside(at - 1, length + 2));
        const after = recipe.slice(0, at) + inserted + recipe.slice(at + length);
        fc.pre(after !== recipe);
        expect(sizeOf(folder(recipe), folder(after))).toBe('major');
      }),
      { numRuns: 1500 },
    );
  });

  it('anywhere are minor only when all that differs are plain values', () => {
    const plain = /^(?:['"]?)[A-Za-z0-9_][A-Za-z0-9_.+-]*(?:['"]?)$/;
    const hashes = /^\((?:[ \t\n]*(['"]?)(?:SKIP|[0-9A-Fa-f]+)\1)*[ \t\n]*\)$/;
    fc.assert(
      fc.property(
        fc.constantFrom(...slots),
        fc.nat(80),
        fc.nat(3),
        piece,
        (slot, offset, length, inserted) => {
          const at = slot.from + Math.min(offset, slot.to - slot.from);
          const after = recipe.slice(0, at) + inserted + recipe.slice(at + length);
          fc.pre(after !== recipe);
          if (sizeOf(folder(recipe), folder(after)) !== 'minor') return;
          const value = after.slice(slot.from, after.length - (recipe.length - slot.to));
          expect(value).toMatch(slot.kind === 'version' ? plain : hashes);
        },
      ),
      { numRuns: 1500 },
    );
  });

  it('never make it throw', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), fc.uint8Array({ maxLength: 300 }), (one, other) => {
        const size = sizeOf(folder(one), folder(other));
        expect(size === 'none').toBe(Buffer.compare(one, other) === 0);
      }),
      { numRuns: 500 },
    );
  });
});
