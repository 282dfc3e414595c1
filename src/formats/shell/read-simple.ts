import type { ShellAssignment, ShellRedirect, ShellWord, SimpleCommand } from './nodes.ts';
import { readAssignment } from './read-assignment.ts';
import { readRedirect } from './read-redirect.ts';
import { readWord } from './read-word.ts';
import type { ShellReader } from './reader.ts';
import { isReserved } from './separators.ts';

/** Commands whose arguments may be arrays, when nothing of their name is quoted. */
const declaring = new Set(['alias', 'declare', 'eval', 'export', 'let', 'local', 'readonly', 'typeset']);

/** Reads assignments, words and redirects up to what ends a command; undefined when there are none. */
export function readSimple(reader: ShellReader): SimpleCommand | undefined {
  const from = reader.at;
  const assignments: ShellAssignment[] = [];
  const words: (ShellWord | ShellAssignment)[] = [];
  const redirects: ShellRedirect[] = [];
  let end = from;
  // behind `a=1 >file` an assignment is a word to Bash until it runs the command
  let isPlain = false;
  for (;;) {
    reader.blanks();
    const redirect = readRedirect(reader);
    if (redirect) {
      redirects.push(redirect);
      isPlain = assignments.length > 0;
    } else {
      const takesAssignment =
        words.length === 0 || (redirects.length === 0 && declaring.has(words[0]?.raw ?? ''));
      const assignment = takesAssignment
        ? readAssignment(reader, words.length === 0 && !isPlain ? 'command' : 'argument')
        : undefined;
      if (isPlain && assignment?.elements)
        reader.fail('an array stands behind a redirect', assignment.place.offset);
      if (assignment && words.length === 0) assignments.push(assignment);
      else if (assignment) words.push(assignment);
      else {
        const word = readWord(reader, 'word');
        if (!word) break;
        if (words.length === 0) refuseHidden(reader, word);
        words.push(word);
      }
    }
    end = reader.at;
  }
  if (end === from) return undefined;
  reader.at = end;
  return { ...reader.span(from), kind: 'simple', assignments, words, redirects };
}

/** Bash joins continued lines before it looks for reserved words and names; whoever writes so hides something. */
function refuseHidden(reader: ShellReader, word: ShellWord): void {
  if (!word.raw.includes('\\\n') && !word.raw.endsWith('\\')) return;
  const joined = word.raw.replaceAll('\\\n', '').replace(/\\$/, '');
  if (isReserved(joined) || /^[A-Za-z_][A-Za-z0-9_]*(?:\[|\+?=)/.test(joined)) {
    reader.fail('a continued line end stands within a word of the shell', word.place.offset);
  }
}
