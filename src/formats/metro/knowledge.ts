import type { Cell, Definitions } from './definitions.ts';
import type { FileReader, ReadAnswer } from './reader.ts';
import type { Choice, Result } from './results.ts';

/** Levels of references within one value, and UTF-16 code units of one value (3.8). */
export const limits = { depth: 10_000, valueUnits: 16 * 1024 * 1024 } as const;

/** What values may depend on besides files of the language. */
export interface Surroundings {
  readonly files: FileReader;
  /** Variables that `<?env` may show: undefined values are variables that are not set. */
  readonly variables: ReadonlyMap<string, string | undefined>;
}

/** An element that is wanted in a certain way. */
export interface Want {
  readonly cell: Cell;
  /** Which of the two ways: `$[x]` wants one line, `$[[x]]` all of them. */
  readonly mode: 'text' | 'lines';
  /** Undefined names below expand to nothing (3.5). */
  readonly lax: boolean;
}

/** What is known of a program while a value of it is made. */
export interface Knowledge {
  readonly definitions: Definitions;
  /** Called for each name that the value of an element depends on, whether it is defined or not. */
  readonly onUse: ((user: Cell | undefined, name: string) => void) | undefined;
  /** What is known already, or can be put together at once. */
  known(want: Want): Result | undefined;
  /** Which definition of an element counts, or what has to be known first. */
  chosen(cell: Cell, user: Cell | undefined): Choice | Want;
  /** A file that `<<` names; it is read once. */
  readFile(path: string): ReadAnswer;
  /** A variable of the list: its value, undefined when it is not set, `forbidden` when it is not on the list. */
  variable(name: string): string | undefined | { readonly forbidden: true };
}

/** One value in the making: `step` goes on until something else has to be known, or to the end. */
export interface Frame {
  readonly want: Want | undefined;
  /** What has to be known to go on; undefined at the end. */
  step(): Want | undefined;
  /** What was wanted last is being made already: these elements refer to one another. */
  meetCircle(round: readonly Cell[]): void;
  result(): Result;
}
