/**
 * A pattern of file names as an expression for `category/name`: `*` is anything, a slash too, `?` one sign, `[…]` one of
 * these, `[!…]` none of these. So the original has it: its patterns are those of Python's fnmatch.
 */
export function globPattern(glob: string): RegExp {
  let text = '';
  for (let at = 0; at < glob.length; at += 1) {
    const sign = glob[at] ?? '';
    const close = glob.indexOf(']', at + 2);
    if (sign === '*') text += '.*';
    else if (sign === '?') text += '.';
    else if (sign === '[' && close > 0) {
      const inner = glob.slice(at + 1, close).replaceAll('\\', '\\\\');
      text += `[${inner.startsWith('!') ? `^${inner.slice(1)}` : inner.replace(/^\^/, '\\^')}]`;
      at = close;
    } else text += sign.replace(/[$()+./\\^{|}[\]-]/g, '\\$&');
  }
  return new RegExp(`^${text}$`, 's');
}
