import type { ShellExpansion, ShellScript } from './nodes.ts';
import { ShellFailure, ShellReader } from './reader.ts';

/** Skips `'...'`, the reader being at the first quote. */
export function skipSingle(reader: ShellReader): void {
  const close = reader.text.indexOf("'", reader.at + 1);
  if (close < 0 || close >= reader.end) reader.fail("a ' is not closed");
  reader.at = close + 1;
}

/** Skips `$'...'`, the reader being at the dollar; returns what stands between the quotes. */
export function skipAnsi(reader: ShellReader): string {
  const open = reader.skip(reader.at + 1);
  let at = open + 1;
  while (at < reader.end && reader.text[at] !== "'") at += reader.text[at] === '\\' ? 2 : 1;
  if (at >= reader.end) reader.fail("a $' is not closed");
  reader.at = at + 1;
  return reader.text.slice(open + 1, at);
}

/** Reads `"..."`, the reader being at the first quote. */
export function readDouble(reader: ShellReader): { text: string; expansions: readonly ShellExpansion[] } {
  const from = reader.at;
  const expansions: ShellExpansion[] = [];
  let text = '';
  reader.at += 1;
  for (;;) {
    const plain = reader.match(/[^"\\$`]+/y);
    if (plain) {
      text += plain;
      reader.at += plain.length;
    }
    const here = reader.char(reader.at);
    if (here === '') reader.fail('a " is not closed', from);
    if (here === '"') break;
    if (here === '\\') {
      const next = reader.char(reader.at + 1);
      if (next !== '\n') text += '$`"\\'.includes(next) ? next : `\\${next}`;
      reader.at += 2;
      continue;
    }
    const expansion = readExpansion(reader, true);
    if (expansion) expansions.push(expansion);
    text += expansion ? expansion.raw : '$';
  }
  reader.at += 1;
  return { text, expansions };
}

/**
 * Skips to behind the closing bracket that belongs to an opening one just before the reader, past quotes and
 * expansions. `nests`: opening brackets within count.
 */
export function skipBrackets(
  reader: ShellReader,
  { open, close, nests }: { open: string; close: string; nests: boolean },
): readonly ShellExpansion[] {
  const from = reader.at - 1;
  const expansions: ShellExpansion[] = [];
  let levels = 1;
  for (;;) {
    const here = reader.char(reader.at);
    if (here === '') return reader.fail(`a '${open}' is not closed`, from);
    else if (here === '\\') reader.at += 2;
    else if (here === "'") skipSingle(reader);
    else if (here === '"') expansions.push(...readDouble(reader).expansions);
    else if (here === '$' && reader.char(reader.skip(reader.at + 1)) === "'") skipAnsi(reader);
    else if (here === '$' || here === '`') {
      const expansion = readExpansion(reader, false);
      if (expansion) expansions.push(expansion);
    } else {
      reader.at += 1;
      if (here === close) levels -= 1;
      else if (here === open && nests) levels += 1;
      if (levels === 0) return expansions;
    }
  }
}

/**
 * Reads what begins with a dollar sign or a backquote. A dollar sign that begins nothing is skipped, and the answer
 * is undefined.
 */
export function readExpansion(reader: ShellReader, inDouble: boolean): ShellExpansion | undefined {
  const from = reader.at;
  const known = reader.known.get(from);
  if (known instanceof ShellFailure) throw known;
  if (known) {
    reader.at = known.end;
    return known.expansion;
  }
  try {
    const expansion = reader.deeper(() =>
      reader.char(from) === '`' ? readBackquotes(reader, inDouble) : readDollar(reader),
    );
    if (expansion) reader.known.set(from, { expansion, end: reader.at });
    return expansion;
  } catch (error) {
    if (error instanceof ShellFailure) reader.known.set(from, error);
    throw error;
  }
}

function readDollar(reader: ShellReader): ShellExpansion | undefined {
  const from = reader.at;
  const next = reader.skip(from + 1);
  const here = reader.char(next);
  reader.at = next + 1;
  if (here === '(') {
    if (reader.char(reader.skip(next + 1)) === '(') return readDoubleParenthesis(reader, from, next);
    const script = readSubstitution(reader);
    return { ...reader.span(from), kind: 'command', scripts: [script], isOpaque: false };
  }
  if (here === '{') {
    const inner = skipBrackets(reader, { open: '{', close: '}', nests: false });
    return { ...reader.span(from), kind: 'parameter', ...within(inner) };
  }
  if (here === '[') {
    const inner = skipBrackets(reader, { open: '[', close: ']', nests: true });
    return { ...reader.span(from), kind: 'arithmetic', ...within(inner) };
  }
  const name = reader.match(/[A-Za-z_][A-Za-z0-9_]*|[0-9@*#?$!-]/y, next);
  if (!name) {
    reader.at = from + 1;
    return undefined;
  }
  reader.at = next + name.length;
  return { ...reader.span(from), kind: 'parameter', scripts: [], isOpaque: false };
}

function within(inner: readonly ShellExpansion[]): { scripts: readonly ShellScript[]; isOpaque: boolean } {
  return { scripts: inner.flatMap(({ scripts }) => scripts), isOpaque: inner.some((one) => one.isOpaque) };
}

/** The statements up to the closing parenthesis, which is skipped; the reader is behind the opening one. */
export function readSubstitution(reader: ShellReader): ShellScript {
  const { awaited } = reader;
  const from = reader.at;
  reader.awaited = [];
  const script = reader.script(reader, { words: [], parenthesis: true });
  if (reader.char(reader.at) !== ')') reader.fail("a '(' is not closed", from);
  // Bash reads on behind the parenthesis and warns; what it then takes for the body is anybody's guess.
  if (reader.awaited.length > 0) reader.fail('a here-document does not end within its substitution', from);
  reader.at += 1;
  reader.awaited = awaited;
  return script;
}

/** `$((...))` is arithmetic when its inner parentheses are a pair, otherwise a substitution that begins with `(`. */
function readDoubleParenthesis(reader: ShellReader, from: number, open: number): ShellExpansion {
  const inner = skipBrackets(reader, { open: '(', close: ')', nests: true });
  const to = reader.at - 1;
  const first = reader.skip(open + 1);
  const span = reader.span(from);
  if (reader.text[to - 1] === ')' && isBalanced(reader.text.slice(first + 1, to - 1))) {
    return { ...span, kind: 'arithmetic', ...within(inner) };
  }
  const script = reader.attempt(open + 1, to, () => reader.script(reader, { words: [] }));
  if (!script) return { ...span, kind: 'command', scripts: within(inner).scripts, isOpaque: true };
  return { ...span, kind: 'command', scripts: [script], isOpaque: false };
}

function isBalanced(text: string): boolean {
  let levels = 0;
  for (const [piece] of text.matchAll(/\\[\s\S]|'[^']*'|"(?:\\[\s\S]|[^"\\])*"|[()]/g)) {
    if (piece === '(') levels += 1;
    else if (piece === ')') levels -= 1;
    if (levels < 0) return false;
  }
  return levels === 0;
}

function readBackquotes(reader: ShellReader, inDouble: boolean): ShellExpansion {
  const from = reader.at;
  let to = from + 1;
  while (to < reader.end && reader.text[to] !== '`') to += reader.text[to] === '\\' ? 2 : 1;
  if (to >= reader.end) reader.fail('a ` is not closed');
  const inner = reader.text.slice(from + 1, to);
  const script = inner.includes('\\')
    ? readCutOut(reader, inner.replace(inDouble ? /\\([$`\\"])/g : /\\([$`\\])/g, '$1'))
    : reader.attempt(from + 1, to, () => reader.script(reader, { words: [] }));
  reader.at = to + 1;
  return { ...reader.span(from), kind: 'command', scripts: script ? [script] : [], isOpaque: !script };
}

/** Escapes were taken out, so offsets do not fit any more: everything within has the place of the backquote. */
function readCutOut(reader: ShellReader, text: string): ShellScript | undefined {
  const inside = { place: reader.place(reader.at), depth: reader.depth };
  const inner = new ShellReader(text, reader.script, inside);
  inner.extendedGlobs = reader.extendedGlobs;
  return inner.attempt(0, text.length, () => inner.script(inner, { words: [] }));
}

/** The expansions of a here-document that is not quoted; what is no Bash in it is opaque. */
export function expansionsOfBody(reader: ShellReader, from: number, to: number): readonly ShellExpansion[] {
  const found: ShellExpansion[] = [];
  const { at, end } = reader;
  reader.end = to;
  reader.at = from;
  try {
    while (reader.at < to) {
      reader.at += reader.match(/[^\\$`]+/y)?.length ?? 0;
      if (reader.char(reader.at) === '\\') reader.at += 2;
      else if (reader.at < to) {
        const expansion = readExpansion(reader, true);
        if (expansion) found.push(expansion);
      }
    }
  } catch (error) {
    if (!(error instanceof ShellFailure)) throw error;
    found.push({ ...reader.span(error.offset, to), kind: 'command', scripts: [], isOpaque: true });
  } finally {
    Object.assign(reader, { at, end });
  }
  return found;
}
