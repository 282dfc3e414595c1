import type { HereDocument, ShellRedirect } from './nodes.ts';
import { readWord } from './read-word.ts';
import type { ShellReader } from './reader.ts';

const descriptors = /(?:[0-9]+|\{[A-Za-z_][A-Za-z0-9_]*\})(?=[<>])/y;

const operators = ['<<<', '<<-', '&>>', '<<', '<&', '<>', '>>', '>&', '>|', '&>', '<', '>'] as const;

/** Reads a redirect that begins here, with its descriptor; undefined when none does. */
export function readRedirect(reader: ShellReader): ShellRedirect | undefined {
  const from = reader.at;
  const descriptor = reader.match(descriptors) ?? '';
  const begin = from + descriptor.length;
  const written = joined(reader, begin);
  const operator = operators.find((one) => written.text.startsWith(one));
  // a process substitution is a word
  if (!operator || (operator.length === 1 && written.text[1] === '(')) return undefined;
  if (descriptor !== '' && operator.startsWith('&')) return undefined;
  reader.at = written.ends[operator.length - 1] as number;
  reader.blanks();
  // the descriptor of the next redirect is no word
  const target = reader.match(descriptors) === undefined ? readWord(reader, 'word') : undefined;
  if (!target) return reader.failHere();
  const redirect: ShellRedirect & { hereDocument: HereDocument | undefined } = {
    ...reader.span(from),
    operator,
    target,
    hereDocument: undefined,
  };
  if (operator === '<<' || operator === '<<-') {
    const isQuoted = /["'\\]/.test(target.raw.replaceAll('\\\n', ''));
    reader.awaited.push({
      delimiter: target.text,
      isQuoted,
      stripsTabs: operator === '<<-',
      accept: (document) => {
        redirect.hereDocument = document;
      },
    });
  }
  return redirect;
}

/** The next characters without continued line ends, at most three, and the offset behind each. */
function joined(reader: ShellReader, from: number): { text: string; ends: readonly number[] } {
  let text = '';
  const ends: number[] = [];
  for (let at = from; text.length < 3; ) {
    const here = text === '' ? at : reader.skip(at);
    const character = reader.char(here);
    if (!'<>&|(-'.includes(character) || character === '') break;
    text += character;
    at = here + 1;
    ends.push(at);
  }
  return { text, ends };
}
