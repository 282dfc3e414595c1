import type { Definition } from './definitions.ts';
import { linesIn, type RawLine, trimSpaces } from './line-ends.ts';
import { parseTemplate, type Segment } from './template.ts';

/** One line of a value as it has to be evaluated; offsets count from the start of the element's node. */
export type ValueLine =
  | {
      readonly kind: 'plain';
      readonly segments: readonly Segment[];
      readonly from: number;
      readonly to: number;
    }
  /** `<< path`: the text of a file (3.7). */
  | {
      readonly kind: 'file';
      readonly segments: readonly Segment[];
      readonly from: number;
      readonly to: number;
    }
  /** `$[[name]]` alone on a line (3.6). */
  | {
      readonly kind: 'include';
      readonly segments: readonly Segment[];
      readonly from: number;
      readonly to: number;
    }
  /** `<?env` or `<?python` up to `?>` (3.9). */
  | {
      readonly kind: 'code';
      readonly language: 'env' | 'python';
      readonly raw: readonly string[];
      readonly closed: boolean;
      readonly from: number;
      readonly to: number;
    }
  /** Code where a single line is wanted (E11). */
  | { readonly kind: 'misplaced'; readonly from: number; readonly to: number };

/** The text that stands behind the colon of a definition. */
export function writtenValue({ file, node }: Definition): string {
  return file.text.slice(node.start + node.valueAt, node.start + node.valueEnd);
}

/** The lines of a block as they are written. */
export function rawLines({ file, node }: Pick<Definition, 'file' | 'node'>): readonly RawLine[] {
  return linesIn(file.text.slice(node.start + node.bodyAt, node.start + node.bodyEnd), node.bodyAt);
}

/** The second of exactly two words, the first of which is `<<`. */
function filePart(text: string): string | undefined {
  const trimmed = trimSpaces(text);
  if (!trimmed.startsWith('<< ')) return undefined;
  const path = trimmed.slice(3);
  return path === '' || path.includes(' ') ? undefined : path;
}

function textLine(text: string, at: number): ValueLine {
  const to = at + text.length;
  const path = filePart(text);
  if (path === undefined) return { kind: 'plain', segments: parseTemplate(text, at), from: at, to };
  return {
    kind: 'file',
    segments: parseTemplate(path, at + text.indexOf(path, text.indexOf('<<') + 2)),
    from: at,
    to,
  };
}

/** The value of a definition where one line is wanted: a block is flattened (3.1). */
export function singleLine(definition: Definition): ValueLine {
  const { node } = definition;
  if (!node.isBlock) return textLine(writtenValue(definition), node.valueAt);
  const lines = rawLines(definition).map(({ text, at }) => {
    const trimmed = trimSpaces(text);
    return { text: trimmed, at: at + text.indexOf(trimmed) };
  });
  const code = lines.find(({ text }) => codeStart.test(text));
  if (code) return { kind: 'misplaced', from: code.at, to: code.at + code.text.length };
  while (lines[0]?.text === '') lines.shift();
  while (lines.at(-1)?.text === '') lines.pop();
  const [only] = lines;
  if (only && lines.length === 1) return textLine(only.text, only.at);
  const segments = lines.flatMap(({ text, at }, index) => [
    ...(index === 0 ? [] : [' ']),
    ...parseTemplate(text, at),
  ]);
  return { kind: 'plain', segments, from: node.bodyAt, to: node.bodyEnd };
}

const codeStart = /^[ \t]*<\?(python|env)(?:[ \t]|$)/;
const codeEnd = /^\s*\?>(?:\s|$)/;

/** The name part of a line that is an include (3.6), and where it begins; undefined when the line is text. */
function includePart({ text, at }: RawLine): RawLine | undefined {
  const trimmed = trimSpaces(text);
  if (!trimmed.startsWith('$[[') || !trimmed.endsWith(']]') || trimmed.length < 5) return undefined;
  if (trimmed.split(' ').length > 2) return undefined;
  const inner = trimmed.slice(3, -2);
  // two includes on one line are none (Q18)
  if (inner.includes('$[[')) return undefined;
  return { text: inner, at: at + text.indexOf('$[[') + 3 };
}

/** Whether a line looks like an include and is text, which is worth a warning (Q18). */
export function isMistakenInclude(text: string): boolean {
  const trimmed = trimSpaces(text);
  return trimmed.startsWith('$[[') && trimmed.endsWith(']]') && trimmed.slice(3).includes('$[[');
}

/** The lines of a block, each as it has to be evaluated. */
export function blockLines(definition: Definition): readonly ValueLine[] {
  const raw = rawLines(definition);
  const lines: ValueLine[] = [];
  for (let index = 0; index < raw.length; index += 1) {
    const line = raw[index] as RawLine;
    const code = line.text.includes('<?') ? codeStart.exec(line.text) : null;
    if (code) {
      let last = index + 1;
      while (last < raw.length && !codeEnd.test(raw[last]?.text ?? '')) last += 1;
      lines.push({
        kind: 'code',
        language: code[1] === 'env' ? 'env' : 'python',
        raw: raw.slice(index + 1, last).map(({ text }) => text),
        closed: last < raw.length,
        from: line.at,
        to: line.at + line.text.length,
      });
      index = last;
      continue;
    }
    const include = includePart(line);
    const range = { from: line.at, to: line.at + line.text.length };
    lines.push(
      include
        ? { kind: 'include', segments: parseTemplate(include.text, include.at), ...range }
        : textLine(line.text, line.at),
    );
  }
  return lines;
}
