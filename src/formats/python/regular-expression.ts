const written = /\\([\s\S])|\(\?P<(\w+)>|\(\?P=(\w+)\)|\(\?#[^)]*\)/g;

/**
 * A regular expression as people write it for Python's `re`, as one of ours: `(?P<name>`, `(?P=name)`, `(?#comment)`, `\A`, `\Z`
 * and flags in front are understood. `flags` are further ones of ours.
 * @throws {SyntaxError} for what is none, or uses what only Python knows
 */
export function pythonRegularExpression(pattern: string, flags = ''): RegExp {
  const [lead = '', given = ''] = /^\(\?([aimsux]+)\)/.exec(pattern) ?? [];
  if (given.includes('x')) throw new SyntaxError('The flag x is not supported');
  const all = new Set(`${flags}${given.replace(/[^ims]/g, '')}`);
  return new RegExp(pattern.slice(lead.length).replaceAll(written, translate), [...all].join(''));
}

function translate(piece: string, escaped?: string, opened?: string, repeated?: string): string {
  if (escaped === 'A') return '(?<![\\s\\S])';
  if (escaped === 'Z') return '(?![\\s\\S])';
  if (escaped !== undefined) return piece;
  if (opened !== undefined) return `(?<${opened}>`;
  return repeated === undefined ? '' : `\\k<${repeated}>`;
}
