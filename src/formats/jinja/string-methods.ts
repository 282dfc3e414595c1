import { type Bound, bind } from './bind.ts';
import { hasPairs, iterate, textLength, typeName } from './dict.ts';
import type { MethodTable } from './method.ts';
import { asIndex } from './numbers.ts';
import { textKinds } from './string-kinds.ts';
import { lines, partition, split, splitFromEnd, stripped } from './string-parts.ts';
import { tooMuch, wrongUse } from './trouble.ts';
import { type Arguments, none, Tuple, Undefined, type Value } from './values.ts';

/** A text that has to be one. @throws TPL004 for everything else */
export function textArgument(value: Value | undefined, who: string): string {
  if (typeof value === 'string') return value;
  if (value instanceof Undefined) return value.fail();
  return wrongUse(`'${who}' expects a text${value === undefined ? '' : `, not a ${typeName(value)}`}`);
}

/** A method that takes nothing. */
function plain(change: (self: string) => Value): (self: string, given: Arguments) => Value {
  return (self, given) => {
    bind('the method', given, []);
    return change(self);
  };
}

const title = (self: string): string => self.toLowerCase().replace(/\p{L}+/gu, (word) => upperFirst(word));

const upperFirst = (text: string): string => {
  const [first = ''] = text;
  return first.toUpperCase() + text.slice(first.length);
};

/** The text between two indices as Python's methods take them, which count characters, and where it begins. */
function window(self: string, bound: Bound): { from: number; part: string } {
  const characters = hasPairs(self) ? [...self] : undefined;
  const length = characters?.length ?? self.length;
  const place = (name: string, missing: number): number => {
    const value = bound.value(name);
    const at = value === undefined || value === none ? missing : asIndex(value);
    return at < 0 ? Math.max(0, at + length) : Math.min(at, length);
  };
  const from = place('start', 0);
  const to = Math.max(from, place('end', length));
  return { from, part: characters?.slice(from, to).join('') ?? self.slice(from, to) };
}

function find(who: string, isLast: boolean): (self: string, given: Arguments) => number {
  return (self, given) => {
    const bound = bind(who, given, ['sub', 'start', 'end'], 1);
    const { from, part } = window(self, bound);
    const sub = textArgument(bound.value('sub'), who);
    const at = isLast ? part.lastIndexOf(sub) : part.indexOf(sub);
    const isOutside = Number(bound.value('start') ?? 0) > textLength(self);
    return at < 0 || isOutside ? -1 : from + textLength(part.slice(0, at));
  };
}

function orFail(search: (self: string, given: Arguments) => number) {
  return (self: string, given: Arguments): number => {
    const at = search(self, given);
    return at < 0 ? wrongUse('the text is not found') : at;
  };
}

function affix(who: string, matches: (part: string, affix: string) => boolean) {
  return (self: string, given: Arguments): boolean => {
    const bound = bind(who, given, ['prefix', 'start', 'end'], 1);
    const wanted = bound.value('prefix');
    const options = wanted instanceof Tuple ? wanted.items : [wanted];
    const { part } = window(self, bound);
    return options.some((option) => matches(part, textArgument(option, who)));
  };
}

/** `ljust`, `rjust` and `center`: how much of the missing width goes to the left. */
function justify(who: string, leftOf: (missing: number, width: number) => number) {
  return (self: string, given: Arguments): string => {
    const bound = bind(who, given, ['width', 'fillchar'], 1);
    const width = bound.integer('width', 0);
    const missing = Math.max(0, width - textLength(self));
    if (missing > 32 * 1024 * 1024) return tooMuch('a text is filled up to too great a width');
    const fill = bound.text('fillchar', ' ');
    const left = leftOf(missing, width);
    return fill.repeat(left) + self + fill.repeat(missing - left);
  };
}

/** `str.center`; Python puts the odd blank to the left when the width is odd. */
export const centered = justify(
  'center',
  (missing, width) => Math.floor(missing / 2) + (missing & width & 1),
);

function replace(self: string, given: Arguments): string {
  const bound = bind('replace', given, ['old', 'new', 'count'], 2);
  const old = textArgument(bound.value('old'), 'replace');
  const by = textArgument(bound.value('new'), 'replace');
  return replaceText(self, { old, by, count: bound.integer('count', -1) });
}

/** `str.replace`; a count below 0 means all. An empty `old` stands before each character and at the end. */
export function replaceText(self: string, change: { old: string; by: string; count: number }): string {
  const { old, by, count } = change;
  const parts = old === '' ? ['', ...self, ''] : self.split(old);
  const times = count < 0 ? parts.length - 1 : Math.min(count, parts.length - 1);
  const head = parts.slice(0, times + 1).join(by);
  return times === parts.length - 1 ? head : [head, ...parts.slice(times + 1)].join(old);
}

function join(self: string, given: Arguments): string {
  const parts = [...iterate(bind('join', given, ['iterable'], 1).value('iterable') as Value)];
  const wrong = parts.findIndex((part) => typeof part !== 'string');
  if (wrong >= 0) {
    return wrongUse(`'join' expects texts, and item ${wrong} is a ${typeName(parts[wrong] as Value)}`);
  }
  return parts.join(self);
}

function expandTabs(self: string, given: Arguments): string {
  const size = bind('expandtabs', given, ['tabsize']).integer('tabsize', 8);
  let column = 0;
  let result = '';
  for (const character of self) {
    if (character === '\t') {
      const blanks = size > 0 ? size - (column % size) : 0;
      result += ' '.repeat(blanks);
      column += blanks;
    } else {
      result += character;
      column = character === '\n' || character === '\r' ? 0 : column + 1;
    }
  }
  return result;
}

function zfill(self: string, given: Arguments): string {
  const width = bind('zfill', given, ['width'], 1).integer('width', 0);
  if (width > 1_000_000) return tooMuch('a text is filled up to too great a width');
  const sign = /^[+-]/.exec(self)?.[0] ?? '';
  return sign + '0'.repeat(Math.max(0, width - textLength(self))) + self.slice(sign.length);
}

function swapCase(self: string): string {
  return [...self]
    .map((character) =>
      character === character.toUpperCase() ? character.toLowerCase() : character.toUpperCase(),
    )
    .join('');
}

function strip(who: string, ends: 'both' | 'left' | 'right') {
  return (self: string, given: Arguments): string => {
    const chars = bind(who, given, ['chars']).value('chars');
    return stripped(self, ends, chars === undefined || chars === none ? undefined : textArgument(chars, who));
  };
}

/** Separator and limit of `split` and `rsplit`, which both have defaults. */
function splitBy(who: string, cut: (text: string, separator: string | undefined, limit: number) => string[]) {
  return (self: string, given: Arguments): Value => {
    const bound = bind(who, given, ['sep', 'maxsplit']);
    const separator = bound.value('sep') ?? none;
    if (separator === '') return wrongUse('the separator is empty');
    return cut(
      self,
      separator === none ? undefined : textArgument(separator, who),
      bound.integer('maxsplit', -1),
    );
  };
}

/** Methods of `str`. */
export const stringMethods: MethodTable<string> = {
  ...textKinds,
  capitalize: plain((self) => upperFirst(self.toLowerCase())),
  casefold: plain((self) => self.toLowerCase().replaceAll('ß', 'ss')),
  center: centered,
  count(self, given) {
    const bound = bind('count', given, ['sub', 'start', 'end'], 1);
    const { part } = window(self, bound);
    const sub = textArgument(bound.value('sub'), 'count');
    return sub === '' ? textLength(part) + 1 : part.split(sub).length - 1;
  },
  endswith: affix('endswith', (part, suffix) => part.endsWith(suffix)),
  expandtabs: expandTabs,
  find: find('find', false),
  index: orFail(find('index', false)),
  join,
  ljust: justify('ljust', () => 0),
  lower: plain((self) => self.toLowerCase()),
  lstrip: strip('lstrip', 'left'),
  partition: (self, given) => partition(self, separatorOf('partition', given), 'first'),
  removeprefix(self, given) {
    const prefix = textArgument(bind('removeprefix', given, ['prefix'], 1).value('prefix'), 'removeprefix');
    return self.startsWith(prefix) ? self.slice(prefix.length) : self;
  },
  removesuffix(self, given) {
    const suffix = textArgument(bind('removesuffix', given, ['suffix'], 1).value('suffix'), 'removesuffix');
    return suffix !== '' && self.endsWith(suffix) ? self.slice(0, -suffix.length) : self;
  },
  replace,
  rfind: find('rfind', true),
  rindex: orFail(find('rindex', true)),
  rjust: justify('rjust', (missing) => missing),
  rpartition: (self, given) => partition(self, separatorOf('rpartition', given), 'last'),
  rsplit: splitBy('rsplit', splitFromEnd),
  rstrip: strip('rstrip', 'right'),
  split: splitBy('split', split),
  splitlines(self, given) {
    return lines(self, bind('splitlines', given, ['keepends']).value('keepends') === true);
  },
  startswith: affix('startswith', (part, prefix) => part.startsWith(prefix)),
  strip: strip('strip', 'both'),
  swapcase: plain(swapCase),
  title: plain(title),
  upper: plain((self) => self.toUpperCase()),
  zfill,
};

function separatorOf(who: string, given: Arguments): string {
  const separator = textArgument(bind(who, given, ['sep'], 1).value('sep'), who);
  return separator === '' ? wrongUse('the separator is empty') : separator;
}
