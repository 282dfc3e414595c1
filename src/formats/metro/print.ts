import { linesIn } from './line-ends.ts';
import type { AnnotationNode, ElementNode, MetroFile, MetroNode } from './nodes.ts';

/** The parts that a node is written with, in order; joined they are its text. */
export function partsOf({ text }: MetroFile, node: MetroNode): readonly string[] {
  const part = (from: number, to: number): string => text.slice(node.start + from, node.start + to);
  const length = node.end - node.start;
  switch (node.kind) {
    case 'element': {
      const head = [part(0, node.nameAt), part(node.nameAt, node.nameEnd), ':'];
      const value = [part(node.nameEnd + 1, node.valueAt), part(node.valueAt, node.valueEnd)];
      const rest = node.isBlock ? blockParts(node, part, length) : [part(node.valueEnd, length)];
      return [...head, ...value, ...rest];
    }
    case 'annotation':
      return [
        part(0, node.openAt),
        ...['[', part(node.openAt + 1, node.closeAt), ']'],
        part(node.closeAt + 1, length),
      ];
    default:
      return [part(0, length)];
  }
}

function blockParts(
  node: ElementNode,
  part: (from: number, to: number) => string,
  length: number,
): readonly string[] {
  return [part(node.valueEnd, node.bodyAt), part(node.bodyAt, node.bodyEnd), part(node.bodyEnd, length)];
}

/** The text of a tree: what it was made of, byte by byte. */
export function printMetro(file: MetroFile): string {
  const parts: string[] = [];
  for (const node of file.nodes) parts.push(...partsOf(file, node));
  return parts.join('');
}

/**
 * The text in the usual form: LF line ends, no white space at both ends of lines, one space behind the colon, single spaces in
 * annotations, at most one blank line in a row, none at the ends, one before a section. Lines of blocks stay as they
 * are, and so do lines that are nothing. It means the same, and formatting it again changes nothing.
 */
export function formatMetro(file: MetroFile): string {
  const lines: string[] = [];
  for (const node of file.nodes) {
    if (node.kind === 'mark') continue;
    if (node.kind === 'blank') {
      if (lines.length > 0 && lines.at(-1) !== '') lines.push('');
      continue;
    }
    if (node.kind === 'annotation' && node.does === 'section' && !followsComment(lines)) separate(lines);
    // a block may have more lines than a call takes arguments
    for (const line of formattedLines(file, node)) lines.push(line);
  }
  const last = file.nodes.at(-1);
  // the empty lines of a block without an end are its own
  const isOpen = last?.kind === 'element' && last.slips?.some(({ code }) => code === 'MTR003') === true;
  while (!isOpen && lines.at(-1) === '') lines.pop();
  if (lines.length === 0) return '';
  // at the very start the sign would be taken for a mark of the byte order
  const start = lines[0]?.startsWith('\ufeff') ? '\n' : '';
  return `${start}${lines.join('\n')}\n`;
}

/** A comment right above a section belongs to it. */
function followsComment(lines: readonly string[]): boolean {
  return lines.at(-1)?.startsWith('#') === true;
}

function separate(lines: string[]): void {
  if (lines.length > 0 && lines.at(-1) !== '') lines.push('');
}

function formattedLines(file: MetroFile, node: MetroNode): readonly string[] {
  const text = file.text.slice(node.start, node.end);
  switch (node.kind) {
    case 'comment':
    case 'junk':
      return [trimmed(text)];
    case 'annotation':
      return [`[${insideOf(text, node)}]${commentBehind(text.slice(node.closeAt + 1))}`];
    case 'element': {
      const name = text.slice(node.nameAt, node.nameEnd);
      const value = text.slice(node.valueAt, node.valueEnd);
      const comment = commentBehind(text.slice(node.valueEnd, node.lineEnd));
      const head = `${name}:${value === '' ? '' : ` ${value}`}${comment}`;
      if (!node.isBlock) return [head];
      const isClosed = node.slips?.every(({ code }) => code !== 'MTR003') ?? true;
      const body = linesIn(text.slice(node.bodyAt, node.bodyEnd)).map((line) => line.text);
      return [head, ...body, ...(isClosed ? [']'] : [])];
    }
    default:
      return [];
  }
}

/** The words of an annotation with single spaces; other white space between them stays, as signs of comments may follow it. */
function insideOf(text: string, { openAt, closeAt, words }: AnnotationNode): string {
  const inside = trimmed(text.slice(openAt + 1, closeAt));
  return /[^\S \t]/.test(inside) ? inside : words.join(' ');
}

/** What stands behind a value or an annotation: spaces before a comment stay, so that columns of comments do. */
function commentBehind(rest: string): string {
  const at = rest.indexOf('#');
  if (at < 0) return '';
  const gap = rest.slice(0, at).includes('\t') ? ' ' : rest.slice(0, at) || ' ';
  return `${gap}${trimmed(rest.slice(at))}`;
}

/** Without white space of the language and line ends at both ends. */
function trimmed(text: string): string {
  return text.replace(/^[ \t\r\n]+/, '').replace(/[ \t\r\n]+$/, '');
}
