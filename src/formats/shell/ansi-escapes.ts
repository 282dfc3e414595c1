const single: Readonly<Record<string, string>> = {
  a: '\x07',
  b: '\b',
  e: '\x1b',
  E: '\x1b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
  v: '\v',
  '\\': '\\',
  "'": "'",
  '"': '"',
  '?': '?',
};

/** The value of `$'text'` (bash(1), QUOTING); undefined when it is no ASCII text, since its bytes then depend on the locale. */
export function ansiValue(text: string): string | undefined {
  let isPlain = true;
  const value = text.replace(
    /\\(?:x([0-9A-Fa-f]{1,2})|u([0-9A-Fa-f]{1,4})|U([0-9A-Fa-f]{1,8})|([0-7]{1,3})|([\s\S]))/g,
    (whole: string, ...groups: readonly (string | undefined)[]) => {
      const [x, u, wide, octal, other] = groups;
      const hex = x ?? u ?? wide;
      if (hex === undefined && octal === undefined) {
        const known = single[other ?? ''];
        if (known === undefined && 'cxuU'.includes(other ?? '')) isPlain = false;
        return known ?? whole;
      }
      const code = hex === undefined ? Number.parseInt(octal ?? '', 8) : Number.parseInt(hex, 16);
      if (code === 0 || code > 126) isPlain = false;
      return String.fromCharCode(code & 127);
    },
  );
  return isPlain ? value : undefined;
}
