/** A finite float as a fraction of integers; exact, so that roundings are Python's. */
function fraction(size: number): [bigint, bigint] {
  let exponent = 0;
  let mantissa = size;
  while (!Number.isInteger(mantissa)) {
    mantissa *= 2;
    exponent += 1;
  }
  return [BigInt(mantissa), 1n << BigInt(exponent)];
}

function roundedQuotient(numerator: bigint, denominator: bigint): bigint {
  const quotient = numerator / denominator;
  const twice = (numerator % denominator) * 2n;
  if (twice < denominator || (twice === denominator && quotient % 2n === 0n)) return quotient;
  return quotient + 1n;
}

/** Digits of a size (finite, not negative) with so many behind the point; ties go to the even digit. */
export function fixedDigits(size: number, places: number): string {
  const [numerator, denominator] = fraction(size);
  const digits = roundedQuotient(numerator * 10n ** BigInt(places), denominator).toString();
  if (places === 0) return digits;
  const padded = digits.padStart(places + 1, '0');
  return `${padded.slice(0, -places)}.${padded.slice(-places)}`;
}

/** One digit before the point, so many behind it, and the power of ten. */
export function exponentDigits(size: number, places: number): { digits: string; exponent: number } {
  if (size === 0) return { digits: placePoint('0'.repeat(places + 1)), exponent: 0 };
  const [numerator, denominator] = fraction(size);
  const guess = Number(size.toExponential().split('e')[1]);
  for (const exponent of [guess - 1, guess, guess + 1]) {
    const shift = BigInt(Math.abs(places - exponent));
    const digits =
      places >= exponent
        ? roundedQuotient(numerator * 10n ** shift, denominator)
        : roundedQuotient(numerator, denominator * 10n ** shift);
    const text = digits.toString();
    if (text.length === places + 1) return { digits: placePoint(text), exponent };
  }
  throw new Error(`no digits of ${size}`);
}

function placePoint(digits: string): string {
  return digits.length === 1 ? digits : `${digits[0]}.${digits.slice(1)}`;
}

/** Integer to the nearest multiple of a power of ten, as Python's `round(x, -zeros)`; exact at any size. */
export function roundInteger(value: bigint, zeros: number): bigint {
  const size = value < 0n ? -value : value;
  if (zeros > size.toString().length) return 0n;
  const unit = 10n ** BigInt(zeros);
  const rounded = roundedQuotient(size, unit) * unit;
  return value < 0n ? -rounded : rounded;
}

/** Number to the nearest multiple of a power of ten, as Python's `round(x, places)`. */
export function roundTo(value: number, places: number): number {
  if (!Number.isFinite(value) || places > 330) return value;
  const sign = value < 0 || Object.is(value, -0) ? -1 : 1;
  if (places >= 0) return sign * Number(fixedDigits(Math.abs(value), places));
  if (places < -330) return sign * 0;
  const [numerator, denominator] = fraction(Math.abs(value));
  const unit = 10n ** BigInt(-places);
  return sign * Number(roundedQuotient(numerator, denominator * unit) * unit);
}
