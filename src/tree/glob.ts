/**
 * A pattern of file names as an expression for `category/name`: `*` is anything, a slash too, `?` one sign, `[…]` one of
 * these, `[!…]` none of these. So the original has it: its patterns are those of Python's fnmatch.
 */
export function globPattern(glob: string): RegExp {
  let text = '';
  for (let at = 0; at < glob.length; at += 1) {
    const sign = glob[at] ?? '';
    const isNegated = glob[at + 1] === '!';
    const from = at + (isNegated ? 2 : 1);
    // a bracket that comes first is one of the signs
    const close = sign === '[' ? glob.indexOf(']', from + 1) : -1;
    if (sign === '*') text += '.*';
    else if (sign === '?') text += '.';
    else if (close > 0) {
      text += signSet(glob.slice(from, close), isNegated);
      at = close;
    } else text += quoted(sign);
  }
  return new RegExp(`^${text}$`, 's');
}

const quoted = (sign: string): string => sign.replace(/[$()*+./?\\^{|}[\]-]/, '\\$&');

/** Signs and stretches of them; a stretch that ends before it begins holds nothing. */
function signSet(inner: string, isNegated: boolean): string {
  let signs = '';
  for (let at = 0; at < inner.length; at += 1) {
    const [first = '', dash, last] = inner.slice(at, at + 3);
    if (dash !== '-' || last === undefined) {
      signs += quoted(first);
      continue;
    }
    if (first <= last) signs += `${quoted(first)}-${quoted(last)}`;
    at += 2;
  }
  if (signs === '') return isNegated ? '.' : '(?!)';
  return `[${isNegated ? '^' : ''}${signs}]`;
}
