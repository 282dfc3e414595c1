import { sequenceOf, typeName } from './dict.ts';
import { asIndex, asInteger, computeNumbers } from './numbers.ts';
import { percentFormat } from './percent-format.ts';
import { tooMuch, wrongUse } from './trouble.ts';
import { PyFloat, Tuple, Undefined, type Value } from './values.ts';

/** Characters, or items, that one repetition may make. */
const longest = 32 * 1024 * 1024;

function cannot(operator: string, a: Value, b: Value): never {
  return wrongUse(`unsupported operand types for ${operator}: '${typeName(a)}' and '${typeName(b)}'`);
}

function repeat(sequence: Value, count: number): Value | undefined {
  const items = sequenceOf(sequence);
  if (
    items === undefined ||
    !(typeof sequence === 'string' || Array.isArray(sequence) || sequence instanceof Tuple)
  ) {
    return undefined;
  }
  const times = Math.max(0, count);
  if (times * items.length > longest) return tooMuch('a repetition is too long');
  if (typeof sequence === 'string') return sequence.repeat(times);
  const repeated = Array.from({ length: times }, () => items as readonly Value[]).flat();
  return sequence instanceof Tuple ? new Tuple(repeated) : repeated;
}

function add(a: Value, b: Value): Value | undefined {
  if (typeof a === 'string' && typeof b === 'string') return a + b;
  if (Array.isArray(a) && Array.isArray(b)) {
    return a.length + b.length > longest / 8 ? tooMuch('a list is too long') : [...a, ...b];
  }
  return a instanceof Tuple && b instanceof Tuple ? new Tuple([...a.items, ...b.items]) : undefined;
}

function multiply(a: Value, b: Value): Value | undefined {
  if (asInteger(b) !== undefined) return repeat(a, asIndex(b));
  return asInteger(a) === undefined ? undefined : repeat(b, asIndex(a));
}

/** `a operator b` for + - * / // % **, as Python computes it. @throws TPL002, TPL004, TPL005 */
export function compute(operator: string, a: Value, b: Value): Value {
  const number = computeNumbers(operator, a, b);
  if (number !== undefined) return number;
  if (operator === '%' && typeof a === 'string') return percentFormat(a, b);
  if (a instanceof Undefined) return a.fail();
  if (b instanceof Undefined) return b.fail();
  const other = operator === '+' ? add(a, b) : operator === '*' ? multiply(a, b) : undefined;
  return other ?? cannot(operator, a, b);
}

/** `-value` or `+value`. */
export function signed(operator: string, value: Value): Value {
  if (value instanceof Undefined) return value.fail();
  if (value instanceof PyFloat) return operator === '-' ? new PyFloat(-value.value) : value;
  const integer = asInteger(value);
  if (integer === undefined) return wrongUse(`bad operand type for unary ${operator}: '${typeName(value)}'`);
  if (operator === '+') return integer;
  return typeof integer === 'bigint' ? -integer : 0 - integer;
}
