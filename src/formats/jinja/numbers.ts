import { tooMuch, wrongUse } from './trouble.ts';
import { PyFloat, type Value } from './values.ts';

/** An integer of Python: a number while that is exact. */
export type Int = number | bigint;

/** Bits of the largest integer a template may compute. */
const largestBits = 65_536;

/** The integer of an integral number or of a bigint, in its one form. */
export function integerOf(value: number | bigint): Int {
  if (typeof value === 'number') {
    return Number.isSafeInteger(value) ? value + 0 : BigInt(value);
  }
  const small = value >= BigInt(Number.MIN_SAFE_INTEGER) && value <= BigInt(Number.MAX_SAFE_INTEGER);
  return small ? Number(value) : value;
}

/** The integer a value is (True is 1), or undefined. */
export function asInteger(value: Value): Int | undefined {
  if (typeof value === 'number' || typeof value === 'bigint') return value;
  return typeof value === 'boolean' ? Number(value) : undefined;
}

/** The number a value is, floats included, as JavaScript computes with it; undefined when it is none. */
export function asNumber(value: Value): number | undefined {
  if (value instanceof PyFloat) return value.value;
  const integer = asInteger(value);
  return integer === undefined ? undefined : Number(integer);
}

/** An integer that fits an index or a count. @throws what is not an integer */
export function asIndex(value: Value, what = 'an index'): number {
  const integer = asInteger(value);
  if (integer === undefined) return wrongUse(`${what} is not an integer`);
  if (typeof integer === 'number') return integer;
  return integer < 0n ? Number.MIN_SAFE_INTEGER : Number.MAX_SAFE_INTEGER;
}

/** A sum or product of two numbers where that is exact; otherwise computed again with bigints. */
function exact(a: Int, b: Int, compute: { small: number; large: () => bigint }): Int {
  const isExact = typeof a === 'number' && typeof b === 'number' && Number.isSafeInteger(compute.small);
  return isExact ? compute.small + 0 : integerOf(compute.large());
}

const divisionByZero = (): never => wrongUse('a number is divided by zero');

function floorDivide(a: bigint, b: bigint): bigint {
  const quotient = a / b;
  return quotient * b !== a && a < 0n !== b < 0n ? quotient - 1n : quotient;
}

/** Below it a sum of two numbers is exact. */
const halfSafe = 2 ** 51;

/** The remainder with the sign of the divisor. */
function floorRest(x: number, y: number): number {
  const rest = x % y;
  return rest !== 0 && rest < 0 !== y < 0 ? rest + y : rest;
}

const bitsOf = (value: bigint): number => value.toString(2).length;

/** The float next to the quotient of two integers that are none themselves. */
function divide(a: bigint, b: bigint): number {
  const [size, divisor] = [a < 0n ? -a : a, b < 0n ? -b : b];
  const shift = Math.max(0, 66 + bitsOf(divisor) - bitsOf(size));
  const scaled = size << BigInt(shift);
  const quotient = scaled / divisor;
  // a bit that stands for all that are cut off, so that the rounding sees them
  const rounded = Number(quotient * divisor === scaled ? quotient : quotient | 1n);
  const result = rounded * 2 ** -shift;
  if (!Number.isFinite(result)) return wrongUse('a quotient is too large for a float');
  return a < 0n !== b < 0n ? -result : result;
}

function integerPower(a: Int, b: Int): Value {
  if (b < 0) {
    if (Number(a) === 0) return divisionByZero();
    return new PyFloat(Number(a) ** Number(b));
  }
  if (Number(b) * bitsOf(BigInt(a)) > largestBits && ![0, 1, -1].includes(Number(a)))
    return tooMuch('a power is too large');
  return integerOf(BigInt(a) ** BigInt(b));
}

/** Sums and the like of two integers; `undefined` for operators that are none of arithmetic. */
function integers(operator: string, a: Int, b: Int): Value {
  const [x, y] = [Number(a), Number(b)];
  if ((operator === '/' || operator === '//' || operator === '%') && y === 0) return divisionByZero();
  switch (operator) {
    case '+':
      return exact(a, b, { small: x + y, large: () => BigInt(a) + BigInt(b) });
    case '-':
      return exact(a, b, { small: x - y, large: () => BigInt(a) - BigInt(b) });
    case '*':
      return exact(a, b, { small: x * y, large: () => limited(BigInt(a) * BigInt(b)) });
    case '/':
      return new PyFloat(
        typeof a === 'number' && typeof b === 'number' ? x / y : divide(BigInt(a), BigInt(b)),
      );
    case '//':
      if (Math.abs(x) < halfSafe && Math.abs(y) < halfSafe) return (x - floorRest(x, y)) / y + 0;
      return integerOf(floorDivide(BigInt(a), BigInt(b)));
    case '%':
      if (typeof a === 'number' && typeof b === 'number') return floorRest(x, y) + 0;
      return integerOf(BigInt(a) - floorDivide(BigInt(a), BigInt(b)) * BigInt(b));
    default:
      return integerPower(a, b);
  }
}

function limited(value: bigint): bigint {
  return value.toString(16).length * 4 > largestBits ? tooMuch('a product is too large') : value;
}

function floatModulo(x: number, y: number): number {
  const rest = floorRest(x, y);
  return rest === 0 ? (y < 0 ? -0 : 0) : rest;
}

/** Python's floor division of floats: from the remainder, so that both always fit together. */
function floatFloorDivide(x: number, y: number): number {
  const rest = x % y;
  const quotient = (x - rest) / y - (rest !== 0 && rest < 0 !== y < 0 ? 1 : 0);
  const floored = Math.floor(quotient);
  const result = quotient - floored > 0.5 ? floored + 1 : floored;
  return result === 0 ? Math.sign(x / y) * 0 : result;
}

function floats(operator: string, x: number, y: number): number {
  if ((operator === '/' || operator === '//' || operator === '%') && y === 0) return divisionByZero();
  switch (operator) {
    case '+':
      return x + y;
    case '-':
      return x - y;
    case '*':
      return x * y;
    case '/':
      return x / y;
    case '//':
      return floatFloorDivide(x, y);
    case '%':
      return floatModulo(x, y);
    default:
      return floatPower(x, y);
  }
}

function floatPower(x: number, y: number): number {
  if (x === 0 && y < 0) return divisionByZero();
  if (x < 0 && !Number.isInteger(y)) return wrongUse('a negative number is raised to a fraction');
  if (x === 1 || (x === -1 && !Number.isFinite(y))) return 1;
  const power = x ** y;
  if (Number.isFinite(x) && Number.isFinite(y) && !Number.isFinite(power)) {
    return wrongUse('a power is too large for a float');
  }
  return power;
}

/** `a operator b` for numbers; undefined when one of them is no number. Operators: + - * / // % **. */
export function computeNumbers(operator: string, a: Value, b: Value): Value | undefined {
  const [m, n] = [asInteger(a), asInteger(b)];
  if (m !== undefined && n !== undefined) return integers(operator, m, n);
  const [x, y] = [asNumber(a), asNumber(b)];
  return x === undefined || y === undefined ? undefined : new PyFloat(floats(operator, x, y));
}

/** Order of two numbers, exact between large integers and floats; undefined when one is none or not a number (NaN). */
export function compareNumbers(a: Value, b: Value): number | undefined {
  const [x, y] = [
    a instanceof PyFloat ? a.value : asInteger(a),
    b instanceof PyFloat ? b.value : asInteger(b),
  ];
  if (x === undefined || y === undefined) return undefined;
  if (x < y) return -1;
  return x > y ? 1 : x === y || Number(x) === Number(y) ? 0 : undefined;
}
