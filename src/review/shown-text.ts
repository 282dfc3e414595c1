const most = 200;

/** A stranger's text on one line: line ends and control characters become visible, and it is cut when long. */
export function shownText(text: string): string {
  const line = text
    .trim()
    .replace(/[ \t]*\\?\n[ \t]*/g, ' ⏎ ')
    .replace(/\t/g, ' ')
    .replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/gu, (odd) => `\\u{${odd.codePointAt(0)?.toString(16)}}`)
    .replace(/ {4,}/g, ' … ');
  const characters = [...line];
  return characters.length > most ? `${characters.slice(0, most).join('')}…` : line;
}

/** A name in quotes for a line of text. */
export function quoted(text: string): string {
  return `'${shownText(text)}'`;
}
