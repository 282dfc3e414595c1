import { Dict, textLength, typeName } from './dict.ts';
import { floatDigits } from './number-format.ts';
import { asIndex, asInteger, asNumber, integerOf } from './numbers.ts';
import { repr, textOf } from './print.ts';
import { tooMuch, wrongUse } from './trouble.ts';
import { PyFloat, Tuple, Undefined, type Value } from './values.ts';

const conversion = /%(?:\(([^)]*)\))?([-+ #0]*)(\*|\d*)(?:\.(\*|\d*))?[hlL]?(.?)/gsu;

/** What is still to be converted: the parts of a tuple in a row, or one mapping by name. */
class Supply {
  readonly #values: Value;
  readonly #row: readonly Value[];
  #at = 0;
  constructor(values: Value) {
    this.#values = values;
    this.#row = values instanceof Tuple ? values.items : [values];
  }
  next(): Value {
    if (this.#at >= this.#row.length) return wrongUse('the format has more places than there are values');
    this.#at += 1;
    return this.#row[this.#at - 1] as Value;
  }
  named(key: string): Value {
    if (!(this.#values instanceof Dict)) return wrongUse('the format names its values, and no dict is given');
    this.#at = this.#row.length;
    return this.#values.get(key) ?? wrongUse(`the dict has no key '${key}'`);
  }
  /** @throws when some of a tuple were never asked for; whatever looks like a mapping may stay unused */
  finish(): void {
    const values = this.#values;
    const mayStay = values instanceof Dict || values instanceof Undefined || Array.isArray(values);
    if (this.#at < this.#row.length && !mayStay)
      wrongUse('the format has fewer places than there are values');
  }
}

interface Conversion {
  readonly flags: string;
  readonly width: number;
  readonly precision: number | undefined;
  readonly letter: string;
}

/** `text % values`: conversions as in C (Python's "printf-style String Formatting"). @throws TPL004 */
export function percentFormat(text: string, values: Value): string {
  const supply = new Supply(values);
  const star = (part: string | undefined): number | undefined => {
    if (part === undefined) return undefined;
    return part === '*' ? asIndex(supply.next()) : Number(part);
  };
  const result = text.replace(
    conversion,
    (_all, key: string | undefined, flags: string, ...rest: string[]) => {
      const [wide, precise, letter = ''] = rest;
      if (letter === '%' && key === undefined) return '%';
      const width = star(wide) ?? 0;
      const precision = star(precise);
      if (Math.max(Math.abs(width), precision ?? 0) > 1_000_000)
        return tooMuch('the width of a format is too large');
      if (letter === '') return wrongUse('the format ends within a conversion');
      const value = key === undefined ? supply.next() : supply.named(key);
      const look = { flags: width < 0 ? `${flags}-` : flags, width: Math.abs(width), precision, letter };
      return convert(value, look);
    },
  );
  supply.finish();
  return result;
}

function convert(value: Value, look: Conversion): string {
  const { letter, precision } = look;
  if (/[sra]/.test(letter)) {
    const text = letter === 's' ? textOf(value) : repr(value);
    return fill('', precision === undefined ? text : [...text].slice(0, precision).join(''), look, false);
  }
  if (letter === 'c') return fill('', character(value), look, false);
  if (value instanceof Undefined) return value.fail();
  if (/[diuoxX]/.test(letter)) return convertInteger(value, look);
  if (/[eEfFgG]/.test(letter)) return convertFloat(value, look);
  return wrongUse(`'%${letter}' is not a conversion`);
}

function character(value: Value): string {
  if (typeof value === 'string' && textLength(value) === 1) return value;
  const code = asInteger(value);
  return code === undefined ? wrongUse("'%c' expects one character") : String.fromCodePoint(Number(code));
}

function convertInteger(value: Value, look: Conversion): string {
  const isDecimal = /[diu]/.test(look.letter);
  const whole = isDecimal && value instanceof PyFloat ? truncated(value.value) : asInteger(value);
  if (whole === undefined) return wrongUse(`'%${look.letter}' expects a number, not ${typeName(value)}`);
  const integer = BigInt(whole);
  const size = integer < 0n ? -integer : integer;
  const digits = size
    .toString(isDecimal ? 10 : look.letter === 'o' ? 8 : 16)
    .padStart(look.precision ?? 0, '0');
  const prefix = look.flags.includes('#') && !isDecimal ? `0${look.letter}` : '';
  return fill(
    signOf(integer < 0n, look) + prefix,
    look.letter === 'X' ? digits.toUpperCase() : digits,
    look,
    true,
  );
}

function truncated(value: number): number | bigint {
  return Number.isFinite(value) ? integerOf(Math.trunc(value)) : wrongUse('an infinite number is no integer');
}

function convertFloat(value: Value, look: Conversion): string {
  const number = asNumber(value);
  if (number === undefined) return wrongUse(`'%${look.letter}' expects a number, not ${typeName(value)}`);
  const letter = look.letter.toLowerCase();
  const digits = floatDigits(Math.abs(number), {
    letter,
    precision: look.precision,
    isAlternate: look.flags.includes('#'),
  });
  const shown = letter === look.letter ? digits : digits.toUpperCase();
  return fill(signOf(number < 0 || Object.is(number, -0), look), shown, look, true);
}

function signOf(isNegative: boolean, look: Conversion): string {
  if (isNegative) return '-';
  return look.flags.includes('+') ? '+' : look.flags.includes(' ') ? ' ' : '';
}

function fill(sign: string, body: string, look: Conversion, isNumber: boolean): string {
  const missing = Math.max(0, look.width - textLength(sign + body));
  if (look.flags.includes('-')) return sign + body + ' '.repeat(missing);
  if (look.flags.includes('0') && isNumber) return sign + '0'.repeat(missing) + body;
  return ' '.repeat(missing) + sign + body;
}
