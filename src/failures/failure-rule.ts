import type { FailureClass } from './failure-class.ts';

/**
 * One documented rule. `weight`: an `end` ends builds wherever it stands; a `cause` is the message of the program that
 * really failed; a `hint` only passes on that something failed, and names a class when nothing better does.
 */
export interface FailureRule {
  /** Never used again for something else. */
  readonly id: string;
  readonly class: FailureClass;
  readonly weight: 'end' | 'cause' | 'hint';
  /** Lower-case literals: a line that the pattern matches contains one of them, in whatever case. */
  readonly words: readonly string[];
  readonly pattern: RegExp;
  /** A line that the rule is for. */
  readonly example: string;
}
