import { lastStart } from './last-start.ts';
import { editLines } from './line-table.ts';
import type { MetroFile, MetroNode, Scope } from './nodes.ts';
import { FileParser, outermost } from './parse-file.ts';

/** A change of a text: what stands from `from` up to and without `to` is replaced. */
export interface TextEdit {
  readonly from: number;
  readonly to: number;
  readonly text: string;
}

/** A text after an edit. */
export function editedText(text: string, edit: TextEdit): string {
  return text.slice(0, edit.from) + edit.text + text.slice(edit.to);
}

/** Nodes that an edit took away, and those that came in their place. */
export interface Reparsed {
  readonly removed: readonly MetroNode[];
  readonly added: readonly MetroNode[];
}

/**
 * Changes a file as if its new text had been parsed. Only lines from the edit on are read again, up to one that begins where a
 * line began before and on which nothing above has another effect; nodes behind it are moved.
 */
export function reparse(file: MetroFile, edit: TextEdit): Reparsed {
  const { from, to } = edit;
  const old = file.nodes;
  const text = editedText(file.text, edit);
  const delta = edit.text.length - (to - from);
  const first = firstTouched(old, from);
  const start = old[first];
  const parser = new FileParser(text, start?.start ?? 0, start?.scope ?? outermost);
  const added: MetroNode[] = [];
  let next = first;
  let isSame = false;
  while (!isSame) {
    const node = parser.next();
    if (!node) break;
    added.push(node);
    while (next < old.length && isBefore(old[next] as MetroNode, to, parser.position - delta)) next += 1;
    const candidate = old[next];
    isSame =
      candidate !== undefined &&
      // only the very start of a text has a mark
      candidate.kind !== 'mark' &&
      candidate.start + delta === parser.position &&
      sameScope(candidate.scope, parser.scope);
  }
  if (!isSame) next = old.length;
  const behind = old.slice(next);
  if (delta !== 0) {
    for (const node of behind) {
      node.start += delta;
      node.end += delta;
    }
  }
  editLines(file, edit, text);
  file.text = text;
  file.nodes = [...old.slice(0, first), ...added, ...behind];
  return { removed: old.slice(first, next), added };
}

/** Whether an old node begins within what was edited, or before the place that the parser has come to. */
function isBefore({ start }: MetroNode, editEnd: number, position: number): boolean {
  return start < editEnd || start < position;
}

/** The node that an edit begins in; the one before when it begins at its start, as line ends may grow together. */
function firstTouched(nodes: readonly MetroNode[], from: number): number {
  const found = lastStart(nodes.length, (index) => (nodes[index] as MetroNode).start, from);
  return nodes[found]?.start === from ? Math.max(0, found - 1) : found;
}

function sameScope(a: Scope, b: Scope): boolean {
  return a === b || (a.section === b.section && a.lax === b.lax && a.when?.text === b.when?.text);
}
