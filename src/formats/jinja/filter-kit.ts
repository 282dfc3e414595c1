import { subscriptOf } from './subscript.ts';
import { type Arguments, none, Undefined, type Value } from './values.ts';

/** What filters that apply others need: filters and tests by name. */
export interface Tools {
  filter(name: string, value: Value, given: Arguments): Value;
  test(name: string, value: Value, given: Arguments): boolean;
}

export type Filter = (value: Value, given: Arguments, tools: Tools) => Value;
export type FilterTable = readonly (readonly [string, Filter])[];

/** Reads `a.b.0` out of values; `missing` stands for what is undefined. */
export function attributeReader(attribute: Value | undefined, missing?: Value): (item: Value) => Value {
  if (attribute === undefined || attribute === none) return (item) => item;
  const parts: Value[] =
    typeof attribute === 'string'
      ? attribute.split('.').map((part) => (/^\d+$/.test(part) ? Number(part) : part))
      : [attribute];
  return (item) => {
    let value = item;
    for (const part of parts) {
      value = subscriptOf(value, part);
      if (value instanceof Undefined && missing !== undefined && missing !== none) value = missing;
    }
    return value;
  };
}

/** Texts in lower case, for orders that do not look at it. */
export function foldCase(value: Value): Value {
  return typeof value === 'string' ? value.toLowerCase() : value;
}
