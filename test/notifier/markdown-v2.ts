/** What a chat shows of a text. */
export interface Shown {
  readonly text: string;
  readonly bold: readonly string[];
  readonly links: readonly { readonly label: string; readonly address: string }[];
}

const reserved = new Set('_*[]()~`>#+-=|{}.!');

/**
 * Reads MarkdownV2 as strictly as the service does, as far as packmill uses it: bold and links. Throws on every
 * reserved character that is neither escaped nor part of one of these.
 */
export function parseMarkdownV2(source: string): Shown {
  const letters = [...source];
  const links: { label: string; address: string }[] = [];
  const bold: string[] = [];
  let at = 0;
  const fail = (why: string): never => {
    throw new Error(`Bad Request: can't parse entities: ${why} at offset ${at}`);
  };
  const escaped = (): string => {
    const letter = letters[at + 1];
    if (letter === undefined || letter.codePointAt(0)! > 126) return fail('nothing to escape');
    at += 2;
    return letter;
  };
  const address = (): string => {
    let text = '';
    for (;;) {
      const letter = letters[at];
      if (letter === undefined) return fail('unclosed address');
      if (letter === ')') break;
      if (letter === '\\') text += escaped();
      else {
        text += letter;
        at += 1;
      }
    }
    at += 1;
    return text;
  };
  const read = (end: string | undefined): string => {
    let text = '';
    for (;;) {
      const letter = letters[at];
      if (letter === undefined) return end === undefined ? text : fail(`no '${end}'`);
      if (letter === end) {
        at += 1;
        return text;
      }
      if (letter === '\\') text += escaped();
      else if (letter === '*' && end === undefined) {
        at += 1;
        const part = read('*');
        if (part === '') fail('empty bold');
        bold.push(part);
        text += part;
      } else if (letter === '[' && end === undefined) {
        at += 1;
        const label = read(']');
        if (letters[at] !== '(') fail('a label without an address');
        at += 1;
        links.push({ label, address: address() });
        text += label;
      } else if (reserved.has(letter)) fail(`character '${letter}' is reserved and must be escaped`);
      else {
        text += letter;
        at += 1;
      }
    }
  };
  return { text: read(undefined), bold, links };
}
