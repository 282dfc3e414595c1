import type { ArgSpec, ArgSpecArg } from '../formats/pyresources/index.ts';
import { TokenReader } from './docstring-tokens.ts';

/** Why a docstring has no signature that can be read. */
export type DocstringRefusal = 'no-signature' | 'too-many-lines' | 'too-long' | 'invalid-text';

export type DocstringSignature =
  | { readonly found: true; readonly name: string; readonly argSpec: ArgSpec }
  | { readonly found: false; readonly refusal: DocstringRefusal };

/**
 * By which rules: `original` keeps to the grammar of the specification; `packmill` also knows what `/`, `*` and annotations mean today,
 * and what stands for defaults that cannot be written.
 */
export type DocstringRules = 'packmill' | 'original';

const mostLines = 5;
const mostLetters = 100_000;

const head = /^[ \t]*([\p{L}_][\p{L}\p{N}_]*(?:\.[\p{L}_][\p{L}\p{N}_]*)*)[ \t]*\(/u;

/**
 * The signature that a docstring begins with, as those of native functions do (specification, 7.2). It stands on the first
 * line that is not blank and goes on for at most five lines in all. Optional arguments get the default `...`.
 */
export function docstringSignature(
  docstring: string,
  rules: DocstringRules = 'packmill',
): DocstringSignature {
  if (!docstring.isWellFormed()) return refuse('invalid-text');
  const lines = docstring.split('\n', mostLines + 1);
  const first = lines.findIndex((line) => line.trim() !== '');
  if (first < 0) return refuse('no-signature');
  if (first >= mostLines) return refuse('too-many-lines');
  const text = lines.slice(first, mostLines).join('\n');
  const begin = head.exec(lines[first] ?? '');
  if (begin === null) return refuse('no-signature');
  if (text.length > mostLetters) return refuse('too-long');
  const reader = new TokenReader(text, begin[0].length);
  const items = readItems(reader, rules);
  if (items === undefined)
    return refuse(reader.ended && lines.length > mostLines ? 'too-many-lines' : 'no-signature');
  const rest = text.slice(reader.at).split('\n', 1)[0] ?? '';
  const behind = afterParenthesis(text, reader);
  if (behind !== '' && !/^\s/u.test(behind)) return refuse('no-signature');
  const returns = rules === 'original' ? '' : (/^->\s*(.*?)[:;.]?\s*$/u.exec(rest)?.[1] ?? '');
  const name = begin[1] ?? '';
  const settled = rules === 'original' ? settleOriginal(items) : settle(items);
  return { found: true, name, argSpec: { ...settled, returns, origin: 'docstring' } };
}

const refuse = (refusal: DocstringRefusal): DocstringSignature => ({ found: false, refusal });

/** The text right behind the closing parenthesis: blanks count here. */
function afterParenthesis(text: string, reader: TokenReader): string {
  const before = text.slice(0, reader.at).trimEnd();
  return text.slice(before.length);
}

interface Item {
  /** `*` and `**` for those of many; `lone` for a `*` or `/` of its own, `dots` for three dots. */
  readonly sign: '' | '*' | '**' | 'lone' | 'dots';
  readonly name: string;
  /** Undefined: none was written. */
  readonly value: string | undefined;
  readonly annotation: string;
  readonly bracketed: boolean;
}

/** Items up to the closing parenthesis; undefined where the text is none of this grammar. */
function readItems(reader: TokenReader, rules: DocstringRules): readonly Item[] | undefined {
  const items: Item[] = [];
  let depth = 0;
  let isFirst = true;
  if (reader.take(')')) return items;
  for (;;) {
    if (!isFirst && rules === 'packmill' && depth > 0 && reader.take(']')) {
      // `arange([start,] stop[, step,], dtype=None)`
      depth -= 1;
      if (reader.take(',')) continue;
      if (reader.take(')')) return depth === 0 ? items : undefined;
    }
    while (reader.take('[')) depth += 1;
    const item = readItem(reader, rules, depth > 0);
    if (item === undefined) return undefined;
    items.push(item);
    isFirst = false;
    for (;;) {
      if (reader.take('[')) depth += 1;
      else if (depth > 0 && reader.take(']')) depth -= 1;
      else break;
    }
    if (reader.take(')')) return depth === 0 ? items : undefined;
    if (!reader.take(',')) return undefined;
  }
}

function readItem(reader: TokenReader, rules: DocstringRules, bracketed: boolean): Item | undefined {
  const plain = { value: undefined, annotation: '', bracketed };
  if (reader.take('...')) return { ...plain, sign: 'dots', name: '...' };
  if (reader.take('/')) return { ...plain, sign: 'lone', name: '/' };
  const sign = reader.take('**') ? '**' : reader.take('*') ? '*' : '';
  const name = reader.name();
  if (name === undefined)
    return sign === '*' && isAfterLone(reader) ? { ...plain, sign: 'lone', name: '*' } : undefined;
  // dots are part of no argument's name
  if (name.includes('.')) return undefined;
  let annotation = '';
  if (rules === 'packmill' && reader.take(':')) {
    const found = reader.annotation([',', '=', ')', ']']);
    if (found === undefined) return undefined;
    annotation = found;
  }
  if (!reader.take('=')) return { ...plain, sign, name, annotation };
  const value = reader.value(rules === 'packmill');
  return value === undefined ? undefined : { sign, name, value, annotation, bracketed };
}

const isAfterLone = (reader: TokenReader): boolean => [',', ')', '[', ']'].some((sign) => reader.sees(sign));

type Settled = Pick<ArgSpec, 'args' | 'vararg' | 'kwarg'>;

const argument = (item: Item, change: Partial<ArgSpecArg> = {}): ArgSpecArg => ({
  name: item.name,
  defaultType: '',
  defaultValue: defaultOf(item),
  keywordOnly: false,
  positionalOnly: false,
  types: [],
  annotation: item.annotation,
  ...change,
});

function defaultOf({ value, bracketed }: Item): string {
  if (value === undefined) return bracketed ? '...' : '';
  const inner = /^[bruBRU]{0,2}(['"])(.*)\1$/u.exec(value)?.[2];
  return inner === undefined ? value : inner === '' ? '""' : inner;
}

/** As the original: a lone sign makes all that follows optional, and nothing is by keyword alone. */
function settleOriginal(items: readonly Item[]): Settled {
  const rest = [...items];
  let kwarg = '';
  let vararg = '';
  if (rest.at(-1)?.sign === '**') kwarg = rest.pop()?.name ?? '';
  if (rest.at(-1)?.sign === '*') vararg = rest.pop()?.name ?? '';
  const args: ArgSpecArg[] = [];
  let isLate = false;
  for (const item of rest) {
    if (item.sign === 'lone') {
      isLate = true;
      continue;
    }
    const name = item.sign === 'dots' ? item.name : `${item.sign}${item.name}`;
    const defaultValue = defaultOf(item) || (isLate ? '...' : '');
    args.push(argument(item, { name, defaultValue }));
  }
  return { args, vararg, kwarg };
}

/**
 * As the signs mean today. Of a row such as `d0, d1, ..., dn` what stands before the dots is kept and the rest may be any
 * number. Where the argument behind `/` is in brackets, all that follows is optional, as numpy writes it.
 */
function settle(items: readonly Item[]): Settled {
  const args: ArgSpecArg[] = [];
  let [vararg, kwarg] = ['', ''];
  let [isLate, isKeyword, isBehindDots] = [false, false, false];
  items.forEach((item, at) => {
    if (item.sign === 'lone' && item.name === '/') {
      args.forEach((one, index) => {
        args[index] = { ...one, positionalOnly: true };
      });
      isLate ||= items[at + 1]?.bracketed === true;
    } else if (item.sign === 'lone') isKeyword = true;
    else if (item.sign === '*') {
      vararg = item.name;
      isKeyword = true;
    } else if (item.sign === '**') kwarg = item.name;
    else if (item.sign === 'dots') isBehindDots = true;
    else if (!isBehindDots || item.value !== undefined || isKeyword) {
      const keywordOnly = isKeyword || isBehindDots;
      args.push(argument(item, { keywordOnly, defaultValue: defaultOf(item) || (isLate ? '...' : '') }));
    }
  });
  if (isBehindDots && vararg === '' && !isKeyword) vararg = 'args';
  return { args, vararg, kwarg };
}
