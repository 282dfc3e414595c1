import type { WhyLine } from '../../../api/index.ts';

/** One link of a chain of causes; `because` are those behind it. */
export interface WhyStep extends Omit<WhyLine, 'depth'> {
  readonly because?: readonly WhyStep[] | undefined;
}

/** The links as lines, each before its causes. */
export const linesOf = (steps: readonly WhyStep[], depth = 0): WhyLine[] =>
  steps.flatMap(({ because = [], ...line }) => [{ depth, ...line }, ...linesOf(because, depth + 1)]);
