import { formatValue } from './format-spec.ts';
import { repr, textOf } from './print.ts';
import { wrongUse } from './trouble.ts';
import { type Arguments, Undefined, type Value } from './values.ts';

/** What the fields of a format find: an argument by number or name, then attributes and items of it. */
export interface FieldValues {
  argument(key: string): Value | undefined;
  attribute(value: Value, name: string): Value | undefined;
  item(value: Value, key: Value): Value | undefined;
}

/** The arguments of `format`. */
export function argumentOf(given: Arguments): (key: string) => Value | undefined {
  return (key) => (/^\d+$/.test(key) ? given.positional[Number(key)] : given.named.get(key));
}

/** One text being formatted: where it is, and how many unnumbered fields were seen. */
class Formatting {
  readonly #values: FieldValues;
  #next = 0;
  #isNumbered: boolean | undefined;
  constructor(values: FieldValues) {
    this.#values = values;
  }

  /** Everything of `text`; specifications may hold fields, but not deeper ones. */
  expand(text: string, depth = 0): string {
    if (depth > 1 && /[{}]/.test(text)) return wrongUse('fields of a format are nested too deeply');
    let result = '';
    let at = 0;
    while (at < text.length) {
      const brace = /[{}]/g;
      brace.lastIndex = at;
      const found = brace.exec(text);
      if (!found) return result + text.slice(at);
      result += text.slice(at, found.index);
      at = found.index;
      if (text[at + 1] === text[at]) {
        result += text[at];
        at += 2;
        continue;
      }
      if (text[at] === '}') return wrongUse("a single '}' stands in the format");
      const end = closing(text, at);
      result += this.#field(text.slice(at + 1, end), depth);
      at = end + 1;
    }
    return result;
  }

  #field(inside: string, depth: number): string {
    const parts = /^([^!:[]*(?:\[[^\]]*\][^!:[]*)*)(?:!(.))?(?::(.*))?$/s.exec(inside);
    if (!parts) return wrongUse(`'{${inside}}' is not a field of a format`);
    const [, name = '', conversion, spec = ''] = parts;
    const value = this.#value(name);
    const specText = this.expand(spec, depth + 1);
    if (conversion === undefined) return formatValue(value, specText);
    if (!/[sra]/.test(conversion)) return wrongUse(`'!${conversion}' is not a conversion`);
    return formatValue(conversion === 's' ? textOf(value) : repr(value), specText);
  }

  #value(name: string): Value {
    const [first = ''] = /^[^.[]*/.exec(name) ?? [];
    let value = this.#argument(first);
    for (const [, attribute, item] of name.slice(first.length).matchAll(/\.([^.[]+)|\[([^\]]+)\]/g)) {
      if (value instanceof Undefined) return value.fail();
      const found =
        attribute === undefined
          ? this.#values.item(value, keyOf(item ?? ''))
          : this.#values.attribute(value, attribute);
      value = found ?? wrongUse(`a value of the format has no '${attribute ?? item}'`);
    }
    return value;
  }

  #argument(name: string): Value {
    const isNumbered = /^\d+$/.test(name);
    if (name === '' || isNumbered) {
      this.#isNumbered ??= isNumbered;
      if (this.#isNumbered !== isNumbered) return wrongUse('the format numbers some fields and others not');
    }
    const key = name === '' ? String(this.#next++) : name;
    return this.#values.argument(key) ?? wrongUse(`the format asks for '${key}', which is not given`);
  }
}

const keyOf = (item: string): Value => (/^\d+$/.test(item) ? Number(item) : item);

/** The brace that ends the field beginning at `at`. */
function closing(text: string, at: number): number {
  let depth = 0;
  for (let end = at; end < text.length; end += 1) {
    if (text[end] === '{') depth += 1;
    else if (text[end] === '}') depth -= 1;
    if (depth === 0) return end;
  }
  return wrongUse("a '{' of the format is not closed");
}

/** `text.format(...)`: Python's "Format String Syntax". @throws TPL004 */
export function braceFormat(text: string, values: FieldValues): string {
  return new Formatting(values).expand(text);
}
