/** Where something begins. Offsets count UTF-16 code units from 0; lines and columns count from 1. */
export interface ShellPlace {
  readonly offset: number;
  readonly line: number;
  readonly column: number;
}

/** A piece of the text: `raw` is exactly what stands from `place` on. */
export interface ShellSpan {
  readonly place: ShellPlace;
  /** Offset behind its last character. */
  readonly end: number;
  readonly raw: string;
}

export type Quoting = 'none' | 'single' | 'double' | 'mixed';

/** Something in a word that Bash replaces by something else. `raw` has its dollar sign or backquotes. */
export interface ShellExpansion extends ShellSpan {
  readonly kind: 'parameter' | 'command' | 'arithmetic' | 'process';
  /** What it runs, expansions inside expansions included. */
  readonly scripts: readonly ShellScript[];
  /** Bash reads what it runs only when it gets there, and what it then reads is no Bash. */
  readonly isOpaque: boolean;
}

/** One word, quotes and all. */
export interface ShellWord extends ShellSpan {
  /** `mixed` is everything but bare, or one pair of quotes around the whole; escapes are mixed. */
  readonly quoting: Quoting;
  /** The value, when nothing in the word is expanded (no parameter, command, glob, brace or tilde). */
  readonly literal: string | undefined;
  /** Without quotes, expansions left as they are written. */
  readonly text: string;
  readonly expansions: readonly ShellExpansion[];
}

/** `name=value`, `name+=value`, `name[subscript]=value`, `name=(...)`. */
export interface ShellAssignment extends ShellSpan {
  readonly kind: 'assignment';
  readonly name: string;
  readonly subscript: string | undefined;
  readonly operator: '=' | '+=';
  /** The scalar; undefined for arrays. */
  readonly value: ShellWord | undefined;
  /** The elements of an array, in order; undefined for scalars. */
  readonly elements: readonly ShellElement[] | undefined;
  /** What the subscript expands. */
  readonly expansions: readonly ShellExpansion[];
}

/** An element of an array; `[key]=value` is a word with a key. */
export interface ShellElement {
  readonly key: string | undefined;
  readonly word: ShellWord;
}

export interface HereDocument {
  readonly delimiter: string;
  /** Whether the body is taken as it is, since the delimiter is quoted. */
  readonly isQuoted: boolean;
  /** From behind the line of the operator to the line of the delimiter, that line included. */
  readonly span: ShellSpan;
  readonly body: string;
  readonly isTerminated: boolean;
  readonly expansions: readonly ShellExpansion[];
}

export interface ShellRedirect extends ShellSpan {
  readonly operator: string;
  readonly target: ShellWord;
  readonly hereDocument: HereDocument | undefined;
}

/** A command without structure of its own: assignments, then words. */
export interface SimpleCommand extends ShellSpan {
  readonly kind: 'simple';
  readonly assignments: readonly ShellAssignment[];
  /** The command and its arguments; arrays behind `declare` and its like are assignments among them. */
  readonly words: readonly (ShellWord | ShellAssignment)[];
  readonly redirects: readonly ShellRedirect[];
}

/** `if`, `for`, `case`, `{ }`, `( )`, `[[ ]]`, `(( ))`, ...: what it expands and what it runs. */
export interface CompoundCommand extends ShellSpan {
  readonly kind: 'compound';
  readonly keyword: 'if' | 'while' | 'until' | 'for' | 'select' | 'case' | '{' | '(' | '[[' | '((' | 'coproc';
  /** Its variable, list, subject, patterns, operands. */
  readonly words: readonly ShellWord[];
  /** Expansions of an arithmetic. */
  readonly expansions: readonly ShellExpansion[];
  readonly bodies: readonly ShellScript[];
  readonly redirects: readonly ShellRedirect[];
}

export interface FunctionDefinition extends ShellSpan {
  readonly kind: 'function';
  readonly name: string;
  readonly body: CompoundCommand;
}

export type ShellCommand = SimpleCommand | CompoundCommand | FunctionDefinition;

/** One member of a list: commands, and between them `|`, `|&`, `&&`, `||`. */
export interface ShellStatement extends ShellSpan {
  readonly kind: 'statement';
  readonly commands: readonly ShellCommand[];
  /** One less than commands. */
  readonly operators: readonly string[];
  /** Whether `&` stands behind it. */
  readonly isBackground: boolean;
}

export interface ShellScript {
  readonly statements: readonly ShellStatement[];
}

/**
 * What stands between statements: blanks with line ends, `;` and `&`; comments; bodies of here-documents; or all
 * that comes after a place where the text stops to be Bash.
 */
export interface ShellGap extends ShellSpan {
  readonly kind: 'blank' | 'comment' | 'here-document' | 'unread';
}
