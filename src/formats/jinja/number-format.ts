import { exponentDigits, fixedDigits } from './decimal-digits.ts';
import { tooMuch } from './trouble.ts';
import { floatText } from './values.ts';

/** How digits of a float are written; the letters are those of Python and C. */
export interface FloatLook {
  /** `e`, `f` or `g`, or empty for what `format(x, '')` writes. */
  readonly letter: string;
  /** Undefined: six. */
  readonly precision: number | undefined;
  /** `#`: the point stays, and so do zeros at the end. */
  readonly isAlternate: boolean;
}

/** Places behind the point, or digits, that are never needed and would take the memory. */
const mostPlaces = 10_000;

/** The digits of a float without its sign. */
export function floatDigits(size: number, look: FloatLook): string {
  if (!Number.isFinite(size)) return Number.isNaN(size) ? 'nan' : 'inf';
  if ((look.precision ?? 0) > mostPlaces) return tooMuch('a precision is too large');
  const precision = look.precision ?? 6;
  if (look.letter === 'f') return withPoint(fixedDigits(size, precision), look);
  if (look.letter === 'e') return exponential(size, precision, look);
  if (look.letter === 'g') return general(size, Math.max(1, precision), look);
  if (look.precision === undefined) {
    return look.isAlternate ? floatText(size).replace(/^(\d+)e/, '$1.e') : floatText(size);
  }
  return shortWithPoint(size, Math.max(1, precision), look);
}

function withPoint(digits: string, look: FloatLook): string {
  return look.isAlternate && !digits.includes('.') ? `${digits}.` : digits;
}

function exponential(size: number, places: number, look: FloatLook): string {
  const { digits, exponent } = exponentDigits(size, places);
  return withPoint(digits, look) + exponentText(exponent);
}

const exponentText = (exponent: number): string =>
  `e${exponent < 0 ? '-' : '+'}${String(Math.abs(exponent)).padStart(2, '0')}`;

function general(size: number, precision: number, look: FloatLook): string {
  const { digits, exponent } = exponentDigits(size, precision - 1);
  const trimmed = (text: string): string => (look.isAlternate ? withPoint(text, look) : trimZeros(text));
  if (exponent < -4 || exponent >= precision) return trimmed(digits) + exponentText(exponent);
  return trimmed(fixedDigits(size, precision - 1 - exponent));
}

const trimZeros = (text: string): string => (text.includes('.') ? text.replace(/\.?0+$/, '') : text);

/** A precision without a letter: as `g`, but a float stays recognisable as one. */
function shortWithPoint(size: number, precision: number, look: FloatLook): string {
  const { digits, exponent } = exponentDigits(size, precision - 1);
  if (exponent < -4 || exponent >= Math.max(1, precision - 1))
    return (look.isAlternate ? withPoint(digits, look) : trimZeros(digits)) + exponentText(exponent);
  const text = general(size, precision, look);
  return text.includes('.') ? text : `${text}.0`;
}

/** Digits in groups from the right: of three with a comma or `_`, of four in the other bases. */
export function grouped(digits: string, mark: string, size: number): string {
  // in the other bases, `e` is a digit
  const [whole = ''] = size === 3 ? digits.split(/[.eE%]/, 1) : [digits];
  const tail = digits.slice(whole.length);
  const parts: string[] = [];
  for (let end = whole.length; end > 0; end -= size) parts.unshift(whole.slice(Math.max(0, end - size), end));
  return parts.join(mark) + tail;
}
