import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { addressesIn, calledCommands, parseShell, type ShellAssignment, type ShellText } from './index.ts';

const parse = (text: string): ShellText => parseShell(text, 'PKGBUILD');
const assignments = (text: string): readonly ShellAssignment[] =>
  parse(text).statements.flatMap(({ commands }) =>
    commands.flatMap((command) => (command.kind === 'simple' ? command.assignments : [])),
  );
const names = (text: string): readonly (string | undefined)[] =>
  calledCommands(parse(text)).map(({ name }) => name);

describe('statements of Bash', () => {
  it('have exact places', () => {
    const text = '# c\n\npkgver=1; url=a # b\npackage() {\n  make\n}\n';
    const { parts } = parse(text);
    expect(parts.map(({ kind, raw, place }) => [kind, raw, place.line, place.column])).toEqual([
      ['comment', '# c', 1, 1],
      ['blank', '\n\n', 1, 4],
      ['statement', 'pkgver=1', 3, 1],
      ['blank', '; ', 3, 9],
      ['statement', 'url=a', 3, 11],
      ['blank', ' ', 3, 16],
      ['comment', '# b', 3, 17],
      ['blank', '\n', 3, 20],
      ['statement', 'package() {\n  make\n}', 4, 1],
      ['blank', '\n', 6, 2],
    ]);
  });

  it('are functions in both forms, with the commands of their bodies', () => {
    const text = 'a() { x; }\nfunction b { y; }\nfunction c-d () ( z )\n';
    const commands = parse(text).statements.flatMap((statement) => statement.commands);
    expect(commands.map((one) => one.kind === 'function' && [one.name, one.body.keyword])).toEqual([
      ['a', '{'],
      ['b', '{'],
      ['c-d', '('],
    ]);
    expect(calledCommands(parse(text)).map(({ name, inFunction }) => [name, inFunction])).toEqual([
      ['x', 'a'],
      ['y', 'b'],
      ['z', 'c-d'],
    ]);
  });

  it('have here-documents whose bodies are parts of their own', () => {
    const { parts } = parse('cat <<E | sh\nfoo $(bar)\nE\nx\n');
    expect(parts.map(({ kind, raw }) => [kind, raw])).toEqual([
      ['statement', 'cat <<E | sh'],
      ['blank', '\n'],
      ['here-document', 'foo $(bar)\nE\n'],
      ['statement', 'x'],
      ['blank', '\n'],
    ]);
    expect(names('cat <<E | sh\nfoo $(bar)\nE\nx\n')).toEqual(['cat', 'bar', 'sh', 'x']);
    expect(names("cat <<'E'\n$(bar)\nE\nx\n")).toEqual(['cat', 'x']);
    expect(names('cat <<-E\n\t$(bar)\n\tE\nx\n')).toEqual(['cat', 'bar', 'x']);
  });

  it('tell background, pipes and lists apart', () => {
    const [first, second] = parse('a | b && c &\nd\n').statements;
    expect(first).toMatchObject({ operators: ['|', '&&'], isBackground: true });
    expect(second).toMatchObject({ operators: [], isBackground: false });
  });
});

describe('words of Bash', () => {
  it.each([
    ['x=a', 'none', 'a'],
    ["x='a b'", 'single', 'a b'],
    ['x="a b"', 'double', 'a b'],
    ['x=', 'none', ''],
    ["x=a'b'", 'mixed', 'ab'],
    ['x=a\\ b', 'mixed', 'a b'],
    ['x="a\\"b"', 'mixed', 'a"b'],
    ['x="a\\nb"', 'mixed', 'a\\nb'],
    ['x=a\\\nb', 'mixed', 'ab'],
    ["x=$'a\\tb\\x41\\101'", 'mixed', 'a\tbAA'],
    ["x=$'\\xff'", 'mixed', undefined],
    ['x=*', 'none', '*'],
    ['x={a,b}', 'none', '{a,b}'],
    ['x=~', 'none', undefined],
    ['x=$y', 'none', undefined],
    ['x="$y"', 'double', undefined],
    ['x="a$"', 'double', 'a$'],
    ['x=`y`', 'none', undefined],
    ['x=<(y)', 'none', undefined],
  ])("have a value when nothing in them is expanded: '%s'", (text, quoting, literal) => {
    expect(assignments(text)[0]?.value).toMatchObject({ quoting, literal });
  });

  it('are elements of arrays, with keys and places', () => {
    const [array] = assignments('x=(a \'b c\' # no\n  "$d"{,.sig} [k]=v *.e)\n');
    expect(
      array?.elements?.map(({ key, word }) => [key, word.raw, word.literal, word.text, word.place.line]),
    ).toEqual([
      [undefined, 'a', 'a', 'a', 1],
      [undefined, "'b c'", 'b c', 'b c', 1],
      [undefined, '"$d"{,.sig}', undefined, '$d{,.sig}', 2],
      ['k', '[k]=v', 'v', 'v', 2],
      [undefined, '*.e', undefined, '*.e', 2],
    ]);
    expect(assignments('x+=(a) y[1]=b z=(c)\n')).toMatchObject([
      { name: 'x', operator: '+=', subscript: undefined },
      { name: 'y', operator: '=', subscript: '1', value: { literal: 'b' } },
      { name: 'z', operator: '=', elements: [{ word: { literal: 'c' } }] },
    ]);
  });

  it('name the addresses in them', () => {
    const text = 'source=("a::https://x.org/$pkgver" git+ssh://y)\nf() { curl -L \'http://z/\'; }\n';
    expect(addressesIn(parse(text)).map(({ address, place }) => [address, place.line])).toEqual([
      ['https://x.org/$pkgver', 1],
      ['git+ssh://y', 1],
      ['http://z/', 2],
    ]);
  });
});

describe('commands that are called', () => {
  it.each([
    ['x=$(a | b) c', ['c', 'a', 'b']],
    ['x="$(a "$(b)")"', ['a', 'b']],
    ['x=`a \\`b\\``', ['a', 'b']],
    // biome-ignore lint/suspicious/noTemplateCurlyInString: this is Bash
    ['x=${y:-$(a)}', ['a']],
    ['x=$(( y[$(a)] ))', ['a']],
    ['x=$((a); b)', ['a', 'b']],
    ['((x = $(a)))', ['a']],
    ['[[ -n $(a) && $x =~ ($(b)) ]]', ['a', 'b']],
    ['if a; then b; elif c; then d; else e; fi', ['a', 'b', 'c', 'd', 'e']],
    ['for x in $(a); do b; done < <(c)', ['a', 'b', 'c']],
    ['while a; do b; done | c', ['a', 'b', 'c']],
    ['case $(a) in $(b)) c;; *) d; esac', ['a', 'b', 'c', 'd']],
    ['x=([$(a)]=b)', ['a']],
    ['y[$(a)]=b', ['a']],
    ['! time a && coproc { b; }', ['a', 'b']],
    ['a > "$(b)" <<< $(c)', ['a', 'b', 'c']],
    ['declare -a x=($(a))', ['declare', 'a']],
    ['"a" \'b\'; $c; "d"e', ['a', undefined, 'de']],
  ])("are found wherever they hide: '%s'", (text, expected) => {
    expect(parse(text).problems).toEqual([]);
    expect(names(text)).toEqual(expected);
  });

  it('that Bash reads late and that are no Bash are opaque', () => {
    let opaque = 0;
    const count = (text: string): number => {
      opaque = 0;
      JSON.stringify(parse(text), (key, value) => {
        if (key === 'isOpaque' && value === true) opaque += 1;
        return key === 'parts' ? undefined : value;
      });
      return opaque;
    };
    expect(count('x=`if`')).toBe(1);
    expect(count('cat <<E\n$(if\nE\n')).toBe(1);
    expect(count('x=`a`')).toBe(0);
  });
});

describe('what is no Bash', () => {
  it.each([
    ['x=1\npackage() {\n', 3, 1],
    ['x="a\n', 1, 3],
    ["x='a\n", 1, 3],
    ['x=(a\n', 1, 3],
    ['x=1\n  fi\n', 2, 3],
    ['x=$(a\n', 1, 5],
    ['a ;; b\n', 1, 3],
    ['a\0b\n', 1, 2],
    ['pkg\\\nver=1\n', 1, 1],
    ['i\\\nf a; then b; fi\n', 1, 1],
    ['rm !(x)\n', 1, 5],
  ])('is a problem with its place: %j', (text, line, column) => {
    expect(parse(text).problems).toMatchObject([
      { code: 'REV001', place: { file: 'PKGBUILD', line, column } },
    ]);
  });

  it('leaves the statements before it', () => {
    const { statements, parts } = parse('x=1\ny=2\nfi\nz=3\n');
    expect(statements.map(({ raw }) => raw)).toEqual(['x=1', 'y=2']);
    expect(parts.at(-1)).toMatchObject({ kind: 'unread', raw: '\nfi\nz=3\n' });
  });

  it('are extended globs before the line that asks for them has ended', () => {
    expect(parse('shopt -s extglob\nrm !(x)\n').problems).toEqual([]);
    expect(parse('shopt -s extglob; rm !(x)\n').problems).toHaveLength(1);
    expect(parse('f() {\n  shopt -s extglob\n  rm !(x)\n}\n').problems).toHaveLength(1);
  });

  it('are texts that are nested too deeply, not a full stack', () => {
    for (const piece of ['$(', '{ ', '((', '${', '"$(', 'x=(<(', '[[ ( ', '`$(', 'a[$(', 'if ']) {
      expect(parse(piece.repeat(20_000)).problems).toHaveLength(1);
    }
  });
});

describe('any text', () => {
  const pieces = fc.constantFrom(
    ...'x = ( ) { } [ ] $ ` " \' \\ ; & | < > # ! \n'.split(' '),
    ...[
      'a',
      ' ',
      '\n',
      '\t',
      '$(',
      '${',
      '$((',
      '<<E\n',
      'E\n',
      '<(',
      'if ',
      'then ',
      'fi',
      'case ',
      ' in ',
      'esac',
    ],
    ...[
      'f() ',
      'function ',
      'do ',
      'done',
      'for ',
      '[[ ',
      ' ]]',
      '=~ ',
      '\\\n',
      "$'",
      '\0',
      'é',
      '\r\n',
      '\ufeff',
    ],
  );
  const texts = fc.oneof(
    fc.array(pieces, { maxLength: 40 }).map((parts) => parts.join('')),
    fc.string({ unit: 'binary', maxLength: 60 }),
  );

  it('comes back from its parts, byte for byte, and never makes it throw', () => {
    fc.assert(
      fc.property(texts, (text) => {
        const { parts, problems } = parse(text);
        expect(parts.map(({ raw }) => raw).join('')).toBe(text);
        let end = 0;
        for (const part of parts) {
          expect(part.place.offset).toBe(end);
          end = part.end;
        }
        expect(problems.length).toBeLessThanOrEqual(1);
      }),
      { numRuns: 2000 },
    );
  });
});
