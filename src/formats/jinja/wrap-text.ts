import { isBlank } from './string-parts.ts';

/** How lines are broken. */
export interface WrapRules {
  readonly width: number;
  /** Words longer than a line are cut; otherwise they stand out. */
  readonly breaksLongWords: boolean;
  /** A line may end behind a hyphen between letters. */
  readonly breaksAtHyphens: boolean;
}

/** Runs of white space and words, or parts of words up to a hyphen. */
function piecesOf(line: string, breaksAtHyphens: boolean): string[] {
  const words = line.split(/(\s+)/).filter((piece) => piece !== '');
  if (!breaksAtHyphens) return words;
  const behindHyphen =
    /(?<=\p{L}\p{L}-|\p{L}-\p{L}-)(?=\p{L}-?\p{L})|(?<=[\p{L}\p{N}_!"'&.,?])(?=-{2,}[\p{L}\p{N}_])|(?<=[\p{L}\p{N}_!"'&.,?]-{2,})(?=[\p{L}\p{N}_])/u;
  return words.flatMap((word) => word.split(behindHyphen));
}

const isSpace = (piece: string): boolean => isBlank(piece[0] ?? '');

/** The lines that a line becomes, as Python's textwrap fills them; white space at their ends is dropped. */
export function wrapText(line: string, rules: WrapRules): string[] {
  const pieces = piecesOf(line, rules.breaksAtHyphens).reverse();
  const wrapped: string[] = [];
  while (pieces.length > 0) {
    if (wrapped.length > 0 && isSpace(pieces.at(-1) as string)) pieces.pop();
    const row: string[] = [];
    let used = 0;
    for (
      let next = pieces.at(-1);
      next !== undefined && used + next.length <= rules.width;
      next = pieces.at(-1)
    ) {
      row.push(pieces.pop() as string);
      used += next.length;
    }
    if ((pieces.at(-1)?.length ?? 0) > rules.width) placeLong(pieces, row, rules);
    if (row.length > 0 && isSpace(row.at(-1) as string)) row.pop();
    if (row.length > 0) wrapped.push(row.join(''));
  }
  return wrapped;
}

/** A piece that fits no line: cut to fill this one, or put on a line of its own. */
function placeLong(pieces: string[], row: string[], rules: WrapRules): void {
  const long = pieces.at(-1) as string;
  const room = rules.width - row.join('').length;
  if (!rules.breaksLongWords) {
    if (row.length === 0) row.push(pieces.pop() as string);
    return;
  }
  const hyphen = rules.breaksAtHyphens && long.length > room ? long.lastIndexOf('-', room - 1) : -1;
  const end = hyphen > 0 && /[^-]/.test(long.slice(0, hyphen)) ? hyphen + 1 : Math.max(1, room);
  row.push(long.slice(0, end));
  pieces[pieces.length - 1] = long.slice(end);
}
