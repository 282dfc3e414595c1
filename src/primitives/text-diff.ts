interface Line {
  readonly mark: ' ' | '-' | '+';
  readonly text: string;
}

/** Beyond this many pairs of lines a text counts as replaced as a whole. */
const mostPairs = 4_000_000;

/** What changes between two texts, as `diff -u` shows it with three lines around; empty when they are the same. */
export function unifiedDiff(before: string, after: string, name: string): string {
  if (before === after) return '';
  const lines = compareLines(linesOf(before), linesOf(after));
  const hunks: string[] = [];
  for (let at = 0; at < lines.length; ) {
    const first = lines.findIndex(({ mark }, index) => index >= at && mark !== ' ');
    if (first === -1) break;
    const start = Math.max(at, first - 3);
    const end = endOfHunk(lines, first);
    hunks.push(hunkText(lines, start, end));
    at = end;
  }
  return `--- ${before === '' ? '/dev/null' : name}\n+++ ${after === '' ? '/dev/null' : name}\n${hunks.join('')}`;
}

const linesOf = (text: string): readonly string[] => (text === '' ? [] : text.replace(/\n$/, '').split('\n'));

/** The index behind a hunk: three equal lines after the last change that has no other within six. */
function endOfHunk(lines: readonly Line[], first: number): number {
  let last = first;
  for (let at = first; at < lines.length && at - last <= 6; at += 1) if (lines[at]?.mark !== ' ') last = at;
  return Math.min(lines.length, last + 4);
}

function hunkText(lines: readonly Line[], start: number, end: number): string {
  const count = (from: number, to: number, mark: '-' | '+'): number =>
    lines.slice(from, to).filter((line) => line.mark === ' ' || line.mark === mark).length;
  const range = (mark: '-' | '+'): string => {
    const size = count(start, end, mark);
    return `${count(0, start, mark) + (size === 0 ? 0 : 1)},${size}`;
  };
  const body = lines.slice(start, end).map(({ mark, text }) => `${mark}${text}\n`);
  return `@@ -${range('-')} +${range('+')} @@\n${body.join('')}`;
}

/** The longest lines that both have stay; what is before and after them is gone or new. */
function compareLines(before: readonly string[], after: readonly string[]): readonly Line[] {
  let head = 0;
  while (head < before.length && head < after.length && before[head] === after[head]) head += 1;
  let tail = 0;
  const most = Math.min(before.length, after.length) - head;
  while (tail < most && before[before.length - 1 - tail] === after[after.length - 1 - tail]) tail += 1;
  const old = before.slice(head, before.length - tail);
  const fresh = after.slice(head, after.length - tail);
  const same = (texts: readonly string[]): Line[] => texts.map((text) => ({ mark: ' ', text }));
  return [
    ...same(before.slice(0, head)),
    ...changedLines(old, fresh),
    ...same(before.slice(before.length - tail)),
  ];
}

function changedLines(old: readonly string[], fresh: readonly string[]): Line[] {
  const gone = (text: string): Line => ({ mark: '-', text });
  const made = (text: string): Line => ({ mark: '+', text });
  if (old.length * fresh.length > mostPairs) return [...old.map(gone), ...fresh.map(made)];
  const width = fresh.length + 1;
  const common = new Uint32Array((old.length + 1) * width);
  for (let i = old.length - 1; i >= 0; i -= 1) {
    for (let j = fresh.length - 1; j >= 0; j -= 1) {
      common[i * width + j] =
        old[i] === fresh[j]
          ? (common[(i + 1) * width + j + 1] ?? 0) + 1
          : Math.max(common[(i + 1) * width + j] ?? 0, common[i * width + j + 1] ?? 0);
    }
  }
  const lines: Line[] = [];
  let [i, j] = [0, 0];
  while (i < old.length && j < fresh.length) {
    if (old[i] === fresh[j]) {
      lines.push({ mark: ' ', text: old[i] ?? '' });
      i += 1;
      j += 1;
    } else if ((common[(i + 1) * width + j] ?? 0) >= (common[i * width + j + 1] ?? 0)) {
      lines.push(gone(old[i] ?? ''));
      i += 1;
    } else {
      lines.push(made(fresh[j] ?? ''));
      j += 1;
    }
  }
  return [...lines, ...old.slice(i).map(gone), ...fresh.slice(j).map(made)];
}
