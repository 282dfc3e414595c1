import { describe, expect, it } from 'vitest';
import { ProblemError } from '../../diagnostics/index.ts';
import { compileTemplate, Exposed, type TemplateLoader } from './index.ts';

const render = (text: string, variables: Record<string, unknown> = {}, loader?: TemplateLoader): string =>
  compileTemplate(text, { name: 'foo.tmpl', loader }).render(variables);

function troubleOf(run: () => unknown) {
  try {
    run();
  } catch (error) {
    if (error instanceof ProblemError) return error.problem;
    throw error;
  }
  throw new Error('nothing failed');
}

describe('a template without an end', () => {
  it('is ended: loops in loops that do nothing, and those whose items are left out', () => {
    const begin = '{% for a in range(3000) %}{% for b in range(3000) %}';
    const end = '{% endfor %}{% endfor %}';
    for (const text of [
      `${begin}{% set x = a %}${end}`,
      begin.replace('%}{%', '%}{%').replace(/ %\}$/, ' if b < 0 %}') + end,
    ])
      expect(troubleOf(() => render(text))).toMatchObject({
        code: 'TPL005',
        what: 'the template does too much',
      });
    expect(
      render('{% for a in range(300) %}{% for b in range(300) %}{% set x = a %}{% endfor %}{% endfor %}'),
    ).toBe('');
  });
});

describe('where a template fails', () => {
  it('36: an attribute of something undefined fails at its line and column', () => {
    expect(troubleOf(() => render('a\n  {{ x.y }}\n'))).toMatchObject({
      code: 'TPL002',
      what: "'x' is undefined",
      place: { file: 'foo.tmpl', line: 2, column: 8 },
    });
  });

  it.each([
    ['{% if a %}', 1, "'endif' is expected before the end of the template"],
    ['\n{{ a b }}', 2, "'}}' is expected, not 'b'"],
    ["\n\n{{ 'a }}", 3, 'the text in quotes is not closed'],
    ['{% iff a %}', 1, "no statement is called 'iff'"],
    ['{{ [1, 2) }}', 1, "']' is expected, not ')'"],
  ])('%j is a mistake of syntax, and the message says what is expected', (text, line, what) => {
    expect(troubleOf(() => compileTemplate(text, { name: 'foo.tmpl' }))).toMatchObject({
      code: 'TPL001',
      what,
      place: { file: 'foo.tmpl', line },
    });
  });

  it('a statement that is never closed is named with the line that opens it', () => {
    const { why } = troubleOf(() => compileTemplate('\n{% for x in y %}\n{% endif %}', { name: 'foo.tmpl' }));
    expect(why).toContain("'for'");
    expect(why).toContain('line 2');
  });

  it('an unknown filter fails while compiling, with its own place', () => {
    const { code, place } = troubleOf(() => compileTemplate('{{ a }}{{ a | uper }}', { name: 'foo.tmpl' }));
    expect([code, place]).toEqual(['TPL006', { file: 'foo.tmpl', line: 1, column: 15 }]);
  });

  it('names the file that fails, not the one that includes it', () => {
    const loader: TemplateLoader = (name) => (name === 'deps.tmpl' ? 'x\n{{ 1 / 0 }}' : undefined);
    expect(troubleOf(() => render("{% include 'deps.tmpl' %}", {}, loader))).toMatchObject({
      code: 'TPL004',
      place: { file: 'deps.tmpl', line: 2 },
    });
  });

  it('names the place that wants a template which is missing', () => {
    expect(troubleOf(() => render("\n{% extends 'base.tmpl' %}"))).toMatchObject({
      code: 'TPL003',
      what: "there is no template 'base.tmpl'",
      place: { file: 'foo.tmpl', line: 2 },
    });
  });
});

describe('what a template is given', () => {
  it('prints whole numbers as integers, others as floats, and nothing for what is undefined', () => {
    const variables = { a: 5, b: 2.5, c: undefined, d: null, e: true, f: 10n ** 20n };
    expect(render('{{ a }} {{ b }} [{{ c }}] {{ d }} {{ e }} {{ f }}', variables)).toBe(
      '5 2.5 [] None True 100000000000000000000',
    );
  });

  it('takes lists, sets, maps and plain objects, and leaves them as they are', () => {
    const variables = { list: [3, 1], set: new Set(['a']), map: new Map([[1, 'x']]), object: { k: 'v' } };
    expect(render('{% set _ = list.append(2) %}{{ list }}{{ set }}{{ map }}{{ object }}', variables)).toBe(
      "[3, 1, 2]['a']{1: 'x'}{'k': 'v'}",
    );
    expect(variables.list).toEqual([3, 1]);
  });

  it('shows of an exposed object its attributes and methods only', () => {
    const artifact = new Exposed('<Artifact>', {
      src_uri: 'https://example.org/a',
      hash: (name: string) => `${name}!`,
    });
    const text =
      '{{ a }} {{ a.src_uri }} {{ a.hash("sha512") }} [{{ a.printed }}{{ a.attributes }}{{ a.toString }}]';
    expect(render(text, { a: artifact })).toBe('<Artifact> https://example.org/a sha512! []');
  });

  it('calls functions that it is given, named arguments in one object at the end', () => {
    const call = (...given: unknown[]): string => JSON.stringify(given);
    expect(render('{{ call(1, [2.5, none], x="y") }}', { call })).toBe('[1,[2.5,null],{"x":"y"}]');
  });

  it('reports what a function throws, at the call', () => {
    const broken = (): never => {
      throw new Error('no such hash');
    };
    expect(troubleOf(() => render('\n{{ broken() }}', { broken }))).toMatchObject({
      code: 'TPL004',
      what: "'broken' fails: no such hash",
      place: { line: 2 },
    });
  });

  it('refuses an object of a class', () => {
    const { code, what } = troubleOf(() => render('{{ a }}', { a: new URL('https://example.org') }));
    expect([code, what]).toEqual(['TPL004', "an object of the class 'URL' cannot be used in a template"]);
  });

  it('asks the loader once for each name, over all renderings', () => {
    const asked: string[] = [];
    const loader: TemplateLoader = (name) => {
      asked.push(name);
      return '{{ x }}';
    };
    const template = compileTemplate("{% include 'a' %}{% include 'a' %}", { name: 'foo.tmpl', loader });
    expect(template.render({ x: 1 }) + template.render({ x: 2 })).toBe('1122');
    expect(asked).toEqual(['a']);
  });
});

describe('what a template cannot do', () => {
  const roots = [
    'x',
    "''",
    '[]',
    '{}',
    '1',
    'range',
    'none',
    'f',
    '()',
    'x.items',
    'cycler(1)',
    'namespace()',
  ];
  const names = [
    'constructor',
    '__proto__',
    'prototype',
    'hasOwnProperty',
    'toString',
    'valueOf',
    '__class__',
  ];

  it.each(roots)('reach what JavaScript knows of %s', (root) => {
    const variables = { x: { k: 1 }, f: () => 1 };
    for (const name of names) {
      const text = `[{{ ${root}.${name} }}{{ (${root})['${name}'] }}{{ ${root} | attr('${name}') }}]`;
      expect(render(text, variables)).toBe('[]');
    }
  });

  it('see names of variables that are only inherited', () => {
    expect(render('[{{ constructor }}{{ toString }}{{ __proto__ }}{{ hasOwnProperty }}]')).toBe('[]');
  });

  it.each([
    '{% for i in range(100001) %}{% endfor %}',
    '{{ 10 ** 100000 }}',
    "{{ 'x' * 100000000 }}",
    '{{ [1] * 100000000 }}',
    "{{ '%999999999d' % 1 }}",
    "{{ '{:999999999}'.format(1) }}",
    "{{ 'x'.center(999999999) }}",
    "{{ '1'.zfill(999999999) }}",
    '{% macro m() %}{{ m() }}{% endmacro %}{{ m() }}',
    "{% set x = 'x' * 1000000 %}{% for i in range(100) %}{{ x }}{% endfor %}",
    "{% set ns = namespace(x='x' * 1000) %}{% for i in range(40) %}{% set ns.x = ns.x ~ ns.x %}{% endfor %}",
    '{% set l = [] %}{% set _ = l.append(l) %}{{ l }}',
  ])('pass a limit: %s', (text) => {
    expect(troubleOf(() => render(text)).code).toBe('TPL005');
  });

  it('be nested without end', () => {
    expect(troubleOf(() => render(`{{ ${'('.repeat(5000)}1${')'.repeat(5000)} }}`)).code).toBe('TPL001');
    expect(troubleOf(() => render('{% if 1 %}'.repeat(5000))).code).toBe('TPL001');
  });
});
