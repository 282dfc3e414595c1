import type { Code } from '../../diagnostics/index.ts';
import type { Cell, Definition } from './definitions.ts';
import type { MetroFile } from './nodes.ts';

/** A range of a file, counted from the start of a node, which may move when the file is edited. */
export interface Site {
  readonly owner: { readonly file: MetroFile; readonly node: { readonly start: number } };
  readonly from: number;
  readonly to: number;
}

/** A mistake, and where it stands. */
export interface Trouble {
  readonly code: Code;
  readonly what: string;
  readonly site: Site;
  readonly why?: string;
  /** The name that is not defined, of E01. */
  readonly missing?: string;
}

/** What was read from outside while a value was made (10.2). */
export interface InputRead {
  readonly kind: 'file' | 'variable';
  readonly name: string;
}

/** One line of a block, or the lines of another one in its place. */
export type Piece =
  | { readonly text: string; readonly site: Site }
  | { readonly include: Result; readonly site: Site };

/** What an element comes to. */
export interface Result {
  readonly kind: 'text' | 'zapped' | 'lines' | 'error';
  readonly text: string;
  /** 1 for a value without references. */
  readonly depth: number;
  /** Names that are not defined and on whose absence the value depends. */
  readonly absent: readonly string[] | undefined;
  /** Of `lines`; the number of lines with all that is included, and their length with a line end each. */
  readonly pieces?: readonly Piece[];
  readonly count?: number;
  readonly size?: number;
  /** Of `error`; the reference through which it came, when it came through one. */
  readonly troubles?: readonly Trouble[];
  readonly via?: { readonly site: Site; readonly cell: Cell; readonly result: Result } | undefined;
}

/** Which definition of an element counts: none, one, or an error of its conditions. */
export interface Choice {
  readonly definition: Definition | undefined;
  readonly error: Result | undefined;
  readonly absent: readonly string[] | undefined;
}

/** What one evaluator has found out about an element. */
export interface Memo {
  readonly owner: object;
  /** Its value as one line, which is all that most elements are asked for. */
  text: Result | undefined;
  more: MoreMemo | undefined;
}

/** What is known of the few elements that are asked in other ways. */
export interface MoreMemo {
  /** The ways in which it is being made at this moment, as bits: wanting one of them again is a circle. */
  active: number;
  choice: Choice | undefined;
  laxText: Result | undefined;
  lines: Result | undefined;
  laxLines: Result | undefined;
}

export function textResult(text: string, depth: number, absent: readonly string[] | undefined): Result {
  return { kind: 'text', text, depth, absent };
}

export function zappedResult(depth: number, absent: readonly string[] | undefined): Result {
  return { kind: 'zapped', text: '', depth, absent };
}

export function errorResult(
  troubles: readonly Trouble[],
  more: Pick<Result, 'absent' | 'via'> = { absent: undefined },
): Result {
  return { kind: 'error', text: '', depth: 1, troubles, absent: more.absent, via: more.via };
}

/** The name of an element where it is defined: what messages about the element point at. */
export function headOf(definition: Definition): Site {
  const { nameAt, nameEnd } = definition.node;
  return { owner: definition, from: nameAt, to: Math.max(nameEnd, nameAt + 1) };
}

/** The include that a line came through, and those around it. */
export interface Through {
  readonly site: Site;
  readonly outer: Through | undefined;
}

/** A line of a block as it came out, where it was written, and through which includes it came, the innermost first. */
export interface MadeLine {
  readonly text: string;
  readonly site: Site;
  readonly through: Through | undefined;
}

/** All lines of a result of kind `lines`, includes opened. */
export function madeLines(result: Result): readonly MadeLine[] {
  const made: MadeLine[] = [];
  const stack = [{ pieces: result.pieces ?? [], at: 0, through: undefined as Through | undefined }];
  for (let top = stack.at(-1); top; top = stack.at(-1)) {
    const piece = top.pieces[top.at];
    top.at += 1;
    if (piece === undefined) stack.pop();
    else if ('text' in piece) made.push({ text: piece.text, site: piece.site, through: top.through });
    else {
      const through = { site: piece.site, outer: top.through };
      stack.push({ pieces: piece.include.pieces ?? [], at: 0, through });
    }
  }
  return made;
}
