import type { Condition } from './nodes.ts';

/** A condition of words that mean none, so that it is never true: what it covers is not defined by accident. */
const never = { name: '', values: [] } as const;

/**
 * The words behind `when` (section 6): undefined for `*` and for no words at all, `malformed` for words that are no
 * condition, together with one that is never true.
 */
export function readCondition(words: readonly string[]): {
  readonly condition: Condition | undefined;
  readonly malformed: boolean;
} {
  const [name = '*', verb, ...values] = words;
  const text = words.join(' ');
  if (name === '*' && verb === undefined) return { condition: undefined, malformed: false };
  if (verb === undefined) return { condition: { text, name, values: undefined }, malformed: false };
  if ((verb === 'is' || verb === 'in') && values.length > 0) {
    return { condition: { text, name, values }, malformed: false };
  }
  return { condition: { text, ...never }, malformed: true };
}
