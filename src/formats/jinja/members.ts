import { bind } from './bind.ts';
import { argumentOf, braceFormat } from './brace-format.ts';
import { dictMethods, listMethods, tupleMethods } from './collection-methods.ts';
import { Dict, sequenceOf } from './dict.ts';
import type { MethodTable } from './method.ts';
import { numberMethods } from './number-methods.ts';
import { asInteger } from './numbers.ts';
import { stringMethods } from './string-methods.ts';
import { Callable, PyFloat, PyObject, Range, Tuple, type Value } from './values.ts';

/** `format` looks into values, so that it stands above the other methods. */
const textMethods: MethodTable<string> = {
  ...stringMethods,
  format(self, given) {
    return braceFormat(self, { argument: argumentOf(given), attribute: memberOf, item: itemOf });
  },
  format_map(self, given) {
    const mapping = bind('format_map', given, ['mapping'], 1).value('mapping') as Value;
    return braceFormat(self, {
      argument: (key) => itemOf(mapping, key),
      attribute: memberOf,
      item: itemOf,
    });
  },
};

function methodOf<Self>(table: MethodTable<Self>, self: Self, name: string): Value | undefined {
  const method = Object.hasOwn(table, name) ? table[name] : undefined;
  return method && new Callable(name, (given) => method(self, given));
}

/** The attribute of a value by its name: a method of its type, or what its class offers; undefined when it has none. */
export function memberOf(value: Value, name: string): Value | undefined {
  if (typeof value === 'string') return methodOf(textMethods, value, name);
  if (Array.isArray(value)) return methodOf(listMethods, value, name);
  if (value instanceof Dict) return methodOf(dictMethods, value, name);
  if (value instanceof Tuple) return value.attribute(name) ?? methodOf(tupleMethods, value, name);
  if (value instanceof PyObject && !(value instanceof PyFloat)) return value.attribute(name);
  return methodOf(numberMethods, value, name);
}

/** `value[key]` without any fall back; undefined when it has no such item. */
export function itemOf(value: Value, key: Value): Value | undefined {
  if (value instanceof Dict) return value.get(key);
  const index = asInteger(key);
  if (index === undefined) return undefined;
  if (value instanceof Range) return rangeItem(value, Number(index));
  const items = sequenceOf(value);
  return items?.[Number(index) < 0 ? items.length + Number(index) : Number(index)];
}

function rangeItem(range: Range, index: number): Value | undefined {
  const length = range.length();
  const at = index < 0 ? length + index : index;
  return at >= 0 && at < length ? range.at(at) : undefined;
}
