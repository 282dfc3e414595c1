import { lastStart } from './last-start.ts';
import { LineEnds, lineStarts } from './line-ends.ts';
import type { MetroFile } from './nodes.ts';

/** Starts of the lines of files, kept while they are edited: counting them anew takes as long as reading the file. */
const known = new WeakMap<MetroFile, { text: string; starts: number[] }>();

/** Starts of all lines of a file; the first is 0. */
export function startsOf(file: MetroFile): readonly number[] {
  const found = known.get(file);
  if (found?.text === file.text) return found.starts;
  const starts = [...lineStarts(file.text)];
  known.set(file, { text: file.text, starts });
  return starts;
}

/** Number of the line that an offset is on, from 0. */
export function lineAt(starts: readonly number[], offset: number): number {
  return lastStart(starts.length, (index) => starts[index] as number, offset);
}

/** Brings what is known of a file in line with an edit that led to `text`; called before the file has it. */
export function editLines(
  file: MetroFile,
  edit: { from: number; to: number; text: string },
  text: string,
): void {
  const found = known.get(file);
  if (found?.text !== file.text) return;
  const { starts } = found;
  const delta = edit.text.length - (edit.to - edit.from);
  // the line before counts, too: a CR at its end may have become half of a pair
  const first = Math.max(0, lineAt(starts, edit.from) - 1);
  const last = Math.min(starts.length, lineAt(starts, edit.to) + 2);
  const until = last < starts.length ? (starts[last] as number) + delta : text.length + 1;
  const fresh: number[] = [starts[first] as number];
  const ends = new LineEnds(text);
  for (let at = ends.endOf(fresh[0] as number); at < text.length; at = ends.endOf(at)) {
    at = ends.after(at);
    if (at >= until) break;
    fresh.push(at);
  }
  const behind = starts.slice(last);
  if (delta !== 0)
    for (let index = 0; index < behind.length; index += 1) behind[index] = (behind[index] as number) + delta;
  known.set(file, { text, starts: [...starts.slice(0, first), ...fresh, ...behind] });
}
