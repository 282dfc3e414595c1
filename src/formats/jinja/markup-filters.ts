import { bind } from './bind.ts';
import { unpack } from './collection-methods.ts';
import { Dict, isTrue, iterate, typeName } from './dict.ts';
import type { Filter, FilterTable } from './filter-kit.ts';
import { jsonText } from './json-text.ts';
import { textOf } from './print.ts';
import { wrongUse } from './trouble.ts';
import { none, Undefined, type Value } from './values.ts';

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  "'": '&#39;',
  '"': '&#34;',
};

function escaped(text: string): string {
  return text.replace(/[&<>'"]/g, (character) => entities[character] as string);
}

const escapeText: Filter = (value, given) => {
  bind('escape', given, []);
  return escaped(textOf(value));
};

const safe: Filter = (value, given) => {
  bind('safe', given, []);
  return textOf(value);
};

/** A text within an address: everything but letters, digits, `_.-~` and what is in `kept` as %HH. */
function percentEncoded(value: Value, kept: string): string {
  return [...new TextEncoder().encode(textOf(value))]
    .map((byte) => {
      const character = String.fromCharCode(byte);
      if (/[A-Za-z0-9_.~-]/.test(character) || kept.includes(character)) return character;
      return `%${byte.toString(16).toUpperCase().padStart(2, '0')}`;
    })
    .join('');
}

const queryPart = (value: Value): string => percentEncoded(value, '').replaceAll('%20', '+');

const urlEncode: Filter = (value, given) => {
  bind('urlencode', given, []);
  const isPairs = Array.isArray(value) || (typeof value === 'object' && value?.iterate() !== undefined);
  if (!isPairs || value instanceof Undefined) return percentEncoded(value, '/');
  const pairs = value instanceof Dict ? value.entries() : [...iterate(value)].map((pair) => unpack(pair, 2));
  return [...pairs].map(([key = none, item = none]) => `${queryPart(key)}=${queryPart(item)}`).join('&');
};

const xmlAttributes: Filter = (value, given) => {
  const isSpaced = isTrue(bind('xmlattr', given, ['autospace']).value('autospace') ?? true);
  if (value instanceof Undefined) return value.fail();
  if (!(value instanceof Dict)) return wrongUse(`'xmlattr' expects a dict, not a ${typeName(value)}`);
  const parts: string[] = [];
  for (const [key, item] of value.entries()) {
    if (item === none || item instanceof Undefined) continue;
    const name = textOf(key);
    if (/[\s/>=]/.test(name)) return wrongUse(`'${name}' is not the name of an attribute`);
    parts.push(`${escaped(name)}="${escaped(textOf(item))}"`);
  }
  const text = parts.join(' ');
  return isSpaced && text ? ` ${text}` : text;
};

const stripTags: Filter = (value, given) => {
  bind('striptags', given, []);
  const text = textOf(value)
    .replace(/<!--.*?-->/gs, '')
    .replace(/<.*?>/gs, '');
  const names: Readonly<Record<string, string>> = {
    amp: '&',
    lt: '<',
    gt: '>',
    quot: '"',
    '#39': "'",
    '#34': '"',
    nbsp: '\u00a0',
  };
  return text
    .split(/\s+/)
    .filter((word) => word !== '')
    .join(' ')
    .replace(/&(amp|lt|gt|quot|#39|#34|nbsp);/g, (_all, name: string) => names[name] as string);
};

const toJson: Filter = (value, given) => {
  const indent = bind('tojson', given, ['indent']).value('indent') ?? none;
  const margin =
    typeof indent === 'number' ? ' '.repeat(indent) : typeof indent === 'string' ? indent : undefined;
  const unsafe: Readonly<Record<string, string>> = {
    '<': '\\u003c',
    '>': '\\u003e',
    '&': '\\u0026',
    "'": '\\u0027',
  };
  return jsonText(value, margin).replace(/[<>&']/g, (character) => unsafe[character] as string);
};

/** Filters for HTML, addresses and JSON. Escaped texts are plain texts here: escaping twice escapes twice. */
export const markupFilters: FilterTable = [
  ['e', escapeText],
  ['escape', escapeText],
  ['forceescape', escapeText],
  ['safe', safe],
  ['striptags', stripTags],
  ['tojson', toJson],
  ['urlencode', urlEncode],
  ['xmlattr', xmlAttributes],
];
