/** Orders two texts by their code units: for the ASCII of names and versions that is the order of bytes. */
export function compareText(a: string, b: string): -1 | 0 | 1 {
  return a === b ? 0 : a < b ? -1 : 1;
}

/** Orders two whole numbers of any length, written as digits; no digits at all count as 0. */
export function compareWholeNumbers(a: string, b: string): -1 | 0 | 1 {
  if (a === b) return 0;
  const one = a.replace(/^0+/, '');
  const two = b.replace(/^0+/, '');
  if (one.length !== two.length) return one.length < two.length ? -1 : 1;
  return compareText(one, two);
}

/** Orders two texts by their bytes in UTF-8, as programs that sort lines with LC_COLLATE=C do. */
export function compareBytes(a: string, b: string): -1 | 0 | 1 {
  if (a === b) return 0;
  const order = Buffer.compare(Buffer.from(a, 'utf8'), Buffer.from(b, 'utf8'));
  return order < 0 ? -1 : order > 0 ? 1 : 0;
}
