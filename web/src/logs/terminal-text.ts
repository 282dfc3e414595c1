/** Escape sequences: control sequences, strings (titles, links), and short ones. An unfinished one at the end as well. */
const escapes =
  /\u001b(?:\[([0-9;:?<=>]*)([ -/]*)([@-~]?)|[\]PX^_][^\u0007\u001b]*(?:\u0007|\u001b\\)?|[ -/]*[0-~]?)/g;

/**
 * Output of a build as one line of a terminal may have it: colours and what erases the rest of a line stay, and so do
 * returns to its beginning, so that progress bars look as they did. What would move to other lines is taken out.
 */
export function terminalText(text: string): string {
  if (!/[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/.test(text)) return text;
  return (
    text
      .replace(/\r+$/, '')
      .replace(escapes, (whole, _parameters, between, final) =>
        between === '' && (final === 'm' || final === 'K') ? whole : '',
      )
      // of the rest only backspaces, returns and what belongs to the sequences that stay
      .replace(/[\u0000-\u0007\u000b\u000c\u000e-\u001a\u001c-\u001f\u007f-\u009f]/g, '')
  );
}

/** The same without colours, as it would stand in the end: for copies, and for those who listen. */
export function readableText(text: string): string {
  const shown = text.replace(/\r+$/, '');
  return shown
    .slice(shown.lastIndexOf('\r') + 1)
    .replace(escapes, '')
    .replace(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/g, '');
}
