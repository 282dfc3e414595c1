import fc from 'fast-check';

const texts = [
  '',
  'a',
  'abc',
  'a.b.c',
  '1.2.3',
  ' x y ',
  "it's",
  '"q"',
  'A-b_C',
  'é☃',
  '😀z',
  '10',
  '-3',
  '2.5',
  'x\ny',
  '%s',
  '{}',
  'a,b',
];
const quoted = fc.constantFrom(...texts).map((text) => JSON.stringify(text));
const integers = fc.integer({ min: -12, max: 12 }).map((value) => (value < 0 ? `(${value})` : String(value)));
const floats = fc.constantFrom('0.0', '1.0', '2.5', '0.1', '100.0', '1e20', '1e-7', '3.14159', '(-1.5)');
const words = fc.constantFrom('true', 'false', 'none', 'u');
const names = fc.constantFrom(
  'd',
  'd2',
  'lst',
  'people',
  'version',
  'num',
  'flt',
  'nothing',
  'flag',
  'empty',
);
const leaves = fc.oneof(quoted, integers, floats, words, names);

const filters = fc.constantFrom(
  ...[
    'upper',
    'lower',
    'title',
    'capitalize',
    'trim',
    'length',
    'first',
    'last',
    'list',
    'sort',
    'sum',
    'min',
    'max',
  ],
  ...[
    'string',
    'int',
    'float',
    'abs',
    'round',
    'join',
    'join("-")',
    'reverse|list',
    'unique|list',
    'dictsort',
    'tojson',
  ],
  ...[
    'default("D")',
    'default("D", true)',
    'replace("a", "b")',
    'truncate(3, true, "", 0)',
    'truncate(4, leeway=0)',
  ],
  ...[
    'indent(2)',
    'wordcount',
    'urlencode',
    'e',
    'batch(2)|list',
    'slice(2)|list',
    'map("upper")|list',
    'center(9)',
  ],
  ...[
    'map("string")|join',
    'select|list',
    'reject("none")|list',
    'select("string")|list',
    'sort(reverse=true)',
    'items|list',
  ],
  ...[
    'map(attribute="name")|list',
    'groupby("city")|length',
    'filesizeformat',
    'wordwrap(4)',
    'striptags',
    'int(7)',
    'round(1)',
  ],
);
const methods = fc.constantFrom(
  ...[
    'split(".")',
    'split()',
    'split(".", 1)',
    'rsplit(".", 1)',
    'strip()',
    'lstrip("a1")',
    'rstrip("c3")',
    'upper()',
  ],
  ...[
    'startswith("a")',
    'endswith(("c", "3"))',
    'replace(".", "")',
    'find("b")',
    'count("a")',
    'title()',
    'swapcase()',
  ],
  ...[
    'join(["x", "y"])',
    'partition(".")',
    'rpartition(".")',
    'splitlines()',
    'zfill(5)',
    'center(7, "*")',
    'isdigit()',
  ],
  ...[
    'items()|list',
    'keys()|list',
    'values()|list',
    'get("k")',
    'get("zz", 1)',
    'format(1, "b")',
    'index("a")',
    'nosuch',
  ],
  ...[
    'isalpha()',
    'isupper()',
    'islower()',
    'isspace()',
    'capitalize()',
    'expandtabs(2)',
    'ljust(4)',
    'rjust(4, "0")',
  ],
);
const tests = fc.constantFrom(
  ...[
    'defined',
    'undefined',
    'none',
    'string',
    'number',
    'mapping',
    'sequence',
    'iterable',
    'odd',
    'even',
    'true',
  ],
  ...[
    'divisibleby(3)',
    'in [1, "a"]',
    'eq 1',
    'lower',
    'upper',
    'integer',
    'float',
    'boolean',
    'callable',
    'ne "a"',
  ],
);
const operators = fc.constantFrom(
  '+',
  '-',
  '/',
  '//',
  '%',
  '~',
  '==',
  '!=',
  '<',
  '<=',
  '>',
  '>=',
  'in',
  'not in',
  'and',
  'or',
);
const bound = fc.oneof(fc.constant(''), fc.integer({ min: -5, max: 5 }).map(String));

/** Expressions of every kind, with operands that fit and with such that do not. Repetitions and powers stay small. */
export const expressions: fc.Arbitrary<string> = fc.letrec<{ any: string; list: string }>((tie) => ({
  list: fc
    .array(tie('any'), { maxLength: 3 })
    .chain((items) =>
      fc.constantFrom(`[${items.join(', ')}]`, `(${items.map((item) => `${item},`).join(' ')})`),
    ),
  any: fc.oneof(
    { maxDepth: 4, depthSize: 'small' },
    leaves,
    tie('list'),
    fc.tuple(tie('any'), operators, tie('any')).map(([a, operator, b]) => `(${a} ${operator} ${b})`),
    fc.tuple(leaves, integers).map(([a, b]) => `(${a} * ${b})`),
    fc.tuple(integers, fc.integer({ min: 0, max: 40 })).map(([a, b]) => `(${a} ** ${b})`),
    fc.tuple(tie('any'), filters).map(([a, filter]) => `(${a}|${filter})`),
    fc.tuple(tie('any'), methods).map(([a, method]) => `(${a}).${method}`),
    fc
      .tuple(tie('any'), tests, fc.boolean())
      .map(([a, test, not]) => `(${a} is ${not ? 'not ' : ''}${test})`),
    // Jinja2 takes a slice of a constant that has none for undefined, and fails for the same number in a variable.
    fc
      .tuple(fc.oneof(quoted, names, tie('list')), bound, bound, bound)
      .map(([a, x, y, z]) => `(${a})[${x}:${y}:${z}]`),
    fc.tuple(tie('any'), leaves).map(([a, key]) => `(${a})[${key}]`),
    fc.tuple(tie('any'), tie('any'), tie('any')).map(([a, b, c]) => `(${a} if ${b} else ${c})`),
    fc.tuple(tie('any'), tie('any')).map(([key, item]) => `{"k": ${item}, (${key}): 1}`),
    tie('any').map((a) => `(not ${a})`),
    tie('any').map((a) => `(-${a})`),
    fc.tuple(leaves, leaves, leaves).map(([a, b, c]) => `(${a} < ${b} <= ${c})`),
  ),
})).any;

const numbers = fc.oneof(
  fc.double({ noNaN: true, noDefaultInfinity: true }).map((value) => floatLiteral(value)),
  fc.bigInt({ min: -(2n ** 70n), max: 2n ** 70n }).map((value) => `(${value})`),
  fc.integer({ min: -100, max: 100 }).map((value) => `(${value})`),
);

/** A float as the dialect writes it: with a point or an exponent. */
function floatLiteral(value: number): string {
  const text = value.toExponential();
  return `(${Object.is(value, -0) ? `-${text.replace('-', '')}` : text})`;
}

/** Numbers of all sizes under every operator but the power, whose last digit of a float is the C library's. */
export const arithmetic: fc.Arbitrary<string> = fc
  .tuple(numbers, fc.constantFrom('+', '-', '*', '/', '//', '%', '<', '==', '>='), numbers)
  .map(([a, operator, b]) => `${a} ${operator} ${b}`);

const flags = fc.subarray(['-', '+', ' ', '0', '#']).map((chosen) => chosen.join(''));
const sizes = fc.oneof(fc.constant(''), fc.integer({ min: 0, max: 14 }).map(String));
const precisions = sizes.map((size) => (size === '' ? '' : `.${size}`));
const formatted = fc.oneof(numbers, quoted, words, fc.constantFrom('lst', 'd', 'flag'));

/** `%` and `format` with every kind of flag, width, precision and letter. */
export const formats: fc.Arbitrary<string> = fc.oneof(
  fc
    .tuple(flags, sizes, precisions, fc.constantFrom(...'diuoxXeEfFgGcrs%'), formatted)
    .map(
      ([flag, width, precision, letter, value]) => `"%${flag}${width}${precision}${letter}" % (${value},)`,
    ),
  fc
    .tuple(
      fc.constantFrom('', '<', '>', '^', '=', '*<', '0>', 'x^', '_='),
      fc.constantFrom('', '+', '-', ' '),
      fc.constantFrom('', '#'),
      fc.constantFrom('', '0'),
      sizes,
    )
    .chain(([align, sign, alternate, zero, width]) =>
      fc
        .tuple(
          fc.constantFrom('', ',', '_'),
          precisions,
          fc.constantFrom('', ...'bcdoxXneEfFgGs%'),
          formatted,
        )
        .map(
          ([group, precision, letter, value]) =>
            `"{:${align}${sign}${alternate}${zero}${width}${group}${precision}${letter}}".format(${value})`,
        ),
    ),
);
