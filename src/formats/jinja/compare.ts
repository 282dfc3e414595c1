import { Dict, DictView, iterate, typeName } from './dict.ts';
import { compareNumbers } from './numbers.ts';
import { wrongUse } from './trouble.ts';
import { PyObject, Range, Tuple, Undefined, type Value } from './values.ts';

/** Python's `==`. */
export function equals(a: Value, b: Value): boolean {
  if (a === b || (typeof a === 'string' && typeof b === 'string')) return a === b;
  const order = compareNumbers(a, b);
  if (order !== undefined) return order === 0;
  if (Array.isArray(a)) return Array.isArray(b) && equalItems(a, b);
  if (!(a instanceof PyObject && b instanceof PyObject)) return false;
  if (a instanceof Undefined) return b instanceof Undefined;
  if (a instanceof Tuple) return b instanceof Tuple && equalItems(a.items, b.items);
  if (a instanceof Dict) return b instanceof Dict && equalDicts(a, b);
  if (a instanceof Range) return b instanceof Range && equalItems([...a.iterate()], [...b.iterate()]);
  return false;
}

function equalItems(a: readonly Value[], b: readonly Value[]): boolean {
  return a.length === b.length && a.every((item, index) => equals(item, b[index] as Value));
}

function equalDicts(a: Dict, b: Dict): boolean {
  if (a.length() !== b.length()) return false;
  for (const [key, value] of a.entries()) {
    const other = b.get(key);
    if (other === undefined || !equals(value, other)) return false;
  }
  return true;
}

/** Order of texts by code point. */
export function compareTexts(a: string, b: string): number {
  const end = Math.min(a.length, b.length);
  for (let at = 0; at < end; at += 1) {
    const [x, y] = [a.charCodeAt(at), b.charCodeAt(at)];
    if (x === y) continue;
    // halves of pairs stand above everything that is written with one place
    const isPair = (code: number): boolean => code >= 0xd800 && code <= 0xdfff;
    if (isPair(x) !== isPair(y)) return isPair(x) ? 1 : -1;
    return x - y;
  }
  return a.length - b.length;
}

/** How `a` stands to `b`: below, above or at 0; NaN when neither. @throws TPL004 for types without an order */
export function compare(a: Value, b: Value, operator = '<'): number {
  if (typeof a === 'string' && typeof b === 'string') return compareTexts(a, b);
  const numbers = compareNumbers(a, b);
  if (numbers !== undefined) return numbers;
  if (a instanceof Undefined) return a.fail();
  if (b instanceof Undefined) return b.fail();
  if (Array.isArray(a) && Array.isArray(b)) return compareItems(a, b, operator);
  if (a instanceof Tuple && b instanceof Tuple) return compareItems(a.items, b.items, operator);
  if (isNumber(a) && isNumber(b)) return Number.NaN;
  return wrongUse(
    `'${operator}' is not supported between instances of '${typeName(a)}' and '${typeName(b)}'`,
  );
}

function isNumber(value: Value): boolean {
  return ['int', 'float', 'bool'].includes(typeName(value));
}

function compareItems(a: readonly Value[], b: readonly Value[], operator: string): number {
  const end = Math.min(a.length, b.length);
  for (let index = 0; index < end; index += 1) {
    const [x, y] = [a[index] as Value, b[index] as Value];
    if (!equals(x, y)) return compare(x, y, operator);
  }
  return a.length - b.length;
}

/** Python's `item in container`. @throws TPL004 for what holds nothing */
export function contains(container: Value, item: Value): boolean {
  if (typeof container === 'string') {
    if (typeof item === 'string') return container.includes(item);
    if (item instanceof Undefined) return item.fail();
    return wrongUse(`'in <string>' requires string as left operand, not ${typeName(item)}`);
  }
  if (container instanceof Dict) return container.has(item);
  if (container instanceof DictView && container.kind === 'keys') return container.dict.has(item);
  if (container instanceof PyObject && container.iterate() === undefined) {
    return wrongUse(`argument of type '${typeName(container)}' is not iterable`);
  }
  for (const other of iterate(container)) if (equals(other, item)) return true;
  return false;
}

/** The answer of a comparison by its operator. */
export function compareBy(operator: string, a: Value, b: Value): boolean {
  switch (operator) {
    case '==':
      return equals(a, b);
    case '!=':
      return !equals(a, b);
    case 'in':
      return contains(b, a);
    case 'not in':
      return !contains(b, a);
    case '<':
      return compare(a, b, operator) < 0;
    case '<=':
      return compare(a, b, operator) <= 0;
    case '>':
      return compare(a, b, operator) > 0;
    default:
      return compare(a, b, operator) >= 0;
  }
}
