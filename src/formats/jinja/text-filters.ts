import { bind } from './bind.ts';
import { Dict, isTrue, lengthOf, textLength, typeName } from './dict.ts';
import type { Filter, FilterTable } from './filter-kit.ts';
import { percentFormat } from './percent-format.ts';
import { textOf } from './print.ts';
import { centered, replaceText, textArgument } from './string-methods.ts';
import { lines, stripped } from './string-parts.ts';
import { wrongUse } from './trouble.ts';
import { none, Tuple, type Value } from './values.ts';
import { wrapText } from './wrap-text.ts';

/** A filter that only changes the text of the value. */
function change(who: string, change: (text: string) => Value): readonly [string, Filter] {
  return [
    who,
    (value, given) => {
      bind(who, given, []);
      return change(textOf(value));
    },
  ];
}

const slice = (text: string, end: number): string =>
  textLength(text) === text.length ? text.slice(0, end) : [...text].slice(0, end).join('');

const truncate: Filter = (value, given) => {
  const bound = bind('truncate', given, ['length', 'killwords', 'end', 'leeway']);
  const length = bound.integer('length', 255);
  const end = bound.text('end', '...');
  const leeway = bound.value('leeway') === none ? 5 : bound.integer('leeway', 5);
  const room = length - textLength(end);
  if (room < 0) return wrongUse(`'truncate' is to leave ${length} characters, fewer than its end has`);
  if (leeway < 0) return wrongUse("the leeway of 'truncate' is below zero");
  const size = lengthOf(value) ?? wrongUse(`a ${typeName(value)} has no length`);
  if (size <= length + leeway) return value;
  if (typeof value !== 'string') return wrongUse(`a ${typeName(value)} cannot be cut like a text`);
  const kept = slice(value, room);
  if (isTrue(bound.value('killwords') ?? false)) return kept + end;
  const at = kept.lastIndexOf(' ');
  return (at < 0 ? kept : kept.slice(0, at)) + end;
};

const indent: Filter = (value, given) => {
  const bound = bind('indent', given, ['width', 'first', 'blank']);
  const width = bound.value('width') ?? 4;
  const margin = typeof width === 'string' ? width : ' '.repeat(Math.max(0, bound.integer('width', 4)));
  const isBlankToo = isTrue(bound.value('blank') ?? false);
  const [first = '', ...others] = lines(`${textArgument(value, 'indent')}\n`);
  const rest = others.map((line) => (line === '' && !isBlankToo ? line : margin + line));
  const isFirstToo = isTrue(bound.value('first') ?? false);
  return [isFirstToo ? margin + first : first, ...rest].join('\n');
};

const replace: Filter = (value, given) => {
  const bound = bind('replace', given, ['old', 'new', 'count'], 2);
  const count = bound.value('count');
  return replaceText(textOf(value), {
    old: bound.text('old', ''),
    by: bound.text('new', ''),
    count: count === undefined || count === none ? -1 : bound.integer('count', -1),
  });
};

const trim: Filter = (value, given) => {
  const chars = bind('trim', given, ['chars']).value('chars');
  return stripped(textOf(value), 'both', chars === undefined || chars === none ? undefined : textOf(chars));
};

const format: Filter = (value, given) => {
  if (given.named.size && given.positional.length) {
    return wrongUse("'format' takes values in a row or by name, not both");
  }
  return percentFormat(textOf(value), given.named.size ? new Dict(given.named) : new Tuple(given.positional));
};

const center: Filter = (value, given) => {
  const width = bind('center', given, ['width']).value('width') ?? 80;
  return centered(textOf(value), { positional: [width], named: new Map() });
};

const wordWrap: Filter = (value, given) => {
  const names = ['width', 'break_long_words', 'wrapstring', 'break_on_hyphens'];
  const bound = bind('wordwrap', given, names);
  const width = bound.integer('width', 79);
  if (width <= 0) return wrongUse("the width of 'wordwrap' is not above zero");
  const end = bound.value('wrapstring') ?? none;
  const rules = {
    width,
    breaksLongWords: isTrue(bound.value('break_long_words') ?? true),
    breaksAtHyphens: isTrue(bound.value('break_on_hyphens') ?? true),
  };
  const joint = end === none ? '\n' : textOf(end);
  return lines(textArgument(value, 'wordwrap'))
    .map((line) => wrapText(line, rules).join(joint))
    .join(joint);
};

/** Each word begins with a capital; words begin behind blanks, hyphens and opening brackets. */
function titled(text: string): string {
  return text.replace(/[^-\s({[<]+/g, (word) => {
    const [first = ''] = word;
    return first.toUpperCase() + word.slice(first.length).toLowerCase();
  });
}

function capitalized(text: string): string {
  const [first = ''] = text;
  return first.toUpperCase() + text.slice(first.length).toLowerCase();
}

/** Filters of texts. */
export const textFilters: FilterTable = [
  change('capitalize', capitalized),
  ['center', center],
  ['format', format],
  ['indent', indent],
  change('lower', (text) => text.toLowerCase()),
  ['replace', replace],
  change('string', (text) => text),
  change('title', titled),
  ['trim', trim],
  ['truncate', truncate],
  change('upper', (text) => text.toUpperCase()),
  change('wordcount', (text) => text.match(/[\p{L}\p{N}_]+/gu)?.length ?? 0),
  ['wordwrap', wordWrap],
];
