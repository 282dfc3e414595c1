/**
 * A pattern of file names as an expression for `category/name`: `*` is anything, a slash too, `?` one sign, `[…]` one of
 * these, `[!…]` none of these. So the original has it: its patterns are those of Python's fnmatch.
 */
export function globPattern(glob: string): RegExp {
  // what stands between stars: the first place for each will do, so that many stars take no longer than one
  const pieces = [''];
  const add = (text: string): void => void pieces.push(`${pieces.pop() ?? ''}${text}`);
  for (let at = 0; at < glob.length; at += 1) {
    const sign = glob[at] ?? '';
    const isNegated = glob[at + 1] === '!';
    const from = at + (isNegated ? 2 : 1);
    // a bracket that comes first is one of the signs
    const close = sign === '[' ? glob.indexOf(']', from + 1) : -1;
    if (sign === '*') pieces.push('');
    else if (sign === '?') add('.');
    else if (close > 0) {
      add(signSet(glob.slice(from, close), isNegated));
      at = close;
    } else add(quoted(sign));
  }
  const [first = '', ...others] = pieces;
  const last = others.pop();
  const between = others.map((piece, index) => `(?=(.*?${piece}))\\${index + 1}`).join('');
  return new RegExp(`^${first}${between}${last === undefined ? '' : `.*${last}`}$`, 's');
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
