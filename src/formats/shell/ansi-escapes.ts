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

const escapeSign =
  /\\(?:x([0-9a-fA-F]{1,2})|u([0-9a-fA-F]{1,4})|U([0-9a-fA-F]{1,8})|([0-7]{1,3})|c(.)|(.))/gsu;

/**
 * The value of `$'text'` where names are UTF-8 (bash(1), QUOTING). Runs of escaped bytes are UTF-8 too, as Bash prints names
 * that its locale does not know.
 */
export function ansiText(text: string): string {
  // no escape stands for more bytes than it has itself
  const bytes = Buffer.alloc(Buffer.byteLength(text));
  let length = 0;
  const push = (part: string): void => {
    length += bytes.write(part, length);
  };
  const pushByte = (byte: number): void => {
    length = bytes.writeUInt8(byte, length);
  };
  let at = 0;
  for (const match of text.matchAll(escapeSign)) {
    push(text.slice(at, match.index));
    at = match.index + match[0].length;
    const [whole, byte, short, long, octal, control, other = ''] = match;
    if (byte !== undefined) pushByte(Number.parseInt(byte, 16));
    else if (octal !== undefined) pushByte(Number.parseInt(octal, 8) & 0xff);
    else if (short !== undefined || long !== undefined) {
      const point = Number.parseInt(short ?? long ?? '', 16);
      push(point <= 0x10ffff ? String.fromCodePoint(point) : '');
    } else if (control !== undefined) pushByte(control.charCodeAt(0) & 0x1f);
    else push(single[other] ?? whole);
  }
  push(text.slice(at));
  return bytes.toString('utf8', 0, length);
}

function isPlain([, byte, short, long, octal, control, other]: RegExpExecArray): boolean {
  if (other !== undefined) return !'cxuU'.includes(other);
  if (control !== undefined) return false;
  const hex = byte ?? short ?? long;
  const code = hex === undefined ? Number.parseInt(octal ?? '', 8) : Number.parseInt(hex, 16);
  return code > 0 && code <= 126;
}

/** As `ansiText`; undefined when escapes stand for what is no ASCII text, since its bytes then depend on the locale. */
export function ansiValue(text: string): string | undefined {
  return [...text.matchAll(escapeSign)].every(isPlain) ? ansiText(text) : undefined;
}
