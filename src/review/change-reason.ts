export type ChangeSize = 'none' | 'minor' | 'major';

/** Why a change is what it is. `rule` is a word for machines, `what` a line for people. */
export interface ChangeReason {
  readonly file: string;
  /** Of the new text, or of the old one for what is gone. */
  readonly line?: number;
  readonly what: string;
  readonly rule: string;
}
