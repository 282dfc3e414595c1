import type { Code } from '../../diagnostics/index.ts';

/** A range of a text. */
export interface TextRange {
  readonly from: number;
  readonly to: number;
}

/** A condition of section 6: `NAME` (is defined), or `NAME is V…` (has one of the values). */
export interface Condition {
  /** Its words, joined by single spaces: two conditions are the same when their texts are. */
  readonly text: string;
  readonly name: string;
  /** Undefined when it is enough that the element is defined. */
  readonly values: readonly string[] | undefined;
}

/** What the lines above a line say about it: shared by all lines between two annotations. */
export interface Scope {
  readonly section: string | undefined;
  /** `[option parse/lax]`: undefined names that are written here expand to nothing (5.3). */
  readonly lax: boolean;
  readonly when: Condition | undefined;
}

/** A mistake within one line, offsets from the start of its node. */
export interface Slip {
  readonly code: Code;
  readonly what: string;
  readonly from: number;
  readonly to: number;
}

interface Extent {
  /** Offset in the text, UTF-16 code units. */
  start: number;
  /** Behind the line end. */
  end: number;
  /** What holds before the node. */
  readonly scope: Scope;
  readonly slips: readonly Slip[] | undefined;
}

/** Blank lines, comments, lines that are nothing (METRO-P01), and a mark of the byte order at the start. */
export interface PlainNode extends Extent {
  readonly kind: 'blank' | 'comment' | 'junk' | 'mark';
}

/** `[…]`; offsets count from `start`. */
export interface AnnotationNode extends Extent {
  readonly kind: 'annotation';
  /** `none` when it is malformed (METRO-P04). */
  readonly does: 'section' | 'option' | 'when' | 'collect' | 'none';
  /** The words between the brackets. */
  readonly words: readonly string[];
  readonly openAt: number;
  readonly closeAt: number;
  /** The argument of `collect`, and the condition that it or the lines above state. */
  readonly argumentAt: number;
  readonly when: Condition | undefined;
}

/** `name: value`, or a block of lines. All offsets count from `start`. */
export interface ElementNode extends Extent {
  readonly kind: 'element';
  /** The whole name, section included; undefined when it is not allowed. */
  readonly name: string | undefined;
  readonly nameAt: number;
  /** Where the colon is. */
  readonly nameEnd: number;
  readonly valueAt: number;
  readonly valueEnd: number;
  /** Where the line ends, without its line end. */
  readonly lineEnd: number;
  readonly isBlock: boolean;
  /** The lines of a block: from here to the line of its `]`. Equal when it has none. */
  readonly bodyAt: number;
  readonly bodyEnd: number;
}

export type MetroNode = PlainNode | AnnotationNode | ElementNode;

/**
 * A file as a tree without loss: its nodes cover the text from end to end, in order. Whoever edits it (`reparse`) gets
 * the same object changed, so that what refers to its nodes stays right.
 */
export interface MetroFile {
  /** As places of problems name it. */
  readonly name: string;
  /** The path that relative paths in it start at the folder of. */
  readonly path: string;
  text: string;
  nodes: MetroNode[];
}
