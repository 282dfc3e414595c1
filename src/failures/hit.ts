import type { FailureClass } from './failure-class.ts';
import type { FailureRule } from './failure-rule.ts';

/** A line that shows why a build failed. */
export interface FailureEvidence {
  /** The first line of the log is 1. */
  readonly line: number;
  /** Offset of its first byte in the log. */
  readonly offset: number;
  /** Without colours, at most 400 characters. */
  readonly text: string;
}

/** What one line says by the rules. */
export interface Hit extends FailureEvidence {
  readonly rule: string;
  readonly class: FailureClass;
  readonly weight: FailureRule['weight'];
}
