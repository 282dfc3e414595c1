import fc from 'fast-check';

const names = ['a', 'b', 's/c', 's/d', 't', 'm/x', 'm'];
const anyName = fc.constantFrom(...names, 'nope');

/** Pieces that lines of the language are made of, whole and broken. */
const tokens = [
  ...[
    'a',
    'b',
    's/c',
    ':',
    ': ',
    ' ',
    '  ',
    '\t',
    '\n',
    '\n',
    '\n',
    '\r\n',
    '\r',
    '[',
    ']',
    '\n]\n',
    ': [\n',
  ],
  ...[
    '$[',
    '$[a]',
    '$[:c]',
    '$[]',
    '$[b?]',
    '$[b:zap]',
    '$[a:lax]',
    '$[[',
    ']]',
    '$[[m]]',
    '\n$[[m]]\n',
    '#',
    ' # c',
  ],
  ...[
    '<< ',
    '<< ./f',
    '[section s]\n',
    '[section  t ]  # x\n',
    '[option parse/lax]\n',
    '[when a is b]\n',
    '[when *]\n',
  ],
  ...[
    '[collect ./x]\n',
    '\u00a0',
    '\ufeff',
    '\u2028',
    'é☃',
    '<?python\n',
    '<?env\n',
    '\n?>\n',
    '?',
    '\0',
    '\\]',
    '$',
  ],
];

/** Texts that look like files of the language more or less. */
export const madeUpText = fc
  .array(fc.constantFrom(...tokens), { maxLength: 60 })
  .map((parts) => parts.join(''));

const reference = fc
  .tuple(anyName, fc.constantFrom('', '', '', ':zap', ':lax', '?', ':zap?', ':lax?'))
  .map(([name, modifier]) => `$[${name}${modifier}]`);
const relative = fc.constantFrom('$[]', '$[:]', '$[:c]', '$[:d?]', '$[:x:zap]');
const word = fc.oneof(
  { weight: 3, arbitrary: fc.constantFrom('x', 'y/z', '1', '-j5', 'ü') },
  { weight: 3, arbitrary: reference },
  { weight: 1, arbitrary: relative },
);
const valueText = fc.array(word, { maxLength: 3 }).map((words) => words.join(' '));
const blockLine = fc.oneof(
  valueText,
  anyName.map((name) => `  $[[${name}]]`),
  anyName.map((name) => `$[[${name}:lax]]`),
  fc.constantFrom('# comment $[a]', '', '\tindented'),
);

/** The value of an element: what stands behind its colon. */
const madeUpValue = fc.oneof(
  { weight: 3, arbitrary: valueText.map((text) => ` ${text}`.trimEnd()) },
  {
    weight: 1,
    arbitrary: fc
      .array(blockLine, { maxLength: 4 })
      .map((lines) => ` [\n${lines.map((l) => `${l}\n`).join('')}]`),
  },
);

/** Elements by name, each with what stands behind its colon. */
export const madeUpElements = fc
  .uniqueArray(fc.constantFrom(...names), { minLength: 1, maxLength: names.length })
  .chain((chosen) => fc.tuple(...chosen.map((name) => fc.tuple(fc.constant(name), madeUpValue))));

/** An element as a file has it: with its whole name, or below its section. */
export function written([name, value]: readonly [string, string]): string {
  const slash = name.lastIndexOf('/');
  // a section lasts to the end of the file, so that every element says its own
  return slash < 0
    ? `${name}:${value}\n`
    : `[section ${name.slice(0, slash)}]\n${name.slice(slash + 1)}:${value}\n`;
}

/** Annotations that collect: plainly, by the value of an element, and so that they may be skipped. */
export const madeUpCollects = fc.array(
  fc.constantFrom(
    ...[
      './f0',
      './f1',
      './f2',
      './$[a]',
      './f$[t:lax]',
      './f$[b:zap]',
      './$[s/c:zap]',
      './$[b?]',
      './f$[m?]',
    ],
  ),
  { maxLength: 4 },
);
